/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heat of one filesystem, to be kept while the programs that count are not
 * in the kernel: taken from the hot table, and put into another one later. Only
 * the temperatures are kept. The counts of a slot begin with the programs.
 */
#ifndef FRSP_HEAT_STATE_H
#define FRSP_HEAT_STATE_H

#include <stddef.h>

#include "heat/track.h"

#define HEAT_STATE_UUID_BYTES 16

struct heat_state_entry {
	__u32 ino, gen;
	__u32 range; /* or FRSP_HOT_RANGE_FILE */
	__u64 heat;  /* as in a slot, at .saved_ns */
};

struct heat_state {
	__u8 uuid[HEAT_STATE_UUID_BYTES];
	__u64 saved_ns; /* since 1970 */
	struct heat_state_entry *entries;
	__u32 n;
};

/* Lists the files of the filesystem with the identity fs, and their ranges, but
 * not what is as good as cold. The caller sets the other members, and frees
 * state->entries. Returns 0 or -ENOMEM.
 */
int heat_state_take(const struct hot_table *table,
		    const struct hot_clock *clock, __u32 fs,
		    struct heat_state *state);

/*
 * Puts the entries into the table. By now their heat is so many times what it
 * was: factor, 0 to 1. A file or range that has a slot gets the higher of both
 * temperatures. So to put an entry that is still there changes nothing. At most
 * max slots are taken into use. Only for the process that maintains the table.
 * Returns how many slots it took.
 */
__u32 heat_state_put(const struct hot_table *table,
		     const struct hot_clock *clock, __u32 fs,
		     const struct heat_state *state, double factor, __u32 max);

/*
 * The file of it. All numbers are little-endian:
 *
 *   offset  bytes
 *        0      8  magic: "FRSPHOT" and a zero
 *        8      4  version: 1
 *       12      4  n, the number of entries
 *       16     16  UUID of the filesystem, as in its superblock
 *       32      8  when: nanoseconds since 1970
 *       40   20 n  the entries: 4 bytes each of inode, generation and range,
 *                  8 of heat
 *  40+20n      4  CRC-32 (zlib) of all bytes before
 */
#define HEAT_STATE_FILE_MAX (64UL << 20)

/* The caller frees *data. 0 or -ENOMEM. */
int heat_state_encode(const struct heat_state *state, void **data, size_t *len);

/*
 * The caller frees state->entries. Returns 0, or
 * -EINVAL          not such a file
 * -EPROTONOSUPPORT another version
 * -EBADMSG         damaged: wrong length or checksum
 * -ENOMEM
 */
int heat_state_decode(const void *data, size_t len, struct heat_state *state);

#endif
