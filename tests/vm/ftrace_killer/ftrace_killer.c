// SPDX-License-Identifier: GPL-2.0-only
/* Shuts ftrace down for good, as the kernel does after an internal error of
 * ftrace. */
#include <linux/kprobes.h>
#include <linux/module.h>

static int __init killer_init(void)
{
	struct kprobe probe = {.symbol_name = "ftrace_kill"};
	void (*kill)(void);
	int err = register_kprobe(&probe);

	if (err)
		return err;
	kill = (void *)probe.addr;
	unregister_kprobe(&probe);
	kill();
	return 0;
}

module_init(killer_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: ftrace has shut down");
