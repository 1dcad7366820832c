/* SPDX-License-Identifier: GPL-2.0-only */
/* The members of iomap's structs that bpf/hot_dio.bpf.h reads. The structs are
 * private to fs/iomap/direct-io.c, so not every vmlinux.h has them.
 */
#ifndef FRSP_VMLINUX_IOMAP_H
#define FRSP_VMLINUX_IOMAP_H

struct iomap_dio___frsp {
	struct kiocb *iocb;
	loff_t size; /* bytes sent; up to 6.19 with the current bio's */
	struct {
		/* the task that submits, until the I/O completes */
		struct task_struct *waiter;
	} submit;
} __attribute__((preserve_access_index));

/* since 7.3 */
struct iomap_dio_simple___frsp {
	struct kiocb *iocb;
	struct bio bio;
} __attribute__((preserve_access_index));

#endif
