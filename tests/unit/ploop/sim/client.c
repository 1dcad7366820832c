// SPDX-License-Identifier: GPL-2.0-or-later
#include "inside.h"

#define MAX_GROWN 4

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
	       (!(first < HOT_CLUSTERS * world->cluster_sectors &&
		  world->is_below[sector / world->cluster_sectors]) &&
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

static void check_error(struct client *client, int result)
{
	if (!client->world->may_fail && !lower_may_fail(client, result))
		violation(client->world, "an error without a cause: %d of %d",
			  -result, client->request.op);
}

/* After an error the disk may have either length when it is opened again. */
static void grow_done(struct world *world, int result)
{
	if (result)
		return;
	world->is_growing = false;
	world->disk_bytes = world->next_bytes;
	world->next_bytes = 0;
	world->n_hot = n_hot(world, world->disk_bytes);
	world->n_used = world->n_hot;
	world->n_grown++;
	world->report->grown++;
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
	if (request->op == PLOOP_GROW)
		grow_done(world, result);
	lower_done(client, result);
	if (result) {
		world->report->failed += !lower_may_fail(client, result);
		check_error(client, result);
		return;
	}
	if (client->after_failed_sync &&
	    (request->op == PLOOP_FLUSH ||
	     (is_change_op(request->op) && is_stable)))
		violation(world, "stable, after a sync that failed");
	if (disk_of(world, !world->is_merged)->has_failed_sync &&
	    is_change_op(request->op) && !is_stable)
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
	__u32 size = world->cluster_sectors;

	client->sector = chance_below(&world->chance, world->n_used);
	client->n_sectors = 1 + chance_below(&world->chance, size);
	if (chance_percent(&world->chance, 40)) {
		client->sector -= client->sector % size;
		client->n_sectors = size;
	} else if (chance_percent(&world->chance, 20)) {
		client->n_sectors = 1 + chance_below(&world->chance, 3 * size);
	}
	if (client->n_sectors > world->n_hot - client->sector)
		client->n_sectors = world->n_hot - client->sector;
	/* the far sectors do not follow the others */
	if (client->sector < HOT_CLUSTERS * size &&
	    client->n_sectors > HOT_CLUSTERS * size - client->sector)
		client->n_sectors = HOT_CLUSTERS * size - client->sector;
}

/* A discard of what is the last cluster now takes only a part of it afterwards,
 * and that is another promise: no discard runs when a grow begins. */
static bool may_grow(struct world *world)
{
	if (world->n_grown == MAX_GROWN || world->is_growing ||
	    world->lower_is_writable || !chance_percent(&world->chance, 5))
		return false;
	for (__u32 i = 0; i < REQUESTS; i++)
		if (world->clients[i].is_busy &&
		    world->clients[i].request.op == PLOOP_DISCARD)
			return false;
	return true;
}

/* The first time the disk gets the far sectors, which read as zeros. */
static void begin_grow(struct client *client)
{
	struct world *world = client->world;
	__u32 end = HOT_CLUSTERS * world->cluster_sectors;
	__u32 far = FAR_CLUSTERS * world->cluster_sectors;
	__u32 more =
		1 + chance_below(&world->chance, 1000 * world->cluster_sectors);

	world->is_growing = true;
	if (n_hot(world, world->disk_bytes) < end) {
		for (__u32 i = end - 1; i < end + far; i++)
			model_set(&world->model, i, 0);
		world->next_bytes = hot_byte(world, end + far);
	} else {
		world->next_bytes = world->disk_bytes;
	}
	world->next_bytes += more * PLOOP_SECTOR;
	client->n_sectors = 0;
	client->request.op = PLOOP_GROW;
	client->request.flags = 0;
	client->request.bytes = 0;
	client->request.offset = world->next_bytes;
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

void client_begin(struct client *client)
{
	struct world *world = client->world;
	struct ploop_request *request = &client->request;
	struct ploop_runner *runner = ploop_runner(
		world->image, chance_below(&world->chance, RUNNERS));
	__u64 tag = chance_percent(&world->chance, 85) ? ++world->last_tag : 0;

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
	if (!model_has_room(&world->model, client->sector, client->n_sectors))
		request->op = PLOOP_FLUSH;
	if (request->op == PLOOP_DISCARD && world->is_growing)
		request->op = PLOOP_ZERO;
	if (request->op == PLOOP_FLUSH)
		request->flags = 0;
	if (may_grow(world))
		begin_grow(client);
	else if (!world->top_clusters && chance_percent(&world->chance, 2))
		begin_compact(client);
	else if (world->lower_is_writable)
		lower_request(client);
	client->is_busy = true;
	client->submitted = ++world->now;
	client->after_failed_sync =
		disk_of(world, !world->is_merged)->has_failed_sync;
	world->n_busy++;
	if (request->op == PLOOP_READ)
		world->n_reading++;
	if (request->op == PLOOP_WRITE)
		fill_buffer(client, tag);
	if (is_change_op(request->op))
		for (__u32 i = 0; i < client->n_sectors; i++)
			if (changes_sector(client, client->sector + i)) {
				model_write(&world->model, client->sector + i,
					    request->op == PLOOP_WRITE ? tag
								       : 0,
					    world->now);
				if (request->op == PLOOP_DISCARD &&
				    lower_is_unsure(world, client->sector + i))
					model_weaken(&world->model,
						     client->sector + i,
						     world->now);
			}
	if (chance_percent(&world->chance, 50))
		ploop_submit(runner, request);
	else
		ploop_post(runner, request);
}

void client_close(struct client *client)
{
	client->request = (struct ploop_request){
		.op = PLOOP_CLOSE,
		.done = request_done,
	};
	client->is_busy = true;
	client->n_sectors = 0;
	client->world->n_busy++;
	ploop_post(ploop_runner(client->world->image, 1), &client->request);
}
