/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads, writes and replaces whole files. */
#ifndef FRSP_FILE_H
#define FRSP_FILE_H

#include <stddef.h>

/* All return 0 or -errno. */

/* The caller frees *data. -EINVAL: not a regular file; -EFBIG: longer than max.
 */
int file_read(const char *path, size_t max, void **data, size_t *len);

/* Writes all of it, however often that takes. */
int file_write(int fd, const void *data, size_t len);

/* Whatever happens meanwhile, path has either the old or the new file, whole
 * and on the disk. A file that was not there has mode 0600 then. -EINVAL: path
 * is something other than a regular file.
 */
int file_replace(const char *path, const void *data, size_t len);

/* Writes the directory that has path to the disk, and so the name of a file
 * that was made there. 0 or -errno.
 */
int file_sync_directory_of(const char *path);

#endif
