/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a repair takes out of an image. It is a file beside the image, with
 * holes, which has at the same offsets what the image had there. So this undoes
 * the repair: dd if=SAVED of=IMAGE bs=512 conv=notrunc,sparse
 */
#ifndef FRSP_PLOOP_SAVED_H
#define FRSP_PLOOP_SAVED_H

#include <limits.h>
#include <linux/types.h>

struct saved {
	int fd;
	char path[PATH_MAX];
};

/* Makes the file: that of the image with ".repair-1" behind it, or the first
 * higher number that is free. 0 or -errno.
 */
int saved_begin(const char *image_path, struct saved *saved);

/* Copies these bytes of the image, but for the holes in them. 0 or -errno. */
int saved_add(struct saved *saved, int image_fd, __u64 byte, __u64 n);

/* Closes the file, which is on the disk then. bytes: length of the image. 0 or
 * -errno.
 */
int saved_end(struct saved *saved, __u64 bytes);

/* Closes and removes it. */
void saved_drop(struct saved *saved);

#endif
