// SPDX-License-Identifier: GPL-2.0-or-later
/* Worlds whose lower delta is written: clusters are demoted and promoted, and
 * the top is merged. The lower delta has a disk of its own, and a crash hits
 * both at the same time. After a merge the image must be there in the lower
 * delta alone, and with the old top. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "inside.h"

struct disk *disk_of(struct world *world, unsigned int file)
{
	return world->lower_is_writable && is_lower(world, file)
		       ? &world->lower_disk
		       : &world->disk;
}

struct disk *top_disk(struct world *world)
{
	return world->is_merged ? &world->lower_disk : &world->disk;
}

static __u32 *entry_of(struct world *world, __u32 hot)
{
	return (__u32 *)(void *)(world->lower + PLOOP_HEADER_BYTES) +
	       FIRST_HOT + hot;
}

static bool is_marked(const struct world *world)
{
	return le32_get(world->lower + 44) == PLOOP_IN_USE;
}

void lower_begin(struct world *world)
{
	disk_set(&world->lower_disk, world->lower, world->lower_bytes);
	memcpy(world->lower_first, world->lower, DISK_MAX_BYTES);
	world->lower_first_bytes = world->lower_bytes;
	world->lower_was_closed = !is_marked(world);
	world->is_merging = world->is_merged = false;
	world->lower_disk.most_bytes = DISK_MAX_BYTES;
	if (world->disk.most_bytes < DISK_MAX_BYTES)
		world->lower_disk.most_bytes =
			world->lower_bytes + chance_below(&world->chance, 5) *
						     world->cluster_sectors *
						     PLOOP_SECTOR;
	for (__u32 i = 0; i < HOT_CLUSTERS; i++) {
		world->is_below[i] = *entry_of(world, i) != 0;
		/* of a full top, any may be demoted */
		world->may_be_below[i] =
			world->top_clusters ||
			world->disk.most_bytes < DISK_MAX_BYTES;
	}
}

/* As it is after a snapshot of the merged image. */
void lower_next(struct world *world)
{
	struct ploop_header header;

	world->is_merged = false;
	if (chance_percent(&world->chance, 50))
		return; /* the old top is still there */
	ploop_header_decode(world->lower, &header);
	memset(world->crash, 0, DISK_MAX_BYTES);
	ploop_header_make(header.n_sectors, header.cluster_sectors, &header);
	ploop_header_encode(&header, world->crash);
	world->crash_bytes = ploop_data_bytes(&header);
}

void lower_crash(struct world *world)
{
	world->lower_bytes =
		disk_crash(&world->lower_disk, &world->chance, world->lower);
}

void lower_check_closed(struct world *world)
{
	bool is_changed = world->lower_bytes < world->lower_first_bytes ||
			  memcmp(world->lower, world->lower_first,
				 world->lower_first_bytes) != 0;

	if (world->is_closing || world->was_frozen ||
	    !world->lower_was_closed || is_marked(world))
		return;
	if (is_changed)
		violation(world, "the lower delta changed, but is not marked");
	if (world->is_merged)
		violation(world, "merged, but not marked");
}

void lower_check_frozen(struct world *world)
{
	if (!disk_is_stable(&world->lower_disk))
		violation(world, "frozen, but the lower delta is not stable");
	memcpy(world->lower, world->lower_disk.live, DISK_MAX_BYTES);
	world->lower_bytes = world->lower_disk.live_bytes;
	if (is_marked(world))
		violation(world, "frozen, but the lower delta is not closed");
}

bool lower_is_unsure(const struct world *world, __u32 sector)
{
	__u32 cluster = sector / world->cluster_sectors;

	return cluster < HOT_CLUSTERS && world->may_be_below[cluster];
}

/* Discards that run now may find the cluster in either delta. */
static void expect_below(struct world *world, __u32 cluster)
{
	__u32 first = cluster * world->cluster_sectors;

	world->may_be_below[cluster] = true;
	for (__u32 i = 0; i < REQUESTS; i++) {
		const struct client *client = &world->clients[i];

		if (!client->is_busy || client->request.op != PLOOP_DISCARD)
			continue;
		for (__u32 j = 0; j < world->cluster_sectors; j++)
			model_weaken(&world->model, first + j,
				     client->submitted);
	}
}

static void begin_demotion(struct client *client)
{
	struct world *world = client->world;
	__u32 size = world->cluster_sectors;

	for (__u32 i = client->sector / size;
	     i <= (client->sector + client->n_sectors - 1) / size; i++)
		expect_below(world, i);
	client->request.op = PLOOP_DEMOTE;
}

static bool may_merge(const struct world *world)
{
	for (__u32 i = 0; i < REQUESTS; i++)
		if (world->clients[i].is_busy &&
		    world->clients[i].request.op == PLOOP_DISCARD)
			return false;
	return !world->is_merging && world->freezing == NOT_FROZEN;
}

/* What is below now will be in the top. */
static void begin_merge(struct client *client)
{
	struct world *world = client->world;

	for (__u32 i = 0; i < HOT_CLUSTERS; i++) {
		world->is_below[i] = false;
		world->may_be_below[i] = true;
	}
	world->is_merging = true;
	client->request.op = PLOOP_MERGE;
	client->request.bytes = 0;
}

bool lower_request(struct client *client)
{
	struct world *world = client->world;
	__u32 roll = chance_below(&world->chance, 1000);

	/* a disk that is frozen while its top is full may fail */
	if (!world->is_merging && !world->top_clusters && begin_freeze(client))
		return true;
	if (roll < 80)
		begin_demotion(client);
	else if (roll < 120)
		client->request.op = PLOOP_PROMOTE;
	else if (roll < 130 && may_merge(world))
		begin_merge(client);
	else if (roll < 150 && !world->top_clusters)
		client->request.op = PLOOP_COMPACT;
	else
		return false;
	client->request.flags = 0;
	client->n_sectors = 0;
	return true;
}

void lower_done(struct client *client, int result)
{
	struct world *world = client->world;

	if (result || client->request.op != PLOOP_MERGE)
		return;
	world->is_merged = true;
	world->report->merged++;
	for (__u32 i = 0; i < HOT_CLUSTERS; i++)
		world->may_be_below[i] = false;
}

bool lower_may_fail(const struct client *client, int result)
{
	return client->world->is_merging && result == -EOPNOTSUPP &&
	       (client->request.op == PLOOP_DEMOTE ||
		client->request.op == PLOOP_MERGE);
}
