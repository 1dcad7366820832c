// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * free_runs DEVICE: prints a line of "NAME=NUMBER" words about the free runs of
 * an unmounted ext4 filesystem: their number, their size in all, and the size
 * of the ten largest. e2freefrag 1.47.0 reports too little free space for
 * clusters of many blocks.
 */
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LARGEST 10

static uint64_t n_runs, n_free;
static uint64_t largest[LARGEST]; /* blocks, the largest one first */

static void die(const char *what, errcode_t err)
{
	fprintf(stderr, "free_runs: %s: error %ld\n", what, (long)err);
	exit(1);
}

static void add_run(uint64_t blocks)
{
	n_runs++;
	n_free += blocks;
	for (int i = 0; i < LARGEST; i++)
		if (blocks > largest[i]) {
			uint64_t smaller = largest[i];

			largest[i] = blocks;
			blocks = smaller;
		}
}

static void add_all(ext2_filsys fs)
{
	blk64_t last = ext2fs_blocks_count(fs->super) - 1;
	blk64_t end, start = fs->super->s_first_data_block;

	/* Both functions return ENOENT if there is no such block. */
	while (start <= last && !ext2fs_find_first_zero_block_bitmap2(
					fs->block_map, start, last, &start)) {
		if (ext2fs_find_first_set_block_bitmap2(fs->block_map, start,
							last, &end))
			end = last + 1;
		add_run(end - start);
		start = end;
	}
}

static double mib(ext2_filsys fs, uint64_t blocks)
{
	return (double)blocks * fs->blocksize / 0x1p20;
}

int main(int argc, char **argv)
{
	uint64_t n_largest = 0;
	ext2_filsys fs;
	errcode_t err;

	if (argc != 2) {
		fprintf(stderr, "usage: free_runs DEVICE\n");
		return 2;
	}
	err = ext2fs_open(argv[1], EXT2_FLAG_64BITS, 0, 0, unix_io_manager,
			  &fs);
	if (!err)
		err = ext2fs_read_block_bitmap(fs);
	if (err)
		die(argv[1], err);
	add_all(fs);
	for (int i = 0; i < LARGEST; i++)
		n_largest += largest[i];
	printf("free_runs=%llu free_mib=%.2f free_largest_mib=%.2f\n",
	       (unsigned long long)n_runs, mib(fs, n_free), mib(fs, n_largest));
	ext2fs_close(fs);
	return 0;
}
