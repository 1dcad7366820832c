// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file is opened twice. First for reading, to see its extents and to plan;
 * most files end there. Then for writing, with a lease, to move the pieces one
 * after the other:
 *
 *   allocate a donor for the piece
 *   choose which parts to exchange     such as those that get fewer extents
 *   exchange                           move/exchange.h
 *   look where the parts are now       they must be where the donor was
 *   free the donor                     which has the old blocks now
 *
 * So the space that is needed beside the file is one piece.
 */
#include "move/mover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "move/donor.h"
#include "move/exchange.h"
#include "move/lease.h"
#include "move/piece.h"
#include "move/step.h"

struct mover {
	const struct move_fs *fs;
	const struct mover_way *way;
	const struct mover_options *options;
	struct move_result *result;
	struct move_plan plan;
	struct exchange exchange;
};

static int fail(struct mover *mover, const char *what, int err)
{
	mover->result->failed = what;
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
static int plan(struct mover *mover, int fd)
{
	struct move_result *result = mover->result;
	struct file_extents extents;
	struct stat stat;
	int err;

	if (fstat(fd, &stat))
		return fail(mover, "cannot read its size", -errno);
	err = file_extents_read(fd, 0, ~0ULL, &extents);
	if (err)
		return fail(mover, "cannot find its extents", err);
	err = mover->way->plan(mover->way->context, &extents,
			       round_up(stat.st_size, mover->fs->block_bytes),
			       &mover->plan);
	result->extents_before = result->extents_after = extents.n;
	file_extents_free(&extents);
	if (err)
		return fail(mover, "cannot plan", err);
	result->pieces = mover->plan.n;
	result->planned_bytes = mover->plan.bytes;
	return 0;
}

static void count_planned(struct mover *mover)
{
	for (size_t i = 0; i < mover->plan.n; i++)
		mover->result->extents_after -=
			mover->plan.pieces[i].n_extents - 1;
}

/* The first look, without a lease. */
static int look(struct mover *mover, int path_fd, const char *path, int dir)
{
	struct move_file_facts facts;
	int fd = reopen(path_fd, O_RDONLY), err;

	if (fd == -EWOULDBLOCK) {
		mover->result->refusal = MOVE_IN_USE;
		return 0;
	}
	if (fd < 0)
		return fail(mover, "cannot open it", fd);
	err = plan(mover, fd);
	if (!err && mover->plan.n) {
		err = move_file_read(fd, dir, path, &facts);
		if (err)
			fail(mover, "cannot read its attributes", err);
		else
			mover->result->refusal = move_judge_file(&facts);
	}
	close(fd);
	return err;
}

/* The extents of the donor in the piece, with offsets as in the file. */
static int read_donor(const struct mover *mover, const struct move_piece *piece,
		      struct file_extents *donor)
{
	__u64 shift = mover->exchange.donor_shift;
	int err = piece_read(mover->exchange.donor, piece->start + shift,
			     piece->bytes, donor);
	if (err)
		return err;
	for (size_t i = 0; i < donor->n; i++)
		donor->extents[i].logical -= shift;
	return 0;
}

/* All of the part must be where the donor was. The number that the kernel
 * returns is not enough: it can be 0 with less moved than was asked for.
 */
static int check_part(struct mover *mover, const struct move_piece *part,
		      const struct file_extents *donor)
{
	struct file_extents now;
	int err =
		piece_read(mover->exchange.fd, part->start, part->bytes, &now);

	if (err)
		return fail(mover, "cannot find its new extents", err);
	/* without a lease, others may have changed it since */
	if (mover->exchange.has_lease &&
	    piece_common(&now, donor) != part->bytes)
		err = fail(mover, "it is not where it should be now", -EUCLEAN);
	file_extents_free(&now);
	return err;
}

static int exchange_part(struct mover *mover, const struct move_piece *part,
			 const struct file_extents *donor)
{
	struct exchange *exchange = &mover->exchange;
	int err = exchange_range(exchange, part->start, part->bytes);

	if (err)
		return fail(mover, exchange->failed, err);
	return check_part(mover, part, donor);
}

/* Tells where the piece is now. */
static int call_after(struct mover *mover, const struct move_piece *piece)
{
	const struct mover_hooks *hooks = &mover->options->hooks;
	struct file_extents now;
	int err;

	if (!hooks->after)
		return 0;
	if (piece_read(mover->exchange.fd, piece->start, piece->bytes, &now))
		now = (struct file_extents){0};
	err = hooks->after(hooks->context, piece, &now);
	file_extents_free(&now);
	return err;
}

static int exchange_parts(struct mover *mover, const struct move_piece *piece,
			  const struct move_plan *parts,
			  const struct file_extents *file,
			  const struct file_extents *donor)
{
	const struct mover_hooks *hooks = &mover->options->hooks;
	int err = 0, err_after;

	mover->result->kept_bytes += piece->bytes - parts->bytes;
	if (!parts->n)
		return 0;
	if (hooks->before)
		err = hooks->before(hooks->context, piece, file, donor);
	if (err)
		return err;
	mover->exchange.before = file;
	for (size_t i = 0; i < parts->n && !err; i++)
		err = exchange_part(mover, &parts->pieces[i], donor);
	err_after = call_after(mover, piece);
	return err ?: err_after;
}

static int exchange_piece(struct mover *mover, const struct move_piece *piece)
{
	struct file_extents donor = {0}, file = {0};
	struct move_plan parts;
	int err = read_donor(mover, piece, &donor);

	if (!err)
		err = piece_read(mover->exchange.fd, piece->start, piece->bytes,
				 &file);
	if (!err)
		err = mover->way->choose(mover->way->context, &file, &donor,
					 &parts);
	if (err) {
		fail(mover, "cannot compare it with its donor", err);
	} else {
		err = exchange_parts(mover, piece, &parts, &file, &donor);
		move_plan_free(&parts);
	}
	file_extents_free(&file);
	file_extents_free(&donor);
	return err;
}

/* Moves the piece, or a part of it; *bytes: how much was dealt with. */
static int move_part(struct mover *mover, const struct move_piece *piece,
		     __u64 *bytes)
{
	struct exchange *exchange = &mover->exchange;
	__u64 donor_start = piece->start;
	struct move_piece part = *piece;
	int err = mover->way->allocate(mover->way->context, exchange->donor,
				       piece, &donor_start, &part.bytes);

	*bytes = part.bytes;
	if (err == -EADDRNOTAVAIL) {
		mover->result->kept_bytes += part.bytes;
		err = exchange_pause(exchange);
		return err ? fail(mover, exchange->failed, err) : 0;
	}
	if (err)
		return fail(mover, "cannot allocate new blocks", err);
	exchange->donor_shift = donor_start - piece->start;
	err = exchange_piece(mover, &part);
	if (!exchange->is_torn)
		donor_empty(exchange->donor);
	return err;
}

static int move_piece(struct mover *mover, const struct move_piece *piece)
{
	struct move_piece left = *piece;
	__u64 bytes;
	int err = 0;

	for (; !err && left.bytes; left.start += bytes, left.bytes -= bytes)
		err = move_part(mover, &left, &bytes);
	return err;
}

static void show_progress(struct exchange *exchange)
{
	struct mover *mover = exchange->context;
	const struct mover_hooks *hooks = &mover->options->hooks;

	if (hooks->progress)
		hooks->progress(hooks->context, mover->result->planned_bytes,
				exchange->moved_bytes +
					mover->result->kept_bytes);
}

static int ask_checkpoint(struct exchange *exchange)
{
	struct mover *mover = exchange->context;
	const struct mover_hooks *hooks = &mover->options->hooks;

	return hooks->checkpoint ? hooks->checkpoint(hooks->context) : 0;
}

static int move_pieces(struct mover *mover, int dir)
{
	struct exchange *exchange = &mover->exchange;
	int err = 0;

	exchange->donor = donor_open(dir);
	if (exchange->donor < 0)
		return fail(mover, "cannot make a donor", exchange->donor);
	for (size_t i = 0; i < mover->plan.n && !err; i++)
		err = move_piece(mover, &mover->plan.pieces[i]);
	close(exchange->donor);
	return err;
}

/* The file has been opened for writing. Plans again: before the lease, others
 * may have changed it.
 */
static int move_open(struct mover *mover, int dir)
{
	struct exchange *exchange = &mover->exchange;
	struct file_extents extents;
	int err;

	move_plan_free(&mover->plan);
	err = plan(mover, exchange->fd);
	if (!err)
		err = move_pieces(mover, dir);
	mover->result->moved_bytes = exchange->moved_bytes;
	mover->result->longest_s = exchange->longest_s;
	mover->result->is_torn = exchange->is_torn;
	memcpy(mover->result->kept, exchange->kept, DONOR_NAME_LEN);
	if (!file_extents_read(exchange->fd, 0, ~0ULL, &extents)) {
		mover->result->extents_after = extents.n;
		file_extents_free(&extents);
	}
	return err;
}

static bool may_be_in_use(const struct mover *mover)
{
	return mover->options->in_use && mover->fs->notes_exchanges;
}

static int move_file(struct mover *mover, int path_fd, int dir)
{
	int fd = reopen(path_fd, O_RDWR), err;

	if (fd == -EWOULDBLOCK || fd == -ETXTBSY) {
		mover->result->refusal =
			fd == -ETXTBSY ? MOVE_EXECUTED : MOVE_IN_USE;
		return 0;
	}
	if (fd < 0)
		return fail(mover, "cannot open it for writing", fd);
	mover->exchange = (struct exchange){
		.fd = fd,
		.dir = dir,
		.block_bytes = mover->fs->block_bytes,
		.has_large_folios = mover->fs->has_large_folios,
		.pace = mover->options->pace,
		.fs_name = mover->fs->name,
		.step_bytes = STEP_START_BYTES,
		.progress = show_progress,
		.checkpoint = ask_checkpoint,
		.context = mover,
	};
	mover->exchange.has_lease = !may_be_in_use(mover);
	err = mover->exchange.has_lease ? lease_take(fd) : 0;
	if (!err) {
		err = move_open(mover, dir);
	} else if (err == -EAGAIN) {
		mover->result->refusal = MOVE_IN_USE;
		err = 0;
	} else {
		fail(mover, "cannot take a lease on it", err);
	}
	/* This gives the lease back, too. Not before: who waits in execve()
	 * fails with ETXTBSY if he goes on while we have it open for writing.
	 */
	close(fd);
	return err;
}

void mover_move_file(const struct move_fs *fs, int path_fd, const char *path,
		     int dir, const struct mover_way *way,
		     const struct mover_options *options,
		     struct move_result *result)
{
	struct mover mover = {
		.fs = fs, .way = way, .options = options, .result = result};
	int err;

	*result = (struct move_result){0};
	err = look(&mover, path_fd, path, dir);
	if (!err && mover.plan.n && result->refusal == MOVE_ALLOWED) {
		if (options->dry_run)
			count_planned(&mover);
		else
			err = move_file(&mover, path_fd, dir);
	}
	move_plan_free(&mover.plan);
	result->err = err;
}
