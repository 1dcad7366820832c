// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/state.h"

#include <errno.h>
#include <stdlib.h>

/* What is colder is not kept: one operation has less heat after ten half-lives.
 */
#define WORTH_KEEPING (HEAT_ONE >> 10)

static __u64 heat_now(__u64 heat, __u32 heat_time,
		      const struct hot_clock *clock)
{
	__s32 age = clock->heat_time - heat_time;

	return heat_decay(heat, age < 0 ? 0 : age, clock->heat_rate);
}

/* ext4 has inode numbers of 32 bits. */
static bool is_kept(const struct frsp_hot_slot *slot, __u32 fs)
{
	return hot_slot_is(slot, FRSP_HOT_LIVE) && slot->fs == fs &&
	       slot->ino && slot->ino == (__u32)slot->ino;
}

static __u32 count(const struct hot_table *table, __u32 fs)
{
	__u32 n = 0;

	for (__u32 i = 0; i < table->n_slots; i++)
		n += is_kept(hot_table_slot(table, i), fs);
	return n;
}

int heat_state_take(const struct hot_table *table,
		    const struct hot_clock *clock, __u32 fs,
		    struct heat_state *state)
{
	/* what comes meanwhile is left out */
	__u32 room = count(table, fs);

	state->n = 0;
	state->entries = calloc((size_t)room + 1, sizeof(*state->entries));
	if (!state->entries)
		return -ENOMEM;
	for (__u32 i = 0; i < table->n_slots && state->n < room; i++) {
		const struct frsp_hot_slot *slot = hot_table_slot(table, i);
		struct heat_state_entry entry;

		if (!is_kept(slot, fs))
			continue;
		entry = (struct heat_state_entry){
			.ino = slot->ino,
			.gen = slot->gen,
			.range = FRSP_HOT_TAG_RANGE(slot->tag),
			.heat = heat_now(slot->heat, slot->heat_time, clock),
		};
		if (entry.heat >= WORTH_KEEPING)
			state->entries[state->n++] = entry;
	}
	return 0;
}

/* Returns the slot of the entry, or one that it can have, or NULL. */
static struct frsp_hot_slot *find(const struct hot_table *table, __u32 fs,
				  const struct heat_state_entry *entry,
				  __u32 *index, bool *is_there)
{
	struct frsp_hot_probe probe =
		hot_probe_first(entry->ino, fs, entry->gen, entry->range);
	struct frsp_hot_slot *room = NULL;

	*is_there = false;
	for (int i = 0; i < FRSP_HOT_PROBES; i++, hot_probe_next(&probe)) {
		__u32 at = hot_probe_index(&probe, table->n_slots);
		struct frsp_hot_slot *slot = hot_table_slot(table, at);
		__u32 tag = __atomic_load_n(&slot->tag, __ATOMIC_ACQUIRE);

		*is_there = tag == FRSP_HOT_TAG(entry->range, FRSP_HOT_LIVE) &&
			    slot->ino == entry->ino && slot->fs == fs &&
			    slot->gen == entry->gen;
		if (*is_there ||
		    (!room && (tag == FRSP_HOT_FREE || tag == FRSP_HOT_TOMB))) {
			room = slot;
			*index = at;
		}
		if (*is_there || tag == FRSP_HOT_FREE)
			break;
	}
	return room;
}

/* As slot_heat() of bpf/hot_table.bpf.h: who stores the new time decays. */
static void warm(struct frsp_hot_slot *slot, const struct hot_clock *clock,
		 __u64 heat)
{
	__u32 then = __atomic_load_n(&slot->heat_time, __ATOMIC_RELAXED);
	__u64 has;

	if (heat_now(__atomic_load_n(&slot->heat, __ATOMIC_RELAXED), then,
		     clock) >= heat)
		return;
	if ((__s32)(clock->heat_time - then) > 0 &&
	    __atomic_compare_exchange_n(&slot->heat_time, &then,
					clock->heat_time, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		has = __atomic_exchange_n(&slot->heat, 0, __ATOMIC_SEQ_CST);
		has = heat_now(has, then, clock);
		heat = heat > has ? heat : has;
	} else {
		has = __atomic_load_n(&slot->heat, __ATOMIC_RELAXED);
		heat = heat > has ? heat - has : 0;
	}
	__atomic_fetch_add(&slot->heat, heat, __ATOMIC_SEQ_CST);
}

/* False: a program took it first. */
static bool claim(struct frsp_hot_slot *slot, const struct hot_clock *clock,
		  __u32 fs, const struct heat_state_entry *entry, __u64 heat)
{
	__u32 tag = __atomic_load_n(&slot->tag, __ATOMIC_RELAXED);

	if ((tag != FRSP_HOT_FREE && tag != FRSP_HOT_TOMB) ||
	    !__atomic_compare_exchange_n(&slot->tag, &tag, FRSP_HOT_CLAIMED,
					 false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return false;
	slot->ino = entry->ino;
	slot->fs = fs;
	slot->gen = entry->gen;
	slot->heat_time = clock->heat_time;
	slot->heat = heat;
	__atomic_store_n(&slot->tag, FRSP_HOT_TAG(entry->range, FRSP_HOT_LIVE),
			 __ATOMIC_SEQ_CST);
	return true;
}

/* Returns whether it took a slot into use. */
static bool put(const struct hot_table *table, const struct hot_clock *clock,
		__u32 fs, const struct heat_state_entry *entry, __u64 heat,
		bool has_room)
{
	struct frsp_hot_slot *slot;
	bool is_there;
	__u32 index;

	slot = find(table, fs, entry, &index, &is_there);
	if (!slot)
		return false;
	if (is_there)
		warm(slot, clock, heat);
	else if (!has_room || !claim(slot, clock, fs, entry, heat))
		return false;
	hot_table_touch(table, index);
	return !is_there;
}

__u32 heat_state_put(const struct hot_table *table,
		     const struct hot_clock *clock, __u32 fs,
		     const struct heat_state *state, double factor, __u32 max)
{
	__u32 n = 0;

	for (__u32 i = 0; i < state->n; i++) {
		const struct heat_state_entry *entry = &state->entries[i];
		__u64 heat = entry->heat * factor;

		if (entry->ino && heat >= WORTH_KEEPING)
			n += put(table, clock, fs, entry, heat, n < max);
	}
	return n;
}
