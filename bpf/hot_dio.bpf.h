/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the file of a direct I/O by iomap (fs/iomap/direct-io.c), and the bio's
 * place in the file. The pages are the caller's and do not lead to the file.
 * One of two structs does:
 *
 * struct iomap_dio has the file, the offset where the I/O begins, and how many
 * bytes iomap has sent so far. Whether the bytes of this bio are among them
 * depends on the kernel: see size_is_behind().
 *
 *   Example: a write of 3 MiB at offset 10 MiB is sent in bios of 1 MiB. When
 *   the second is queued, iomap_dio.size is 2 MiB up to 6.19, so the bio begins
 *   at 10 + 2 - 1 = 11 MiB. From 7.0 on it is 1 MiB, so the bio begins at
 *   10 + 1 = 11 MiB.
 *
 * struct iomap_dio_simple, from 7.3 on, contains the bio of a read of at most
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

/* Fills in the facts of the I/O's file; returns the offset where the I/O
 * begins. typed: as for inode_facts().
 */
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

/* When does iomap add a bio's bytes to iomap_dio.size? Up to 6.19 before it
 * submits the bio, from 7.0 on afterwards (iomap_dio_bio_iter()): true.
 * bio_iov_iter_bounce() came with that change; iomap calls it in the part that
 * became a function.
 */
static __always_inline bool size_is_behind(void)
{
	return &bio_iov_iter_bounce != NULL;
}

/* Is the bio padding: zeroes that fill up the first or the last block of a
 * write, if the block was never written before? They come from a page of no
 * file. at: the offset where the data begin or end.
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

/* Returns the file offset of the bio.
 *
 * sent: the file offset up to which iomap says it has sent the I/O. submitting:
 * iomap is submitting this bio now. False if a cgroup's io.max held the bio
 * back: then another task queues it, and iomap has added its bytes on every
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

/* Recognizes the bio by the pool that it is allocated from. bi_end_io does not
 * do: it is the block layer's if the reader waits (block/bio.c,
 * bio_wait_end_io).
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
