// SPDX-License-Identifier: GPL-2.0-or-later
/* A request from its start to its end, part by part.
 *
 * A part is what lies in one cluster. A request has one I/O, so its parts
 * follow each other. For a mapped cluster a part is one look at the table and
 * one I/O, with nothing shared. A write at 3.5 MiB of 1 MiB, with clusters of 1
 * MiB: a part of half a cluster that is mapped, then one for cluster 4, which
 * is not: page lock, a slot from the pool, entry, unlock, I/O.
 *
 * The entry is seen by all at once, while the data is still on its way. That is
 * safe because the slot is durably zero: who reads it early, or after a crash,
 * sees zeros or the data, and that is what an unfinished write may show.
 */
#include <errno.h>
#include <string.h>

#include "ploop/core/heat.h"
#include "ploop/core/move.h"

static bool is_change(const struct ploop_request *request)
{
	return request->op == PLOOP_WRITE || request->op == PLOOP_ZERO ||
	       request->op == PLOOP_DISCARD || request->op == PLOOP_PROMOTE;
}

void request_end(struct ploop_request *request, int result)
{
	request->done(request, result);
}

static void end_as_answered(struct ploop_request *request)
{
	request_end(request, request->error);
}

/* All parts are done; may_change() has looked since the last I/O ended. */
static void finish(struct ploop_request *request)
{
	if (is_change(request) && (request->flags & PLOOP_FUA))
		keeper_ask(request, WANT_COMMIT, end_as_answered);
	else
		request_end(request, 0);
}

/* False: the disk has become shorter, and the request ends behind it. */
static bool find_part(struct ploop_request *request, struct part *part)
{
	__u64 offset = request->offset + request->at;
	__u64 cluster_bytes, rest;

	part->view = once_see(request_image(request)->view);
	if (request->offset + request->bytes > part->view->disk_bytes &&
	    !(request->flags & REQUEST_BEHIND))
		return false;
	part->top = part->view->deltas[part->view->n_deltas - 1];
	cluster_bytes = ploop_cluster_bytes(&part->top->header);
	part->cluster = offset / cluster_bytes;
	part->from = offset % cluster_bytes;
	part->bytes = cluster_bytes - part->from;
	rest = request->bytes - request->at;
	if (rest < part->bytes)
		part->bytes = rest;
	/* while the disk gets shorter, a crash may bring its old end back */
	rest = part->top->header.n_sectors * PLOOP_SECTOR - offset;
	part->is_whole = !part->from &&
			 (part->bytes == cluster_bytes || part->bytes == rest);
	return true;
}

/* An I/O of the part has ended. */
static void part_done(struct ploop_io *io, int result)
{
	struct ploop_request *request = owner_of(io, struct ploop_request, io);

	runner_io_end(request);
	if (result) {
		request_end(request, result);
		return;
	}
	request->at += io->bytes;
	request_go_on(request);
}

static void part_io(struct ploop_request *request, const struct part *part,
		    enum ploop_io_kind kind, const struct delta *delta,
		    __u32 entry, void *buffer)
{
	if (request->runner->heat)
		heat_count(request->runner->heat,
			   request_image(request)->n_heat, part->cluster,
			   kind == PLOOP_IO_WRITE, part->bytes / PLOOP_SECTOR);
	request->io.kind = kind;
	request->io.file = delta->file;
	request->io.offset =
		ploop_entry_byte(&delta->header, entry) + part->from;
	request->io.bytes = part->bytes;
	request->io.buffer = buffer;
	runner_io(request, part_done);
}

static void write_zeros(struct ploop_request *request, struct part part,
			__u32 entry)
{
	if (part.bytes > IMAGE_ZERO_BYTES)
		part.bytes = IMAGE_ZERO_BYTES;
	part_io(request, &part, PLOOP_IO_WRITE, part.top, entry,
		request_image(request)->zeroes);
}

/* Below, a function that does a part returns true if the part is done, and
 * false if the request goes on later, or has ended. */

static bool skip(struct ploop_request *request, const struct part *part)
{
	request->at += part->bytes;
	return true;
}

static bool read_part(struct ploop_request *request, const struct part *part)
{
	char *buffer = (char *)request->buffer + request->at;

	for (unsigned int i = part->view->n_deltas; i--;) {
		const struct delta *delta = part->view->deltas[i];
		__u32 entry = table_entry(&delta->table, part->cluster);

		if (entry) {
			part_io(request, part, PLOOP_IO_READ, delta, entry,
				buffer);
			return false;
		}
	}
	memset(buffer, 0, part->bytes);
	return skip(request, part);
}

bool request_is_below(const struct view *view, __u32 cluster)
{
	for (unsigned int i = 0; i + 1 < view->n_deltas; i++)
		if (table_entry(&view->deltas[i]->table, cluster))
			return true;
	return false;
}

static bool is_below(const struct part *part)
{
	return request_is_below(part->view, part->cluster);
}

static void copy_part(struct ploop_request *request, const struct part *part)
{
	if (!merge_holds(request))
		cow_start(request, part);
}

static bool is_zero(const char *bytes, __u64 n)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, n - 1);
}

void request_resume(struct ploop_request *request)
{
	if (request->error)
		request_end(request, request->error);
	else
		request_go_on(request);
}

/* The entry of a cluster that had none: its own now, or another's that was
 * faster. 0: there is no slot. */
static __u32 allocate(struct ploop_image *image, const struct part *part)
{
	struct table_page *page =
		table_page_of(&part->top->table, part->cluster);
	__u32 entry, slot = PLOOP_NO_SLOT;

	image_lock(image, &page->lock);
	entry = table_entry(&part->top->table, part->cluster);
	if (!entry) {
		slot = reclaim_take(image);
		if (slot != PLOOP_NO_SLOT) {
			entry = ploop_slot_entry(&part->top->header, slot);
			table_set(page, part->cluster, entry, false);
		}
	}
	image_unlock(image, &page->lock);
	if (slot != PLOOP_NO_SLOT) {
		image_count(image, allocations);
		keeper_nudge(image, &image->keeper.dirty);
	}
	return entry;
}

static bool wait_for_slots(struct ploop_request *request)
{
	image_count(request_image(request), pool_waits);
	keeper_ask(request, WANT_SLOTS, request_resume);
	return false;
}

static bool write_part(struct ploop_request *request, const struct part *part)
{
	struct ploop_image *image = request_image(request);
	char *buffer = (char *)request->buffer + request->at;
	__u32 entry;

	if (!move_look(request, part, &entry))
		return false;
	if (!entry && is_below(part)) {
		copy_part(request, part);
		return false;
	}
	if (!entry && is_zero(buffer, part->bytes))
		return skip(request, part);
	if (!entry && merge_holds(request))
		return false;
	if (!entry)
		entry = allocate(image, part);
	if (!entry)
		return wait_for_slots(request);
	part_io(request, part, PLOOP_IO_WRITE, part->top, entry, buffer);
	return false;
}

/* The cluster reads as zeros, and its slot is free. */
static void clear(struct ploop_image *image, const struct part *part)
{
	struct table_page *page =
		table_page_of(&part->top->table, part->cluster);
	__u32 entry;

	image_lock(image, &page->lock);
	entry = table_entry(&part->top->table, part->cluster);
	if (entry) {
		table_set(page, part->cluster, 0, false);
		reclaim_free(image,
			     ploop_entry_slot(&part->top->header, entry));
	}
	image_unlock(image, &page->lock);
	if (entry)
		keeper_nudge(image, &image->keeper.dirty);
}

/* Zeros hide what a lower delta has: a cluster of the top that is zero. */
static bool hide_part(struct ploop_request *request, const struct part *part,
		      __u32 entry)
{
	if (entry) {
		write_zeros(request, *part, entry);
		return false;
	}
	if (!part->is_whole) {
		copy_part(request, part);
		return false;
	}
	if (merge_holds(request))
		return false;
	if (!allocate(request_image(request), part))
		return wait_for_slots(request);
	return skip(request, part);
}

static bool zero_part(struct ploop_request *request, const struct part *part)
{
	__u32 entry;

	if (!move_look(request, part, &entry))
		return false;
	if (is_below(part) && request->op == PLOOP_ZERO)
		return hide_part(request, part, entry);
	if (is_below(part) || !entry)
		return skip(request, part);
	if (part->is_whole) {
		clear(request_image(request), part);
		return skip(request, part);
	}
	if (request->op == PLOOP_DISCARD)
		return skip(request, part);
	write_zeros(request, *part, entry);
	return false;
}

/* The top gets a copy of the cluster, as by a write of nothing. */
static bool promote_part(struct ploop_request *request, struct part part)
{
	if (table_entry(&part.top->table, part.cluster) || !is_below(&part))
		return skip(request, &part);
	part.from = part.bytes = 0;
	copy_part(request, &part);
	return false;
}

/* Whether the image may change now. If not, the request waits, or has ended.
 * Asked after each I/O, too: a change that ends after the image broke may
 * depend on what was lost. */
static bool may_change(struct ploop_request *request)
{
	switch ((enum image_state)once_see(request_image(request)->state)) {
	case IMAGE_OPEN:
		return true;
	case IMAGE_UNMARKED:
	case IMAGE_FREEZING:
	case IMAGE_FROZEN:
		keeper_ask(request, WANT_MARK, request_resume);
		return false;
	case IMAGE_READ_ONLY:
		request_end(request, -EROFS);
		return false;
	case IMAGE_BROKEN:
		break;
	}
	request_end(request, -EIO);
	return false;
}

void request_go_on(struct ploop_request *request)
{
	struct part part;
	bool is_done = true;

	if (is_change(request) && !may_change(request))
		return;
	while (is_done && request->at < request->bytes) {
		if (!find_part(request, &part)) {
			request_end(request, -EINVAL);
			return;
		}
		switch (request->op) {
		case PLOOP_READ:
			is_done = read_part(request, &part);
			break;
		case PLOOP_WRITE:
			is_done = write_part(request, &part);
			break;
		case PLOOP_PROMOTE:
			is_done = promote_part(request, part);
			break;
		default:
			is_done = zero_part(request, &part);
		}
	}
	if (is_done)
		finish(request);
}

static bool is_in_disk(const struct ploop_request *request)
{
	__u64 disk_bytes = once_see(request_image(request)->view)->disk_bytes;

	return !(request->offset % PLOOP_SECTOR) &&
	       !(request->bytes % PLOOP_SECTOR) &&
	       request->offset <= disk_bytes &&
	       request->bytes <= disk_bytes - request->offset;
}

/* One of them runs at a time. */
static bool is_of_image(enum ploop_op op)
{
	return op == PLOOP_GROW || op == PLOOP_SHRINK || op == PLOOP_COMPACT ||
	       op == PLOOP_FREEZE || op == PLOOP_DEMOTE || op == PLOOP_MERGE;
}

void request_start(struct ploop_work *work)
{
	struct ploop_request *request =
		owner_of(work, struct ploop_request, work);

	request->at = 0;
	request->error = 0;
	if (request->op == PLOOP_FLUSH)
		keeper_ask(request, WANT_COMMIT, end_as_answered);
	else if (is_of_image(request->op))
		keeper_ask(request, WANT_RESIZE, end_as_answered);
	else if (request->op == PLOOP_THAW)
		keeper_ask(request, WANT_THAW, end_as_answered);
	else if (request->op == PLOOP_CLOSE)
		keeper_ask(request, WANT_CLOSE, end_as_answered);
	else if (!is_in_disk(request))
		request_end(request, -EINVAL);
	else if (request->flags & PLOOP_PREFLUSH)
		keeper_ask(request, WANT_COMMIT, request_resume);
	else
		request_go_on(request);
}
