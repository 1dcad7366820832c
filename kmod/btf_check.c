// SPDX-License-Identifier: GPL-2.0-only
/*
 * The offsets and prototypes of ext4_layout.h come from BTF. The running kernel shows
 * its own BTF in sysfs, so comparing a checksum of all of it proves more than any
 * probing of fields could: every structure and every prototype is the same.
 */
#include <linux/crc32.h>
#include <linux/kernel_read_file.h>
#include <linux/vmalloc.h>

#include "frsp.h"
#include "btf_check.h"

static int check(const char *path, u32 crc)
{
	void *btf = NULL;
	ssize_t size;
	u32 found;

	size = kernel_read_file_from_path_initns(path, 0, &btf, INT_MAX, NULL,
						 READING_UNKNOWN);
	if (size < 0) {
		pr_err("not loaded: cannot read %s (%zd), with which the layout of ext4 is checked\n",
		       path, size);
		return size;
	}
	found = crc32_le(~0, btf, size) ^ ~0;
	vfree(btf);
	if (found == crc)
		return 0;
	pr_err("not loaded: %s is not of the kernel that the module was built for; build it again (make kmod)\n",
	       path);
	return -ENOEXEC;
}

int frsp_btf_check(void)
{
	int err = check("/sys/kernel/btf/vmlinux", FRSP_BTF_BASE_CRC);

#ifdef FRSP_BTF_SPLIT_CRC
	if (!err)
		err = check("/sys/kernel/btf/ext4", FRSP_BTF_SPLIT_CRC);
#endif
	return err;
}
