// SPDX-License-Identifier: GPL-2.0-or-later
/* Copy on write: the first write to a cluster that a lower delta has.
 *
 *   claim ─▶ slot ─▶ read below ─▶ lay the data over it ─▶ write ─▶ entry
 *
 * One request has the claim of a cluster; others that want to write there wait
 * until it is given back. Readers go on below until the entry is set. It is set
 * when the copy is written, and the page is then strict: before the entry is
 * written to the disk, a sync makes the copy stable, because without it a crash
 * would show the slot's zeros where the lower delta has data.
 *
 * Claims and their buffers are made at the opening; who finds none waits.
 */
#include <errno.h>
#include <string.h>

#include "ploop/core/heat.h"
#include "ploop/core/request.h"

#define CLAIM_BYTES (16u << 20) /* of buffers, unless one is larger */

struct claim *cow_find(struct cow *cow, __u32 cluster)
{
	for (unsigned int i = 0; i < cow->n_claims; i++)
		if (cow->claims[i].is_taken &&
		    cow->claims[i].cluster == cluster)
			return &cow->claims[i];
	return NULL;
}

bool cow_is_claimed(const struct cow *cow)
{
	for (unsigned int i = 0; i < cow->n_claims; i++)
		if (cow->claims[i].is_taken)
			return true;
	return false;
}

/* The last one may be kept for demotions. */
static struct claim *find_free(struct cow *cow, bool is_demotion)
{
	for (unsigned int i = 0;
	     i < cow->n_claims - (cow->keeps_one && !is_demotion); i++)
		if (!cow->claims[i].is_taken)
			return &cow->claims[i];
	return NULL;
}

void cow_release(struct ploop_image *image, struct claim *claim)
{
	struct cow *cow = &image->cow;
	struct waiting same, any;

	image_lock(image, &cow->lock);
	claim->is_taken = false;
	waiting_take(&same, &claim->waiting);
	waiting_take(&any, &cow->waiting);
	image_unlock(image, &cow->lock);
	keeper_answer(&same, 0);
	keeper_answer(&any, 0);
}

static void give_up(struct ploop_request *request, int error)
{
	struct ploop_image *image = request_image(request);
	struct claim *claim = request->claim;

	/* what is in the slot is unknown */
	if (claim->slot != PLOOP_NO_SLOT)
		reclaim_free(image, claim->slot);
	cow_release(image, claim);
	request_end(request, error);
}

static void take_slot(struct ploop_request *request);

/* False since the table or the end of the file is going to be there. */
static bool is_usable(__u32 slot, const struct slots *slots)
{
	return slot >= once_see(slots->reserved) &&
	       slot < once_see(slots->limit);
}

static void take_another(struct ploop_request *request)
{
	request->error = 0;
	take_slot(request);
}

/* The copy is written: the cluster is the top's from now on, unless somebody
 * has zeroed it meanwhile, which needs no copy. Then the part is written there.
 */
static void publish(struct ploop_request *request)
{
	struct ploop_image *image = request_image(request);
	struct claim *claim = request->claim;
	const struct delta *top = claim->top;
	struct table_page *page = table_page_of(&top->table, claim->cluster);
	bool is_ours;

	if (!is_usable(claim->slot, &image->slots)) {
		take_another(request);
		return;
	}
	image_lock(image, &page->lock);
	is_ours = !table_entry(&top->table, claim->cluster);
	if (is_ours)
		table_set(page, claim->cluster,
			  ploop_slot_entry(&top->header, claim->slot), true);
	else
		reclaim_free(image, claim->slot);
	image_unlock(image, &page->lock);
	if (is_ours) {
		image_count(image, copies);
		if (request->runner->heat && claim->bytes)
			heat_count(request->runner->heat, image->n_heat,
				   claim->cluster, true,
				   claim->bytes / PLOOP_SECTOR);
		request->at += claim->bytes;
	}
	keeper_nudge(image, &image->keeper.dirty);
	cow_release(image, claim);
	request_go_on(request);
}

static void copy_written(struct ploop_io *io, int result)
{
	struct ploop_request *request = owner_of(io, struct ploop_request, io);

	runner_io_end(request);
	if (!result && once_read(request_image(request)->state) == IMAGE_BROKEN)
		result = -EIO;
	if (result)
		give_up(request, result);
	else
		publish(request);
}

static void below_read(struct ploop_io *io, int result)
{
	struct ploop_request *request = owner_of(io, struct ploop_request, io);
	struct claim *claim = request->claim;

	runner_io_end(request);
	if (result) {
		give_up(request, result);
		return;
	}
	if (!is_usable(claim->slot, &request_image(request)->slots)) {
		take_another(request);
		return;
	}
	if (request->op == PLOOP_WRITE)
		memcpy(claim->buffer + claim->from,
		       (char *)request->buffer + request->at, claim->bytes);
	else
		memset(claim->buffer + claim->from, 0, claim->bytes);
	io->kind = PLOOP_IO_WRITE;
	io->file = claim->top->file;
	io->offset = ploop_slot_byte(&claim->top->header, claim->slot);
	runner_io(request, copy_written);
}

static void read_below(struct ploop_request *request)
{
	struct claim *claim = request->claim;
	const struct view *view = once_see(request_image(request)->view);
	__u32 entry = 0;
	unsigned int i = view->n_deltas - 1;

	while (i-- && !entry)
		entry = table_entry(&view->deltas[i]->table, claim->cluster);
	i++;
	request->io.kind = PLOOP_IO_READ;
	request->io.file = view->deltas[i]->file;
	request->io.offset = ploop_entry_byte(&view->deltas[i]->header, entry);
	request->io.bytes = ploop_cluster_bytes(&claim->top->header);
	request->io.buffer = claim->buffer;
	runner_io(request, below_read);
}

static void take_slot(struct ploop_request *request)
{
	struct ploop_image *image = request_image(request);

	if (request->error) {
		give_up(request, request->error);
		return;
	}
	/* somebody may have zeroed it, while this one waited */
	if (table_entry(&request->claim->top->table, request->claim->cluster)) {
		cow_release(image, request->claim);
		request_go_on(request);
		return;
	}
	once_write(request->claim->slot, reclaim_take(image));
	if (request->claim->slot == PLOOP_NO_SLOT) {
		image_count(image, pool_waits);
		keeper_ask(request, WANT_SLOTS, take_slot);
		return;
	}
	image_count(image, allocations);
	read_below(request);
}

struct claim *cow_claim(struct ploop_image *image, __u32 cluster,
			struct ploop_request *request,
			void (*resume)(struct ploop_request *request))
{
	struct cow *cow = &image->cow;
	struct claim *claim;

	image_lock(image, &cow->lock);
	claim = cow_find(cow, cluster);
	request->resume = resume;
	if (claim) {
		waiting_put(&claim->waiting, &request->work);
		claim = NULL;
	} else if (!(claim = find_free(cow, request == &image->demote.own))) {
		waiting_put(&cow->waiting, &request->work);
	} else {
		claim->is_taken = true;
		claim->is_blocking = claim->is_overtaken = false;
		claim->cluster = cluster;
		once_write(claim->slot, PLOOP_NO_SLOT);
	}
	image_unlock(image, &cow->lock);
	return claim;
}

bool cow_wait(struct ploop_image *image, __u32 first,
	      struct ploop_request *request,
	      void (*step)(struct ploop_request *request))
{
	struct cow *cow = &image->cow;
	bool must_wait = false;

	image_lock(image, &cow->lock);
	for (unsigned int i = 0; i < cow->n_claims && !must_wait; i++) {
		struct claim *claim = &cow->claims[i];

		if (!claim->is_taken || claim->cluster < first)
			continue;
		request->resume = step;
		waiting_put(&claim->waiting, &request->work);
		must_wait = true;
	}
	image_unlock(image, &cow->lock);
	return must_wait;
}

void cow_start(struct ploop_request *request, const struct part *part)
{
	struct ploop_image *image = request_image(request);
	struct claim *claim =
		cow_claim(image, part->cluster, request, request_resume);

	if (!claim)
		return;
	/* who had the claim before set the entry before giving it back */
	if (table_entry(&part->top->table, part->cluster)) {
		cow_release(image, claim);
		request_go_on(request);
		return;
	}
	claim->top = part->top;
	claim->from = part->from;
	claim->bytes = part->bytes;
	request->claim = claim;
	request->error = 0;
	take_slot(request);
}

int cow_init(struct ploop_image *image, unsigned int n_deltas)
{
	struct cow *cow = &image->cow;
	__u64 cluster_bytes = ploop_cluster_bytes(&image_top(image)->header);
	__u32 n = CLAIM_BYTES / cluster_bytes;

	/* without lower deltas clusters are only moved, one at a time */
	if (n_deltas == 1)
		n = 1;
	if (n > COW_CLAIMS)
		n = COW_CLAIMS;
	if (!n)
		n = 1;
	cow->keeps_one |= image->lower.delta != NULL;
	n += cow->keeps_one;
	if (!cow->n_claims)
		waiting_init(&cow->waiting);
	while (cow->n_claims < n) {
		struct claim *claim = &cow->claims[cow->n_claims];

		waiting_init(&claim->waiting);
		claim->buffer = image_allocate(image, cluster_bytes);
		if (!claim->buffer)
			return -ENOMEM;
		image_lock(image, &cow->lock);
		cow->n_claims++;
		image_unlock(image, &cow->lock);
	}
	return 0;
}
