/* SPDX-License-Identifier: GPL-2.0-only */
/* fs/iomap/direct-io.c: private to that file, so not in every vmlinux.h. */
#ifndef FRSP_VMLINUX_IOMAP_H
#define FRSP_VMLINUX_IOMAP_H

struct iomap_dio___frsp {
	struct kiocb *iocb;
	loff_t size; /* bytes sent; with the current bio's up to 6.19 */
	struct {
		struct task_struct *waiter; /* until it completes: who submits */
	} submit;
} __attribute__((preserve_access_index));

/* since 7.3 */
struct iomap_dio_simple___frsp {
	struct kiocb *iocb;
	struct bio bio;
} __attribute__((preserve_access_index));

#endif
