/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose I/O is this bio? Finds the inode and the file offset behind a bio at
 * block_bio_queue, or the class of an I/O that has no file.
 *
 * bi_end_io shows who submitted a bio, and so where to find its file:
 *
 *   iomap direct I/O   struct iomap_dio has the file: hot_dio.bpf.h. This case
 *                      comes first, because the pages of direct I/O can be
 *                      page-cache pages of another file.
 *   btrfs              struct btrfs_bio has the file: hot_btrfs.bpf.h
 *   ext4, fscrypt      Encrypted data is written from bounce pages. They have
 *                      no mapping, but point to the cached page.
 *   jbd2, log of XFS   metadata: the journal, even if a block of it belongs to a
 *                      file (data=journal)
 *   swap               swap_writepage() and swap_readpage() bypass the
 *                      filesystem of a swap file; their pages are of no file.
 *   XFS buffers        metadata, in pages without a mapping: hot_meta_xfs.bpf.h
 *   anything else      the first page: page -> mapping -> inode. If that is the
 *                      block device's, metadata: hot_meta_ext4.bpf.h
 *
 * A page counts only if its inode is on the device of the bio. Example: for a
 * file on a dm device, dm sends a clone of each bio to the disk below. The
 * pages of the clone belong to a file of the dm device, not of the disk, so the
 * clone is dropped; the bio on the dm device has counted. The same goes for md
 * and loop. The rule also drops a page outside the page cache, where the word
 * of the mapping holds garbage.
 */
#ifndef FRSP_HOT_SOURCE_BPF_H
#define FRSP_HOT_SOURCE_BPF_H

#include "hot_btrfs.bpf.h"
#include "hot_dio.bpf.h"
#include "hot_meta_ext4.bpf.h"
#include "hot_meta_xfs.bpf.h"
#include "hot_page.bpf.h"

#define S_IFBLK 0060000

extern const void ext4_end_bio __ksym __weak;
extern const void end_bio_bh_io_sync __ksym __weak;
extern const void journal_end_buffer_io_sync __ksym __weak;
extern const void ext4_end_buffer_io_sync __ksym __weak;
extern const void xfs_buf_bio_end_io __ksym __weak;
extern const void xlog_bio_end_io __ksym __weak;
extern const void end_swap_bio_read __ksym __weak;
extern const void end_swap_bio_write __ksym __weak;
extern const void blkdev_bio_end_io __ksym __weak;
extern const void blkdev_bio_end_io_async __ksym __weak;

static __always_inline void mapping_facts(struct frsp_inode_facts *facts,
					  __u64 address)
{
	const struct address_space *mapping = (const void *)address;

	if (have_rdonly_cast) {
		mapping = bpf_rdonly_cast(
			(void *)mapping,
			bpf_core_type_id_kernel(struct address_space));
		inode_facts(facts, mapping->host, true);
	} else {
		inode_facts(facts, BPF_CORE_READ(mapping, host), false);
	}
}

/* Finds the inode of the first page, and the page's place in the file. False:
 * the page belongs to no inode.
 */
static __always_inline bool first_page_facts(struct frsp_inode_facts *facts,
					     struct frsp_hot_source *src,
					     const struct frsp_origin *origin)
{
	const struct bio *bio = origin->bio;
	__u64 page = first_page(origin);
	struct frsp_page_words words;
	struct bio_vec entry = {};

	page_place(&words, page, false);
	if (!words.mapping && ends_with(origin, &ext4_end_bio)) {
		src->bounced = true;
		page_place(&words, page, true);
	}
	if (!is_page_cache(&words))
		return false;
	if (origin->is_copy)
		bio_vector(&entry, bio, origin->first_entry);
	else
		entry.bv_offset = bio->bi_io_vec->bv_offset;
	src->pos = (words.index << page_shift) +
		   ((entry.bv_offset + origin->first_offset) & (PAGE_SIZE - 1));
	src->mapping = words.mapping;
	if (have_rdonly_cast || src->bounced || words.compound & 1)
		mapping_facts(facts, words.mapping);
	else
		inode_facts(facts, bio->bi_io_vec->bv_page->mapping->host,
			    true);
	return true;
}

/* Is this a write of a block to jbd2's log, or of ext4's fast commit to it? The
 * block's page belongs to a file (data=journal), to the block device, or to
 * neither (a frozen copy). Up to 7.1 the buffer_head has jbd2's end_io
 * function, from 7.2 on the bio has it.
 */
static __always_inline bool is_journal_write(const struct frsp_origin *origin)
{
	const struct buffer_head___b_end_io *bh = (void *)origin->private;
	__u64 end_io;

	if (!bpf_core_field_exists(struct buffer_head___b_end_io, b_end_io))
		return ends_with(origin, &journal_end_buffer_io_sync) ||
		       ends_with(origin, &ext4_end_buffer_io_sync);
	if (!ends_with(origin, &end_bio_bh_io_sync))
		return false;
	end_io = (__u64)BPF_CORE_READ(bh, b_end_io);
	return end_io && (end_io == (__u64)&journal_end_buffer_io_sync ||
			  end_io == (__u64)&ext4_end_buffer_io_sync);
}

/* Is the bio at its first byte? False for the rest of a bio that was split: it
 * begins in the middle of the vector, where first_page() does not look.
 */
static __always_inline bool is_whole(const struct frsp_origin *origin)
{
	return origin->is_copy ||
	       (!origin->bio->bi_iter.bi_idx && !bio_bytes_done(origin->bio));
}

static __always_inline void page_source(struct frsp_hot_source *src,
					const struct frsp_origin *origin,
					__u32 bdev, bool btrfs)
{
	struct frsp_inode_facts facts = {};
	bool known = is_whole(origin) && first_page_facts(&facts, src, origin);

	if (known && btrfs) {
		if (is_btrfs_file(&facts))
			btrfs_file_source(src, &facts, src->pos);
		else
			btrfs_tree_source(src, &facts);
	} else if (known && (facts.mode & S_IFMT) == S_IFREG &&
		   facts.s_dev == bdev) {
		file_source(src, &facts, src->pos);
	} else if (known && (facts.mode & S_IFMT) == S_IFBLK &&
		   facts.rdev == bdev) {
		metadata_source(src, bdev, ext4_class(origin->bio, src->pos));
	} else if (btrfs || !(origin->bio->bi_flags & 1 << BIO_CLONED) ||
		   ends_with(origin, &blkdev_bio_end_io_async) ||
		   ends_with(origin, &blkdev_bio_end_io)) {
		/* no clone; but direct I/O on a device from registered buffers
		 * looks like one (block/bio.c, bio_iov_bvec_set)
		 */
		class_source(src, bdev, FRSP_HOT_UNATTRIBUTED);
	}
}

static __always_inline void bio_source(struct frsp_hot_source *src,
				       const struct frsp_origin *origin,
				       __u32 bdev)
{
	if (ends_with(origin, &iomap_dio_bio_end_io)) {
		dio_source(src, origin, bdev);
	} else if (is_simple_dio(origin)) {
		simple_dio_source(src, origin, bdev);
	} else if (is_btrfs_bio(origin)) {
		if (!btrfs_bio_source(src, origin->bio, bdev))
			page_source(src, origin, bdev, true);
	} else if (ends_with(origin, &end_swap_bio_read) ||
		   ends_with(origin, &end_swap_bio_write)) {
		class_source(src, bdev, FRSP_HOT_SWAP);
	} else if (ends_with(origin, &xfs_buf_bio_end_io)) {
		metadata_source(src, bdev, xfs_class((void *)origin->private));
	} else if (ends_with(origin, &xlog_bio_end_io) ||
		   is_journal_write(origin)) {
		metadata_source(src, bdev, FRSP_HOT_META_JOURNAL);
	} else if (!ends_with(origin, &btrfs_clone_write_end_io)) {
		page_source(src, origin, bdev, false);
	}
}

/* Fills in the identities (hot_fs.h) of a source that was found. */
static __always_inline void identify(struct frsp_hot_source *src,
				     const struct bio *bio)
{
	__u64 seq = src->fs_seq ?: bio->bi_bdev->bd_disk->diskseq;

	if (src->kind == FRSP_HOT_SOURCE_CLASS && !src->fs_seq)
		src->uuid = HOT_FS_DISK;
	src->fs = hot_fs_id(seq, src->fs_dev, src->uuid);
	src->slot_fs =
		src->subvol ? hot_fs_subvol_id(src->fs, src->subvol) : src->fs;
}

#endif
