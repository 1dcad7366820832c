/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DiskDescriptor.xml: which image files a disk consists of. Each image but the
 * oldest has only what changed since its parent was frozen:
 *
 *   root.hds <- root.hds.1 <- root.hds.2 (the top: the only one that is
 *                                         written)
 *
 * What a function finds wrong with the file it says in a text of
 * DESCRIPTOR_TEXT bytes, such as "image {...} is its own ancestor", and returns
 * -EBADMSG.
 */
#ifndef FRSP_PLOOP_DESCRIPTOR_H
#define FRSP_PLOOP_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "ploop/image/guid.h"
#include "ploop/image/problem.h"

#define DESCRIPTOR_NAME	      "DiskDescriptor.xml"
#define DESCRIPTOR_TEXT	      200
#define DESCRIPTOR_MAX_IMAGES 1024

struct descriptor_image {
	char guid[GUID_LEN];
	char parent[GUID_LEN]; /* GUID_NONE: it is the oldest; "": unknown */
	bool is_raw;	       /* the file is the disk, byte for byte */
	char *file;	       /* as the descriptor has it */
};

struct descriptor {
	struct _xmlDoc *document; /* all that the file has */
	__u64 n_sectors;
	__u32 cluster_sectors;
	struct descriptor_image *images;
	size_t n_images;
	char top[GUID_LEN];
};

/* True if this is the name of a disk descriptor. */
bool descriptor_is_path(const char *path);

/* 0; -EBADMSG or another -errno, and problem says what is wrong. The caller
 * calls descriptor_free() if it is 0.
 */
int descriptor_read(const char *path, struct descriptor *descriptor,
		    struct image_problem *problem);
/* The same from bytes. */
int descriptor_parse(const char *bytes, size_t n, struct descriptor *descriptor,
		     char *wrong);
void descriptor_free(struct descriptor *descriptor);

/* Fills in chain with the images from the top to the oldest. Returns how many
 * there are, or -EBADMSG.
 */
int descriptor_chain(const struct descriptor *descriptor,
		     const struct descriptor_image **chain, char *wrong);

/* Where the file of an image is, if the descriptor is at path. 0 or
 * -ENAMETOOLONG.
 */
int descriptor_file(const char *path, const struct descriptor_image *image,
		    char *out, size_t size);

/* A descriptor of a new disk that has one image. 0 or -errno. */
int descriptor_make(__u64 n_sectors, __u32 cluster_sectors, const char *file,
		    struct descriptor *descriptor);

/* Freezes the top, which gets the name frozen, and makes file the new top. Only
 * in memory. 0 or -errno.
 */
int descriptor_push(struct descriptor *descriptor, const char *frozen,
		    const char *file);

/* Takes the top out; its parent is the top from then on, and gets its name.
 * Only in memory. 0 or -errno.
 */
int descriptor_pop(struct descriptor *descriptor);

/* Gives the disk another size. Only in memory. */
void descriptor_resize(struct descriptor *descriptor, __u64 n_sectors);

/* Whatever happens meanwhile, path has the old or the new descriptor, whole and
 * on the disk. 0 or -errno.
 */
int descriptor_write(const struct descriptor *descriptor, const char *path);

#endif
