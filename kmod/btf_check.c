// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuses a kernel whose BTF differs from that of the kernel that the module
 * was built for.
 *
 * The offsets and prototypes in ext4_layout.h come from BTF. The running kernel
 * shows its own BTF in sysfs, and a checksum of all of it proves more than any
 * probing of fields: every structure and every prototype is the same.
 */
#include <linux/crc32.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "frsp.h"
#include "btf_check.h"

#define CHUNK_BYTES SZ_64K

/*
 * kernel_read_file() would not do: it asks the security modules whether the
 * kernel may trust the contents, and has no id for contents that are only
 * compared.
 */
static int file_crc(const char *path, u32 *crc)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	ssize_t n = -ENOMEM;
	loff_t at = 0;
	void *chunk;

	if (IS_ERR(file))
		return PTR_ERR(file);
	*crc = ~0;
	chunk = kmalloc(CHUNK_BYTES, GFP_KERNEL);
	if (chunk) {
		while ((n = kernel_read(file, chunk, CHUNK_BYTES, &at)) > 0)
			*crc = crc32_le(*crc, chunk, n);
	}
	*crc ^= ~0;
	kfree(chunk);
	fput(file);
	return n;
}

static int check(const char *path, u32 crc)
{
	u32 found;
	int err = file_crc(path, &found);

	if (err) {
		pr_err("not loaded: cannot read %s (%d), with which the layout of ext4 is checked\n",
		       path, err);
		return err;
	}
	if (found == crc)
		return 0;
	pr_err("not loaded: %s is not of the kernel that the module was built for; build it again (make kmod)\n",
	       path);
	return -ENOEXEC;
}

int frsp_btf_check(void)
{
	int err = check("/sys/kernel/btf/vmlinux", FRSP_BTF_BASE_CRC);

#if FRSP_BTF_SPLIT_BYTES
	if (!err)
		err = check("/sys/kernel/btf/ext4", FRSP_BTF_SPLIT_CRC);
#endif
	return err;
}
