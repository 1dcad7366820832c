// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks ext4's functions; no other file knows how.
 *
 * Observers run at the entry of an ext4 function, in ftrace's context, and
 * never sleep. Redirects run in place of an ext4 function, in plain process
 * context, and call the original. One more event comes from a tracepoint.
 *
 * For example, ext4 calls mb_mark_used(): ftrace calls on_mb_mark_used() first,
 * and then the function runs as ever. ext4 calls ext4_mb_regular_allocator():
 * ftrace's callback, redirect(), lets the call return to
 * redirect_ext4_mb_regular_allocator() instead, which offers a goal, calls the
 * original, and looks at the result.
 *
 * All hooks are registered as permanent, so that writing 0 to
 * kernel.ftrace_enabled is refused; otherwise ext4 would go on while the trees
 * miss its changes. Since 7.3 ftrace_enable_sysctl() refuses that in any case.
 * "Permanent" does not prevent unregistering: one hook comes and goes
 * (closes.c).
 *
 * A redirect calls the original by a static call, which is a direct call: an
 * indirect one would fault on CPUs that enforce IBT, as these functions have no
 * ENDBR. It must not be a tail call: redirect() tells from the caller's address
 * whether the redirect itself makes the call; otherwise it would send the call
 * back there for ever. Work after the call prevents a tail call.
 *
 * Unloading: after the hooks are unregistered no new call gets here. A task may
 * still be at the first instruction of a redirect, or preempted in the
 * trampoline of a callback (synchronize_rcu_tasks() waits for these); asleep in
 * the original (the counter in_redirects); or between its last decrement of
 * that counter and its return (synchronize_rcu_tasks() again).
 */
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/stringify.h>
#include <linux/tracepoint.h>

#include "frsp.h"
#include "uapi/ext4_functions.h"

static DEFINE_PER_CPU(long, in_redirects);

static int no_allocate(struct ext4_allocation_context *ac)
{
	return -EIO;
}

static int no_register_sysfs(struct super_block *sb)
{
	return -EIO;
}

static void no_unregister_sysfs(struct super_block *sb)
{
}

DEFINE_STATIC_CALL(frsp_allocate, no_allocate);
DEFINE_STATIC_CALL(frsp_register_sysfs, no_register_sysfs);
DEFINE_STATIC_CALL(frsp_unregister_sysfs, no_unregister_sysfs);

static noinline int
redirect_ext4_mb_regular_allocator(struct ext4_allocation_context *ac)
{
	struct frsp_steering steering;
	struct frsp_fs *fs;
	int cookie, ret;

	this_cpu_inc(in_redirects);
	fs = frsp_fs_get(frsp_ac_sb(ac), &cookie);
	if (fs)
		frsp_steer(fs, ac, &steering);
	else
		frsp_fs_missed(frsp_ac_sb(ac));
	ret = static_call(frsp_allocate)(ac);
	if (fs) {
		if (ret && frsp_steer_retry(fs, ac, &steering, ret))
			ret = static_call(frsp_allocate)(ac);
		frsp_steer_end(fs, ac, &steering);
		frsp_fs_put(fs, cookie);
	}
	this_cpu_dec(in_redirects);
	return ret;
}

/* Late in mount. */
static noinline int redirect_ext4_register_sysfs(struct super_block *sb)
{
	int ret;

	this_cpu_inc(in_redirects);
	ret = static_call(frsp_register_sysfs)(sb);
	if (!ret)
		frsp_fs_attach(sb);
	this_cpu_dec(in_redirects);
	return ret;
}

/*
 * Called first in umount, and when a mount fails after ext4_register_sysfs().
 */
static noinline void redirect_ext4_unregister_sysfs(struct super_block *sb)
{
	this_cpu_inc(in_redirects);
	frsp_fs_detach(sb);
	static_call(frsp_unregister_sysfs)(sb);
	this_cpu_dec(in_redirects);
}

/* 6.1 has no ftrace_regs_get_argument(). */
static unsigned long argument(struct ftrace_regs *fregs, int n)
{
	return regs_get_kernel_argument(ftrace_get_regs(fregs), n);
}

static void notrace on_mb_mark_used(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	frsp_track_used((struct ext4_buddy *)argument(fregs, 0),
			(struct ext4_free_extent *)argument(fregs, 1));
}

static void notrace on_mb_free_blocks(unsigned long ip, unsigned long parent_ip,
				      struct ftrace_ops *ops,
				      struct ftrace_regs *fregs)
{
	frsp_track_freed((struct ext4_buddy *)argument(fregs, 1),
			 argument(fregs, 2), argument(fregs, 3));
}

static void notrace on_ext4_mb_generate_buddy(unsigned long ip,
					      unsigned long parent_ip,
					      struct ftrace_ops *ops,
					      struct ftrace_regs *fregs)
{
	frsp_track_generated((struct super_block *)argument(fregs, 0),
			     (void *)argument(fregs, 2), argument(fregs, 3));
}

static void notrace on_ext4_mark_group_bitmap_corrupted(
	unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
	struct ftrace_regs *fregs)
{
	if (argument(fregs, 2) & EXT4_GROUP_INFO_BBITMAP_CORRUPT)
		frsp_track_corrupted((struct super_block *)argument(fregs, 0),
				     argument(fregs, 1));
}

static void notrace on_ext4_process_freed_data(unsigned long ip,
					       unsigned long parent_ip,
					       struct ftrace_ops *ops,
					       struct ftrace_regs *fregs)
{
	frsp_busy_committed((struct super_block *)argument(fregs, 0),
			    argument(fregs, 1));
}

static void notrace on_ext4_swap_extents(unsigned long ip,
					 unsigned long parent_ip,
					 struct ftrace_ops *ops,
					 struct ftrace_regs *fregs)
{
	frsp_exchange_begins((handle_t *)argument(fregs, 0),
			     (struct inode *)argument(fregs, 1),
			     (struct inode *)argument(fregs, 2));
}

static void notrace on_ext4_release_file(unsigned long ip,
					 unsigned long parent_ip,
					 struct ftrace_ops *ops,
					 struct ftrace_regs *fregs)
{
	struct inode *inode = (struct inode *)argument(fregs, 0);
	struct file *file = (struct file *)argument(fregs, 1);
	struct frsp_fs *fs;

	rcu_read_lock();
	fs = frsp_fs_find(inode->i_sb);
	if (fs) {
		frsp_place_file_closed(fs, file);
		frsp_rooms_file_closed(fs, inode, file);
	}
	rcu_read_unlock();
}

static void notrace redirect(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!within_module(parent_ip, THIS_MODULE))
		instruction_pointer_set(ftrace_get_regs(fregs),
					(unsigned long)ops->private);
}

struct hook {
	const char *function;
	ftrace_func_t callback;
	void *redirect_to;
	unsigned long address;
	struct ftrace_ops ops;
};

/*
 * Hooks are registered in the order of the list, observers first, and
 * unregistered in the reverse order: no redirect runs while an observer is
 * missing, so the trees miss nothing. (There are no trees then, either: main.c
 * attaches filesystems after all hooks are registered, and detaches them before
 * the first one is unregistered.)
 *
 * The first three see all changes of free space: ext4 calls them in the same
 * places in 6.1, 6.12, 7.2 and 7.3, and in ext4.ko as Debian builds it no call
 * is inlined (disassembled: 2 of mb_mark_used, 7 of mb_free_blocks and 2 of
 * ext4_mb_generate_buddy in 6.12, 7.2 and 7.3).
 */
#define OBSERVER(name) {#name, on_##name}

/* clang-format off */
enum slot {
#define SLOT(name) SLOT_##name,
	FRSP_HOOKS(SLOT, SLOT)
#undef SLOT
	N_SLOTS
};

static struct hook hooks[N_SLOTS] = {
#define OBSERVED(name) [SLOT_##name] = OBSERVER(name),
#define REPLACED(name) [SLOT_##name] = {#name, redirect, redirect_##name},
	FRSP_HOOKS(OBSERVED, REPLACED)
#undef OBSERVED
#undef REPLACED
};

/* clang-format on */

/* closes.c registers and unregisters this one. */
static struct hook closes_hook = FRSP_HOOK_OF_CLOSES(OBSERVER);

static struct file_system_type *ext4;

/*
 * A filter stays set when its ops is unregistered. Once ftrace_free_filter()
 * has freed the filter, no other one can be set for the same ops: up to 6.12
 * that function leaves the pointer to the freed filter behind.
 */
static int ops_register(struct ftrace_ops *ops)
{
	int err = register_ftrace_function(ops);

	if (err)
		ftrace_free_filter(ops);
	return err;
}

/*
 * After an error of its own, ftrace shuts down for good (ftrace_kill()). It
 * then registers and unregisters nothing (-ENODEV from ftrace_startup() and
 * ftrace_shutdown() in kernel/trace/ftrace.c, in 6.1 to 7.3), but the call
 * sites that it has patched still call this module. So the module's text must
 * stay, and a task that wants to unload it sleeps here. No filesystem is
 * attached then, and the hooks do nothing but call ext4.
 */
static void stay_for_ever(void)
{
	pr_crit("cannot be unloaded: ftrace has shut down after an error of its own, and cannot take the hooks away; ext4 goes on without frsp until the next boot\n");
	for (;;)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
}

static void ops_unregister(struct ftrace_ops *ops)
{
	if (unregister_ftrace_function(ops))
		stay_for_ever();
	ftrace_free_filter(ops);
}

/*
 * While this hook is registered, ftrace cannot be switched off; where ftrace is
 * off, it cannot be registered. It prevents this: a kprobe that comes and goes
 * while ftrace is off leaves flags behind (FTRACE_FL_REGS, as nothing is
 * patched then). When ftrace is on again and a hook is removed, ftrace finds
 * these flags and shuts down for good; seen on Linux 6.1 and 6.12.
 */
static void notrace on_guard(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

#define GUARD                                                                  \
	{.func = on_guard,                                                     \
	 .flags = FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_PERMANENT}

static struct ftrace_ops guard = GUARD, exit_guard = GUARD;

static int guard_register(struct ftrace_ops *ops)
{
	/*
	 * A function that is rarely called; by name, as its address is not
	 * known yet.
	 */
	static char function[] = "ext4_mb_release";
	int err = ftrace_set_filter(ops, function, strlen(function), 1);

	return err ?: ops_register(ops);
}

static int guard_loading(void)
{
	int err = guard_register(&guard);

	if (err == -EBUSY)
		pr_err("not loaded: kernel.ftrace_enabled is 0\n");
	else if (err)
		pr_err("not loaded: ext4's functions cannot be traced (%d)\n",
		       err);
	return err;
}

/* A kprobe resolves the name, as kallsyms_lookup_name() is not exported. */
static unsigned long lookup(const char *function)
{
	char name[KSYM_NAME_LEN];
	struct kprobe probe = {.symbol_name = name};
	unsigned long address;
	int err;

	snprintf(name, sizeof(name), "%s%s%s",
		 ext4->owner ? module_name(ext4->owner) : "",
		 ext4->owner ? ":" : "", function);
	err = register_kprobe(&probe);
	if (err) {
		pr_err("not loaded: ext4's %s() cannot be found (%d)\n",
		       function, err);
		return 0;
	}
	address = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return address;
}

static int hook_prepare(struct hook *hook)
{
	hook->ops.func = hook->callback;
	hook->ops.private = hook->redirect_to;
	hook->ops.flags = FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_SAVE_REGS |
			  FTRACE_OPS_FL_PERMANENT;
	if (hook->redirect_to)
		hook->ops.flags |= FTRACE_OPS_FL_IPMODIFY;
	return ftrace_set_filter_ip(&hook->ops, hook->address, 0, 1);
}

static int hook_register(struct hook *hook)
{
	int err = hook_prepare(hook);

	if (!err)
		err = ops_register(&hook->ops);
	if (err == -EBUSY)
		pr_err("not loaded: ext4's %s() is taken by livepatch or another module\n",
		       hook->function);
	else if (err)
		pr_err("not loaded: ext4's %s() cannot be traced (%d)\n",
		       hook->function, err);
	return err;
}

static void *address_of(enum slot slot)
{
	return (void *)hooks[slot].address;
}

static int find_functions(void)
{
	unsigned long init_group = lookup(FRSP_INIT_GROUP(__stringify));
	size_t i;

	if (!init_group)
		return -ENOENT;
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		hooks[i].address = lookup(hooks[i].function);
		if (!hooks[i].address)
			return -ENOENT;
	}
	closes_hook.address = lookup(closes_hook.function);
	if (!closes_hook.address)
		return -ENOENT;
	frsp_ext4_set_init_group((void *)init_group);
	static_call_update(frsp_allocate,
			   address_of(SLOT_ext4_mb_regular_allocator));
	static_call_update(frsp_unregister_sysfs,
			   address_of(SLOT_ext4_unregister_sysfs));
	static_call_update(frsp_register_sysfs,
			   address_of(SLOT_ext4_register_sysfs));
	return 0;
}

static void on_mballoc_free(void *unused, struct super_block *sb,
			    struct inode *inode, u32 group, int start, int len)
{
	frsp_busy_freed(sb, group, start, len);
}

static struct tracepoint *mballoc_free;

static void take_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "ext4_mballoc_free"))
		mballoc_free = tracepoint;
}

#ifdef CONFIG_MODULES
/*
 * Registering the notifier calls this for the modules that are loaded now, too.
 */
static int tracepoint_module(struct notifier_block *block, unsigned long action,
			     void *data)
{
	struct tp_module *module = data;
	int i;

	if (action != MODULE_STATE_COMING || module->mod != ext4->owner)
		return NOTIFY_DONE;
	for (i = 0; i < module->mod->num_tracepoints; i++)
		take_tracepoint(
			tracepoint_ptr_deref(&module->mod->tracepoints_ptrs[i]),
			NULL);
	return NOTIFY_OK;
}

static struct notifier_block tracepoint_notifier = {
	.notifier_call = tracepoint_module,
};
#endif

static int tracepoint_init(void)
{
	int err;

	for_each_kernel_tracepoint(take_tracepoint, NULL);
	if (!mballoc_free &&
	    !register_tracepoint_module_notifier(&tracepoint_notifier))
		unregister_tracepoint_module_notifier(&tracepoint_notifier);
	if (!mballoc_free) {
		pr_err("not loaded: ext4's tracepoint ext4_mballoc_free cannot be found\n");
		return -ENOENT;
	}
	err = tracepoint_probe_register(mballoc_free, on_mballoc_free, NULL);
	if (err)
		pr_err("not loaded: ext4's tracepoint ext4_mballoc_free cannot be used (%d)\n",
		       err);
	return err;
}

static void tracepoint_exit(void)
{
	tracepoint_probe_unregister(mballoc_free, on_mballoc_free, NULL);
	tracepoint_synchronize_unregister();
}

static void unregister_hooks(size_t n)
{
	while (n--)
		ops_unregister(&hooks[n].ops);
}

static long redirects_under_way(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) sum += *per_cpu_ptr(&in_redirects, cpu);
	return sum;
}

static void wait_for_callers(void)
{
	synchronize_rcu_tasks();
	while (redirects_under_way())
		msleep(20);
	synchronize_rcu_tasks();
}

int frsp_hook_init(void)
{
	size_t i;
	int err;

	/*
	 * Takes a reference to ext4, so that ext4 cannot be unloaded below its
	 * hooks.
	 */
	ext4 = get_fs_type("ext4");
	if (!ext4) {
		pr_err("not loaded: the kernel has no ext4\n");
		return -ENOENT;
	}
	err = guard_loading();
	if (err)
		goto err_ext4;
	err = find_functions();
	if (err)
		goto err_guard;
	err = tracepoint_init();
	if (err)
		goto err_guard;
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		err = hook_register(&hooks[i]);
		if (err)
			goto err_hooks;
	}
	err = hook_prepare(&closes_hook);
	if (err)
		goto err_hooks;
	frsp_closes_init(&closes_hook.ops);
	ops_unregister(&guard);
	return 0;

err_hooks:
	unregister_hooks(i);
	wait_for_callers();
	tracepoint_exit();
err_guard:
	ops_unregister(&guard);
err_ext4:
	module_put(ext4->owner);
	return err;
}

void frsp_hook_exit(void)
{
	/*
	 * The error tells whether ftrace has shut down, before or during this
	 * call.
	 */
	int err = guard_register(&exit_guard);

	if (err == -ENODEV)
		stay_for_ever();
	unregister_hooks(ARRAY_SIZE(hooks));
	ftrace_free_filter(&closes_hook.ops);
	if (!err)
		ops_unregister(&exit_guard);
	wait_for_callers();
	tracepoint_exit();
	module_put(ext4->owner);
}
