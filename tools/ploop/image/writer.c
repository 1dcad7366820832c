// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ploop/image/table_piece.h"
#include "ploop/image/zeros.h"

struct writer {
	int fd;
	char path[PATH_MAX];
	struct ploop_header header;
	__u8 *cluster;	/* the one that is being filled */
	__u32 entry;	/* its number */
	bool has_bytes; /* that are not 0 */
	__u32 n_slots;
	struct table_piece piece;
};

static int write_header(struct writer *writer, __u32 in_use)
{
	__u8 raw[PLOOP_HEADER_BYTES];

	writer->header.in_use = in_use;
	ploop_header_encode(&writer->header, raw);
	return file_write_at(writer->fd, raw, sizeof(raw), 0);
}

int writer_begin(const char *path, const struct ploop_header *header,
		 struct writer **out)
{
	struct writer *writer;
	int err = 0;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return -ENOMEM;
	writer->header = *header;
	strcpy(writer->path, path);
	writer->cluster = calloc(1, ploop_cluster_bytes(header));
	writer->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (writer->fd < 0) {
		err = -errno;
		free(writer->cluster);
		free(writer);
		return err;
	}
	if (!writer->cluster)
		err = -ENOMEM;
	if (!err)
		err = write_header(writer, PLOOP_IN_USE);
	if (!err && ftruncate(writer->fd, ploop_data_bytes(header)))
		err = -errno;
	if (err)
		writer_drop(writer);
	else
		*out = writer;
	return err;
}

/* Writes the piece of the table that the writer has. */
static int write_piece(struct writer *writer)
{
	struct table_piece *piece = &writer->piece;
	int err = piece->n ? file_write_at(writer->fd, piece->raw,
					   piece->n * (size_t)PLOOP_ENTRY_BYTES,
					   table_byte(piece->first))
			   : 0;

	piece->n = 0;
	return err;
}

static int set_entry(struct writer *writer, __u32 entry, __u32 value)
{
	struct table_piece *piece = &writer->piece;
	__u32 first = entry / TABLE_PIECE * TABLE_PIECE;
	int err;

	if (piece->first != first || !piece->n) {
		err = write_piece(writer);
		if (err)
			return err;
		memset(piece->raw, 0, sizeof(piece->raw));
		piece->first = first;
	}
	piece->raw[entry - first] = htole32(value);
	piece->n = entry - first + 1;
	return 0;
}

/* Writes the cluster that is being filled, if it has more than zeros. */
static int write_cluster(struct writer *writer)
{
	const struct ploop_header *header = &writer->header;
	size_t n = ploop_cluster_bytes(header);
	__u32 slot = writer->n_slots;
	int err;

	if (!writer->has_bytes)
		return 0;
	if (slot == ploop_max_slots(header))
		return -EFBIG;
	err = zeros_skip_write(writer->fd, writer->cluster, n,
			       ploop_slot_byte(header, slot));
	if (!err)
		err = set_entry(writer, writer->entry,
				ploop_slot_entry(header, slot));
	memset(writer->cluster, 0, n);
	writer->has_bytes = false;
	writer->n_slots++;
	return err;
}

int writer_put(struct writer *writer, __u64 start, const void *bytes, size_t n)
{
	const __u64 cluster_bytes = ploop_cluster_bytes(&writer->header);
	int err = 0;

	while (!err && n) {
		__u64 entry = start / cluster_bytes;
		size_t at = start % cluster_bytes;
		size_t now = n < cluster_bytes - at ? n : cluster_bytes - at;

		if (entry >= writer->header.n_entries)
			return -ENOSPC;
		if (entry != writer->entry)
			err = write_cluster(writer);
		writer->entry = entry;
		if (!zeros_only(bytes, now)) {
			memcpy(writer->cluster + at, bytes, now);
			writer->has_bytes = true;
		}
		bytes = (const char *)bytes + now;
		start += now;
		n -= now;
	}
	return err;
}

static int finish(struct writer *writer)
{
	const struct ploop_header *header = &writer->header;
	int err = write_cluster(writer);

	if (!err)
		err = write_piece(writer);
	if (!err &&
	    (ftruncate(writer->fd, ploop_slot_byte(header, writer->n_slots)) ||
	     fsync(writer->fd)))
		err = -errno;
	if (writer->n_slots)
		writer->header.flags &= ~PLOOP_FLAG_EMPTY;
	if (!err)
		err = write_header(writer, PLOOP_CLOSED_OLD);
	if (!err && fsync(writer->fd))
		err = -errno;
	return err ? err : file_sync_directory_of(writer->path);
}

static void free_writer(struct writer *writer)
{
	close(writer->fd);
	free(writer->cluster);
	free(writer);
}

int writer_end(struct writer *writer)
{
	int err = finish(writer);

	if (err)
		unlink(writer->path);
	free_writer(writer);
	return err;
}

void writer_drop(struct writer *writer)
{
	unlink(writer->path);
	free_writer(writer);
}
