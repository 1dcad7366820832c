// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * place_map DIR DEVICE: prints numbers about the places of the files below DIR
 * on DEVICE, a mounted ext4 filesystem, as one line of "NAME=NUMBER" words.
 * place_stats.h describes the numbers and the model of a disk. The model reads
 * each directory's files, and then its subdirectories; once in the order in
 * which the directory lists its files, and once in the order of their creation.
 * Directories and empty files are not counted.
 */
#include <dirent.h>
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place_stats.h"

#define EXTENTS_A_CALL 256

struct listing {
	struct place_file *files;
	unsigned int n_files;
	char **subdirs;
	unsigned int n_subdirs;
};

static ext2_filsys fs;
static struct disk listed, created;
static struct place_sums sums;

static void die(const char *what)
{
	fprintf(stderr, "place_map: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void read_extents(int fd, struct place_file *file)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extent[EXTENTS_A_CALL];
	} query;
	uint64_t from = 0;

	do {
		memset(&query.map, 0, sizeof(query.map));
		query.map.fm_start = from;
		query.map.fm_length = FIEMAP_MAX_OFFSET - from;
		query.map.fm_extent_count = EXTENTS_A_CALL;
		if (ioctl(fd, FS_IOC_FIEMAP, &query.map))
			die("FIEMAP");
		for (unsigned int i = 0; i < query.map.fm_mapped_extents; i++) {
			const struct fiemap_extent *extent = &query.extent[i];

			if (place_file_add(file, extent->fe_logical,
					   extent->fe_physical,
					   extent->fe_length))
				die("extents");
			from = extent->fe_logical + extent->fe_length;
		}
	} while (query.map.fm_mapped_extents == EXTENTS_A_CALL);
}

static void list_file(struct listing *listing, int dir_fd, const char *name,
		      const struct statx *stat)
{
	struct place_file file = {
		.born_ns = stat->stx_btime.tv_sec * 1000000000LL +
			   stat->stx_btime.tv_nsec,
		.ino = stat->stx_ino,
	};
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(name);
	read_extents(fd, &file);
	close(fd);
	if (!file.n_extents)
		return;
	listing->files = reallocarray(listing->files, listing->n_files + 1,
				      sizeof(file));
	if (!listing->files)
		die("files");
	listing->files[listing->n_files++] = file;
}

static void list_subdir(struct listing *listing, const char *name)
{
	listing->subdirs =
		reallocarray(listing->subdirs, listing->n_subdirs + 1,
			     sizeof(*listing->subdirs));
	if (!listing->subdirs)
		die("directories");
	listing->subdirs[listing->n_subdirs] = strdup(name);
	if (!listing->subdirs[listing->n_subdirs++])
		die("directories");
}

static void list(struct listing *listing, DIR *dir)
{
	struct dirent *entry;
	struct statx stat;

	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (statx(dirfd(dir), entry->d_name, AT_SYMLINK_NOFOLLOW,
			  STATX_BASIC_STATS | STATX_BTIME, &stat))
			die(entry->d_name);
		if (S_ISDIR(stat.stx_mode))
			list_subdir(listing, entry->d_name);
		else if (S_ISREG(stat.stx_mode))
			list_file(listing, dirfd(dir), entry->d_name, &stat);
	}
}

/* The offset of the inode on the disk, in the inode table of its group. */
static uint64_t inode_byte(ino_t ino)
{
	dgrp_t group = ext2fs_group_of_ino(fs, ino);
	uint64_t index = (ino - 1) % EXT2_INODES_PER_GROUP(fs->super);

	return ext2fs_inode_table_loc(fs, group) * fs->blocksize +
	       index * EXT2_INODE_SIZE(fs->super);
}

static void add_files(struct listing *listing, ino_t dir_ino)
{
	for (unsigned int i = 0; i < listing->n_files; i++)
		disk_read(&listed, &listing->files[i]);
	if (listing->n_files)
		qsort(listing->files, listing->n_files, sizeof(*listing->files),
		      place_by_birth);
	for (unsigned int i = 0; i < listing->n_files; i++)
		disk_read(&created, &listing->files[i]);
	if (place_sums_add(&sums, listing->files, listing->n_files,
			   inode_byte(dir_ino)))
		die("gaps");
}

static void listing_free(struct listing *listing)
{
	for (unsigned int i = 0; i < listing->n_files; i++)
		free(listing->files[i].extents);
	for (unsigned int i = 0; i < listing->n_subdirs; i++)
		free(listing->subdirs[i]);
	free(listing->files);
	free(listing->subdirs);
}

static void add_dir(int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct listing listing = {0};
	struct stat stat;

	if (!dir || fstat(fd, &stat))
		die(name);
	list(&listing, dir);
	add_files(&listing, stat.st_ino);
	for (unsigned int i = 0; i < listing.n_subdirs; i++)
		add_dir(fd, listing.subdirs[i]);
	listing_free(&listing);
	closedir(dir);
}

static void print(void)
{
	double files = sums.files ? sums.files : 1;
	double transfer_ms = sums.bytes / DISK_BYTES_PER_MS;

	printf("files=%llu mib=%.1f extents=%llu extents_per_file=%.4f",
	       (unsigned long long)sums.files, sums.bytes / 0x1p20,
	       (unsigned long long)sums.extents, sums.extents / files);
	printf(" gap_median_kib=%.1f gap_mean_kib=%.1f span_mib=%.2f",
	       place_median_gap(&sums) / 1024, place_mean_gap(&sums) / 1024,
	       sums.span_bytes / 0x1p20);
	printf(" distance_mib=%.2f listed_s=%.4f seeks_s=%.4f created_s=%.4f "
	       "passing_s=%.4f\n",
	       sums.distance_bytes / files / 0x1p20, listed.ms / 1000,
	       (listed.ms - transfer_ms) / 1000, created.ms / 1000,
	       created.passing_ms / 1000);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: place_map DIR DEVICE\n");
		return 2;
	}
	if (ext2fs_open(argv[2], EXT2_FLAG_64BITS, 0, 0, unix_io_manager,
			&fs)) {
		fprintf(stderr, "place_map: %s: not ext4, or not readable\n",
			argv[2]);
		return 1;
	}
	listed.bytes = ext2fs_blocks_count(fs->super) * fs->blocksize;
	created.bytes = listed.bytes;
	add_dir(AT_FDCWD, argv[1]);
	print();
	free(sums.gaps);
	ext2fs_close(fs);
	return 0;
}
