/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of an image: opening them, and doing one I/O of the engine at once.
 *
 * An image that is open for writing is locked (flock), so that two engines
 * cannot change it. Files are a chain: the lowest delta first, and the last one
 * is the one that is written; at times the one below it, too.
 */
#ifndef FRSP_PLOOP_FILE_H
#define FRSP_PLOOP_FILE_H

#include "ploop/core/engine.h"

#define IMAGE_MAX_FILES 64

struct image_files {
	unsigned int n;
	bool is_direct; /* O_DIRECT: beside the page cache */
	int fds[IMAGE_MAX_FILES];
};

/* Opens the last n_writable for writing. 0 or -errno; -EWOULDBLOCK: somebody
 * has it open. */
int image_files_open(struct image_files *files, const char *const *paths,
		     unsigned int n, unsigned int n_writable, bool is_direct);
/* How many that are: none, the top, or the one below it, too. */
static inline unsigned int image_files_writable(bool read_only,
						bool lower_is_writable)
{
	return read_only ? 0 : 1 + lower_is_writable;
}
void image_files_close(struct image_files *files);
/* Opens one more, which may be written. 0 or -errno. */
int image_files_add(struct image_files *files, const char *path);
/* Closes the newest. */
void image_files_drop(struct image_files *files);
/* It is not written any more: others may read it. */
void image_files_share(const struct image_files *files, unsigned int file);
__u64 image_file_bytes(const struct image_files *files, unsigned int file);
/* Reads all of it; zeros behind the end of the file. 0 or -errno. */
int image_file_read(const struct image_files *files, unsigned int file,
		    void *buffer, size_t bytes, __u64 offset);
/* Does the I/O, sleeping until it has ended; the result for done(). */
int image_file_io(const struct image_files *files, const struct ploop_io *io);

/* The rest of struct ploop_ops, for backends with threads. */
void *image_memory_allocate(void *context, size_t bytes);
void image_memory_release(void *context, void *memory, size_t bytes);
__u64 image_now_ns(void *context);
void image_spin_lock(void *context, struct ploop_lock *lock);
void image_spin_unlock(void *context, struct ploop_lock *lock);

#endif
