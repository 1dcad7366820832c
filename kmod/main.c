// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "ext4_layout.h"

static int __init frsp_init(void)
{
	return 0;
}
module_init(frsp_init);

static void __exit frsp_exit(void)
{
}
module_exit(frsp_exit);

MODULE_DESCRIPTION("Free-space trees for ext4");
MODULE_LICENSE("GPL");
MODULE_VERSION(FRSP_VERSION);
MODULE_SOFTDEP("pre: ext4");
