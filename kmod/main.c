// SPDX-License-Identifier: GPL-2.0-only
/* Init and exit of frsp.ko. */
#include <linux/module.h>

#include "btf_check.h"
#include "frsp.h"

static int __init frsp_init(void)
{
	int err;

	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("not loaded: on PREEMPT_RT ext4's group locks sleep, which the hooks may not\n");
		return -EOPNOTSUPP;
	}
	err = frsp_btf_check();
	if (err)
		return err;
	frsp_extent_cache = KMEM_CACHE(frsp_extent, 0);
	if (!frsp_extent_cache)
		return -ENOMEM;
	frsp_sysfs_init();
	err = frsp_hook_init();
	if (err)
		goto err_cache;
	err = frsp_dev_init();
	if (err)
		goto err_hook;
	frsp_fs_attach_all();
	return 0;

err_hook:
	frsp_hook_exit();
err_cache:
	kmem_cache_destroy(frsp_extent_cache);
	return err;
}

static void __exit frsp_exit(void)
{
	frsp_dev_exit();
	frsp_fs_detach_all();
	frsp_closes_exit();
	frsp_hook_exit();
	kmem_cache_destroy(frsp_extent_cache);
}

module_init(frsp_init);
module_exit(frsp_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Free-space trees that steer stock ext4's block allocation");
MODULE_VERSION(FRSP_VERSION);
MODULE_SOFTDEP("pre: ext4");
