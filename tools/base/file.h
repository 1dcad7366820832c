/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files, in and out. */
#ifndef FRSP_FILE_H
#define FRSP_FILE_H

#include <stddef.h>

/* Both return 0 or -errno. */

/* *data is to be freed. -EINVAL: not a regular file, -EFBIG: longer than max. */
int file_read(const char *path, size_t max, void **data, size_t *len);

/* At path there is the old file or the new one, whole and on the disk, whatever
 * happens meanwhile. A new one has mode 0600. -EINVAL: what is there now is not
 * a regular file.
 */
int file_replace(const char *path, const void *data, size_t len);

#endif
