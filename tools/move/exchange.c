// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every 8 MiB, what comes next leaves the page cache, if there may be large
 * folios. One step, for usually 1 MiB:
 *
 *   1. Write the step's dirty pages: the exchange refuses them (EBUSY).
 *   2. Read the step. Pages that are not in the cache would be read by the
 *      exchange itself, one by one, while it holds the lock of the inode.
 *   3. EXT4_IOC_MOVE_EXT. For each page it swaps the extents of file and donor
 *      and makes the page dirty, in one transaction. ext4 writes the page to
 *      its new blocks before the transaction commits.
 *   4. Write the pages. If the disk refuses the new blocks, exchange again: the
 *      pages are still in the cache, and go to their old blocks.
 *   5. Commit the journal, by fsync() of a directory.
 *   6. Drop the pages that were not in the cache before.
 *
 * Step 4 is needed because a commit does not fail when it cannot write the
 * pages (jbd2_journal_commit_transaction() only warns, unless the filesystem is
 * mounted with data_err=abort). Example: a thin pool runs full. Then the file
 * would have blocks without its data, and its old blocks would be freed. If the
 * pages cannot be brought back, the donor gets a name before the commit, so
 * that the old blocks, the only ones with the data, stay.
 *
 * Step 5 is what makes the mover safe. ext4 does not note in the inode that the
 * exchange changed its extents (ext4_swap_extents() in fs/ext4/extents.c does
 * not call ext4_update_inode_fsync_trans()). Without the commit, this happens:
 *
 *   mover       exchanges a block of the file
 *   database    overwrites the block and calls fdatasync(): the data are in the
 *               new block, ext4 finds nothing to commit, and returns 0
 *   crash       the exchange was not committed: the file has its old block
 *               again, with the old data. What fdatasync() promised is lost.
 *
 * fsync() of the file does not help, as it looks at the same note. fsync() of a
 * directory commits whatever there is (ext4_sync_file() in fs/ext4/fsync.c),
 * and unlike syncfs() it does not write the data of others.
 *
 * The window between 3 and 5 is closed by a lease: nobody can have the file
 * open then, so nobody can call fdatasync(). The kernel takes the lease away
 * from a mover that does not give it back for long, so it is looked at once
 * more just before 3: the reading in 2 may have taken long.
 *
 * Or it is closed by frsp.ko, which makes the note for ext4 (kmod/exchange.c).
 * Then others may have the file open, and write it meanwhile. frsp.ko counts
 * what it notes; if the counter does not grow in 3, frsp.ko was unloaded.
 */
#include "move/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/sysfs.h"
#include "move/cached.h"
#include "move/lease.h"
#include "move/piece.h"
#include "move/step.h"

/* fs/ext4/ext4.h; all numbers are blocks */
struct move_extent {
	__u32 reserved;
	__u32 donor_fd;
	__u64 orig_start, donor_start, len;
	__u64 moved_len; /* out */
};
#define EXT4_IOC_MOVE_EXT _IOWR('f', 15, struct move_extent)

/* Pages can get dirty between our flush and our call. */
#define MAX_BUSY_TRIES 8
/* The exchange is slow and makes the journal commit, which delays all writers
 * of the filesystem, if it meets pages that it cannot drop from large folios
 * (move_extent_per_page() in fs/ext4/move_extent.c).
 */
#define MAX_SLOW_CALLS	  3
#define SLOW_S_PER_MIB	  0.020
#define SLOW_TRANSACTIONS 2
/* How often, and how long, to wait for pages that are being read. */
#define MAX_DROP_TRIES 20
#define DROP_PAUSE_S   0.005
/* How often, and how far apart, to try to bring pages back to their blocks. */
#define MAX_BACK_TRIES 5
#define BACK_PAUSE_MS  100
/* How soon a waiting opener is noticed during a pause. */
#define PAUSE_SLICE_S 0.01

/* The largest folio of the page cache with pages of 4 KiB, and its alignment:
 * MAX_PAGECACHE_ORDER in include/linux/pagemap.h.
 */
#define FOLIO_BYTES (2ULL << 20)

static int flush(int fd, __u64 start, __u64 bytes)
{
	if (sync_file_range(fd, start, bytes,
			    SYNC_FILE_RANGE_WAIT_BEFORE |
				    SYNC_FILE_RANGE_WRITE |
				    SYNC_FILE_RANGE_WAIT_AFTER))
		return -errno;
	return 0;
}

/* Reads the range into the page cache. */
static int read_in(const struct exchange *exchange, __u64 start, __u64 bytes)
{
	static char buffer[256 << 10];
	__u64 end = start + bytes;

	while (start < end) {
		size_t want = end - start < sizeof(buffer) ? end - start
							   : sizeof(buffer);
		ssize_t got = pread(exchange->fd, buffer, want, start);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break; /* the end of the file */
		start += got;
	}
	return 0;
}

static void drop(int fd, __u64 start, __u64 end)
{
	posix_fadvise(fd, start, end - start, POSIX_FADV_DONTNEED);
}

/* Reads the pages of [start, end) that were cached before they were dropped. */
static int read_back(const struct exchange *exchange,
		     const struct cached *cached, __u64 start, __u64 end)
{
	__u64 to;
	int err = 0;

	for (; !err && start < end && cached_next(cached, true, &start, &to);
	     start = to) {
		if (start >= end)
			break;
		err = read_in(exchange, start, (to < end ? to : end) - start);
	}
	return err;
}

/* Drops a range of clean pages. The kernel skips pages that are being read,
 * such as by a readahead that somebody began before he closed the file: wait
 * for them. 0 or -errno; it is no error if pages stay nevertheless.
 */
static int drop_all(int fd, __u64 start, __u64 end)
{
	for (int try = 0; try < MAX_DROP_TRIES; try++) {
		struct cached left;
		__u64 from = start, to;
		bool none;
		int err;

		drop(fd, start, end);
		err = cached_note(fd, start, end, &left);
		if (err)
			return err;
		none = !cached_next(&left, true, &from, &to);
		cached_free(&left);
		if (none)
			break;
		interrupt_poll(NULL, 0, DROP_PAUSE_S);
	}
	return 0;
}

/*
 * Makes the kernel give up large folios of [start, end), by dropping the range;
 * what is read into the cache later comes into small ones. The kernel drops
 * only whole folios, so the folios at both ends are dropped with what they have
 * outside of the range, and that is read back.
 */
static int drop_large_folios(struct exchange *exchange, __u64 start, __u64 end,
			     const struct cached *cached)
{
	__u64 from = cached->start;
	__u64 to = from + cached->n * cached->page_bytes;
	int err;

	if (!exchange->has_large_folios)
		return 0;
	err = drop_all(exchange->fd, from, to);
	if (!err)
		err = read_back(exchange, cached, from, start);
	return err ?: read_back(exchange, cached, end, to);
}

/* Prepares the page cache for some steps. Notes which pages are cached. */
static int begin(struct exchange *exchange, __u64 start, __u64 end,
		 struct cached *cached)
{
	__u64 from = start - start % FOLIO_BYTES;
	__u64 to = (end + FOLIO_BYTES - 1) / FOLIO_BYTES * FOLIO_BYTES;
	int err;

	posix_fadvise(exchange->fd, 0, 0, POSIX_FADV_RANDOM);
	exchange->failed = "cannot write its dirty pages";
	err = flush(exchange->fd, from, to - from);
	if (err)
		return err;
	exchange->failed = "cannot look into the page cache";
	err = cached_note(exchange->fd, from, to, cached);
	if (err)
		return err;
	exchange->failed = "cannot read it";
	err = drop_large_folios(exchange, start, end, cached);
	if (err)
		cached_free(cached);
	return err;
}

/* Steps 1 and 2 */
static int prepare(struct exchange *exchange, __u64 start, __u64 bytes)
{
	int err;

	exchange->failed = "cannot write its dirty pages";
	err = flush(exchange->fd, start, bytes);
	if (err)
		return err;
	exchange->failed = "cannot read it";
	return read_in(exchange, start, bytes);
}

/* The number of transactions that the journal has had, or 0. */
static __u64 transactions(const struct exchange *exchange)
{
	char path[128], line[128];
	FILE *in;
	__u64 n = 0;

	/* 8: the journal's inode; one on another device is not counted */
	snprintf(path, sizeof(path), "/proc/fs/jbd2/%s-8/info",
		 exchange->fs_name);
	in = fopen(path, "re");
	if (!in)
		return 0;
	if (fgets(line, sizeof(line), in))
		n = strtoull(line, NULL, 10);
	fclose(in);
	return n;
}

/* How many exchanges of the filesystem frsp.ko has noted; 0: it is not there. */
static __u64 noted(const struct exchange *exchange)
{
	char dir[128];
	__u64 n;

	snprintf(dir, sizeof(dir), "/sys/fs/ext4/%s/frsp", exchange->fs_name);
	return sysfs_read_u64(dir, "exchanges", &n) ? 0 : n;
}

static void watch_call(struct exchange *exchange, double seconds, __u64 bytes,
		       __u64 n_transactions)
{
	bool slow = seconds > SLOW_S_PER_MIB * bytes / (1 << 20) &&
		    n_transactions > SLOW_TRANSACTIONS;

	exchange->n_slow = slow ? exchange->n_slow + 1 : 0;
	if (seconds > exchange->longest_s)
		exchange->longest_s = seconds;
	exchange->step_bytes = step_next(exchange->step_bytes, seconds);
}

static bool ends_before(int fd, __u64 start)
{
	struct stat stat;

	return !fstat(fd, &stat) && (__u64)stat.st_size <= start;
}

/* The call. Sets *moved to the bytes that were exchanged, also after an error.
 */
static int call(const struct exchange *exchange, __u64 start, __u64 bytes,
		__u64 *moved)
{
	struct move_extent move = {
		.donor_fd = exchange->donor,
		.orig_start = start / exchange->block_bytes,
		.donor_start =
			(start + exchange->donor_shift) / exchange->block_bytes,
		.len = bytes / exchange->block_bytes,
	};
	int err = ioctl(exchange->fd, EXT4_IOC_MOVE_EXT, &move) ? -errno : 0;

	*moved = move.moved_len * exchange->block_bytes;
	/* ENODATA: there was nothing more to exchange, such as a hole that
	 * reaches the file's end, even if all was exchanged before.
	 */
	if (err == -ENODATA)
		return 0;
	/* Without a lease: somebody has cut the file before start, and it may
	 * have grown since.
	 */
	if (err == -EINVAL && !exchange->has_lease)
		return ends_before(exchange->fd, start) ? 0 : -EBUSY;
	return err;
}

/* Step 3 */
static int swap(struct exchange *exchange, __u64 start, __u64 bytes,
		__u64 *moved)
{
	__u64 n_noted = exchange->has_lease ? 0 : noted(exchange);
	__u64 n_transactions = transactions(exchange);
	double began_s = clock_monotonic_s();
	int err;

	exchange->failed = "cannot exchange its extents";
	err = call(exchange, start, bytes, moved);
	watch_call(exchange, clock_monotonic_s() - began_s, bytes,
		   transactions(exchange) - n_transactions);
	exchange->moved_bytes += *moved;
	if (!exchange->has_lease && *moved && noted(exchange) <= n_noted) {
		exchange->failed = "frsp.ko was unloaded";
		return -ENOTCONN;
	}
	return err;
}

/* True if somebody waits for the lease. */
static bool is_wanted(const struct exchange *exchange)
{
	return exchange->has_lease && lease_is_wanted(exchange->fd);
}

/* What of the step is elsewhere than before the exchange. */
static int elsewhere(const struct exchange *exchange, __u64 start, __u64 bytes,
		     struct file_extents *parts)
{
	struct file_extents now;
	int err = piece_peek(exchange->fd, start, bytes, &now);

	*parts = (struct file_extents){0};
	if (err)
		return err;
	err = piece_different(&now, exchange->before, start, start + bytes,
			      parts);
	file_extents_free(&now);
	return err;
}

/* Exchanges the parts once more, those that touch each other in one call. What
 * the calls return does not matter.
 */
static void exchange_back(const struct exchange *exchange,
			  const struct file_extents *parts)
{
	for (size_t i = 0; i < parts->n;) {
		__u64 start = parts->extents[i].logical, end = start, moved;

		for (; i < parts->n && parts->extents[i].logical == end; i++)
			end += parts->extents[i].bytes;
		call(exchange, start, end - start, &moved);
	}
}

/* Brings the step back to its old blocks, which the donor has. True: it has
 * them again. Signals must wait meanwhile, so this is no interrupt_poll().
 */
static bool take_back(const struct exchange *exchange, __u64 start, __u64 bytes)
{
	struct file_extents parts;
	bool is_back = false;

	for (int try = 0; try <= MAX_BACK_TRIES && !is_back; try++) {
		if (try > 1)
			poll(NULL, 0, BACK_PAUSE_MS);
		if (elsewhere(exchange, start, bytes, &parts))
			continue;
		is_back = !parts.n;
		if (try < MAX_BACK_TRIES)
			exchange_back(exchange, &parts);
		file_extents_free(&parts);
	}
	return is_back;
}

/* Step 4. *moved as swap() has set it; 0 if it was taken back. */
static int write_pages(struct exchange *exchange, __u64 start, __u64 bytes,
		       __u64 *moved)
{
	if (!flush(exchange->fd, start, bytes))
		return 0;
	if (!take_back(exchange, start, bytes)) {
		exchange->is_torn = true;
		if (donor_keep(exchange->donor, exchange->dir, exchange->kept))
			exchange->kept[0] = '\0';
		exchange->failed =
			"cannot write its new blocks, and cannot move it back";
		return -EUCLEAN;
	}
	/* Whether this works or not, the old blocks have the data: they had
	 * them before.
	 */
	flush(exchange->fd, start, bytes);
	exchange->failed = "cannot write its new blocks; it was moved back";
	exchange->moved_bytes -= *moved;
	*moved = 0;
	return -EIO; /* also if a thin pool is full: the filesystem is not */
}

/* Step 5 */
static int commit(struct exchange *exchange)
{
	if (!fsync(exchange->dir))
		return 0;
	exchange->failed = "cannot commit the journal";
	return -errno;
}

/* Step 6. Pages that also have bytes outside of the step may be dropped, too.
 */
static void drop_own(const struct exchange *exchange, __u64 start, __u64 end,
		     const struct cached *cached)
{
	__u64 to;

	for (; start < end && cached_next(cached, false, &start, &to);
	     start = to)
		drop(exchange->fd, start, to < end ? to : end);
}

int exchange_pause(struct exchange *exchange)
{
	double pause_s;
	int asked;

	do {
		if (interrupted)
			return -EINTR;
		if (is_wanted(exchange))
			return -EAGAIN;
		asked = exchange->checkpoint(exchange);
		if (asked < 0) {
			exchange->failed = NULL;
			return asked;
		}
		pause_s = pace_pause_s(exchange->pace, clock_monotonic_s());
		if (asked && pause_s < PAUSE_SLICE_S)
			pause_s = PAUSE_SLICE_S;
		/* also without a pause: this is where signals arrive */
		interrupt_poll(NULL, 0,
			       pause_s < 0		 ? 0
			       : pause_s < PAUSE_SLICE_S ? pause_s
							 : PAUSE_SLICE_S);
	} while (pause_s > 0);
	return interrupted ? -EINTR : 0;
}

/* Steps 3 to 5. Writes and commits also after an error, as a part may have been
 * exchanged. Returns the worst error.
 */
static int swap_durably(struct exchange *exchange, __u64 start, __u64 bytes,
			__u64 *moved)
{
	int err = swap(exchange, start, bytes, moved);
	int unwritten = write_pages(exchange, start, bytes, moved);
	const char *failed = exchange->failed;
	int uncommitted = commit(exchange);

	if (unwritten)
		exchange->failed = failed;
	return unwritten ?: uncommitted ?: err;
}

/* One step. Sets *done to the bytes that need no further call. */
static int step(struct exchange *exchange, __u64 start, __u64 bytes,
		const struct cached *cached, __u64 *done)
{
	double began_s = clock_monotonic_s();
	__u64 moved = 0;
	int err = prepare(exchange, start, bytes);

	if (!err && is_wanted(exchange))
		err = -EAGAIN;
	if (err)
		return err;
	err = swap_durably(exchange, start, bytes, &moved);
	if (!err)
		drop_own(exchange, start, start + bytes, cached);
	pace_add(exchange->pace, began_s, 2 * moved);
	exchange->progress(exchange);
	/* Without an error, what was not moved is a hole of one of the two. */
	*done = err ? moved : bytes;
	return err;
}

/* The steps of [start, end), which begin() has prepared. */
static int exchange_steps(struct exchange *exchange, __u64 start, __u64 end,
			  const struct cached *cached)
{
	int busy = 0, err = 0;

	while (!err && start < end) {
		__u64 left = end - start, done = 0;
		__u64 want = left < exchange->step_bytes ? left
							 : exchange->step_bytes;

		err = exchange_pause(exchange);
		if (err)
			break;
		err = step(exchange, start, want, cached, &done);
		start += done;
		if (done)
			busy = 0;
		if (err == -EBUSY && ++busy < MAX_BUSY_TRIES)
			err = 0;
		if (!err && exchange->n_slow == MAX_SLOW_CALLS)
			err = -ECANCELED;
	}
	return err;
}

/* Range by range of STEP_MAX_BYTES, so that an error or an opener finds at most
 * one dropped from the page cache.
 */
int exchange_range(struct exchange *exchange, __u64 start, __u64 bytes)
{
	__u64 end = start + bytes, to;
	int err = 0;

	for (; !err && start < end; start = to) {
		struct cached cached;

		to = start - start % STEP_MAX_BYTES + STEP_MAX_BYTES;
		if (to > end)
			to = end;
		err = begin(exchange, start, to, &cached);
		if (err)
			break;
		err = exchange_steps(exchange, start, to, &cached);
		cached_free(&cached);
	}
	return err;
}
