// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image_60t IMAGE SUMMARY [equal]: fragments the free space of IMAGE, a fresh
 * ext4 filesystem of any size, and writes the summaries of its groups to
 * SUMMARY (an array of struct frsp_group_summary), as frsp.ko would export
 * them.
 *
 * 30 % of each group is free, in runs of at most 12 blocks; one group in 2000
 * also has a run of 32 MiB. With "equal" such a group has no more free blocks
 * than others, so that the free counts do not tell where the long runs are.
 *
 * Each group's bitmap is written at once: libext2fs would keep a billion runs in
 * memory. The blocks that are now in use belong to no file. The kernel does not
 * notice that, but e2fsck would: this image is for allocations, not for checks.
 */
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random64.h"
#include "uapi/frsp.h"

#define LONGEST_SHORT 12
#define LONG_BLOCKS   8192
#define LONG_EVERY    2000
#define FREE_PERCENT  30
#define MEAN_SHORT_X2 (1 + LONGEST_SHORT)
#define BITMAP_BYTES  4096

static void die(const char *what, errcode_t err)
{
	fprintf(stderr, "image_60t: %s: %s\n", what, error_message(err));
	exit(1);
}

/* 1 to max, all equally likely. */
static uint32_t random_upto(uint32_t max)
{
	return 1 + (uint32_t)(random64() >> 32) % max;
}

static void set_bits(uint8_t *bitmap, uint32_t start, uint32_t len)
{
	for (; len && start % 8; len--, start++)
		bitmap[start / 8] |= 1 << start % 8;
	memset(bitmap + start / 8, 0xff, len / 8);
	start += len / 8 * 8;
	for (len %= 8; len; len--, start++)
		bitmap[start / 8] |= 1 << start % 8;
}

/*
 * Fills [start, end) but for short free runs, which have free_percent of it.
 * The first and the last block are in use, so that runs do not join.
 */
static void fragment(uint8_t *bitmap, uint32_t start, uint32_t end,
		     unsigned int free_percent)
{
	/* mean used / mean free = (100 - percent) / percent */
	uint32_t longest_used =
		MEAN_SHORT_X2 * (100 - free_percent) / free_percent - 1;
	uint32_t used;

	while (start < end) {
		used = random_upto(longest_used);
		if (used > end - start)
			used = end - start;
		set_bits(bitmap, start, used);
		start += used + random_upto(LONGEST_SHORT);
	}
	set_bits(bitmap, end - 1, 1);
}

static bool is_used(const uint8_t *bitmap, uint32_t block)
{
	return bitmap[block / 8] >> block % 8 & 1;
}

/* Counts the free blocks, and finds the longest run. */
static void measure(const uint8_t *bitmap, uint32_t blocks,
		    struct frsp_group_summary *summary)
{
	uint32_t start = 0, end;

	summary->free = summary->longest_start = summary->longest_len = 0;
	for (; start < blocks; start = end) {
		end = start + 1;
		if (is_used(bitmap, start))
			continue;
		while (end < blocks && !is_used(bitmap, end))
			end++;
		summary->free += end - start;
		if (end - start > summary->longest_len) {
			summary->longest_start = start;
			summary->longest_len = end - start;
		}
	}
}

/* Long runs are at the end of the group: metadata is at its start. */
static void fill_group(uint8_t *bitmap, uint32_t blocks, bool has_long,
		       bool equal)
{
	uint32_t short_blocks = blocks - LONG_BLOCKS;
	unsigned int percent = FREE_PERCENT;

	if (!has_long) {
		fragment(bitmap, 0, blocks, FREE_PERCENT);
		return;
	}
	if (equal)
		percent = (blocks * FREE_PERCENT / 100 - LONG_BLOCKS) * 100 /
			  short_blocks;
	fragment(bitmap, 0, short_blocks, percent);
}

static void write_group(ext2_filsys fs, dgrp_t group, int fd, bool equal,
			struct frsp_group_summary *summary)
{
	uint32_t blocks = fs->super->s_blocks_per_group;
	uint8_t bitmap[BITMAP_BYTES];
	errcode_t err;

	err = ext2fs_get_block_bitmap_range2(
		fs->block_map, ext2fs_group_first_block2(fs, group), blocks,
		bitmap);
	if (err)
		die("bitmap", err);
	fill_group(bitmap, blocks, group % LONG_EVERY == LONG_EVERY / 2, equal);
	measure(bitmap, blocks, summary);
	summary->group = group;
	if (pwrite(fd, bitmap, sizeof(bitmap),
		   (off_t)ext2fs_block_bitmap_loc(fs, group) * fs->blocksize) !=
	    sizeof(bitmap))
		die("write", errno);
	ext2fs_bg_free_blocks_count_set(fs, group, summary->free);
	ext2fs_bg_flags_clear(fs, group, EXT2_BG_BLOCK_UNINIT);
	ext2fs_block_bitmap_csum_set(fs, group, (char *)bitmap, sizeof(bitmap));
	ext2fs_group_desc_csum_set(fs, group);
}

static void write_groups(ext2_filsys fs, int fd, FILE *summaries, bool equal)
{
	struct frsp_group_summary summary;
	uint64_t free = 0;

	for (dgrp_t group = 0; group < fs->group_desc_count; group++) {
		write_group(fs, group, fd, equal, &summary);
		free += summary.free;
		if (fwrite(&summary, sizeof(summary), 1, summaries) != 1)
			die("summary", errno);
	}
	ext2fs_free_blocks_count_set(fs->super, free);
	ext2fs_mark_super_dirty(fs);
}

int main(int argc, char **argv)
{
	bool equal = argc == 4 && !strcmp(argv[3], "equal");
	FILE *summaries;
	ext2_filsys fs;
	errcode_t err;
	int fd;

	if (argc < 3 || argc > 4 || (argc == 4 && !equal)) {
		fprintf(stderr, "usage: image_60t IMAGE SUMMARY [equal]\n");
		return 2;
	}
	rng = 60;
	err = ext2fs_open(argv[1], EXT2_FLAG_RW | EXT2_FLAG_64BITS, 0, 0,
			  unix_io_manager, &fs);
	if (!err)
		err = ext2fs_read_block_bitmap(fs);
	if (err)
		die(argv[1], err);
	fd = open(argv[1], O_WRONLY | O_CLOEXEC);
	summaries = fopen(argv[2], "we");
	if (fd < 0 || !summaries ||
	    fs->super->s_blocks_per_group != 8 * BITMAP_BYTES)
		die(argv[2], errno);
	write_groups(fs, fd, summaries, equal);
	if (fclose(summaries) || fsync(fd) || close(fd))
		die(argv[2], errno);
	/* The backups of the descriptors stay as they are; no one reads them. */
	fs->flags |= EXT2_FLAG_MASTER_SB_ONLY;
	fs->flags &= ~EXT2_FLAG_BB_DIRTY;
	err = ext2fs_close(fs);
	if (err)
		die("close", err);
	return 0;
}
