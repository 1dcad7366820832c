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
	return file < world->top_file;
}

const __u8 *file_of(const struct world *world, unsigned int file, __u64 *n)
{
	if (file > world->top_file) {
		*n = world->new_top_bytes;
		return world->new_top;
	}
	if (file == world->top_file) {
		*n = world->crash_bytes;
		return world->crash;
	}
	if (world->has_lower && !file) {
		*n = world->lower_bytes;
		return world->lower;
	}
	*n = world->old_top_bytes;
	return world->old_top;
}

/* Above all punches, which nobody waits for. While a resize waits for commits,
 * nothing else happens that could go wrong. */
static bool is_slow(struct world *world, const struct ploop_io *io)
{
	if (io->kind == PLOOP_IO_ZERO)
		return chance_percent(&world->chance,
				      world->kind == WORLD_RESIZING
					      ? 90
					      : 3 * world->slow_percent);
	return (io->runner || io->kind == PLOOP_IO_READ ||
		world->kind != WORLD_RESIZING) &&
	       chance_percent(&world->chance, world->slow_percent);
}

static void sim_submit(void *context, struct ploop_io *io)
{
	struct world *world = context;

	if (world->n_ios == MAX_IOS)
		abort();
	if (io->kind != PLOOP_IO_READ &&
	    ((is_lower(world, io->file) && !world->lower_is_writable) ||
	     world->freezing == FROZEN))
		violation(world, "a lower or frozen delta is changed");
	else if (!is_lower(world, io->file) || world->lower_is_writable)
		disk_submit(disk_of(world, io->file), io);
	io->result = is_slow(world, io);
	world->ios[world->n_ios++] = io;
	if (world->disk.writes_beyond_end ||
	    world->lower_disk.writes_beyond_end)
		violation(world, "a write beyond the end of the file");
}

static int sim_read_now(void *context, unsigned int file, void *buffer,
			size_t bytes, __u64 offset)
{
	__u64 n;

	if (offset + bytes > DISK_MAX_BYTES)
		return -EIO;
	memcpy(buffer, file_of(context, file, &n) + offset, bytes);
	return 0;
}

static __u64 sim_file_bytes(void *context, unsigned int file)
{
	__u64 n;

	file_of(context, file, &n);
	return n;
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

struct ploop_image *open_crash(struct world *world, bool read_only,
			       bool with_new_top)
{
	struct ploop_settings settings = {
		.n_runners = RUNNERS,
		.n_files = world->is_alone ? 1
					   : 1 + world->top_file + with_new_top,
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
