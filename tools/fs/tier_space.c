// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/tier_space.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sysfs.h"
#include "fs/ext4_group.h"

/* The tier that has all of the bytes; -1: there is none. */
static int whole_tier(const struct tiers *tiers, __u64 start, __u64 end)
{
	__u64 in = tiers_in(tiers, start, end), bytes[TIER_MAX] = {0};
	int tier = __builtin_ffsll(in) - 1;

	if (!in || in & (in - 1))
		return -1;
	tiers_add_bytes(tiers, start, end, bytes);
	return bytes[tier] == end - start ? tier : -1;
}

/* The tier that has most of the bytes; -1: none has any. */
static int largest_tier(const struct tiers *tiers, __u64 start, __u64 end)
{
	__u64 bytes[TIER_MAX] = {0};
	int largest = -1;

	tiers_add_bytes(tiers, start, end, bytes);
	for (unsigned int i = 0; i < tiers->n; i++)
		if (bytes[i] && (largest < 0 || bytes[i] > bytes[largest]))
			largest = i;
	return largest;
}

void tier_space_add(struct tier_space *space, const struct tiers *tiers,
		    __u64 start, __u64 end, __u64 free,
		    const struct free_space *known)
{
	int tier = whole_tier(tiers, start, end);

	space->all += free;
	if (tier < 0) {
		for (size_t i = 0; i < known->n; i++) {
			const struct free_range *range = &known->ranges[i];
			__u64 bytes = range->end - range->start;

			tiers_add_bytes(tiers, range->start, range->end,
					space->bytes);
			free -= bytes < free ? bytes : free;
		}
		tier = largest_tier(tiers, start, end);
	}
	if (tier >= 0)
		space->bytes[tier] += free;
}

/* The first bytes of the promise, if the shares follow one another. */
static __u64 share(__u64 promised, __u64 part, __u64 all)
{
	return (unsigned __int128)promised * part / all;
}

void tier_space_promise(struct tier_space *space, __u64 bytes)
{
	__u64 before = 0;

	if (bytes > space->all)
		bytes = space->all;
	for (unsigned int i = 0; bytes && i < TIER_MAX; i++) {
		__u64 part = space->bytes[i];

		space->bytes[i] -= share(bytes, before + part, space->all) -
				   share(bytes, before, space->all);
		before += part;
	}
	space->all -= bytes;
}

static int add_group(int fs, const struct ext4_super *super,
		     const struct tiers *tiers, __u32 group, __u64 free,
		     struct tier_space *space)
{
	__u64 group_bytes = (__u64)super->group_blocks * super->block_bytes;
	__u64 start = (__u64)super->first_block * super->block_bytes +
		      group * group_bytes;
	__u64 end = start + group_bytes;
	struct free_space known = {0};
	int err = 0;

	if (end > super->n_blocks * super->block_bytes)
		end = super->n_blocks * super->block_bytes;
	if (whole_tier(tiers, start, end) < 0)
		err = free_space_read(fs, start, end, &known);
	if (!err)
		tier_space_add(space, tiers, start, end, free, &known);
	free_space_free(&known);
	return err;
}

static int add_groups(int fs, int device, const struct ext4_super *super,
		      const struct tiers *tiers, __u8 *room,
		      struct tier_space *space)
{
	__u32 group = 0, end;

	while (group < super->n_groups) {
		int err = ext4_group_read(device, super, group, room, &end);

		for (; !err && group < end; group++)
			err = add_group(fs, super, tiers, group,
					(__u64)ext4_group_decode(super, room,
								 group)
							.free *
						super->cluster_bytes,
					space);
		if (err)
			return err;
	}
	return 0;
}

/* Of data that is written to files and has no place yet; 0: not known. */
static __u64 promised_bytes(const char *name, const struct ext4_super *super)
{
	char file[MOUNT_NAME_LEN + 32];
	__u64 blocks;

	snprintf(file, sizeof(file), "%s/delayed_allocation_blocks", name);
	if (sysfs_read_u64("/sys/fs/ext4", file, &blocks))
		return 0;
	return blocks * super->block_bytes;
}

int tier_space_read(int fs, int device, const char *name,
		    const struct ext4_super *super, const struct tiers *tiers,
		    struct tier_space *space)
{
	__u8 *room = malloc(super->block_bytes);
	int err;

	*space = (struct tier_space){0};
	if (!room)
		return -ENOMEM;
	err = add_groups(fs, device, super, tiers, room, space);
	if (!err)
		tier_space_promise(space, promised_bytes(name, super));
	free(room);
	return err;
}
