// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "inside.h"

#define MAX_RESIZED    8
#define LEAST_CLUSTERS 5 /* that the disk keeps of the hot ones */

static bool is_change_op(enum ploop_op op)
{
	return op == PLOOP_WRITE || op == PLOOP_ZERO || op == PLOOP_DISCARD;
}

/* Whether the request changes the sector: a discard takes whole clusters that
 * no lower delta has. */
static bool changes_sector(const struct client *client, __u32 sector)
{
	const struct world *world = client->world;
	__u32 first = sector - sector % world->cluster_sectors;
	__u32 end = first + world->cluster_sectors;

	if (end > world->n_hot)
		end = world->n_hot;
	return client->request.op != PLOOP_DISCARD ||
	       (!world->is_below[sector / world->cluster_sectors] &&
		first >= client->sector &&
		end <= client->sector + client->n_sectors);
}

static void check_read(struct client *client)
{
	struct world *world = client->world;

	for (__u32 i = 0; i < client->n_sectors; i++) {
		__u64 tag = client->buffer[i * (PLOOP_SECTOR / 8)];

		if (!model_may_read(&world->model, client->sector + i, tag,
				    client->submitted))
			violation(world, "sector %u reads as %llu, step %u",
				  client->sector + i, (unsigned long long)tag,
				  world->now);
	}
}

/* A request beyond the end that a shorter disk has fails. */
static bool check_error(struct client *client, int result)
{
	if (result == -EINVAL && (client->is_cut || client->must_fail))
		return false;
	if (lower_may_fail(client, result))
		return false;
	if (!client->world->may_fail)
		violation(client->world, "an error without a cause: %d of %d",
			  -result, client->request.op);
	return true;
}

/* After an error the disk may have either length when it is opened again. */
static void resize_done(struct client *client, int result)
{
	struct world *world = client->world;

	if (result)
		return;
	if (world->next_bytes > world->disk_bytes)
		world->report->grown++;
	else
		world->report->shrunk++;
	for (__u32 i = world->n_hot; i < n_hot(world, world->next_bytes); i++)
		model_ack(&world->model, i, client->submitted, world->now,
			  true);
	world->is_resizing = false;
	world->disk_bytes = world->next_bytes;
	world->next_bytes = 0;
	world->n_hot = n_hot(world, world->disk_bytes);
	world->n_used = world->n_hot;
	world->n_resized++;
}

static void request_done(struct ploop_request *request, int result)
{
	struct client *client = (struct client *)request;
	struct world *world = client->world;
	bool is_stable = request->flags & PLOOP_FUA;

	world->report->requests++;
	client->is_busy = false;
	world->n_busy--;
	if (request->op == PLOOP_READ) {
		world->n_reading--;
		world->report->reads++;
	}
	if (request->op == PLOOP_GROW || request->op == PLOOP_SHRINK)
		resize_done(client, result);
	if (request->op == PLOOP_FREEZE || request->op == PLOOP_THAW)
		freeze_done(client, result);
	lower_done(client, result);
	if (result) {
		world->report->failed += check_error(client, result);
		return;
	}
	if (client->must_fail)
		violation(world, "done, though behind the end of the disk");
	if (client->after_failed_sync &&
	    (request->op == PLOOP_FLUSH ||
	     (is_change_op(request->op) && is_stable)))
		violation(world, "stable, after a sync that failed");
	if (top_disk(world)->has_failed_sync && is_change_op(request->op) &&
	    !is_stable)
		violation(world, "changed, after a sync that failed");
	if (request->op == PLOOP_READ)
		check_read(client);
	if (is_change_op(request->op))
		for (__u32 i = 0; i < client->n_sectors; i++)
			if (changes_sector(client, client->sector + i))
				model_ack(&world->model, client->sector + i,
					  client->submitted, world->now,
					  is_stable);
	if (request->op == PLOOP_FLUSH || (request->flags & PLOOP_PREFLUSH))
		model_flush(&world->model, client->submitted);
}

static enum ploop_op choose_op(struct world *world)
{
	__u32 roll = chance_below(&world->chance, 100);

	if (world->kind == WORLD_READING && chance_percent(&world->chance, 60))
		return PLOOP_READ;
	if (world->kind == WORLD_RESIZING && chance_percent(&world->chance, 30))
		return PLOOP_READ;
	if (roll < 50)
		return PLOOP_WRITE;
	if (roll < 62)
		return PLOOP_READ;
	if (roll < 74)
		return PLOOP_FLUSH;
	return roll < 90 ? PLOOP_DISCARD : PLOOP_ZERO;
}

/* A range: often one cluster, often within one, at times more. */
static void choose_range(struct client *client)
{
	struct world *world = client->world;
	__u32 size = world->cluster_sectors, end;

	client->sector = chance_below(&world->chance, world->n_used);
	if (world->kind == WORLD_RESIZING &&
	    world->n_hot > HOT_CLUSTERS * size &&
	    chance_percent(&world->chance, 50))
		client->sector =
			world->n_hot - 1 -
			chance_below(&world->chance,
				     world->n_hot - HOT_CLUSTERS * size);
	client->n_sectors = 1 + chance_below(&world->chance, size);
	if (chance_percent(&world->chance, 40)) {
		client->sector -= client->sector % size;
		client->n_sectors = size;
	} else if (chance_percent(&world->chance, 20)) {
		client->n_sectors = 1 + chance_below(&world->chance, 3 * size);
	}
	if (client->n_sectors > world->n_hot - client->sector)
		client->n_sectors = world->n_hot - client->sector;
	/* the far clusters do not follow each other */
	end = client->sector < HOT_CLUSTERS * size
		      ? HOT_CLUSTERS * size
		      : (client->sector / size + 1) * size;
	if (client->n_sectors > end - client->sector)
		client->n_sectors = end - client->sector;
}

/* A slot is being punched, which may be where a longer table will be. */
static bool is_punching(const struct world *world)
{
	for (__u32 i = 0; i < world->n_ios; i++)
		if (world->ios[i]->kind == PLOOP_IO_ZERO)
			return true;
	return false;
}

static bool may_resize(struct world *world)
{
	__u32 percent = world->kind != WORLD_RESIZING ? 5
			: is_punching(world)	      ? 60
						      : 10;

	return world->n_resized < MAX_RESIZED && is_calm(world) &&
	       chance_percent(&world->chance, percent);
}

static void begin_resize(struct client *client, enum ploop_op op)
{
	client->world->is_resizing = true;
	client->n_sectors = 0;
	client->request.op = op;
	client->request.flags = 0;
	client->request.bytes = 0;
	client->request.offset = client->world->next_bytes;
}

/* A sector that comes to the disk reads as zeros, as if the resize had written
 * them; who began to write there before the disk got shorter may do so now. */
static void expect_zeros(struct world *world, __u32 sector)
{
	model_clear(&world->model, sector);
	model_write(&world->model, sector, 0, world->now);
	for (__u32 i = 0; i < REQUESTS; i++) {
		const struct client *client = &world->clients[i];

		if (client->is_busy && is_change_op(client->request.op) &&
		    sector - client->sector < client->n_sectors)
			model_write(&world->model, sector,
				    client->request.op == PLOOP_WRITE
					    ? client->buffer[0]
					    : 0,
				    client->submitted);
	}
}

/* By little, or so far that the table gets longer. */
static void begin_grow(struct client *client)
{
	struct world *world = client->world;
	__u32 clusters = chance_percent(&world->chance, 60) ? 1000 : 4;
	__u32 more = 1 + chance_below(&world->chance,
				      clusters * world->cluster_sectors);

	world->next_bytes = world->disk_bytes + more * PLOOP_SECTOR;
	for (__u32 i = world->n_hot; i < n_hot(world, world->next_bytes); i++)
		expect_zeros(world, i);
	for (__u32 i = 0; i < REQUESTS; i++) {
		world->clients[i].is_cut |= world->clients[i].must_fail;
		world->clients[i].must_fail = false;
	}
	begin_resize(client, PLOOP_GROW);
}

static void cut(struct client *client)
{
	const struct world *world = client->world;

	client->is_cut |=
		world->next_bytes && client->sector + client->n_sectors >
					     n_hot(world, world->next_bytes);
}

/* Anywhere, also in the middle of a cluster. */
static void begin_shrink(struct client *client)
{
	struct world *world = client->world;
	__u32 least = LEAST_CLUSTERS * world->cluster_sectors;

	world->next_bytes =
		hot_byte(world, least + chance_below(&world->chance,
						     world->n_hot - least));
	for (__u32 i = 0; i < REQUESTS; i++)
		cut(&world->clients[i]);
	begin_resize(client, PLOOP_SHRINK);
}

static void choose_resize(struct client *client)
{
	struct world *world = client->world;

	if (world->n_hot > LEAST_CLUSTERS * world->cluster_sectors &&
	    chance_percent(&world->chance, 50))
		begin_shrink(client);
	else
		begin_grow(client);
}

/* A read of the first sector behind the end. */
static void begin_beyond(struct client *client)
{
	client->n_sectors = 0;
	client->must_fail = true;
	client->request.op = PLOOP_READ;
	client->request.offset = client->world->disk_bytes;
	client->request.bytes = PLOOP_SECTOR;
}

static void begin_compact(struct client *client)
{
	client->n_sectors = 0;
	client->request.op = PLOOP_COMPACT;
	client->request.flags = 0;
	client->request.bytes = 0;
}

static void fill_buffer(struct client *client, __u64 tag)
{
	for (__u32 i = 0; i < client->n_sectors * PLOOP_SECTOR / 8; i++)
		client->buffer[i] = tag;
}

/* Then slots where a longer table will be are free. */
static void choose_all(struct client *client)
{
	client->sector = 0;
	client->n_sectors = client->world->n_hot;
	client->request.op = PLOOP_DISCARD;
	client->request.offset = 0;
	client->request.bytes = client->world->disk_bytes;
}

static void expect_change(const struct client *client, __u64 tag)
{
	const struct world *world = client->world;
	enum ploop_op op = client->request.op;

	for (__u32 i = 0; is_change_op(op) && i < client->n_sectors; i++) {
		__u32 sector = client->sector + i;

		if (!changes_sector(client, sector))
			continue;
		model_write(&client->world->model, sector,
			    op == PLOOP_WRITE ? tag : 0, world->now);
		if (op == PLOOP_DISCARD && lower_is_unsure(world, sector))
			model_weaken(&client->world->model, sector, world->now);
	}
}

void client_begin(struct client *client)
{
	struct world *world = client->world;
	struct ploop_request *request = &client->request;
	struct ploop_runner *runner = ploop_runner(
		world->image, chance_below(&world->chance, RUNNERS));
	__u64 tag = chance_percent(&world->chance, 85) ? ++world->last_tag : 0;

	client->submitted = ++world->now;
	choose_range(client);
	*request = (struct ploop_request){
		.op = choose_op(world),
		.flags = (chance_percent(&world->chance, 15) ? PLOOP_FUA : 0) |
			 (chance_percent(&world->chance, 8) ? PLOOP_PREFLUSH
							    : 0),
		.offset = hot_byte(world, client->sector),
		.bytes = client->n_sectors * PLOOP_SECTOR,
		.buffer = client->buffer,
		.done = request_done,
	};
	if (world->kind == WORLD_RESIZING && is_calm(world) &&
	    chance_percent(&world->chance, 10))
		choose_all(client);
	if (!model_has_room(&world->model, client->sector, client->n_sectors))
		request->op = PLOOP_FLUSH;
	if (request->op == PLOOP_DISCARD &&
	    (world->is_resizing || world->freezing != NOT_FROZEN))
		request->op = PLOOP_ZERO;
	if (request->op == PLOOP_FLUSH)
		request->flags = 0;
	client->is_cut = client->must_fail = false;
	if (world->lower_is_writable)
		lower_request(client);
	else if (begin_freeze(client))
		;
	else if (may_resize(world))
		choose_resize(client);
	else if (chance_percent(&world->chance, 2))
		begin_compact(client);
	else if (!world->is_resizing && chance_percent(&world->chance, 2))
		begin_beyond(client);
	cut(client);
	client->is_busy = true;
	client->after_failed_sync = top_disk(world)->has_failed_sync;
	world->n_busy++;
	if (request->op == PLOOP_READ)
		world->n_reading++;
	if (request->op == PLOOP_WRITE)
		fill_buffer(client, tag);
	expect_change(client, tag);
	if (chance_percent(&world->chance, 50))
		ploop_submit(runner, request);
	else
		ploop_post(runner, request);
}

static void begin_alone(struct client *client, enum ploop_op op, __u64 offset,
			__u32 n_sectors)
{
	struct world *world = client->world;

	client->request = (struct ploop_request){
		.op = op,
		.offset = offset,
		.bytes = n_sectors ? world->disk_bytes : 0,
		.done = request_done,
	};
	client->is_busy = true;
	client->is_cut = client->must_fail = false;
	client->submitted = ++world->now;
	client->sector = 0;
	client->n_sectors = n_sectors;
	world->n_busy++;
	expect_change(client, 0);
	ploop_post(ploop_runner(world->image, 1), &client->request);
}

void client_discard(struct client *client)
{
	begin_alone(client, PLOOP_DISCARD, 0, client->world->n_hot);
}

void client_close(struct client *client)
{
	begin_alone(client, PLOOP_CLOSE, 0, 0);
}

void client_thaw(struct client *client, bool to_new_top)
{
	begin_alone(client, PLOOP_THAW, to_new_top, 0);
}
