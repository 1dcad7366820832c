// SPDX-License-Identifier: GPL-2.0-only
/* Redirects ext4_mb_regular_allocator() as a livepatch would, so that frsp.ko
 * cannot. */
#include <linux/ftrace.h>
#include <linux/module.h>

static void notrace take(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

static struct ftrace_ops ops = {
	.func = take,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY,
};

static char function[] = "ext4_mb_regular_allocator";

static int __init taker_init(void)
{
	int err = ftrace_set_filter(&ops, function, strlen(function), 1);

	return err ?: register_ftrace_function(&ops);
}

static void __exit taker_exit(void)
{
	unregister_ftrace_function(&ops);
}

module_init(taker_init);
module_exit(taker_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: a second one that redirects ext4's allocator");
