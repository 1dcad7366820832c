/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: a hot table in plain memory, filled by the rules of bpf/hot.h. */
#ifndef FRSP_TEST_HOT_TABLE_H
#define FRSP_TEST_HOT_TABLE_H

#include <stdlib.h>
#include <string.h>

#include "heat/track.h"

static inline struct hot_table table_new(__u32 n_slots)
{
	return (struct hot_table){
		.slots = calloc(n_slots, sizeof(struct frsp_hot_slot)),
		.n_slots = n_slots,
		.stride = sizeof(struct frsp_hot_slot),
	};
}

/* Returns the key's slot, and takes a free one if there is none; NULL: no
 * room. */
static inline struct frsp_hot_slot *
table_slot(struct hot_table *table, __u64 ino, __u32 fs, __u32 gen, __u32 range)
{
	struct frsp_hot_probe probe = hot_probe_first(ino, fs, gen, range);
	struct frsp_hot_slot *slot, *reusable = NULL;
	__u32 state;

	for (int i = 0; i < FRSP_HOT_PROBES; i++, hot_probe_next(&probe)) {
		slot = hot_table_slot(table,
				      hot_probe_index(&probe, table->n_slots));
		state = FRSP_HOT_TAG_STATE(slot->tag);
		if (slot->tag == FRSP_HOT_TAG(range, FRSP_HOT_LIVE) &&
		    slot->ino == ino && slot->fs == fs && slot->gen == gen)
			return slot;
		if (!reusable &&
		    (state == FRSP_HOT_FREE || state == FRSP_HOT_TOMB))
			reusable = slot;
		if (state == FRSP_HOT_FREE)
			break;
	}
	if (!reusable)
		return NULL;
	reusable->ino = ino;
	reusable->fs = fs;
	reusable->gen = gen;
	reusable->tag = FRSP_HOT_TAG(range, FRSP_HOT_LIVE);
	return reusable;
}

static inline __u32 table_index(const struct hot_table *table,
				const struct frsp_hot_slot *slot)
{
	return ((unsigned char *)slot - table->slots) / table->stride;
}

#endif
