/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the class of a block of ext4's metadata that a bio reads or writes.
 *
 * All these blocks are in the page cache of the block device. The place of a
 * block decides first: the descriptors of the groups, which ext4 keeps in
 * memory, say where the bitmaps and the inode tables are. They stand
 *
 *   without flex_bg        in the block's own group
 *   with flex_bg           in a group of the same flexible group (mostly 16
 *                          groups), of which all descriptors are looked at
 *   with packed_meta_blocks, or with huge flexible groups
 *                          anywhere. mke2fs puts them there in the order of
 *                          the groups, so a binary search finds the group.
 *
 * A block elsewhere is one of a directory, of extents, and so on. Of a write,
 * the content shows which. Of a read, there is no content yet, but flags:
 *
 *   REQ_META        directories. A few are blocks of extended attributes or of
 *                   a long symbolic link: nothing tells these from directories.
 *   REQ_RAHEAD      the inode table. ext4 reads that ahead, and at the end of a
 *                   table that is full, one block too many: the "b <= end" in
 *                   __ext4_get_inode_loc(). That block can be of anything.
 *   none of them    blocks of extents: __read_extent_tree_block() and
 *                   ext4_get_branch()
 */
#ifndef FRSP_HOT_META_EXT4_BPF_H
#define FRSP_HOT_META_EXT4_BPF_H

#include "compat.bpf.h"
#include "ext4.h"
#include "hot_meta.h"

extern const void end_buffer_async_read_io __ksym __weak;
extern const void bh_end_async_read __ksym __weak; /* from 7.2 on */

/* Of a larger flexible group only these groups are looked at one by one. */
#define MAX_FLEX_GROUPS 256
#define MAX_HALVINGS	32 /* of less than 2^32 groups */

/* The fields bg_block_bitmap, bg_inode_bitmap and bg_inode_table. Their upper
 * halves follow in descriptors of 64 bytes.
 */
#define DESC_FIELDS	3
#define DESC_HIGH	32
#define DESC_BYTES_HIGH 64

/* 6.1 has .bd_super; newer kernels have the superblock in .bd_holder. */
struct block_device___super {
	struct super_block *bd_super;
} __attribute__((preserve_access_index));

/* What the functions below know about the block of one bio. It is in a map, as
 * the programs have hardly any stack left (hot_page.bpf.h, page_place()). So
 * are all values that are read from the kernel.
 */
struct frsp_ext4_search {
	__u32 is_taken;
	__u32 meta; /* the result; FRSP_HOT_META_ANY: none yet */
	const struct ext4_sb_info___frsp *fs;
	const struct super_block *sb;
	const struct buffer_head
		*buffer; /* what bi_private is, or seems to be */
	const struct ext4_super_block___frsp *super;
	const struct buffer_head **descs; /* the array s_group_desc */
	__u64 block;
	__u64 group_blocks, per_desc_block, desc_bytes, table_blocks;
	__u64 n_desc_blocks;
	__u32 n_groups;
	__u32 group;	   /* that the block is in */
	__u32 first, end;  /* of the groups to look at; see halve() */
	__u32 field;	   /* that halve() looks at */
	__u32 first_block; /* of group 0 */
	__u32 flex_shift;
	/* read from the kernel */
	const struct buffer_head *at;
	__u64 word;
	__u32 half;
	__u16 reserved;
	__u8 block_shift;
	__u32 low[DESC_FIELDS], high[DESC_FIELDS];
	struct frsp_ext4_content {
		__u32 first; /* of a directory: inode number */
		__u16 entry_bytes;
		__u8 name_bytes;
		__u8 type;
		__u32 tail[3];
	} content;
};

/* A program takes one of the entries that follow that of its CPU. More than one
 * is in use on a CPU only if a program was preempted or interrupted here.
 */
#define SEARCHES     64
#define SEARCH_TRIES 4

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SEARCHES);
	__type(key, __u32);
	__type(value, struct frsp_ext4_search);
} hotmon_search SEC(".maps");

/* Reads pointer->field into a place in the map. The pointer is copied first, or
 * clang would relocate the way to it, too, if it is in a struct of ours.
 */
#define FETCH(place, pointer, field)                                           \
	({                                                                     \
		typeof(pointer) from = (pointer);                              \
		bpf_core_read(&(place), sizeof(place), &from->field);          \
	})

/* Finds where the bitmaps and the inode table of the group are: .low, .high. */
static __always_inline void read_desc(struct frsp_ext4_search *search,
				      __u32 group)
{
	__u32 per_block = search->per_desc_block;

	bpf_probe_read_kernel(&search->at, sizeof(search->at),
			      search->descs + group / per_block);
	FETCH(search->word, search->at, b_data);
	search->word += group % per_block * search->desc_bytes;
	bpf_probe_read_kernel(search->low, sizeof(search->low),
			      (void *)search->word);
	if (search->desc_bytes >= DESC_BYTES_HIGH)
		bpf_probe_read_kernel(search->high, sizeof(search->high),
				      (void *)(search->word + DESC_HIGH));
}

/* field: 0 to 2, a constant */
static __always_inline __u64 place_of(const struct frsp_ext4_search *search,
				      __u32 field)
{
	return (__u64)search->high[field] << 32 | search->low[field];
}

/* Is the block one of this group's bitmaps, or in its inode table? */
static __always_inline __u32 class_in_group(struct frsp_ext4_search *search,
					    __u32 group)
{
	read_desc(search, group);
	if (place_of(search, 0) == search->block)
		return FRSP_HOT_META_BLOCK_BITMAPS;
	if (place_of(search, 1) == search->block)
		return FRSP_HOT_META_INODE_BITMAPS;
	if (search->block - place_of(search, 2) < search->table_blocks)
		return FRSP_HOT_META_INODES;
	return FRSP_HOT_META_ANY;
}

static long next_group(__u32 nth __attribute__((unused)),
		       struct frsp_ext4_search **context)
{
	struct frsp_ext4_search *search = *context;

	if (search->first >= search->end)
		return 1;
	search->meta = class_in_group(search, search->first);
	search->first++;
	return search->meta != FRSP_HOT_META_ANY;
}

/* Halves [.first, .end), in which the last group is whose structure begins at
 * the block or in front of it.
 */
static long halve(__u32 nth __attribute__((unused)),
		  struct frsp_ext4_search **context)
{
	struct frsp_ext4_search *search = *context;
	__u32 middle = search->first + (search->end - search->first) / 2;
	__u64 place;

	if (search->first + 1 >= search->end)
		return 1;
	read_desc(search, middle);
	place = search->field == 0   ? place_of(search, 0)
		: search->field == 1 ? place_of(search, 1)
				     : place_of(search, 2);
	if (place <= search->block)
		search->first = middle;
	else
		search->end = middle;
	return 0;
}

/* mke2fs puts the inode tables of a flexible group one behind the other. So try
 * first the group whose table would have the block then.
 */
static __noinline int guess_group(struct frsp_ext4_search *search)
{
	__u64 guess;

	read_desc(search, search->first);
	guess = search->first +
		(search->block - place_of(search, 2)) / search->table_blocks;
	if (guess < search->end)
		search->meta = class_in_group(search, guess);
	return 0;
}

/* Looks at the descriptors of the block's flexible group. */
static __noinline int search_near(struct frsp_ext4_search *search)
{
	__u32 shift = search->flex_shift & 31;

	search->first = search->group >> shift << shift;
	search->end = search->first + (1U << shift);
	if (search->end > search->n_groups)
		search->end = search->n_groups;
	guess_group(search);
	if (search->meta == FRSP_HOT_META_ANY)
		bpf_loop(MAX_FLEX_GROUPS, next_group, &search, 0);
	return 0;
}

/* Does the last group have its block bitmap in its flexible group? Then so have
 * the others.
 */
static __noinline bool all_are_near(struct frsp_ext4_search *search)
{
	__u32 shift = search->flex_shift & 31, last = search->n_groups - 1;

	read_desc(search, last);
	return 1U << shift <= MAX_FLEX_GROUPS &&
	       place_of(search, 0) >=
		       (last >> shift << shift) * search->group_blocks;
}

static __noinline int search_all(struct frsp_ext4_search *search, __u32 field)
{
	search->field = field;
	search->first = 0;
	search->end = search->n_groups;
	bpf_loop(MAX_HALVINGS, halve, &search, 0);
	search->meta = class_in_group(search, search->first);
	return 0;
}

/* Is it in a block of descriptors that stands with others? Behind these, mke2fs
 * leaves room for more, for a filesystem that grows. With meta_bg, the
 * descriptors of some groups stand alone, in one of these groups.
 */
static __noinline bool is_desc_block(struct frsp_ext4_search *search)
{
	__u64 together = search->n_desc_blocks, nth;

	FETCH(search->half, search->super, s_feature_incompat);
	if (search->half & EXT4_INCOMPAT_META_BG) {
		FETCH(search->half, search->super, s_first_meta_bg);
		if (search->half < together)
			together = search->half;
		nth = search->group / search->per_desc_block;
		bpf_probe_read_kernel(&search->at, sizeof(search->at),
				      search->descs + nth);
		FETCH(search->word, search->at, b_blocknr);
		if (nth >= together && search->word == search->block)
			return true;
	} else {
		FETCH(search->reserved, search->super, s_reserved_gdt_blocks);
		together += search->reserved;
	}
	bpf_probe_read_kernel(&search->at, sizeof(search->at), search->descs);
	FETCH(search->word, search->at, b_blocknr);
	return search->block - search->word < together;
}

static __noinline bool is_mmp(struct frsp_ext4_search *search)
{
	FETCH(search->word, search->super, s_mmp_block);
	return search->word && search->word == search->block;
}

static __noinline bool is_super(struct frsp_ext4_search *search)
{
	FETCH(search->at, search->fs, s_sbh);
	FETCH(search->word, search->at, b_blocknr);
	if (search->word == search->block)
		return true;
	/* is being mounted: nothing else is read before the descriptors */
	search->at = NULL;
	if (search->descs && search->n_desc_blocks)
		bpf_probe_read_kernel(&search->at, sizeof(search->at),
				      search->descs + search->n_desc_blocks -
					      1);
	return !search->at;
}

/* A block of a directory begins with an entry. With metadata_csum, all but the
 * index blocks end with an entry that has the checksum.
 */
static __always_inline bool
is_directory(const struct frsp_ext4_content *content, __u64 bytes)
{
	if (!content->tail[0] &&
	    content->tail[1] == (EXT4_FT_DIR_CSUM << 24 | 12))
		return true;
	if (!content->first && !content->name_bytes &&
	    content->entry_bytes == bytes)
		return true; /* an index block */
	return content->entry_bytes >= 12 && !(content->entry_bytes & 3) &&
	       content->entry_bytes <= bytes && content->name_bytes &&
	       content->name_bytes + 8 <= content->entry_bytes &&
	       content->type && content->type < EXT4_FT_MAX;
}

static __noinline __u32 class_of_content(struct frsp_ext4_search *search,
					 __u32 bytes)
{
	struct frsp_ext4_content *content = &search->content;

	FETCH(search->word, search->buffer, b_data);
	bpf_probe_read_kernel(content, 8, (void *)search->word);
	bpf_probe_read_kernel(
		content->tail, sizeof(content->tail),
		(void *)(search->word + bytes - sizeof(content->tail)));
	if ((content->first & 0xffff) == EXT4_EXT_MAGIC)
		return FRSP_HOT_META_EXTENTS;
	if (content->first == EXT4_XATTR_MAGIC)
		return FRSP_HOT_META_XATTRS;
	/* only the page cache writes these so, if jbd2 left a buffer dirty */
	if (content->first == JBD2_MAGIC)
		return FRSP_HOT_META_JOURNAL;
	if (content->tail[1] == EXT4_ORPHAN_MAGIC)
		return FRSP_HOT_META_ORPHANS;
	if (is_directory(content, bytes))
		return FRSP_HOT_META_DIRECTORIES;
	return FRSP_HOT_META_OTHER;
}

/* Is the bio made of the one buffer that its bi_private points to? ext4 reads
 * and writes its metadata so. It is not if the page cache reads ahead on the
 * device: that reads all buffers of a page.
 */
static __noinline bool is_of_buffer(struct frsp_ext4_search *search,
				    const struct bio *bio)
{
	const struct buffer_head___b_end_io *older;

	FETCH(search->word, search->buffer, b_bdev);
	if (search->word != (__u64)bio->bi_bdev)
		return false;
	FETCH(search->word, search->buffer, b_size);
	if (search->word != bio->bi_iter.bi_size)
		return false;
	if (!bpf_core_field_exists(struct buffer_head___b_end_io, b_end_io))
		return (__u64)bio->bi_end_io != (__u64)&bh_end_async_read;
	older = (const void *)search->buffer;
	FETCH(search->word, older, b_end_io);
	return search->word != (__u64)&end_buffer_async_read_io;
}

/* The class of a block that is not at a fixed place. FRSP_HOT_META_ANY: the
 * content shows it.
 */
static __noinline __u32 class_elsewhere(struct frsp_ext4_search *search,
					const struct bio *bio)
{
	__u32 op = bio->bi_opf;

	if (!is_of_buffer(search, bio)) {
		/* read ahead, by ext4_readdir() or by a program that reads the
		 * device node; not by one if only the mount has it open
		 */
		FETCH(search->half, bio->bi_bdev, bd_openers.counter);
		return (op & 0xff) == REQ_OP_READ && search->half == 1
			       ? FRSP_HOT_META_DIRECTORIES
			       : FRSP_HOT_META_OTHER;
	}
	/* from 7.3 on, only FUA shows the last block of a fast commit */
	if ((op & 0xff) != REQ_OP_READ)
		return op & 1U << bpf_core_enum_value(enum req_flag_bits,
						      __REQ_FUA)
			       ? FRSP_HOT_META_JOURNAL
			       : FRSP_HOT_META_ANY;
	FETCH(search->word, search->fs, s_journal);
	FETCH(search->half, search->super, s_feature_compat);
	/* is being mounted: the journal is read, to recover it */
	if (!search->word && search->half & EXT4_COMPAT_JOURNAL)
		return FRSP_HOT_META_JOURNAL;
	if (op & 1U << bpf_core_enum_value(enum req_flag_bits, __REQ_META))
		return FRSP_HOT_META_DIRECTORIES;
	/* of a group that ext4_setup_new_descs() is adding */
	if (search->group >= search->n_groups)
		return FRSP_HOT_META_OTHER;
	return op & 1U << bpf_core_enum_value(enum req_flag_bits, __REQ_RAHEAD)
		       ? FRSP_HOT_META_INODES
		       : FRSP_HOT_META_EXTENTS;
}

/* Finds the ext4 that has the device, for itself or for its journal. The holder
 * of the device may be anything else, so the superblock must lead back to
 * itself. False: none.
 */
static __noinline bool find_ext4(struct frsp_ext4_search *search,
				 const struct bio *bio)
{
	const struct block_device *device = bio->bi_bdev;
	const struct block_device___super *older = (const void *)device;

	search->sb = NULL;
	if (bpf_core_field_exists(struct block_device___super, bd_super))
		FETCH(search->sb, older, bd_super);
	if (!search->sb)
		FETCH(search->sb, device, bd_holder);
	FETCH(search->word, search->sb, s_magic);
	if (!search->sb || search->word != EXT4_SUPER_MAGIC)
		return false;
	FETCH(search->fs, search->sb, s_fs_info);
	FETCH(search->word, search->fs, s_sb);
	search->buffer = bio->bi_private;
	return search->word == (__u64)search->sb;
}

/* Is it a block of the journal? jbd2 itself writes only the journal's
 * superblock in this way; the others are known by is_journal_write().
 */
static __noinline bool is_journal_block(struct frsp_ext4_search *search,
					const struct bio *bio)
{
	const struct journal_s___frsp *journal;

	FETCH(search->word, search->sb, s_bdev);
	if (search->word != (__u64)bio->bi_bdev)
		return true; /* the journal's own device */
	FETCH(search->word, search->fs, s_journal);
	journal = (const void *)search->word;
	if (!journal || !search->buffer)
		return false;
	FETCH(search->at, journal, j_sb_buffer);
	return search->at == search->buffer;
}

/* pos: offset on the device */
static __noinline int find_group(struct frsp_ext4_search *search, __u64 pos)
{
	search->meta = FRSP_HOT_META_ANY;
	__builtin_memset(search->high, 0, sizeof(search->high));
	FETCH(search->block_shift, search->sb, s_blocksize_bits);
	search->block = pos >> (search->block_shift & 63);
	FETCH(search->super, search->fs, s_es);
	FETCH(search->descs, search->fs, s_group_desc);
	FETCH(search->group_blocks, search->fs, s_blocks_per_group);
	FETCH(search->per_desc_block, search->fs, s_desc_per_block);
	FETCH(search->desc_bytes, search->fs, s_desc_size);
	FETCH(search->table_blocks, search->fs, s_itb_per_group);
	FETCH(search->n_desc_blocks, search->fs, s_gdb_count);
	FETCH(search->n_groups, search->fs, s_groups_count);
	FETCH(search->flex_shift, search->fs, s_log_groups_per_flex);
	FETCH(search->first_block, search->super, s_first_data_block);
	search->group =
		(search->block - search->first_block) / search->group_blocks;
	return 0;
}

static __always_inline void search_far(struct frsp_ext4_search *search)
{
	for (__u32 field = 0;
	     field < DESC_FIELDS && search->meta == FRSP_HOT_META_ANY; field++)
		search_all(search, field);
}

static __always_inline __u32 search_class(struct frsp_ext4_search *search,
					  const struct bio *bio, __u64 pos)
{
	if (!find_ext4(search, bio))
		return FRSP_HOT_META_ANY;
	if (is_journal_block(search, bio))
		return FRSP_HOT_META_JOURNAL;
	find_group(search, pos);
	if (is_super(search) || is_desc_block(search))
		return FRSP_HOT_META_SUPER;
	if (is_mmp(search))
		return FRSP_HOT_META_MMP;
	search_near(search);
	if (search->meta == FRSP_HOT_META_ANY && !all_are_near(search))
		search_far(search);
	if (search->meta == FRSP_HOT_META_ANY)
		search->meta = class_elsewhere(search, bio);
	if (search->meta == FRSP_HOT_META_ANY)
		search->meta = class_of_content(search, bio->bi_iter.bi_size);
	return search->meta;
}

static __noinline struct frsp_ext4_search *take_search(void)
{
	__u32 first = bpf_get_smp_processor_id(), key, i;
	struct frsp_ext4_search *search;

	for (i = 0; i < SEARCH_TRIES; i++) {
		key = (first + i) & (SEARCHES - 1);
		search = bpf_map_lookup_elem(&hotmon_search, &key);
		if (search && !__sync_lock_test_and_set(&search->is_taken, 1))
			return search;
	}
	return NULL;
}

/* The class of I/O on a page of the block device; pos: offset on the device. */
static __noinline __u32 ext4_class(const struct bio *bio, __u64 pos)
{
	struct frsp_ext4_search *search;
	__u32 meta;

	if (!bpf_core_field_exists(struct ext4_sb_info___frsp, s_group_desc))
		return FRSP_HOT_META_ANY;
	search = take_search();
	if (!search)
		return FRSP_HOT_META_OTHER;
	meta = search_class(search, bio, pos);
	*(volatile __u32 *)&search->is_taken = 0;
	return meta;
}

#endif
