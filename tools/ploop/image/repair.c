// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each step is on the disk before the next one begins:
 *
 *   1 what will be taken out is copied to another file
 *   2 the header says "in use": from here on a crash is seen
 *   3 the file ends at the end of a cluster
 *   4 the table is written without the entries that point nowhere: else they
 *     would point to the copies, once the file is longer
 *   5 for each piece of the table: a cluster that an earlier entry has, too, is
 *     copied; then the piece is written
 *   6 what nothing refers to is given back
 *   7 the header says "closed"
 *
 * Entries used twice: entry 5 and entry 9 both have slot 2, and either may be
 * right. So both keep its content: entry 9 gets a copy, at the end of the file.
 */
#include "ploop/image/repair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "ploop/image/table_piece.h"

/* What the steps share. */
struct work {
	struct repair *repair;
	struct image_file *file;
	struct check check;
	struct table_piece piece;
	__u8 *cluster; /* for a copy */
	__u64 n_slots; /* of the file, with the copies */
	__u64 n_twice; /* so many copies */
};

static int failed(struct work *work, const char *step, int err)
{
	if (err)
		work->repair->failed = step;
	return err;
}

/* Calls change for each entry that is wrong. It returns 1 if it has changed the
 * piece, 0, or -errno. Then calls written, which returns 0 or -errno.
 */
static int each_wrong(struct work *work,
		      int (*change)(struct work *work, __u32 entry,
				    enum check_kind kind),
		      int (*written)(struct work *work))
{
	struct table_piece *piece = &work->piece;
	__u32 entry = 0;
	int err = 0;

	while (!err && entry < work->file->header.n_entries) {
		bool is_changed = false;

		err = table_piece_read(work->file, entry, piece);
		for (__u32 i = entry;
		     !err && !piece->is_hole && i < entry + piece->n; i++) {
			enum check_kind kind = check_entry(
				&work->check, i, table_value(piece, i));
			int changed =
				kind == CHECK_KINDS ? 0 : change(work, i, kind);

			is_changed |= changed > 0;
			err = changed < 0 ? changed : 0;
		}
		if (!err && is_changed)
			err = written(work);
		entry += piece->n;
	}
	return err;
}

static int save_entry(struct work *work, __u32 entry, enum check_kind kind)
{
	__u64 byte = table_byte(entry) / PLOOP_SECTOR * PLOOP_SECTOR;

	(void)kind;
	return saved_add(&work->repair->saved, work->file->fd, byte,
			 PLOOP_SECTOR);
}

/* Saves clusters to which nothing refers, and the rest behind the last one. */
static int save_gaps(struct work *work)
{
	const struct ploop_header *header = &work->file->header;
	__u64 from = 0, first, n, end;
	int err = 0;

	while (!err && (n = check_gap(&work->check, from, &first))) {
		err = saved_add(&work->repair->saved, work->file->fd,
				ploop_slot_byte(header, first),
				n * ploop_cluster_bytes(header));
		from = first + n;
	}
	end = ploop_slot_byte(header, ploop_slots(header, work->file->bytes));
	if (!err && work->file->bytes > end)
		err = saved_add(&work->repair->saved, work->file->fd, end,
				work->file->bytes - end);
	return err;
}

static int save(struct work *work)
{
	struct saved *saved = &work->repair->saved;
	int err = check_begin(&work->check, 0);

	if (!err)
		err = saved_add(saved, work->file->fd, 0, PLOOP_SECTOR);
	if (!err)
		err = each_wrong(work, save_entry, NULL);
	if (!err)
		err = save_gaps(work);
	claims_free(&work->check.claims);
	return err ? err : saved_end(saved, work->file->bytes);
}

static int write_header(struct work *work)
{
	__u8 raw[PLOOP_HEADER_BYTES];
	int err;

	ploop_header_encode(&work->file->header, raw);
	err = file_write_at(work->file->fd, raw, sizeof(raw), 0);
	if (!err && fdatasync(work->file->fd))
		err = -errno;
	return failed(work, "cannot write the header", err);
}

static int fill_last_cluster(struct work *work)
{
	const struct ploop_header *header = &work->file->header;
	__u64 n = ploop_slots(header, work->file->bytes);
	__u64 end = ploop_slot_byte(header, n);

	work->n_slots = n;
	if (work->file->bytes <= end)
		return 0;
	end += ploop_cluster_bytes(header);
	if (ftruncate(work->file->fd, end))
		return failed(work, "cannot make the file longer", -errno);
	work->file->bytes = end;
	work->n_slots++;
	return 0;
}

static int copy_cluster(struct work *work, __u64 from, __u64 slot)
{
	const struct ploop_header *header = &work->file->header;
	size_t n = ploop_cluster_bytes(header);
	int err;

	if (slot >= ploop_max_slots(header))
		return -EFBIG;
	err = read_all_at(work->file->fd, work->cluster, n, from);
	if (!err)
		err = file_write_at(work->file->fd, work->cluster, n,
				    ploop_slot_byte(header, slot));
	return failed(work, "cannot copy a cluster", err);
}

static int set_entry(struct work *work, __u32 entry, __u32 value)
{
	work->piece.raw[entry - work->piece.first] = htole32(value);
	return 1;
}

static int clear_entry(struct work *work, __u32 entry, enum check_kind kind)
{
	if (kind == CHECK_ENTRY_TWICE)
		return 0;
	work->repair->n_cleared++;
	return set_entry(work, entry, 0);
}

static int copy_entry(struct work *work, __u32 entry, enum check_kind kind)
{
	const struct ploop_header *header = &work->file->header;
	__u64 slot = work->n_slots;
	int err;

	(void)kind; /* the others are cleared */
	err = copy_cluster(work,
			   ploop_entry_byte(header,
					    table_value(&work->piece, entry)),
			   slot);
	if (err)
		return err;
	claims_add(&work->check.claims, slot);
	work->n_slots++;
	work->repair->n_copied++;
	return set_entry(work, entry, ploop_slot_entry(header, slot));
}

/* The copies are on the disk before an entry names them. */
static int write_piece(struct work *work)
{
	const struct table_piece *piece = &work->piece;
	int err = fdatasync(work->file->fd) ? -errno : 0;

	if (!err)
		err = file_write_at(work->file->fd, piece->raw,
				    piece->n * (size_t)PLOOP_ENTRY_BYTES,
				    table_byte(piece->first));
	return failed(work, "cannot write the block table", err);
}

/* Gives the clusters from slot first on back to the filesystem. */
static int free_gap(struct work *work, __u64 first, __u64 n)
{
	const struct ploop_header *header = &work->file->header;
	__u64 byte = ploop_slot_byte(header, first);
	__u64 bytes = n * ploop_cluster_bytes(header);
	int fd = work->file->fd, err;

	work->repair->freed_bytes += bytes;
	if (first + n == work->n_slots) {
		work->file->bytes = byte;
		err = ftruncate(fd, byte) ? -errno : 0;
		return failed(work, "cannot make the file shorter", err);
	}
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, byte,
		      bytes) &&
	    errno != EOPNOTSUPP)
		return failed(work, "cannot give space back", -errno);
	return 0;
}

static int free_gaps(struct work *work)
{
	__u64 from = 0, first, n;
	int err = fdatasync(work->file->fd) ? -errno : 0;

	while (!err && (n = check_gap(&work->check, from, &first)) &&
	       first < work->n_slots) {
		if (first + n > work->n_slots)
			n = work->n_slots - first;
		err = free_gap(work, first, n);
		from = first + n;
	}
	return err;
}

static int clear_entries(struct work *work)
{
	int err = check_begin(&work->check, 0);

	if (!err)
		err = each_wrong(work, clear_entry, write_piece);
	/* how many are used twice is known once the last cluster is whole */
	work->n_twice = work->check.sum.n[CHECK_ENTRY_TWICE];
	claims_free(&work->check.claims);
	return err;
}

static int copy_and_free(struct work *work)
{
	int err = fdatasync(work->file->fd) ? -errno : 0;

	if (!err)
		err = check_begin(&work->check, work->n_twice);
	if (!err)
		err = each_wrong(work, copy_entry, write_piece);
	if (!err)
		err = free_gaps(work);
	claims_free(&work->check.claims);
	return err;
}

static int mend(struct work *work)
{
	int err = fill_last_cluster(work);

	if (!err)
		err = clear_entries(work);
	if (!err)
		err = copy_and_free(work);
	return err;
}

/* The first step drops the extension in memory, so what only that refers to is
 * saved, too.
 */
static int run(struct work *work, const char *path)
{
	struct repair *repair = work->repair;
	struct ploop_header *header = &work->file->header;
	int err = saved_begin(path, &repair->saved);

	if (err)
		return failed(work, "cannot make a file for what is taken out",
			      err);
	if (repair->sum.n[CHECK_EXTENSION] || repair->sum.n[CHECK_PART]) {
		header->ext_off = 0;
		repair->dropped_extension = true;
	}
	err = save(work);
	if (err) {
		saved_drop(&repair->saved);
		return failed(work, "cannot save what is taken out", err);
	}
	header->in_use = PLOOP_IN_USE;
	err = write_header(work);
	if (!err)
		err = mend(work);
	if (err)
		return err;
	header->in_use = PLOOP_CLOSED_OLD;
	header->flags &= ~PLOOP_FLAG_EMPTY;
	if (!work->check.sum.n_clusters)
		header->flags |= PLOOP_FLAG_EMPTY;
	return write_header(work);
}

int image_repair(struct repair *repair, const char *path)
{
	struct work *work = calloc(1, sizeof(*work));
	int err = -ENOMEM;

	repair->failed = NULL;
	if (!work)
		return err;
	work->repair = repair;
	work->file = repair->file;
	work->check.file = repair->file;
	work->cluster = malloc(ploop_cluster_bytes(&repair->file->header));
	if (work->cluster)
		err = run(work, path);
	free(work->cluster);
	free(work);
	return err;
}
