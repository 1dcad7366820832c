/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a new image from its begin to its end. Only what is not zero takes
 * space. Until writer_end() the header says "in use".
 */
#ifndef FRSP_PLOOP_WRITER_H
#define FRSP_PLOOP_WRITER_H

#include <stddef.h>
#include <linux/types.h>

#include "ploop/core/format.h"

struct writer;

/* Makes the file, which must not be there yet. header: by ploop_header_make().
 * 0 or -errno.
 */
int writer_begin(const char *path, const struct ploop_header *header,
		 struct writer **writer);

/* Puts n bytes at this place of the disk, at or behind those put before. 0 or
 * -errno.
 */
int writer_put(struct writer *writer, __u64 start, const void *bytes, size_t n);

/* Puts the image on the disk, and frees the writer. 0 or -errno: then the file
 * is removed.
 */
int writer_end(struct writer *writer);

/* Removes the file and frees the writer. */
void writer_drop(struct writer *writer);

#endif
