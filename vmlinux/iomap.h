/* SPDX-License-Identifier: GPL-2.0-only */
/* fs/iomap/direct-io.c: private to that file, so not in every vmlinux.h. */
#ifndef FRSP_VMLINUX_IOMAP_H
#define FRSP_VMLINUX_IOMAP_H

struct iomap_dio___frsp {
	struct kiocb *iocb;
	loff_t size; /* bytes mapped so far, those of the current bio included */
} __attribute__((preserve_access_index));

#endif
