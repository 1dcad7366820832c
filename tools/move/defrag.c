// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file is opened twice. First for reading, to see its extents and to plan;
 * most files end there. Then for writing, with a lease, to move the pieces one
 * after the other:
 *
 *   allocate a donor for the piece
 *   plan which parts to exchange       those that get fewer extents
 *   exchange                           move/exchange.h
 *   look where the parts are now       they must be where the donor was
 *   free the donor                     which has the old blocks now
 *
 * So the space that is needed beside the file is one piece.
 */
#include "move/defrag.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "move/donor.h"
#include "move/exchange.h"
#include "move/lease.h"
#include "move/plan.h"
#include "move/step.h"

#define LONG_BYTES (32ULL << 20)

struct defrag {
	const struct move_fs *fs;
	const struct defrag_options *options;
	struct defrag_result *result;
	struct move_plan plan;
	struct exchange exchange;
	__u64 kept_bytes; /* of the plan: pieces that stayed where they are */
};

static int fail(struct defrag *defrag, const char *what, int err)
{
	defrag->result->failed = what;
	return err;
}

/* Opens the file anew. O_NONBLOCK: do not wait for the lease of another. */
static int reopen(int path_fd, int flags)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
	fd = open(path, flags | O_NOATIME | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static __u64 round_up(__u64 bytes, __u32 unit)
{
	return (bytes + unit - 1) / unit * unit;
}

/* Fills in the plan and the numbers of extents. */
static int plan(struct defrag *defrag, int fd)
{
	struct defrag_result *result = defrag->result;
	struct move_plan_limits limits = {
		.piece_bytes =
			(__u64)DONOR_MAX_BLOCKS * defrag->fs->block_bytes,
		.long_bytes = LONG_BYTES,
	};
	struct file_extents extents;
	struct stat stat;
	int err;

	if (fstat(fd, &stat))
		return fail(defrag, "cannot read its size", -errno);
	limits.end = round_up(stat.st_size, defrag->fs->block_bytes);
	err = file_extents_read(fd, 0, ~0ULL, &extents);
	if (err)
		return fail(defrag, "cannot find its extents", err);
	err = move_plan_defrag(&extents, &limits, &defrag->plan);
	result->extents_before = result->extents_after = extents.n;
	file_extents_free(&extents);
	if (err)
		return fail(defrag, "cannot plan", err);
	result->pieces = defrag->plan.n;
	result->planned_bytes = defrag->plan.bytes;
	return 0;
}

static void count_planned(struct defrag *defrag)
{
	for (size_t i = 0; i < defrag->plan.n; i++)
		defrag->result->extents_after -=
			defrag->plan.pieces[i].n_extents - 1;
}

/* The first look, without a lease. */
static int look(struct defrag *defrag, int path_fd, const char *path)
{
	struct move_file_facts facts;
	int fd = reopen(path_fd, O_RDONLY), err;

	if (fd == -EWOULDBLOCK) {
		defrag->result->refusal = MOVE_IN_USE;
		return 0;
	}
	if (fd < 0)
		return fail(defrag, "cannot open it", fd);
	err = plan(defrag, fd);
	if (!err && defrag->plan.n) {
		err = move_file_read(fd, path, &facts);
		if (err)
			fail(defrag, "cannot read its attributes", err);
		else
			defrag->result->refusal = move_judge_file(&facts);
	}
	close(fd);
	return err;
}

/* Cuts the extents at the ends of the piece. FIEMAP returns them whole, and
 * they may go on.
 */
static void crop(struct file_extents *extents, const struct move_piece *piece)
{
	__u64 end = piece->start + piece->bytes;

	for (size_t i = 0; i < extents->n; i++) {
		struct file_extent *extent = &extents->extents[i];

		if (extent->logical < piece->start) {
			__u64 before = piece->start - extent->logical;

			extent->logical += before;
			extent->physical += before;
			extent->bytes -= before;
		}
		if (extent->logical + extent->bytes > end)
			extent->bytes = end - extent->logical;
	}
}

static int read_piece(int fd, const struct move_piece *piece,
		      struct file_extents *extents)
{
	int err = file_extents_read(fd, piece->start,
				    piece->start + piece->bytes, extents);

	if (!err)
		crop(extents, piece);
	return err;
}

/* Where the byte at offset is on the disk. */
static __u64 place_of(const struct file_extents *extents, __u64 offset)
{
	for (size_t i = 0; i < extents->n; i++) {
		const struct file_extent *extent = &extents->extents[i];

		if (extent->logical <= offset &&
		    offset < extent->logical + extent->bytes)
			return extent->physical + offset - extent->logical;
	}
	return 0;
}

/* The part must be where the donor was, in one extent. The number that the
 * kernel returns is not enough: it can be 0 with less moved than was asked for.
 */
static int check_part(struct defrag *defrag, const struct move_piece *part,
		      const struct file_extents *donor)
{
	struct file_extents now;
	int err = read_piece(defrag->exchange.fd, part, &now);

	if (err)
		return fail(defrag, "cannot find its new extents", err);
	/* without a lease, others may have changed it since */
	if (defrag->exchange.has_lease &&
	    (now.n != 1 || now.extents[0].bytes != part->bytes ||
	     now.extents[0].physical != place_of(donor, part->start)))
		err = fail(defrag, "it is not where it should be now",
			   -EUCLEAN);
	file_extents_free(&now);
	return err;
}

static int exchange_part(struct defrag *defrag, const struct move_piece *part,
			 const struct file_extents *donor)
{
	struct exchange *exchange = &defrag->exchange;
	int err = exchange_range(exchange, part->start, part->bytes);

	if (err)
		return fail(defrag, exchange->failed, err);
	return check_part(defrag, part, donor);
}

static int exchange_parts(struct defrag *defrag, const struct move_piece *piece,
			  const struct move_plan *parts,
			  const struct file_extents *donor)
{
	int err = 0;

	defrag->result->pieces_kept += !parts->n;
	defrag->kept_bytes += piece->bytes - parts->bytes;
	for (size_t i = 0; i < parts->n && !err; i++)
		err = exchange_part(defrag, &parts->pieces[i], donor);
	return err;
}

static int exchange_piece(struct defrag *defrag, const struct move_piece *piece)
{
	struct file_extents donor = {0}, file = {0};
	struct move_plan parts;
	int err = read_piece(defrag->exchange.donor, piece, &donor);

	if (!err)
		err = read_piece(defrag->exchange.fd, piece, &file);
	if (!err)
		err = move_plan_fit(&file, &donor, &parts);
	if (err) {
		fail(defrag, "cannot compare it with its donor", err);
	} else {
		err = exchange_parts(defrag, piece, &parts, &donor);
		move_plan_free(&parts);
	}
	file_extents_free(&file);
	file_extents_free(&donor);
	return err;
}

static int move_piece(struct defrag *defrag, const struct move_piece *piece)
{
	struct exchange *exchange = &defrag->exchange;
	int err = donor_allocate(exchange->donor, piece->start, piece->bytes,
				 defrag->options->keep_free);

	if (err)
		return fail(defrag, "cannot allocate new blocks", err);
	err = exchange_piece(defrag, piece);
	donor_empty(exchange->donor);
	return err;
}

static void show_progress(struct exchange *exchange)
{
	struct defrag *defrag = exchange->context;
	const struct defrag_options *options = defrag->options;

	if (options->progress)
		options->progress(options->context,
				  defrag->result->planned_bytes,
				  exchange->moved_bytes + defrag->kept_bytes);
}

static int move_pieces(struct defrag *defrag, int dir)
{
	struct exchange *exchange = &defrag->exchange;
	int err = 0;

	exchange->donor = donor_open(dir);
	if (exchange->donor < 0)
		return fail(defrag, "cannot make a donor", exchange->donor);
	for (size_t i = 0; i < defrag->plan.n && !err; i++)
		err = move_piece(defrag, &defrag->plan.pieces[i]);
	close(exchange->donor);
	return err;
}

/* The file has been opened for writing. Plans again: before the lease, others
 * may have changed it.
 */
static int move_open(struct defrag *defrag, int dir)
{
	struct exchange *exchange = &defrag->exchange;
	struct file_extents extents;
	int err;

	move_plan_free(&defrag->plan);
	err = plan(defrag, exchange->fd);
	if (!err)
		err = move_pieces(defrag, dir);
	defrag->result->moved_bytes = exchange->moved_bytes;
	defrag->result->longest_s = exchange->longest_s;
	if (!file_extents_read(exchange->fd, 0, ~0ULL, &extents)) {
		defrag->result->extents_after = extents.n;
		file_extents_free(&extents);
	}
	return err;
}

static bool may_be_in_use(const struct defrag *defrag)
{
	return defrag->options->in_use && defrag->fs->notes_exchanges;
}

static int move_file(struct defrag *defrag, int path_fd, int dir)
{
	int fd = reopen(path_fd, O_RDWR), err;

	if (fd == -EWOULDBLOCK || fd == -ETXTBSY) {
		defrag->result->refusal =
			fd == -ETXTBSY ? MOVE_EXECUTED : MOVE_IN_USE;
		return 0;
	}
	if (fd < 0)
		return fail(defrag, "cannot open it for writing", fd);
	defrag->exchange = (struct exchange){
		.fd = fd,
		.dir = dir,
		.block_bytes = defrag->fs->block_bytes,
		.has_large_folios = defrag->fs->has_large_folios,
		.pace = defrag->options->pace,
		.fs_name = defrag->fs->name,
		.step_bytes = STEP_START_BYTES,
		.progress = show_progress,
		.context = defrag,
	};
	defrag->exchange.has_lease = !may_be_in_use(defrag);
	err = defrag->exchange.has_lease ? lease_take(fd) : 0;
	if (!err) {
		err = move_open(defrag, dir);
	} else if (err == -EAGAIN) {
		defrag->result->refusal = MOVE_IN_USE;
		err = 0;
	} else {
		fail(defrag, "cannot take a lease on it", err);
	}
	/* This gives the lease back, too. Not before: who waits in execve()
	 * fails with ETXTBSY if he goes on while we have it open for writing.
	 */
	close(fd);
	return err;
}

void defrag_file(const struct move_fs *fs, int path_fd, const char *path,
		 int dir, const struct defrag_options *options,
		 struct defrag_result *result)
{
	struct defrag defrag = {.fs = fs, .options = options, .result = result};
	int err;

	*result = (struct defrag_result){0};
	err = look(&defrag, path_fd, path);
	if (!err && defrag.plan.n && result->refusal == MOVE_ALLOWED) {
		if (options->dry_run)
			count_planned(&defrag);
		else
			err = move_file(&defrag, path_fd, dir);
	}
	move_plan_free(&defrag.plan);
	result->err = err;
}
