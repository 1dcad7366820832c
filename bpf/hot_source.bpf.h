/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose I/O is this bio? Finds the inode and the file offset behind a bio at
 * block_bio_queue, or the class of an I/O that has no file.
 *
 * Who submitted a bio is told by bi_end_io:
 *
 *   iomap direct I/O   the struct iomap_dio has the file. Asked first, since
 *                      its pages can be page-cache pages of another file.
 *   btrfs              its struct btrfs_bio has inode and offset, also of
 *                      direct and compressed I/O (bytes as on disk, at the
 *                      place of the extent in the file). Copies that RAID1
 *                      makes count once. Before .inode existed (6.1): pages.
 *   ext4, fscrypt      encrypted data is written from bounce pages, which have
 *                      no mapping but name the cached page.
 *   jbd2               a log block can be a page of the file (data=journal)
 *   XFS buffers, log   metadata, in pages without a mapping
 *   anything else      the first page: page -> mapping -> inode
 *
 * A page is believed only if its inode lives on the device of the bio. That
 * drops the clones that dm, md and loop send to lower devices, whose pages
 * belong to a file of the upper one, and whatever garbage a page that is not
 * page cache holds in place of a mapping.
 */
#ifndef FRSP_HOT_SOURCE_BPF_H
#define FRSP_HOT_SOURCE_BPF_H

#include "hot.h"
#include "hot_page.bpf.h"
#include "iomap.h"
#include "btrfs.h"

#define S_IFMT			  0170000
#define S_IFREG			  0100000
#define S_IFBLK			  0060000
#define BTRFS_FIRST_FREE_OBJECTID 256

extern const void iomap_dio_bio_end_io __ksym __weak;
extern const void btrfs_simple_end_io __ksym __weak;
extern const void btrfs_orig_write_end_io __ksym __weak;
extern const void btrfs_clone_write_end_io __ksym __weak;
extern const void ext4_end_bio __ksym __weak;
extern const void end_bio_bh_io_sync __ksym __weak;
extern const void journal_end_buffer_io_sync __ksym __weak;
extern const void xfs_buf_bio_end_io __ksym __weak;
extern const void xlog_bio_end_io __ksym __weak;

enum frsp_hot_source_kind {
	FRSP_HOT_SOURCE_NONE, /* counted elsewhere */
	FRSP_HOT_SOURCE_FILE,
	FRSP_HOT_SOURCE_CLASS, /* .gen is an enum frsp_hot_class */
};

struct frsp_hot_source {
	enum frsp_hot_source_kind kind;
	__u32 fs_dev; /* s_dev, or the block device where no inode is known */
	__u32 dev;    /* as in struct frsp_hot_slot */
	__u32 gen;
	__u64 ino;
	__u64 pos;     /* file offset in bytes, of the first */
	__u64 mapping; /* address, if the pages can be those of the file */
	bool bounced;  /* the pages stand for those of the file */
	__u64 subvol;
	const struct inode *inode;
};

struct frsp_inode_facts {
	const struct inode *inode;
	__u64 ino;
	__u32 gen;
	__u32 s_dev;
	__u32 rdev;
	__u16 mode;
	__u8 blkbits;
};

static __always_inline bool ends_with(const struct bio *bio, const void *symbol)
{
	return symbol && (__u64)bio->bi_end_io == (__u64)symbol;
}

static __always_inline void class_source(struct frsp_hot_source *src, __u32 dev,
					 enum frsp_hot_class class)
{
	src->kind = FRSP_HOT_SOURCE_CLASS;
	src->fs_dev = dev;
	src->dev = dev;
	src->gen = class;
	src->ino = 0;
}

/* typed: inode is a typed pointer, known when compiling. */
static __always_inline void inode_facts(struct frsp_inode_facts *facts,
					const struct inode *inode, bool typed)
{
	facts->inode = inode;
	if (typed) {
		facts->mode = inode->i_mode;
		facts->blkbits = inode->i_blkbits;
		facts->ino = inode->i_ino;
		facts->gen = inode->i_generation;
		facts->rdev = inode->i_rdev;
		facts->s_dev = inode->i_sb->s_dev;
	} else {
		facts->mode = BPF_CORE_READ(inode, i_mode);
		facts->blkbits = BPF_CORE_READ(inode, i_blkbits);
		facts->ino = BPF_CORE_READ(inode, i_ino);
		facts->gen = BPF_CORE_READ(inode, i_generation);
		facts->rdev = BPF_CORE_READ(inode, i_rdev);
		facts->s_dev = BPF_CORE_READ(inode, i_sb, s_dev);
	}
}

static __always_inline void file_source(struct frsp_hot_source *src,
					const struct frsp_inode_facts *facts,
					__u64 pos)
{
	src->kind = FRSP_HOT_SOURCE_FILE;
	src->fs_dev = facts->s_dev;
	src->dev = facts->s_dev;
	src->gen = facts->gen;
	src->ino = facts->ino;
	src->pos = pos;
	src->inode = facts->inode;
}

/* The address of a bio's first page. */
static __always_inline __u64 first_page(const struct bio *bio)
{
	struct bio_vec entry = {};

	if (have_rdonly_cast) {
		const void *vector = bpf_rdonly_cast(
			bio->bi_io_vec,
			bpf_core_type_id_kernel(struct pt_regs));

		return *(const __u64 *)(vector +
					bpf_core_field_offset(struct bio_vec,
							      bv_page));
	}
	bio_vector(&entry, bio, 0);
	return (__u64)entry.bv_page;
}

/* Zeroes from the end of a write to the end of its block, which was never
 * written before. They are sent after dio->size was advanced over the data, and
 * come from a page that is nobody's.
 */
static __always_inline bool is_tail_padding(const struct bio *bio, __u64 end,
					    __u8 blkbits)
{
	__u64 in_block = (1ULL << blkbits) - 1;
	struct frsp_page_words words;

	if (!(end & in_block) || (end + bio->bi_iter.bi_size) & in_block)
		return false;
	page_place(&words, first_page(bio), false);
	return !words.mapping;
}

/* The inode of a direct I/O and the place of this bio in the file: iomap
 * advances dio->size before it submits (fs/iomap/direct-io.c).
 */
static __always_inline void dio_source(struct frsp_hot_source *src,
				       struct bio *bio, __u32 bdev)
{
	__u32 size = bio->bi_iter.bi_size;
	struct frsp_inode_facts facts = {};
	__s64 end;

	if (have_rdonly_cast) {
		struct iomap_dio___frsp *dio = bpf_rdonly_cast(
			bio->bi_private,
			bpf_core_type_id_kernel(struct iomap_dio___frsp));
		struct kiocb *iocb = dio->iocb;

		inode_facts(&facts, iocb->ki_filp->f_mapping->host, true);
		end = iocb->ki_pos + dio->size;
	} else {
		struct iomap_dio___frsp *dio = bio->bi_private;
		struct kiocb *iocb = BPF_CORE_READ(dio, iocb);

		inode_facts(&facts,
			    BPF_CORE_READ(iocb, ki_filp, f_mapping, host),
			    false);
		end = BPF_CORE_READ(iocb, ki_pos) + BPF_CORE_READ(dio, size);
	}
	if ((facts.mode & S_IFMT) != S_IFREG || facts.s_dev != bdev) {
		class_source(src, bdev, FRSP_HOT_UNATTRIBUTED);
		return;
	}
	if (!is_tail_padding(bio, end, facts.blkbits))
		end -= size;
	file_source(src, &facts, end > 0 ? end : 0);
}

/* root: may be scalar */
static __always_inline void
btrfs_file_source(struct frsp_hot_source *src,
		  const struct frsp_inode_facts *facts, __u64 pos)
{
	const struct btrfs_inode___frsp *inode;
	const struct btrfs_root___frsp *root;

	file_source(src, facts, pos);
	inode = (const void *)facts->inode -
		bpf_core_field_offset(struct btrfs_inode___frsp, vfs_inode);
	root = BPF_CORE_READ(inode, root);
	src->dev = BPF_CORE_READ(root, anon_dev);
	src->subvol = BPF_CORE_READ(root, root_key.objectid);
	/* The top-level subvolume has an own number too; 0 only before mount
	 * has finished.
	 */
	if (!src->dev)
		src->dev = facts->s_dev;
}

/* Files begin at BTRFS_FIRST_FREE_OBJECTID; the inode that caches the trees is
 * number 1, and a regular file by its mode.
 */
static __always_inline bool is_btrfs_file(const struct frsp_inode_facts *facts)
{
	return (facts->mode & S_IFMT) == S_IFREG &&
	       facts->ino >= BTRFS_FIRST_FREE_OBJECTID;
}

static __always_inline void btrfs_bio_source(struct frsp_hot_source *src,
					     struct bio *bio, __u32 bdev)
{
	const struct btrfs_bio___frsp *bbio;
	const struct btrfs_inode___frsp *owner;
	const struct inode *inode;
	struct frsp_inode_facts facts = {};

	bbio = (const void *)bio -
	       bpf_core_field_offset(struct btrfs_bio___frsp, bio);
	owner = BPF_CORE_READ(bbio, inode);
	if (!owner) { /* scrub */
		class_source(src, bdev, FRSP_HOT_UNATTRIBUTED);
		return;
	}
	inode_facts(&facts,
		    (const void *)owner +
			    bpf_core_field_offset(struct btrfs_inode___frsp,
						  vfs_inode),
		    false);
	if (!is_btrfs_file(&facts)) {
		class_source(src, facts.s_dev, FRSP_HOT_METADATA);
		return;
	}
	btrfs_file_source(src, &facts, BPF_CORE_READ(bbio, file_offset));
	inode = facts.inode;
	src->mapping = (__u64)BPF_CORE_READ(inode, i_mapping);
}

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

/* Whose the first page is, and where. False: it belongs to no file. */
static __always_inline bool first_page_facts(struct frsp_inode_facts *facts,
					     struct frsp_hot_source *src,
					     const struct bio *bio)
{
	__u64 page = first_page(bio);
	struct frsp_page_words words;

	page_place(&words, page, false);
	if (!words.mapping && ends_with(bio, &ext4_end_bio)) {
		src->bounced = true;
		page_place(&words, page, true);
	}
	if (!is_page_cache(&words))
		return false;
	src->pos = (words.index << page_shift) + bio->bi_io_vec->bv_offset;
	src->mapping = words.mapping;
	if (have_rdonly_cast || src->bounced || words.compound_head & 1)
		mapping_facts(facts, words.mapping);
	else
		inode_facts(facts, bio->bi_io_vec->bv_page->mapping->host,
			    true);
	return true;
}

/* A block on its way to the log, from a page of a file (data=journal), of the
 * block device, or of neither (a frozen copy).
 */
static __always_inline bool is_journal_write(struct bio *bio)
{
	const struct buffer_head *bh = bio->bi_private;

	return ends_with(bio, &end_bio_bh_io_sync) &&
	       (__u64)BPF_CORE_READ(bh, b_end_io) ==
		       (__u64)&journal_end_buffer_io_sync;
}

static __always_inline void page_source(struct frsp_hot_source *src,
					struct bio *bio, __u32 bdev, bool btrfs)
{
	struct frsp_inode_facts facts = {};
	bool known;

	known = !bio->bi_iter.bi_idx && !bio->bi_iter.bi_bvec_done &&
		first_page_facts(&facts, src, bio);
	if (known && btrfs) {
		if (is_btrfs_file(&facts))
			btrfs_file_source(src, &facts, src->pos);
		else
			class_source(src, facts.s_dev, FRSP_HOT_METADATA);
	} else if (known && (facts.mode & S_IFMT) == S_IFREG &&
		   facts.s_dev == bdev) {
		file_source(src, &facts, src->pos);
	} else if (known && (facts.mode & S_IFMT) == S_IFBLK &&
		   facts.rdev == bdev) {
		class_source(src, bdev, FRSP_HOT_METADATA);
	} else if (!(bio->bi_flags & 1 << BIO_CLONED)) {
		class_source(src, bdev, FRSP_HOT_UNATTRIBUTED);
	}
}

static __always_inline void bio_source(struct frsp_hot_source *src,
				       struct bio *bio)
{
	__u32 bdev = bio->bi_bdev->bd_dev;

	if (ends_with(bio, &iomap_dio_bio_end_io)) {
		dio_source(src, bio, bdev);
	} else if (ends_with(bio, &btrfs_simple_end_io) ||
		   ends_with(bio, &btrfs_orig_write_end_io)) {
		if (bpf_core_field_exists(struct btrfs_bio___frsp, inode))
			btrfs_bio_source(src, bio, bdev);
		else
			page_source(src, bio, bdev, true);
	} else if (ends_with(bio, &xfs_buf_bio_end_io) ||
		   ends_with(bio, &xlog_bio_end_io) || is_journal_write(bio)) {
		class_source(src, bdev, FRSP_HOT_METADATA);
	} else if (!ends_with(bio, &btrfs_clone_write_end_io)) {
		page_source(src, bio, bdev, false);
	}
}

#endif
