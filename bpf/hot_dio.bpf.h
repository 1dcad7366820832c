/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct I/O by iomap (fs/iomap/direct-io.c): which file, and where in it. The
 * pages are the caller's, so they tell nothing; what iomap keeps of the I/O
 * does, in one of two structs:
 *
 * struct iomap_dio has the file, where the I/O began, and how many bytes of it
 * were sent so far. Which of them are this bio's depends on the kernel: see
 * size_is_behind().
 *
 * struct iomap_dio_simple, from 7.3 on, is around the bio of a read of at most
 * one block. It has the file, and the bio is the whole I/O.
 */
#ifndef FRSP_HOT_DIO_BPF_H
#define FRSP_HOT_DIO_BPF_H

#include "hot_inode.bpf.h"
#include "hot_page.bpf.h"
#include "iomap.h"

extern const void iomap_dio_bio_end_io __ksym __weak;
extern const void iomap_dio_simple_pool __ksym __weak;
extern const void bio_iov_iter_bounce __ksym __weak;

/* The file of an I/O; returns where the I/O began. Typed, where it can be. */
static __always_inline __s64 iocb_facts(struct frsp_inode_facts *facts,
					const struct kiocb *iocb, bool typed)
{
	if (typed) {
		inode_facts(facts, iocb->ki_filp->f_mapping->host, true);
		return iocb->ki_pos;
	}
	inode_facts(facts, BPF_CORE_READ(iocb, ki_filp, f_mapping, host),
		    false);
	return BPF_CORE_READ(iocb, ki_pos);
}

static __always_inline void
dio_file_source(struct frsp_hot_source *src,
		const struct frsp_inode_facts *facts, __u32 bdev, __s64 pos)
{
	if ((facts->mode & S_IFMT) == S_IFREG && facts->s_dev == bdev)
		file_source(src, facts, pos > 0 ? pos : 0);
	else
		class_source(src, bdev, FRSP_HOT_UNATTRIBUTED);
}

/* iomap adds a bio's bytes to iomap_dio.size before it submits the bio up to
 * 6.19, and afterwards from 7.0 on (iomap_dio_bio_iter). With that came
 * bio_iov_iter_bounce(), which iomap calls in the part that became a function.
 */
static __always_inline bool size_is_behind(void)
{
	return &bio_iov_iter_bounce != NULL;
}

/* Zeroes that fill up the first or the last block of a write, which was never
 * written before. They come from a page that is nobody's. at: where the data
 * begin or end.
 */
static __always_inline bool is_padding(const struct frsp_origin *origin,
				       __s64 at, __u32 block_bytes)
{
	struct frsp_page_words words;

	if (!(at & (block_bytes - 1)) || origin->bytes >= block_bytes)
		return false;
	page_place(&words, first_page(origin), false);
	return !words.mapping;
}

/* sent: the end of what iomap says that it has sent of the I/O. submitting:
 * iomap is just sending this bio. Not so if a cgroup's io.max held the bio
 * back: then another task queues it, and iomap has added its bytes whatever the
 * kernel.
 */
static __always_inline __s64 dio_pos(const struct frsp_origin *origin,
				     __s64 sent, bool submitting,
				     __u32 block_bytes)
{
	__u64 whole = origin->bytes;

	if (is_padding(origin, sent, block_bytes))
		return sent & -(__s64)block_bytes;
	if (size_is_behind() && submitting)
		return sent + origin->bytes_before;
	if (origin->is_copy)
		whole += origin->bytes_before + origin->bio->bi_iter.bi_size;
	return sent - whole + origin->bytes_before;
}

static __always_inline void dio_source(struct frsp_hot_source *src,
				       const struct frsp_origin *origin,
				       __u32 bdev)
{
	struct frsp_inode_facts facts = {};
	__u64 waiter;
	__s64 sent;

	if (have_rdonly_cast) {
		struct iomap_dio___frsp *dio = bpf_rdonly_cast(
			(void *)origin->private,
			bpf_core_type_id_kernel(struct iomap_dio___frsp));

		sent = iocb_facts(&facts, dio->iocb, true) + dio->size;
		waiter = (__u64)dio->submit.waiter;
	} else {
		struct iomap_dio___frsp *dio = (void *)origin->private;

		sent = iocb_facts(&facts, BPF_CORE_READ(dio, iocb), false) +
		       BPF_CORE_READ(dio, size);
		waiter = (__u64)BPF_CORE_READ(dio, submit.waiter);
	}
	dio_file_source(src, &facts, bdev,
			dio_pos(origin, sent, waiter == bpf_get_current_task(),
				1U << (facts.blkbits & 31)));
}

/* By where it is allocated: of a read that is waited for, bi_end_io is the
 * block layer's (block/bio.c, bio_wait_end_io).
 */
static __always_inline bool is_simple_dio(const struct frsp_origin *origin)
{
	return &iomap_dio_simple_pool &&
	       (__u64)origin->bio->bi_pool == (__u64)&iomap_dio_simple_pool;
}

static __always_inline void simple_dio_source(struct frsp_hot_source *src,
					      const struct frsp_origin *origin,
					      __u32 bdev)
{
	const struct iomap_dio_simple___frsp *dio;
	struct frsp_inode_facts facts = {};
	__s64 pos;

	dio = (const void *)origin->bio -
	      bpf_core_field_offset(struct iomap_dio_simple___frsp, bio);
	pos = iocb_facts(&facts, BPF_CORE_READ(dio, iocb), false);
	dio_file_source(src, &facts, bdev, pos);
}

#endif
