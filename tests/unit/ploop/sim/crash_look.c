// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "inside.h"

/* Where a hot sector is on the disk. */
__u64 hot_byte(const struct world *world, __u32 sector)
{
	__u32 size = world->cluster_sectors;
	__u32 i = sector / size;
	__u32 cluster = i < HOT_CLUSTERS
				? FIRST_HOT + i
				: FIRST_FAR + (i - HOT_CLUSTERS) * FAR_STRIDE;

	return ((__u64)cluster * size + sector % size) * PLOOP_SECTOR;
}

/* Hot sectors that a disk of this length has. */
__u32 n_hot(const struct world *world, __u64 disk_bytes)
{
	__u32 n = 0;

	while (n < (HOT_CLUSTERS + FAR_CLUSTERS) * world->cluster_sectors &&
	       hot_byte(world, n) < disk_bytes)
		n++;
	return n;
}

/* Where the sector is in world->crash; 0 of a file that does not have it. */
__u64 crash_tag(struct world *world, struct ploop_image *image, __u32 sector)
{
	__u64 offset = hot_byte(world, sector);
	unsigned int file;
	__u64 byte, bytes, tag, last, n;
	const __u8 *in;

	if (!ploop_place(image, offset, &file, &byte, &bytes))
		return 0;
	in = file_of(world, file, &n) + byte;
	memcpy(&tag, in, sizeof(tag));
	memcpy(&last, in + PLOOP_SECTOR - sizeof(last), sizeof(last));
	return tag == last ? tag : ~0ULL;
}

/* An image that says that it is closed is as it was, or as it shall be. */
static void check_closed(struct world *world, struct ploop_image *image)
{
	if (ploop_image_was_in_use(image))
		return;
	if (!world->is_closing && !world->was_frozen) {
		if (world->crash_bytes < world->first_bytes ||
		    memcmp(world->crash, world->first, world->first_bytes) != 0)
			violation(world, "changed, but not marked as in use");
		return;
	}
	for (__u32 i = 0; i < world->n_hot; i++) {
		__u64 tag = crash_tag(world, image, i);

		if (!model_may_read(&world->model, i, tag,
				    world->is_closing ? world->now
						      : world->frozen_at))
			violation(world, "closed, but sector %u is an old one",
				  i);
	}
}

static void look(struct world *world, bool with_new_top)
{
	struct ploop_image *image = open_crash(world, true, with_new_top);
	__u32 n;

	if (!image)
		return;
	n = n_hot(world, ploop_disk_bytes(image));
	if (ploop_disk_bytes(image) != world->disk_bytes &&
	    ploop_disk_bytes(image) != world->next_bytes)
		violation(world, "after a crash: the disk has another length");
	for (__u32 i = 0; i < n; i++) {
		__u64 tag = crash_tag(world, image, i);

		if (!model_may_be(&world->model, i, tag))
			violation(world,
				  "after a crash: sector %u has %llu, step %u",
				  i, (unsigned long long)tag, world->now);
	}
	if (world->was_closed && !with_new_top && !world->is_merged)
		check_closed(world, image);
	ploop_free(image);
}

/* The lower delta alone, after a merge. */
static void look_at_merged(struct world *world)
{
	world->is_alone = true;
	look(world, false);
	world->is_alone = false;
}

/* While the image is frozen, the descriptor is the old or the new one. */
void look_at_crash(struct world *world)
{
	world->report->states++;
	world->crash_bytes =
		disk_crash(&world->disk, &world->chance, world->crash);
	if (world->lower_is_writable)
		lower_crash(world);
	look(world, false);
	if (world->freezing == FROZEN && world->has_new_top)
		look(world, true);
	if (world->is_merged)
		look_at_merged(world);
	if (world->lower_is_writable)
		lower_check_closed(world);
}
