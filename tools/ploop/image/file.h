/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file with an image, as this program opens it: to read, or alone to repair. */
#ifndef FRSP_PLOOP_IMAGE_FILE_H
#define FRSP_PLOOP_IMAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "ploop/core/format.h"

struct image_file {
	int fd;
	__u64 bytes; /* length of the file */
	struct ploop_header header;
	/* What is wrong with the place of the format extension. If it is not
	 * PLOOP_FINE, .header has none.
	 */
	enum ploop_fault extension_fault;
};

/* Opens the file. is_alone: for writing, and nobody else may have it open as an
 * image. 0; -EBADMSG: *fault says why it is no image that we handle; -EAGAIN:
 * another process has it open; -EINVAL: not a regular file; another -errno.
 */
int image_file_open(const char *path, bool is_alone, struct image_file *file,
		    enum ploop_fault *fault);
void image_file_close(struct image_file *file);

/* All n bytes, or -errno; -ENODATA: the file ends before. */
int read_all_at(int fd, void *to, size_t n, __u64 byte);

#endif
