// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"

void disk_init(struct disk *disk, struct chance *chance)
{
	*disk = (struct disk){
		.chance = chance,
		.live = calloc(1, DISK_MAX_BYTES),
		.stable = calloc(1, DISK_MAX_BYTES),
		.ops = calloc(DISK_MAX_OPS, sizeof(*disk->ops)),
		.most_bytes = DISK_MAX_BYTES,
	};
	if (!disk->live || !disk->stable || !disk->ops)
		abort();
}

static void forget_op(struct disk *disk, __u32 i)
{
	free(disk->ops[i].data);
	memmove(&disk->ops[i], &disk->ops[i + 1],
		(disk->n_ops - i - 1) * sizeof(*disk->ops));
	disk->n_ops--;
}

void disk_exit(struct disk *disk)
{
	while (disk->n_ops)
		forget_op(disk, disk->n_ops - 1);
	free(disk->ops);
	free(disk->live);
	free(disk->stable);
}

void disk_set(struct disk *disk, const __u8 *bytes, __u64 n)
{
	while (disk->n_ops)
		forget_op(disk, disk->n_ops - 1);
	memset(disk->live, 0, DISK_MAX_BYTES);
	memcpy(disk->live, bytes, n);
	memcpy(disk->stable, disk->live, DISK_MAX_BYTES);
	disk->live_bytes = disk->stable_bytes = n;
	disk->has_failed_sync = false;
	disk->n_changes++;
}

static bool is_change(enum ploop_io_kind kind)
{
	return kind != PLOOP_IO_READ && kind != PLOOP_IO_SYNC;
}

/* One sector of a write or of zeroing. */
static void apply_sector(const struct disk_op *op, __u64 at, __u8 *bytes)
{
	if (op->kind == PLOOP_IO_WRITE)
		memcpy(bytes + op->offset + at, op->data + at, PLOOP_SECTOR);
	else
		memset(bytes + op->offset + at, 0, PLOOP_SECTOR);
}

/* The sectors of the operation that chance takes; whole: all. */
static void apply(const struct disk_op *op, __u8 *bytes, __u64 *n,
		  struct chance *chance, __u32 percent)
{
	if (op->kind == PLOOP_IO_EXTEND || op->kind == PLOOP_IO_TRUNCATE) {
		__u64 end = op->offset + op->bytes;

		if (!chance_percent(chance, percent))
			return;
		if (op->kind == PLOOP_IO_EXTEND &&
		    (end <= *n || end > DISK_MAX_BYTES))
			return;
		if (end < *n)
			memset(bytes + end, 0, *n - end);
		*n = end;
		return;
	}
	for (__u64 at = 0; at < op->bytes; at += PLOOP_SECTOR)
		if (percent >= 100 || chance_percent(chance, percent))
			apply_sector(op, at, bytes);
}

void disk_submit(struct disk *disk, struct ploop_io *io)
{
	struct disk_op *op = &disk->ops[disk->n_ops++];

	if (disk->n_ops == DISK_MAX_OPS)
		abort();
	*op = (struct disk_op){
		.kind = io->kind,
		.offset = io->offset,
		.bytes = io->bytes,
		.io = io,
	};
	if (io->kind == PLOOP_IO_WRITE) {
		op->data = malloc(io->bytes);
		if (!op->data)
			abort();
		memcpy(op->data, io->buffer, io->bytes);
	}
	if ((io->kind == PLOOP_IO_WRITE || io->kind == PLOOP_IO_ZERO) &&
	    io->offset + io->bytes > disk->live_bytes)
		disk->writes_beyond_end = true;
	if (io->kind == PLOOP_IO_SYNC)
		for (__u32 i = 0; i < disk->n_ops; i++)
			disk->ops[i].is_covered |= disk->ops[i].is_done;
	if (is_change(io->kind))
		disk->n_changes++;
}

static struct disk_op *find_op(struct disk *disk, const struct ploop_io *io)
{
	for (__u32 i = 0; i < disk->n_ops; i++)
		if (disk->ops[i].io == io && !disk->ops[i].is_done)
			return &disk->ops[i];
	abort();
}

static int complete_sync(struct disk *disk, bool fails)
{
	for (__u32 i = 0; i < disk->n_ops;) {
		struct disk_op *op = &disk->ops[i];

		if (!op->is_covered) {
			i++;
			continue;
		}
		apply(op, disk->stable, &disk->stable_bytes, disk->chance,
		      fails ? 50 : 100);
		forget_op(disk, i);
	}
	disk->n_changes++;
	disk->has_failed_sync |= fails;
	return fails ? -EIO : 0;
}

/* Operations are kept in the order in which they ended. */
static int complete_change(struct disk *disk, struct disk_op *op, bool fails)
{
	struct disk_op done = *op;
	__u32 i = op - disk->ops;

	if (op->kind == PLOOP_IO_EXTEND &&
	    op->offset + op->bytes > disk->most_bytes) {
		forget_op(disk, i);
		return -ENOSPC;
	}
	memmove(op, op + 1, (disk->n_ops - i - 1) * sizeof(*op));
	done.is_done = true;
	/* of one that fails, the first sectors are done */
	if (fails)
		done.bytes =
			chance_below(disk->chance, done.bytes / PLOOP_SECTOR) *
			PLOOP_SECTOR;
	disk->ops[disk->n_ops - 1] = done;
	apply(&done, disk->live, &disk->live_bytes, disk->chance, 100);
	disk->n_changes++;
	return fails ? -EIO : 0;
}

int disk_complete(struct disk *disk, struct ploop_io *io)
{
	struct disk_op *op = find_op(disk, io);
	bool fails = chance_below(disk->chance, 1000) <
		     (io->kind == PLOOP_IO_SYNC ? disk->sync_error_permille
						: disk->write_error_permille);

	switch (io->kind) {
	case PLOOP_IO_READ:
		memcpy(io->buffer, disk->live + io->offset, io->bytes);
		forget_op(disk, op - disk->ops);
		return 0;
	case PLOOP_IO_SYNC:
		forget_op(disk, op - disk->ops);
		return complete_sync(disk, fails);
	case PLOOP_IO_TRUNCATE:
	case PLOOP_IO_EXTEND:
		fails = false; /* as a whole, or not at all: -ENOSPC */
		break;
	default:
		break;
	}
	return complete_change(disk, op, fails);
}

bool disk_is_stable(const struct disk *disk)
{
	for (__u32 i = 0; i < disk->n_ops; i++)
		if (is_change(disk->ops[i].kind))
			return false;
	return true;
}

__u64 disk_crash(const struct disk *disk, struct chance *chance, __u8 *bytes)
{
	static const __u32 percents[] = {0, 10, 50, 90, 100};
	__u32 percent = percents[chance_below(chance, 5)];
	__u32 order[DISK_MAX_OPS], n = disk->n_ops;
	__u64 length = disk->stable_bytes;
	bool in_order = chance_percent(chance, 50);

	memcpy(bytes, disk->stable, DISK_MAX_BYTES);
	for (__u32 i = 0; i < n; i++)
		order[i] = i;
	for (__u32 i = n; i > 1 && !in_order; i--) {
		__u32 other = chance_below(chance, i), was = order[i - 1];

		order[i - 1] = order[other];
		order[other] = was;
	}
	for (__u32 i = 0; i < n; i++)
		if (is_change(disk->ops[order[i]].kind))
			apply(&disk->ops[order[i]], bytes, &length, chance,
			      percent);
	memset(bytes + length, 0, DISK_MAX_BYTES - length);
	return length;
}
