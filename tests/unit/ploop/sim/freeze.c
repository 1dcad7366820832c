// SPDX-License-Identifier: GPL-2.0-or-later
/* Worlds freeze the disk now and then, and once may put a new top above the
 * old. While it is frozen, a crash finds the chain with the new top, or without
 * it; what is below the top never changes. */
#include <string.h>

#include "base/little_endian.h"
#include "inside.h"

bool is_calm(const struct world *world)
{
	if (world->is_resizing || world->freezing != NOT_FROZEN)
		return false;
	for (__u32 i = 0; i < REQUESTS; i++)
		if (world->clients[i].is_busy &&
		    world->clients[i].request.op == PLOOP_DISCARD)
			return false;
	return true;
}

static void make_new_top(struct world *world)
{
	struct ploop_header header;

	ploop_header_make(world->disk_bytes / PLOOP_SECTOR,
			  world->cluster_sectors, &header);
	memset(world->new_top, 0, DISK_MAX_BYTES);
	ploop_header_encode(&header, world->new_top);
	world->new_top_bytes = ploop_data_bytes(&header);
}

/* From now on the descriptor names the new top. */
static void put_new_top(struct world *world)
{
	memcpy(world->old_top, world->disk.live, DISK_MAX_BYTES);
	world->old_top_bytes = world->disk.live_bytes;
	for (__u32 i = 0; i < HOT_CLUSTERS + FAR_CLUSTERS; i++) {
		__u64 cluster = hot_byte(world, i * world->cluster_sectors) /
				(world->cluster_sectors * PLOOP_SECTOR);

		if (cluster < le32_get(world->old_top + 32) &&
		    le32_get(world->old_top + PLOOP_HEADER_BYTES + cluster * 4))
			world->is_below[i] = true;
	}
	disk_set(&world->disk, world->new_top, world->new_top_bytes);
	memcpy(world->first, world->new_top, DISK_MAX_BYTES);
	world->first_bytes = world->new_top_bytes;
	world->was_closed = true;
	world->was_frozen = false;
	world->top_file++;
	world->report->switched++;
}

bool begin_freeze(struct client *client)
{
	struct world *world = client->world;

	if (world->freezing == NOT_FROZEN && is_calm(world) &&
	    chance_percent(&world->chance, 3)) {
		world->freezing = FREEZING;
		world->n_freezes++;
		world->was_frozen = true;
		world->frozen_at = world->now;
		world->has_new_top = world->top_file == world->has_lower &&
				     !world->lower_is_writable &&
				     chance_percent(&world->chance, 50);
		make_new_top(world);
		client->n_sectors = 0;
		client->request.op = PLOOP_FREEZE;
		client->request.flags = 0;
		client->request.bytes = 0;
		client->request.offset =
			world->has_new_top ? world->top_file + 1 : 0;
		return true;
	}
	return false;
}

void thaw(struct world *world)
{
	bool to_new_top =
		world->has_new_top && chance_percent(&world->chance, 70);

	if (to_new_top)
		put_new_top(world);
	world->freezing = THAWING;
	client_thaw(&world->clients[REQUESTS], to_new_top);
}

/* It is closed, and has what was acknowledged before. */
static void check_frozen(struct world *world)
{
	struct ploop_image *image;

	if (!disk_is_stable(&world->disk))
		violation(world, "frozen, but not stable");
	memcpy(world->crash, world->disk.live, DISK_MAX_BYTES);
	world->crash_bytes = world->disk.live_bytes;
	if (world->lower_is_writable)
		lower_check_frozen(world);
	image = open_crash(world, true, false);
	if (!image)
		return;
	if (ploop_image_was_in_use(image))
		violation(world, "frozen, but not closed");
	for (__u32 i = 0; i < world->n_hot; i++)
		if (!model_may_read(&world->model, i,
				    crash_tag(world, image, i),
				    world->frozen_at))
			violation(world, "frozen without sector %u", i);
	ploop_free(image);
}

void freeze_done(struct client *client, int result)
{
	struct world *world = client->world;

	if (result)
		return;
	if (client->request.op == PLOOP_THAW) {
		world->freezing = NOT_FROZEN;
		return;
	}
	world->freezing = FROZEN;
	world->report->frozen++;
	check_frozen(world);
}
