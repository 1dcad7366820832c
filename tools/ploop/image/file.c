// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

int read_all_at(int fd, void *to, size_t n, __u64 byte)
{
	ssize_t done = file_read_at(fd, to, n, byte);

	if (done < 0)
		return done;
	return (size_t)done == n ? 0 : -ENODATA;
}

/* QEMU locks some bytes of an image that it has open, and our servers the file
 * (flock). Both locks end with the file descriptor.
 */
static int lock(int fd)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (!fcntl(fd, F_OFD_SETLK, &all))
		return 0;
	return errno == EACCES ? -EAGAIN : -errno;
}

static bool is_of_extension(enum ploop_fault fault)
{
	return fault == PLOOP_EXT_UNALIGNED || fault == PLOOP_EXT_IN_TABLE ||
	       fault == PLOOP_EXT_CUT;
}

static int read_header(struct image_file *file, enum ploop_fault *fault)
{
	__u8 raw[PLOOP_HEADER_BYTES];
	int err = read_all_at(file->fd, raw, sizeof(raw), 0);

	*fault = PLOOP_NOT_AN_IMAGE;
	if (err)
		return err == -ENODATA ? -EBADMSG : err;
	*fault = ploop_header_decode(raw, &file->header);
	if (!*fault)
		*fault = ploop_header_check(&file->header, file->bytes);
	if (is_of_extension(*fault)) {
		file->extension_fault = *fault;
		file->header.ext_off = 0;
		*fault = PLOOP_FINE;
	}
	return *fault ? -EBADMSG : 0;
}

int image_file_open(const char *path, bool is_alone, struct image_file *file,
		    enum ploop_fault *fault)
{
	struct stat st;
	int err = 0;

	*file = (struct image_file){0};
	*fault = PLOOP_FINE;
	/* O_NONBLOCK: a fifo does not hold us up */
	file->fd = open(path, (is_alone ? O_RDWR : O_RDONLY) | O_CLOEXEC |
				      O_NONBLOCK);
	if (file->fd < 0)
		return -errno;
	if (fstat(file->fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	file->bytes = st.st_size;
	if (!err && is_alone)
		err = lock(file->fd);
	if (!err)
		err = read_header(file, fault);
	if (err)
		image_file_close(file);
	return err;
}

void image_file_close(struct image_file *file)
{
	close(file->fd);
	file->fd = -1;
}
