/* SPDX-License-Identifier: GPL-2.0-only */
/* fs/ext4/ext4.h: in BTF of vmlinux or of the module, or absent. */
#ifndef FRSP_VMLINUX_EXT4_H
#define FRSP_VMLINUX_EXT4_H

/* ext4_io_end_t, bi_private of a buffered write (bi_end_io ext4_end_bio). */
struct ext4_io_end___frsp {
	struct inode *inode;
} __attribute__((preserve_access_index));

#endif
