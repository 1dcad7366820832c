// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "disk.h"
#include "model.h"
#include "world.h"

#define RUNNERS	 3
#define REQUESTS 8
#define MAX_IOS	 256
/* Entry 1008 is the first one of page 1 of the table. */
#define FIRST_HOT	    1002
#define HOT_CLUSTERS	    12
#define CLUSTERS	    (FIRST_HOT + HOT_CLUSTERS)
#define MAX_CLUSTER_SECTORS 4
/* When the disk has grown there are more, and the table is in the way of data. */
#define FIRST_FAR    1600
#define FAR_CLUSTERS 4
#define HOT_SECTORS  ((HOT_CLUSTERS + FAR_CLUSTERS) * MAX_CLUSTER_SECTORS)
#define GENERATIONS  3
#define STEPS	     900
#define LOOK_PERCENT 30 /* of the changes: a crash is looked at */
#define STEP_NS	     50000
#define PATIENCE     200000 /* steps, until a hang is one */

struct client {
	struct ploop_request request;
	struct world *world;
	bool is_busy;
	bool after_failed_sync;
	__u32 submitted;
	__u32 sector; /* of the hot ones */
	__u32 n_sectors;
	__u64 buffer[HOT_SECTORS * PLOOP_SECTOR / 8];
};

struct world {
	struct chance chance;
	struct disk disk;
	struct model model;
	struct ploop_image *image;
	struct world_report *report;
	__u64 now_ns;
	__u32 now; /* steps */
	__u64 last_tag;
	__u32 cluster_sectors;
	__u32 pool_clusters;
	__u32 n_hot;  /* sectors */
	__u32 n_used; /* of these: where the client begins its requests */
	bool is_growing;
	bool is_grown;
	bool may_fail;
	bool is_closing;
	bool was_closed; /* the generation began with a closed image */
	__u8 *first;	 /* the file as it was then */
	__u64 first_bytes;
	__u8 *crash;
	__u64 crash_bytes;
	bool has_lower; /* a delta below, that nobody may write */
	__u8 *lower;
	__u64 lower_bytes;
	bool is_below[HOT_CLUSTERS]; /* it has them */
	bool is_awake[RUNNERS];
	__u32 slow_percent; /* of the I/O */
	struct ploop_io *ios[MAX_IOS];
	__u32 n_ios;
	struct client clients[REQUESTS];
	__u32 n_busy, n_reading;
};

static void __attribute__((format(printf, 2, 3)))
violation(struct world *world, const char *format, ...)
{
	va_list args;

	if (world->report->violation[0])
		return;
	va_start(args, format);
	vsnprintf(world->report->violation, sizeof(world->report->violation),
		  format, args);
	va_end(args);
}

/* --- the backend ------------------------------------------------------------ */

static bool is_lower(const struct world *world, unsigned int file)
{
	return world->has_lower && !file;
}

static void sim_submit(void *context, struct ploop_io *io)
{
	struct world *world = context;

	if (world->n_ios == MAX_IOS)
		abort();
	if (!is_lower(world, io->file))
		disk_submit(&world->disk, io);
	else if (io->kind != PLOOP_IO_READ)
		violation(world, "a lower delta is changed");
	io->result = chance_percent(&world->chance, world->slow_percent);
	world->ios[world->n_ios++] = io;
	if (world->disk.writes_beyond_end)
		violation(world, "a write beyond the end of the file");
}

static int sim_read_now(void *context, unsigned int file, void *buffer,
			size_t bytes, __u64 offset)
{
	struct world *world = context;

	if (offset + bytes > DISK_MAX_BYTES)
		return -EIO;
	memcpy(buffer,
	       (is_lower(world, file) ? world->lower : world->crash) + offset,
	       bytes);
	return 0;
}

static __u64 sim_file_bytes(void *context, unsigned int file)
{
	const struct world *world = context;

	return is_lower(world, file) ? world->lower_bytes : world->crash_bytes;
}

static void *sim_allocate(void *context, size_t bytes)
{
	(void)context;
	return aligned_alloc(128, (bytes + 127) / 128 * 128) ?: NULL;
}

static void *sim_allocate_zeroed(void *context, size_t bytes)
{
	void *memory = sim_allocate(context, bytes);

	return memory ? memset(memory, 0, bytes) : NULL;
}

static void sim_release(void *context, void *memory, size_t bytes)
{
	(void)context;
	(void)bytes;
	free(memory);
}

static __u64 sim_now_ns(void *context)
{
	return ((struct world *)context)->now_ns;
}

/* Nothing happens while a lock is held, so nobody may have to wait for one. */
static void sim_lock(void *context, struct ploop_lock *lock)
{
	if (lock->word)
		violation(context, "a lock is taken twice");
	lock->word = 1;
}

static void sim_unlock(void *context, struct ploop_lock *lock)
{
	(void)context;
	lock->word = 0;
}

static void sim_wake(void *context, unsigned int runner)
{
	((struct world *)context)->is_awake[runner] = true;
}

static const struct ploop_ops sim_ops = {
	.submit = sim_submit,
	.read_now = sim_read_now,
	.file_bytes = sim_file_bytes,
	.allocate = sim_allocate_zeroed,
	.release = sim_release,
	.now_ns = sim_now_ns,
	.lock = sim_lock,
	.unlock = sim_unlock,
	.wake = sim_wake,
};

/* --- crashes ---------------------------------------------------------------- */

/* Opens the file in world->crash; NULL: it is refused, which is a violation. */
static struct ploop_image *open_crash(struct world *world, bool read_only)
{
	struct ploop_settings settings = {
		.n_runners = RUNNERS,
		.n_files = 1 + world->has_lower,
		.read_only = read_only,
		.pool_clusters = world->pool_clusters,
		.writeback_ms = 4,
	};
	struct ploop_finding finding;
	struct ploop_image *image;
	int err = ploop_open(&sim_ops, world, &settings, &image, &finding);

	if (!err)
		return image;
	violation(world, "after a crash: not opened: %s, entry %u, errno %d",
		  ploop_fault_text(finding.fault), finding.entry, -err);
	return NULL;
}

/* Where a hot sector is on the disk. */
static __u64 hot_byte(const struct world *world, __u32 sector)
{
	__u32 end = HOT_CLUSTERS * world->cluster_sectors;

	if (sector < end)
		sector += FIRST_HOT * world->cluster_sectors;
	else
		sector += FIRST_FAR * world->cluster_sectors - end;
	return sector * (__u64)PLOOP_SECTOR;
}

/* Hot sectors that a disk of this length has. */
static __u32 n_hot(const struct world *world, __u64 disk_bytes)
{
	__u32 n = HOT_CLUSTERS * world->cluster_sectors;

	if (disk_bytes < hot_byte(world, n))
		return n - 1;
	return n + FAR_CLUSTERS * world->cluster_sectors;
}

/* Where the sector is in world->crash; 0 of a file that does not have it. */
static __u64 crash_tag(struct world *world, struct ploop_image *image,
		       __u32 sector)
{
	__u64 offset = hot_byte(world, sector);
	unsigned int file;
	__u64 byte, bytes, tag, last;
	const __u8 *in;

	if (!ploop_place(image, offset, &file, &byte, &bytes))
		return 0;
	in = (is_lower(world, file) ? world->lower : world->crash) + byte;
	memcpy(&tag, in, sizeof(tag));
	memcpy(&last, in + PLOOP_SECTOR - sizeof(last), sizeof(last));
	return tag == last ? tag : ~0ULL;
}

/* An image that says that it is closed is as it was, or as it shall be. */
static void check_closed(struct world *world, struct ploop_image *image)
{
	if (ploop_image_was_in_use(image))
		return;
	if (!world->is_closing) {
		if (world->crash_bytes < world->first_bytes ||
		    memcmp(world->crash, world->first, world->first_bytes) != 0)
			violation(world, "changed, but not marked as in use");
		return;
	}
	for (__u32 i = 0; i < world->n_hot; i++) {
		__u64 tag = crash_tag(world, image, i);

		if (!model_may_read(&world->model, i, tag, world->now))
			violation(world, "closed, but sector %u is an old one",
				  i);
	}
}

static void look_at_crash(struct world *world)
{
	struct ploop_image *image;
	__u32 n;

	world->report->states++;
	world->crash_bytes =
		disk_crash(&world->disk, &world->chance, world->crash);
	image = open_crash(world, true);
	if (!image)
		return;
	n = n_hot(world, ploop_disk_bytes(image));
	if (n < world->n_hot || (n > world->n_hot && !world->is_growing))
		violation(world, "after a crash: the disk has another length");
	for (__u32 i = 0; i < n; i++) {
		__u64 tag = crash_tag(world, image, i);

		if (!model_may_be(&world->model, i, tag))
			violation(world,
				  "after a crash: sector %u has %llu, step %u",
				  i, (unsigned long long)tag, world->now);
	}
	if (world->was_closed)
		check_closed(world, image);
	ploop_free(image);
}

/* --- the client ------------------------------------------------------------- */

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
	if (!client->world->may_fail)
		violation(client->world, "an error without a cause: %d of %d",
			  -result, client->request.op);
}

/* After an error the disk may have either length when it is opened again. */
static void grow_done(struct world *world, int result)
{
	if (result)
		return;
	world->is_growing = false;
	world->is_grown = true;
	world->n_hot = (HOT_CLUSTERS + FAR_CLUSTERS) * world->cluster_sectors;
	world->n_used = world->n_hot;
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
	if (request->op == PLOOP_READ)
		world->n_reading--;
	if (request->op == PLOOP_GROW)
		grow_done(world, result);
	if (result) {
		check_error(client, result);
		return;
	}
	if (client->after_failed_sync &&
	    (request->op == PLOOP_FLUSH ||
	     (is_change_op(request->op) && is_stable)))
		violation(world, "stable, after a sync that failed");
	if (world->disk.has_failed_sync && is_change_op(request->op) &&
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
	if (world->is_grown || world->is_growing ||
	    !chance_percent(&world->chance, 5))
		return false;
	for (__u32 i = 0; i < REQUESTS; i++)
		if (world->clients[i].is_busy &&
		    world->clients[i].request.op == PLOOP_DISCARD)
			return false;
	return true;
}

/* The new sectors read as zeros. */
static void begin_grow(struct client *client)
{
	struct world *world = client->world;
	__u32 end = HOT_CLUSTERS * world->cluster_sectors;
	__u32 far = FAR_CLUSTERS * world->cluster_sectors;

	world->is_growing = true;
	for (__u32 i = end - 1; i < end + far; i++)
		model_set(&world->model, i, 0);
	client->n_sectors = 0;
	client->request.op = PLOOP_GROW;
	client->request.flags = 0;
	client->request.bytes = 0;
	client->request.offset =
		hot_byte(world, end + far - 1) + PLOOP_SECTOR +
		chance_below(&world->chance, 300) * PLOOP_SECTOR;
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

static void begin(struct client *client)
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
	else if (chance_percent(&world->chance, 2))
		begin_compact(client);
	client->is_busy = true;
	client->submitted = ++world->now;
	client->after_failed_sync = world->disk.has_failed_sync;
	world->n_busy++;
	if (request->op == PLOOP_READ)
		world->n_reading++;
	if (request->op == PLOOP_WRITE)
		fill_buffer(client, tag);
	if (is_change_op(request->op))
		for (__u32 i = 0; i < client->n_sectors; i++)
			if (changes_sector(client, client->sector + i))
				model_write(&world->model, client->sector + i,
					    request->op == PLOOP_WRITE ? tag
								       : 0,
					    world->now);
	if (chance_percent(&world->chance, 50))
		ploop_submit(runner, request);
	else
		ploop_post(runner, request);
}

/* --- the scheduler ---------------------------------------------------------- */

static void end_io(struct world *world)
{
	__u32 i = chance_below(&world->chance, world->n_ios);
	struct ploop_io *io = world->ios[i];

	/* some I/O is slow: much else happens meanwhile */
	if (io->result && world->n_ios > 1 &&
	    !chance_percent(&world->chance, 1)) {
		i = chance_below(&world->chance, world->n_ios);
		io = world->ios[i];
	}
	world->ios[i] = world->ios[--world->n_ios];
	if (is_lower(world, io->file)) {
		memcpy(io->buffer, world->lower + io->offset, io->bytes);
		io->done(io, 0);
	} else {
		io->done(io, disk_complete(&world->disk, io));
	}
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

/* One thing happens, of those that can. False: nothing can but time. */
static bool step(struct world *world, bool with_client)
{
	__u32 roll = chance_below(&world->chance, 100);
	struct client *client =
		&world->clients[chance_below(&world->chance, REQUESTS)];

	world->now++;
	world->now_ns += STEP_NS;
	if (!world->n_reading)
		model_forget(&world->model);
	if (with_client && roll < 25 && !client->is_busy) {
		begin(client);
		return true;
	}
	if (roll < 60 && world->n_ios) {
		end_io(world);
		return true;
	}
	if (run_one(world))
		return true;
	if (world->n_ios) {
		end_io(world);
		return true;
	}
	pass_time(world);
	return false;
}

static void step_and_look(struct world *world, bool with_client)
{
	__u32 changes = world->disk.n_changes;

	step(world, with_client);
	if (world->disk.n_changes != changes &&
	    chance_percent(&world->chance, LOOK_PERCENT))
		look_at_crash(world);
}

/* Until all requests have ended. */
static void drain(struct world *world)
{
	for (__u32 i = 0; world->n_busy && !world->report->violation[0]; i++) {
		step_and_look(world, false);
		if (i == PATIENCE)
			violation(world, "a request does not end");
	}
}

static void close_image(struct world *world)
{
	struct client *client = &world->clients[0];

	world->is_closing = true;
	client->request = (struct ploop_request){
		.op = PLOOP_CLOSE,
		.done = request_done,
	};
	client->is_busy = true;
	client->n_sectors = 0;
	world->n_busy++;
	ploop_post(ploop_runner(world->image, 1), &client->request);
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
	/* one for each commit; the others are of the mark and the closing */
	if (counts.syncs > counts.commits + counts.strict_syncs + 3)
		violation(world, "%llu syncs for %llu commits",
			  (unsigned long long)counts.syncs,
			  (unsigned long long)counts.commits);
	world->report->copies += counts.copies;
	world->report->moves += counts.moves;
}

/* --- generations ------------------------------------------------------------ */

/* Some of the hot clusters are there, and garbage between them; returns the
 * length. */
static __u64 make_file(struct world *world, __u8 *bytes, __u32 first_tag)
{
	struct ploop_header header;
	__u32 slot = 0;

	ploop_header_make(CLUSTERS * (__u64)world->cluster_sectors - 1,
			  world->cluster_sectors, &header);
	if (chance_percent(&world->chance, 30)) {
		header.version = 1;
		header.data_off = (ploop_table_bytes(&header) + 511) / 512;
	}
	memset(bytes, 0, DISK_MAX_BYTES);
	memset(bytes + ploop_data_bytes(&header), 0xaa,
	       HOT_CLUSTERS * ploop_cluster_bytes(&header));
	ploop_header_encode(&header, bytes);
	for (__u32 i = 0; i < HOT_CLUSTERS; i++) {
		__u32 at = PLOOP_HEADER_BYTES + (FIRST_HOT + i) * 4;

		if (!chance_percent(&world->chance, 40))
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

static void make_image(struct world *world)
{
	world->cluster_sectors = 2 << chance_below(&world->chance, 2);
	world->has_lower = chance_percent(&world->chance, 40);
	world->crash_bytes = make_file(world, world->crash, 1);
	if (!world->has_lower)
		return;
	world->lower_bytes = make_file(world, world->lower, 0x41);
	for (__u32 i = 0; i < HOT_CLUSTERS; i++)
		world->is_below[i] =
			le32_get(world->lower + PLOOP_HEADER_BYTES +
				 (FIRST_HOT + i) * 4) != 0;
}

/* The world goes on with the file in world->crash. */
static void begin_generation(struct world *world)
{
	disk_set(&world->disk, world->crash, world->crash_bytes);
	memcpy(world->first, world->crash, DISK_MAX_BYTES);
	world->first_bytes = world->crash_bytes;
	world->is_closing = false;
	world->n_ios = 0;
	memset(world->is_awake, 0, sizeof(world->is_awake));
	world->image = open_crash(world, false);
	if (!world->image)
		return;
	world->was_closed = !ploop_image_was_in_use(world->image);
	world->n_hot = n_hot(world, ploop_disk_bytes(world->image));
	world->is_growing = false;
	world->is_grown = world->n_hot % world->cluster_sectors == 0;
	world->n_used = world->n_hot;
	if (chance_percent(&world->chance, 50))
		world->n_used = 5 * world->cluster_sectors;
	for (__u32 i = 0; i < world->n_hot; i++)
		model_set(&world->model, i, crash_tag(world, world->image, i));
	for (__u32 i = 0; i < REQUESTS; i++)
		world->clients[i] = (struct client){.world = world};
	world->n_busy = world->n_reading = 0;
}

/* Of ten generations six have no errors, two a disk that fails now and then,
 * and two so little space that each slot is used again soon. */
static void choose_errors(struct world *world)
{
	__u32 roll = chance_below(&world->chance, 10);

	world->may_fail = roll < 4;
	world->disk.write_error_permille = roll < 2 ? 20 : 0;
	world->disk.sync_error_permille = roll < 1 ? 20 : 0;
	world->disk.most_bytes = DISK_MAX_BYTES;
	if (roll == 2 || roll == 3)
		world->disk.most_bytes =
			world->crash_bytes + chance_below(&world->chance, 5) *
						     world->cluster_sectors *
						     PLOOP_SECTOR;
	world->slow_percent = chance_below(&world->chance, 2) * 20;
	world->pool_clusters = chance_percent(&world->chance, 50)
				       ? 1
				       : 2 + chance_below(&world->chance, 5);
}

static void live_generation(struct world *world)
{
	bool ends_in_crash = chance_percent(&world->chance, 60);
	__u32 steps = STEPS / 2 + chance_below(&world->chance, STEPS);

	for (__u32 i = 0; i < steps && !world->report->violation[0]; i++)
		step_and_look(world, true);
	if (ends_in_crash) {
		look_at_crash(world);
	} else {
		drain(world);
		if (!world->report->violation[0])
			close_image(world);
	}
	add_counts(world);
	ploop_free(world->image);
}

void world_live(__u64 seed, struct world_report *report)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		abort();
	world->chance.state = seed;
	world->report = report;
	world->first = malloc(DISK_MAX_BYTES);
	world->crash = calloc(1, DISK_MAX_BYTES);
	world->lower = calloc(1, DISK_MAX_BYTES);
	world->last_tag = 1000;
	disk_init(&world->disk, &world->chance);
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
	free(world->first);
	free(world->crash);
	free(world->lower);
	free(world);
}
