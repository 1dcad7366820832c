// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "inside.h"

/* Some I/O is slow: much else happens meanwhile. False: for now, none ends. */
static bool choose_io(struct world *world, __u32 *i)
{
	*i = chance_below(&world->chance, world->n_ios);
	if (world->kind != WORLD_RESIZING && chance_percent(&world->chance, 1))
		return true;
	for (int tries = 0; tries < 8 && world->ios[*i]->result; tries++)
		*i = chance_below(&world->chance, world->n_ios);
	return world->kind != WORLD_RESIZING || !world->ios[*i]->result ||
	       !chance_below(&world->chance, 300);
}

static bool end_io(struct world *world)
{
	struct ploop_io *io;
	__u32 i;
	__u64 n;

	if (!world->n_ios || !choose_io(world, &i))
		return false;
	io = world->ios[i];
	world->ios[i] = world->ios[--world->n_ios];
	if (is_lower(world, io->file) && !world->lower_is_writable) {
		memcpy(io->buffer, file_of(world, io->file, &n) + io->offset,
		       io->bytes);
		io->done(io, 0);
	} else {
		io->done(io, disk_complete(disk_of(world, io->file), io));
	}
	return true;
}

static bool run_one(struct world *world)
{
	__u32 start = chance_below(&world->chance, RUNNERS);

	for (__u32 i = 0; i < RUNNERS; i++) {
		__u32 n = (start + i) % RUNNERS;
		struct ploop_runner *runner = ploop_runner(world->image, n);

		if (!world->is_awake[n])
			continue;
		ploop_run(runner, 1);
		world->is_awake[n] = !ploop_deadline_ns(runner);
		return true;
	}
	return false;
}

static void pass_time(struct world *world)
{
	__u64 deadline_ns = ploop_deadline_ns(ploop_runner(world->image, 0));

	if (deadline_ns != ~0ULL && deadline_ns > world->now_ns &&
	    chance_percent(&world->chance, 20))
		world->now_ns = deadline_ns;
	ploop_run(ploop_runner(world->image, 0), 0);
}

/* One thing happens, of those that can. */
static void step(struct world *world, bool with_client)
{
	__u32 roll = chance_below(&world->chance, 100);
	struct client *client =
		&world->clients[chance_below(&world->chance, REQUESTS)];

	world->now++;
	world->now_ns += STEP_NS;
	if (!world->n_reading)
		model_forget(&world->model);
	if (world->freezing == FROZEN && chance_percent(&world->chance, 3)) {
		thaw(world);
		return;
	}
	if (with_client && roll < 25 && !client->is_busy) {
		client_begin(client);
		return;
	}
	if (roll < 60 && end_io(world))
		return;
	if (!run_one(world) && !end_io(world))
		pass_time(world);
}

static void step_and_look(struct world *world, bool with_client)
{
	__u32 changes = world->disk.n_changes + world->lower_disk.n_changes;

	step(world, with_client);
	if (world->disk.n_changes + world->lower_disk.n_changes != changes &&
	    chance_percent(&world->chance, world->kind == WORLD_RESIZING
						   ? LOOK_PERCENT / 4
						   : LOOK_PERCENT))
		look_at_crash(world);
}

/* Until all requests have ended. */
static void drain(struct world *world)
{
	for (__u32 i = 0; (world->n_busy || world->freezing == FROZEN) &&
			  !world->report->violation[0];
	     i++) {
		step_and_look(world, false);
		if (i == PATIENCE)
			violation(world, "a request does not end");
	}
}

static void close_image(struct world *world)
{
	world->is_closing = true;
	client_close(&world->clients[0]);
	drain(world);
	look_at_crash(world);
}

static void add_counts(struct world *world)
{
	struct ploop_counts counts;

	ploop_counts_read(world->image, &counts);
	world->report->allocations += counts.allocations;
	world->report->punches += counts.punches;
	world->report->commits += counts.commits;
	/* one for each commit; the others are of marks and closings */
	if (counts.syncs >
	    counts.commits + counts.strict_syncs + 3 * (1 + world->n_freezes))
		violation(world, "%llu syncs for %llu commits",
			  (unsigned long long)counts.syncs,
			  (unsigned long long)counts.commits);
	world->report->copies += counts.copies;
	world->report->moves += counts.moves;
	world->report->demotions += counts.demotions;
}

/* --- generations ------------------------------------------------------------ */

/* Some of the hot clusters of a disk that has so many are there, and garbage
 * between them and behind the table; returns the length. */
static __u64 make_file(struct world *world, __u8 *bytes, __u32 first_tag,
		       __u32 n_hot, __u32 percent)
{
	__u64 end = hot_byte(world, n_hot * world->cluster_sectors - 1);
	struct ploop_header header;
	__u32 slot = 0;

	ploop_header_make(end / PLOOP_SECTOR, world->cluster_sectors, &header);
	if (chance_percent(&world->chance, 30)) {
		header.version = 1;
		header.data_off = (ploop_table_bytes(&header) + 511) / 512;
	}
	memset(bytes, 0, DISK_MAX_BYTES);
	memset(bytes + ploop_table_bytes(&header), 0xaa,
	       ploop_slot_byte(&header, 2 * n_hot) -
		       ploop_table_bytes(&header));
	ploop_header_encode(&header, bytes);
	for (__u32 i = 0; i < n_hot; i++) {
		__u32 cluster = hot_byte(world, i * world->cluster_sectors) /
				ploop_cluster_bytes(&header);
		__u32 at = PLOOP_HEADER_BYTES + cluster * 4;

		if (!chance_percent(&world->chance, percent))
			continue;
		slot += chance_below(&world->chance, 2);
		memset(bytes + ploop_slot_byte(&header, slot), first_tag + i,
		       ploop_cluster_bytes(&header));
		le32_put(bytes + at, ploop_slot_entry(&header, slot));
		slot++;
	}
	return ploop_slot_byte(&header, slot) +
	       chance_below(&world->chance, 3) * ploop_cluster_bytes(&header);
}

/* A lower delta may be longer than the disk: that was made shorter. */
static void make_image(struct world *world)
{
	bool copies = world->kind == WORLD_RESIZING;
	__u32 n_below = HOT_CLUSTERS;

	world->cluster_sectors = 2 << chance_below(&world->chance, 2);
	world->lower_is_writable = world->kind == WORLD_DEMOTING ||
				   (world->kind == WORLD_READING &&
				    chance_percent(&world->chance, 50));
	world->has_lower = world->lower_is_writable ||
			   chance_percent(&world->chance, copies ? 80 : 40);
	world->crash_bytes = make_file(world, world->crash, 1, HOT_CLUSTERS,
				       copies ? 10 : 40);
	world->top_file = world->has_lower;
	if (!world->has_lower)
		return;
	if (!world->lower_is_writable && chance_percent(&world->chance, 50))
		n_below += FAR_CLUSTERS;
	world->lower_bytes =
		make_file(world, world->lower, 0x41, n_below, copies ? 90 : 40);
	for (__u32 i = 0; i < n_below; i++)
		world->is_below[i] =
			le32_get(world->lower + PLOOP_HEADER_BYTES +
				 hot_byte(world, i * world->cluster_sectors) /
					 (world->cluster_sectors *
					  PLOOP_SECTOR) *
					 4) != 0;
}

/* The world goes on with the file in world->crash. */
static void begin_generation(struct world *world)
{
	disk_set(&world->disk, world->crash, world->crash_bytes);
	memcpy(world->first, world->crash, DISK_MAX_BYTES);
	world->first_bytes = world->crash_bytes;
	world->is_closing = false;
	if (world->lower_is_writable)
		lower_begin(world);
	world->n_ios = 0;
	memset(world->is_awake, 0, sizeof(world->is_awake));
	world->image = open_crash(world, false, false);
	if (!world->image)
		return;
	world->was_closed = !ploop_image_was_in_use(world->image);
	world->n_hot = n_hot(world, ploop_disk_bytes(world->image));
	world->is_resizing = false;
	world->freezing = NOT_FROZEN;
	world->was_frozen = false;
	world->n_freezes = 0;
	world->disk_bytes = ploop_disk_bytes(world->image);
	world->next_bytes = 0;
	world->n_resized = 0;
	world->n_used = world->n_hot;
	if (chance_percent(&world->chance, 50))
		world->n_used = 5 * world->cluster_sectors;
	for (__u32 i = 0; i < world->n_hot; i++)
		model_set(&world->model, i, crash_tag(world, world->image, i));
	for (__u32 i = 0; i <= REQUESTS; i++)
		world->clients[i] = (struct client){.world = world};
	world->n_busy = world->n_reading = 0;
}

/* Of ten generations six have no errors, two a disk that fails now and then,
 * and two so little space that each slot is used again soon. */
static void choose_errors(struct world *world)
{
	__u32 roll =
		world->kind == WORLD_FAILING ? 0
		: world->kind == WORLD_READING || world->kind == WORLD_RESIZING
			? 9
			: chance_below(&world->chance, 10);

	world->may_fail = roll < 4;
	world->disk.write_error_permille = roll < 2 ? 20 : 0;
	world->disk.sync_error_permille = roll < 1 ? 20 : 0;
	world->disk.most_bytes = DISK_MAX_BYTES;
	if (roll == 2 || roll == 3)
		world->disk.most_bytes =
			world->crash_bytes + chance_below(&world->chance, 5) *
						     world->cluster_sectors *
						     PLOOP_SECTOR;
	world->lower_disk.write_error_permille =
		world->disk.write_error_permille;
	world->lower_disk.sync_error_permille = roll < 2 ? 20 : 0;
	/* a top that is full is no reason to fail */
	world->top_clusters = 0;
	if (world->kind == WORLD_DEMOTING && !world->may_fail &&
	    chance_percent(&world->chance, 50))
		world->top_clusters = 1 + chance_below(&world->chance, 4);
	world->slow_percent = chance_below(&world->chance, 2) * 20;
	if (world->kind == WORLD_RESIZING)
		world->slow_percent = 20;
	world->pool_clusters = chance_percent(&world->chance, 50)
				       ? 1
				       : 2 + chance_below(&world->chance, 5);
}

static void live_generation(struct world *world)
{
	bool ends_in_crash = chance_percent(&world->chance, 60);
	__u32 steps = STEPS / 2 + chance_below(&world->chance, STEPS);

	if (world->kind == WORLD_RESIZING)
		steps *= 3;

	for (__u32 i = 0; i < steps && !world->report->violation[0]; i++)
		step_and_look(world, true);
	if (ends_in_crash) {
		look_at_crash(world);
	} else {
		drain(world);
		if (chance_percent(&world->chance, 20) && !world->may_fail &&
		    model_has_room(&world->model, 0, world->n_hot)) {
			client_discard(&world->clients[0]);
			drain(world);
		}
		if (!world->report->violation[0])
			close_image(world);
	}
	add_counts(world);
	ploop_free(world->image);
	if (world->is_merged)
		lower_next(world);
}

void world_live(__u64 seed, enum world_kind kind, struct world_report *report)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		abort();
	world->chance.state = seed;
	world->kind = kind;
	world->report = report;
	world->first = malloc(DISK_MAX_BYTES);
	world->crash = calloc(1, DISK_MAX_BYTES);
	world->lower = calloc(1, DISK_MAX_BYTES);
	world->old_top = calloc(1, DISK_MAX_BYTES);
	world->new_top = calloc(1, DISK_MAX_BYTES);
	world->last_tag = 1000;
	world->lower_first = malloc(DISK_MAX_BYTES);
	disk_init(&world->disk, &world->chance);
	disk_init(&world->lower_disk, &world->chance);
	model_init(&world->model, HOT_SECTORS);
	make_image(world);
	for (int i = 0; i < GENERATIONS && !report->violation[0]; i++) {
		choose_errors(world);
		begin_generation(world);
		if (world->image)
			live_generation(world);
	}
	model_exit(&world->model);
	disk_exit(&world->disk);
	disk_exit(&world->lower_disk);
	free(world->lower_first);
	free(world->first);
	free(world->crash);
	free(world->lower);
	free(world->old_top);
	free(world->new_top);
	free(world);
}
