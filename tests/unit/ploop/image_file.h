/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new, empty image in the scratch directory. */
#ifndef FRSP_TEST_IMAGE_FILE_H
#define FRSP_TEST_IMAGE_FILE_H

#include <fcntl.h>
#include <unistd.h>

#include "ploop/core/format.h"
#include "scratch.h"

static inline void image_file_make_at(const char *path, __u64 clusters,
				      __u32 cluster_sectors)
{
	struct ploop_header header;
	__u8 raw[PLOOP_HEADER_BYTES];
	int fd;

	assert_int_equal(ploop_header_make(clusters * cluster_sectors,
					   cluster_sectors, &header),
			 PLOOP_FINE);
	ploop_header_encode(&header, raw);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, raw, sizeof(raw)), sizeof(raw));
	assert_int_equal(ftruncate(fd, ploop_data_bytes(&header)), 0);
	close(fd);
}

/* Its path, valid until the next call. */
static inline const char *image_file_make(__u64 clusters, __u32 cluster_sectors)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", scratch_path("disk.hds"));
	image_file_make_at(path, clusters, cluster_sectors);
	return path;
}

#endif
