// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

void violation(struct world *world, const char *format, ...)
{
	va_list args;

	if (world->report->violation[0])
		return;
	va_start(args, format);
	vsnprintf(world->report->violation, sizeof(world->report->violation),
		  format, args);
	va_end(args);
}

bool is_lower(const struct world *world, unsigned int file)
{
	return (world->has_lower || world->is_alone) && !file;
}

/* Above all punches, which nobody waits for. While a resize waits for commits,
 * nothing else happens that could go wrong. */
static bool is_slow(struct world *world, const struct ploop_io *io)
{
	if (io->kind == PLOOP_IO_ZERO)
		return chance_percent(&world->chance, 3 * world->slow_percent);
	return (io->runner || io->kind == PLOOP_IO_READ ||
		world->kind != WORLD_RESIZING) &&
	       chance_percent(&world->chance, world->slow_percent);
}

static void sim_submit(void *context, struct ploop_io *io)
{
	struct world *world = context;

	if (world->n_ios == MAX_IOS)
		abort();
	if (!is_lower(world, io->file) || world->lower_is_writable)
		disk_submit(disk_of(world, io->file), io);
	else if (io->kind != PLOOP_IO_READ)
		violation(world, "a lower delta is changed");
	io->result = is_slow(world, io);
	world->ios[world->n_ios++] = io;
	if (world->disk.writes_beyond_end ||
	    world->lower_disk.writes_beyond_end)
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
	void *memory = aligned_alloc(128, (bytes + 127) / 128 * 128);

	(void)context;
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
	.allocate = sim_allocate,
	.release = sim_release,
	.now_ns = sim_now_ns,
	.lock = sim_lock,
	.unlock = sim_unlock,
	.wake = sim_wake,
};

/* Opens the file in world->crash; NULL: it is refused, which is a violation. */
struct ploop_image *open_crash(struct world *world, bool read_only)
{
	struct ploop_settings settings = {
		.n_runners = RUNNERS,
		.n_files = 1 + (world->has_lower && !world->is_alone),
		.read_only = read_only,
		.lower_is_writable = world->lower_is_writable,
		.counts_heat = world->lower_is_writable,
		.top_clusters = world->top_clusters,
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
