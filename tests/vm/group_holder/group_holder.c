// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds the lock of a block group. ext4 calls mb_mark_used() under this lock.
 * When the program "holder" allocates, the call spins until N is written to the
 * parameter "hold".
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

/* Ends the wait anyway, also if nobody writes N. The test has switched off the
 * kernel's reports of a CPU that hangs.
 */
#define MAX_NS (60 * NSEC_PER_SEC)

static bool hold = true;
module_param(hold, bool, 0644);
static bool is_held;
module_param(is_held, bool, 0444);
MODULE_PARM_DESC(is_held, "so far, or for so long that it was given up");

static void notrace keep_lock(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	u64 began_ns = ktime_get_mono_fast_ns();

	if (strcmp(current->comm, "holder"))
		return;
	WRITE_ONCE(is_held, true);
	while (READ_ONCE(hold)) {
		if (ktime_get_mono_fast_ns() - began_ns > MAX_NS)
			return;
		cpu_relax();
	}
	WRITE_ONCE(is_held, false);
}

static struct ftrace_ops ops = {
	.func = keep_lock,
	.flags = FTRACE_OPS_FL_RECURSION,
};

static char function[] = "mb_mark_used";

static int __init holder_init(void)
{
	int err = ftrace_set_filter(&ops, function, strlen(function), 1);

	return err ?: register_ftrace_function(&ops);
}

static void __exit holder_exit(void)
{
	unregister_ftrace_function(&ops);
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: keeps the lock of a block group");
