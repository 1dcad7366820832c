/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF half of the hot table: finds the slot of a key, or claims a free one,
 * and adds an I/O to it. hot.h defines the slot and who may change its state.
 *
 * Why not a BPF hash map: the kernel adds 48 bytes and a share of the buckets
 * to the key and value of each element, a look-up touches two or more cache
 * lines, and a reader copies every element at each refresh. A slot here is one
 * cache line, and the reader maps the table.
 *
 * All additions to counters are atomic, so no I/O is lost. The price: two slots
 * can have the same key. That happens if two CPUs claim a slot for the key at
 * once and one of them is stopped in between, or if the reader evicts an
 * earlier slot of the key's probe sequence just then. Readers add up the counts
 * of equal keys.
 */
#ifndef FRSP_HOT_TABLE_BPF_H
#define FRSP_HOT_TABLE_BPF_H

#include "hot_stats.bpf.h"
#include "hot_who.bpf.h"

#define NO_SLOT	    (~0U)
#define CLAIM_TRIES 4
#define CLAIM_SPINS 64 /* a claim is held for a few stores */

const volatile __u32 n_slots = FRSP_HOT_CLUSTER; /* a multiple of it */
const volatile __u32 heat_shift = 0;		 /* heat_unit_shift() */
const volatile __u32 heat_rate = 1;		 /* heat_decay() */
const volatile bool score_compat = false;
const volatile __u64 jiffies_epoch_ns = 0; /* wall clock at jiffies64 == 0 */
const volatile __u32 tick_ns = 0;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set by the loader, with n_slots */
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct frsp_hot_slot)); /* or _compat */
} hotmon_table SEC(".maps");

/* For each cluster: hot_epoch at its last change; see hot.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set by the loader */
	__type(key, __u32);
	__type(value, __u64);
} hotmon_touched SEC(".maps");

volatile __u32 hot_epoch; /* readers increment it */

struct frsp_hot_key {
	__u64 ino;
	__u32 fs;
	__u32 gen;
	__u32 range;
	__u32 s_dev; /* of the file's superblock, for range_writer() */
};

/* .flags of an I/O. The bits above hold the id of the actor (hot_who.h). */
#define IO_WRITE       1
#define IO_MANY	       2 /* writeback of several ranges, each has its actor */
#define IO_ACTOR_SHIFT 2
#define IO_KIND	       ((1U << IO_ACTOR_SHIFT) - 1)

struct frsp_hot_io {
	__u64 jiffies;
	__u64 bytes;
	__u32 heat_time;
	__u32 flags; /* they share a word to save stack */
};

static __always_inline struct frsp_hot_slot *slot_at(__u32 index)
{
	return bpf_map_lookup_elem(&hotmon_table, &index);
}

static __always_inline bool slot_has(const struct frsp_hot_slot *slot,
				     const struct frsp_hot_key *key)
{
	return *(volatile __u32 *)&slot->tag ==
		       FRSP_HOT_TAG(key->range, FRSP_HOT_LIVE) &&
	       slot->ino == key->ino && slot->gen == key->gen &&
	       slot->fs == key->fs;
}

#define SLOT_FOUND (1ULL << 32)

/* Returns the index of the key's slot plus SLOT_FOUND. If there is none: the
 * index of the first slot that can be claimed (NO_SLOT: none). It returns no
 * pointer, as only so it can be a global function: see hot_account().
 */
__noinline __u64 slot_find(const struct frsp_hot_key *key)
{
	struct frsp_hot_probe probe;
	struct frsp_hot_slot *slot;
	__u32 index, state, free = NO_SLOT;
	int i;

	if (!key)
		return NO_SLOT;
	probe = hot_probe_first(key->ino, key->fs, key->gen, key->range);
	for (i = 0; i < FRSP_HOT_PROBES; i++, hot_probe_next(&probe)) {
		index = hot_probe_index(&probe, n_slots);
		slot = slot_at(index);
		if (!slot)
			return NO_SLOT;
		if (slot_has(slot, key))
			return SLOT_FOUND | index;
		state = FRSP_HOT_TAG_STATE(*(volatile __u32 *)&slot->tag);
		if (free == NO_SLOT &&
		    (state == FRSP_HOT_FREE || state == FRSP_HOT_TOMB))
			free = index;
		if (state == FRSP_HOT_FREE)
			break;
	}
	return free;
}

/* Claims the slot at index for the key. False: another CPU was faster. Its key
 * is visible by now, unless that CPU was stopped in between.
 */
__noinline bool slot_claim(__u32 index, const struct frsp_hot_key *key,
			   __u32 heat_time)
{
	struct frsp_hot_slot *slot = slot_at(index);
	__u32 tag;
	int i;

	if (!slot || !key)
		return false;
	tag = *(volatile __u32 *)&slot->tag;
	if ((tag == FRSP_HOT_FREE || tag == FRSP_HOT_TOMB) &&
	    __sync_val_compare_and_swap(&slot->tag, tag, FRSP_HOT_CLAIMED) ==
		    tag) {
		slot->ino = key->ino;
		slot->fs = key->fs;
		slot->gen = key->gen;
		slot->heat_time = heat_time;
		if (score_compat) {
			struct frsp_hot_slot_compat *c = (void *)slot;

			c->compat.avg_read = ~0ULL;
			c->compat.avg_write = ~0ULL;
		}
		/* The exchange is a full barrier, so no CPU sees LIVE before
		 * the key.
		 */
		__sync_lock_test_and_set(
			&slot->tag, FRSP_HOT_TAG(key->range, FRSP_HOT_LIVE));
		return true;
	}
	for (i = 0; i < CLAIM_SPINS; i++)
		if (*(volatile __u32 *)&slot->tag != FRSP_HOT_CLAIMED)
			break;
	return false;
}

/* Returns the slot of the key if it is at the key's first place, where most
 * are, and its index in *at; else NULL.
 */
static __always_inline struct frsp_hot_slot *
slot_first(const struct frsp_hot_key *key, __u32 *at)
{
	struct frsp_hot_probe probe =
		hot_probe_first(key->ino, key->fs, key->gen, key->range);
	struct frsp_hot_slot *slot;

	*at = hot_probe_index(&probe, n_slots);
	slot = slot_at(*at);
	return slot && slot_has(slot, key) ? slot : NULL;
}

/* Returns the slot of the key; claims one if there is none, and sets *is_new.
 * NULL: no room.
 */
static __always_inline struct frsp_hot_slot *
slot_get(const struct frsp_hot_key *key, __u32 heat_time, bool *is_new,
	 __u32 *at)
{
	struct frsp_hot_slot *slot;
	__u64 found;
	int i;

	*is_new = false;
	slot = slot_first(key, at);
	if (slot)
		return slot;
	for (i = 0; i < CLAIM_TRIES; i++) {
		found = slot_find(key);
		*at = found;
		if (found & SLOT_FOUND)
			return slot_at(*at);
		if (*at == NO_SLOT)
			break;
		if (slot_claim(*at, key, heat_time)) {
			stat_add(FRSP_HOT_STAT_SLOTS, 1);
			*is_new = true;
			return slot_at(*at);
		}
	}
	stat_add(FRSP_HOT_STAT_DROPPED, 1);
	return NULL;
}

/* Marks the cluster as changed. Called after the change: a reader that misses
 * the change sees the mark the next time.
 */
static __always_inline void touch(__u32 index)
{
	__u32 cluster = index >> FRSP_HOT_CLUSTER_SHIFT, epoch = hot_epoch;
	volatile __u64 *touched =
		bpf_map_lookup_elem(&hotmon_touched, &cluster);

	if (touched && *touched != epoch)
		*touched = epoch;
}

/* Adds to the heat, and decays it at most once per heat unit. The CPU whose
 * compare-and-swap stores the new time decays: it takes all heat out of the
 * slot, decays it and adds it again. So no heat is decayed twice. The other
 * CPUs only add, so none is lost.
 */
static __always_inline void slot_heat(struct frsp_hot_slot *slot, __u32 now,
				      __u64 bytes)
{
	__u32 then = *(volatile __u32 *)&slot->heat_time;
	__u64 add = heat_weight(bytes);

	if ((__s32)(now - then) > 0 &&
	    __sync_val_compare_and_swap(&slot->heat_time, then, now) == then)
		add += heat_decay(__sync_lock_test_and_set(&slot->heat, 0),
				  now - then, heat_rate);
	__sync_fetch_and_add(&slot->heat, add);
}

/* Not atomic: for the average interval, two simultaneous accesses to a key can
 * count as one. The counters are not affected.
 */
static __always_inline void slot_touch_compat(struct frsp_hot_slot *slot,
					      const struct frsp_hot_io *io)
{
	struct frsp_heat_compat *c =
		&((struct frsp_hot_slot_compat *)slot)->compat;
	__u64 now_ns = jiffies_epoch_ns + io->jiffies * tick_ns;

	if (io->flags & IO_WRITE)
		heat_compat_touch(&c->last_write_ns, &c->avg_write, now_ns);
	else
		heat_compat_touch(&c->last_read_ns, &c->avg_read, now_ns);
}

static __always_inline void slot_add(struct frsp_hot_slot *slot,
				     const struct frsp_hot_io *io)
{
	if (io->flags & IO_WRITE) {
		__sync_fetch_and_add(&slot->writes, 1);
		__sync_fetch_and_add(&slot->write_bytes, io->bytes);
	} else {
		__sync_fetch_and_add(&slot->reads, 1);
		__sync_fetch_and_add(&slot->read_bytes, io->bytes);
	}
	slot_heat(slot, io->heat_time, io->bytes);
	if (score_compat)
		slot_touch_compat(slot, io);
}

enum frsp_hot_account_result {
	FRSP_HOT_ACCOUNTED,
	FRSP_HOT_ACCOUNTED_NEW, /* in a slot claimed for the key */
	FRSP_HOT_NOT_ACCOUNTED, /* no room: counted in FRSP_HOT_STAT_DROPPED */
};

/* Adds one I/O to one key. A global function: the verifier checks it once, not
 * for every path that leads to it. It then requires the tests for NULL.
 */
__noinline int hot_account(const struct frsp_hot_key *key,
			   const struct frsp_hot_io *io)
{
	struct frsp_hot_slot *slot;
	__u32 index;
	bool is_new;

	if (!key || !io)
		return FRSP_HOT_NOT_ACCOUNTED;
	slot = slot_get(key, io->heat_time, &is_new, &index);
	if (!slot)
		return FRSP_HOT_NOT_ACCOUNTED;
	slot_add(slot, io);
	who_add(index, io->flags >> IO_ACTOR_SHIFT, io->bytes >> 9);
	touch(index);
	return is_new ? FRSP_HOT_ACCOUNTED_NEW : FRSP_HOT_ACCOUNTED;
}

/* Returns who dirtied a range of a file; 0: unknown. A large folio (of up to 2
 * MiB) is noted only in its first range.
 */
static __always_inline __u32 range_writer(const struct frsp_hot_key *key)
{
	__u32 writer = writer_find(
		written_hash(key->ino, key->gen, key->s_dev, key->range));

	return writer
		       ?: writer_find(written_hash(key->ino, key->gen,
						   key->s_dev,
						   key->range & ~1U));
}

/* Adds the writeback of one range to the totals of its writer, and to the
 * writer's share of the file. Uses the key, and leaves it as it was.
 */
__noinline int credit_writer(struct frsp_hot_key *key,
			     const struct frsp_hot_io *io)
{
	__u32 writer, range;
	__u64 found;

	if (!key || !io)
		return 0;
	writer = io->flags >> IO_ACTOR_SHIFT;
	actor_add_bytes(writer, io->bytes);
	range = key->range;
	key->range = FRSP_HOT_RANGE_FILE;
	found = slot_find(key);
	if (found & SLOT_FOUND)
		who_add(found, writer, io->bytes >> 9);
	key->range = range;
	return 0;
}

/* Makes the actor of the range that of a bio of many ranges. */
__noinline int switch_actor(const struct frsp_hot_key *key,
			    struct frsp_hot_io *io)
{
	if (key && io)
		io->flags = (io->flags & IO_KIND) | range_writer(key)
							    << IO_ACTOR_SHIFT;
	return 0;
}

/* Adds the part of a bio that is in one range of its file. */
static __always_inline void hot_account_range(struct frsp_hot_key *key,
					      struct frsp_hot_io *io)
{
	if (io->flags & IO_MANY)
		switch_actor(key, io);
	hot_account(key, io);
	if (io->flags & IO_MANY)
		credit_writer(key, io);
}

#endif
