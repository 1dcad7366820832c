/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes image files for tests, right or wrong ones. */
#ifndef FRSP_IMAGE_MAKE_H
#define FRSP_IMAGE_MAKE_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/little_endian.h"
#include "ploop/image/table_piece.h"
#include "scratch.h"

/* An image with clusters of one sector: the header and up to 112 entries are
 * sector 0, and slot i is sector 1 + i.
 */
struct image_form {
	int version;
	__u32 in_use, flags;
	__u64 ext_off;
	__u64 n_sectors; /* 0: as many as entries */
	__u32 entries[16];
	__u32 n_entries;
	__u64 file_bytes;
};

/* What the cluster of a slot has: its number in each word. */
static inline void image_make_cluster(__u8 cluster[PLOOP_SECTOR], __u32 slot)
{
	for (int i = 0; i < PLOOP_SECTOR; i += 4)
		le32_put(cluster + i, slot + 1);
}

/* Writes the image to a file of the scratch directory. Returns its path, valid
 * until the next call.
 */
static inline const char *image_make(const char *name,
				     const struct image_form *form)
{
	static char path[PATH_MAX];
	const struct ploop_header header = {
		.version = form->version,
		.heads = 16,
		.cylinders = 1,
		.cluster_sectors = 1,
		.n_entries = form->n_entries,
		.n_sectors =
			form->n_sectors ? form->n_sectors : form->n_entries,
		.in_use = form->in_use,
		.data_off = 1,
		.flags = form->flags,
		.ext_off = form->ext_off,
	};
	__u8 cluster[PLOOP_SECTOR] = {0};
	int fd;

	strcpy(path, scratch_path(name));
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	ploop_header_encode(&header, cluster);
	for (__u32 i = 0; i < form->n_entries; i++)
		le32_put(cluster + table_byte(i), form->entries[i]);
	assert_int_equal(file_write_at(fd, cluster, sizeof(cluster), 0), 0);
	for (__u32 slot = 0; (slot + 1) * PLOOP_SECTOR < form->file_bytes;
	     slot++) {
		image_make_cluster(cluster, slot);
		assert_int_equal(file_write_at(fd, cluster, sizeof(cluster),
					       (slot + 1) * PLOOP_SECTOR),
				 0);
	}
	assert_int_equal(ftruncate(fd, form->file_bytes), 0);
	close(fd);
	return path;
}

#endif
