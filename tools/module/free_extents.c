// SPDX-License-Identifier: GPL-2.0-or-later
#include "module/free_extents.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs/ext4_super.h"
#include "module/module.h"

static int ask(const struct mount_table *mounts, __u32 dev, int device,
	       struct frsp_ioc_free_extents *extents)
{
	const struct mount_entry *mount = mount_table_by_dev(mounts, dev);
	int fs = mount ? mount_entry_open(mount) : -ESTALE;
	int err;

	if (fs < 0)
		return fs;
	err = frsp_module_free_extents(device, fs, extents);
	close(fs);
	return err;
}

int free_extents_read(const struct mount_table *mounts, __u32 dev,
		      struct free_table *table)
{
	struct ext4_super super;
	int device, err = ext4_super_read_dev(dev, &super);

	if (err)
		return err;
	device = frsp_module_open();
	if (device < 0)
		return device;
	err = ask(mounts, dev, device, &table->extents);
	close(device);
	table->block_bytes = super.block_bytes;
	table->n_blocks = super.n_blocks;
	return err;
}
