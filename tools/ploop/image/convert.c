// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "ploop/image/writer.h"
#include "ploop/image/zeros.h"

#define COPY_BYTES (1 << 20)

struct copy {
	struct convert *convert;
	struct image_problem *problem;
	struct writer *writer; /* NULL: to a raw file */
	int fd;		       /* the raw file */
	char *buffer;
	__u64 disk_bytes;
};

static int put(struct copy *copy, __u64 start, size_t n)
{
	int err = copy->writer
			  ? writer_put(copy->writer, start, copy->buffer, n)
			  : zeros_skip_write(copy->fd, copy->buffer, n, start);

	copy->convert->copied_bytes += n;
	return err ? problem_with(copy->problem, copy->convert->to, err) : 0;
}

/* Reads bytes of the image, which end where the disk ends or, of a raw file,
 * where that ends; what is missing then is zeros.
 */
static int get(struct copy *copy, const struct chain_image *image, __u64 byte,
	       size_t n)
{
	size_t there = n;
	int err;

	if (byte + n > image->file.bytes)
		there = image->file.bytes - byte;
	for (size_t i = there; i < n; i++)
		copy->buffer[i] = 0;
	err = read_all_at(image->file.fd, copy->buffer, there, byte);
	return err ? problem_with(copy->problem, image->path, err) : 0;
}

/* How many of the n bytes from this one on are in a hole of the file. */
static __u64 count_hole(int fd, __u64 byte, __u64 n)
{
	off_t data = lseek(fd, byte, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? n : 0;
	return (__u64)data - byte < n ? (__u64)data - byte : n;
}

static int copy_run(void *context, const struct chain_run *run)
{
	struct copy *copy = context;
	struct convert *convert = copy->convert;
	const struct chain_image *image;
	__u64 done = 0;
	int err = 0;

	if (run->level == CHAIN_NOWHERE)
		return 0;
	image = &convert->from->images[run->level];
	while (!err && done < run->bytes) {
		__u64 left = run->bytes - done;
		__u64 n = count_hole(image->file.fd, run->byte + done, left);

		if (!n) {
			n = left < COPY_BYTES ? left : COPY_BYTES;
			err = get(copy, image, run->byte + done, n);
			if (!err)
				err = put(copy, run->start + done, n);
		}
		done += n;
		if (!err && convert->progress)
			err = convert->progress(convert->context,
						run->start + done,
						copy->disk_bytes);
	}
	return err;
}

static int to_raw(struct copy *copy)
{
	struct convert *convert = copy->convert;
	int err = 0;

	copy->fd = open(convert->to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0666);
	if (copy->fd < 0)
		return problem_with(copy->problem, convert->to, -errno);
	if (ftruncate(copy->fd, copy->disk_bytes))
		err = problem_with(copy->problem, convert->to, -errno);
	if (!err)
		err = chain_map(convert->from, copy_run, copy, copy->problem);
	if (!err && fsync(copy->fd))
		err = problem_with(copy->problem, convert->to, -errno);
	if (close(copy->fd) && !err)
		err = problem_with(copy->problem, convert->to, -errno);
	if (err)
		unlink(convert->to);
	else
		err = file_sync_directory_of(convert->to);
	return err;
}

static int to_image(struct copy *copy)
{
	struct convert *convert = copy->convert;
	struct ploop_header header;
	enum ploop_fault fault = ploop_header_make(
		convert->from->n_sectors, convert->cluster_sectors, &header);
	int err;

	if (fault)
		return problem_say(copy->problem, convert->to, "%s",
				   ploop_fault_text(fault));
	err = writer_begin(convert->to, &header, &copy->writer);
	if (err)
		return problem_with(copy->problem, convert->to, err);
	err = chain_map(convert->from, copy_run, copy, copy->problem);
	if (err) {
		writer_drop(copy->writer);
		return err;
	}
	err = writer_end(copy->writer);
	return err ? problem_with(copy->problem, convert->to, err) : 0;
}

int convert_run(struct convert *convert, struct image_problem *problem)
{
	struct copy copy = {
		.convert = convert,
		.problem = problem,
		.buffer = malloc(COPY_BYTES),
		.disk_bytes = convert->from->n_sectors * PLOOP_SECTOR,
	};
	int err;

	convert->copied_bytes = 0;
	if (!copy.buffer)
		return problem_with(problem, convert->to, -ENOMEM);
	err = convert->is_to_raw ? to_raw(&copy) : to_image(&copy);
	free(copy.buffer);
	return err;
}
