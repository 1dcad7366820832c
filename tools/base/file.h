/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes files, and replaces them as a whole. */
#ifndef FRSP_FILE_H
#define FRSP_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* All return 0 or -errno. */

/* The caller frees *data. -EINVAL: not a regular file; -EFBIG: longer than max.
 */
int file_read(const char *path, size_t max, void **data, size_t *len);

/* Writes all of it, however often that takes. */
int file_write(int fd, const void *data, size_t len);

/* Reads len bytes at offset. Returns how many, which are fewer only at the
 * file's end, or -errno.
 */
ssize_t file_read_at(int fd, void *data, size_t len, off_t offset);

/* Writes all of it at offset. Returns 0 or -errno. */
int file_write_at(int fd, const void *data, size_t len, off_t offset);

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
