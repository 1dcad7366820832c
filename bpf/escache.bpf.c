// SPDX-License-Identifier: GPL-2.0-only
/*
 * How well ext4's extent status tree works as a cache: look-ups that found the
 * mapping, what was inserted and removed, and what the shrinker freed.
 *
 * Example: CPU 0 looks up blocks of inode 12, with 7 hits and 3 misses. They
 * are counted in slot 5 of CPU 0. Then it looks up blocks of inode 99, which
 * has the same slot. The counts of inode 12 are flushed to the table
 * frsp_es_inode, and the slot starts again at 0 for inode 99. A reader that
 * wants to know the hits of inode 12 adds up the table and the slots of all
 * CPUs.
 *
 * Slots. ext4 does many look-ups, so an event must be cheap. Only the end of a
 * look-up is watched; fields are read through typed pointers where possible,
 * without a helper; and an event changes only memory of its own CPU. Each CPU
 * has slots for filesystems and for inodes. A filesystem or an inode has only
 * one place, which it shares with others. When another one needs the slot, the
 * old counts are flushed to a table of all CPUs or discarded (see below).
 * Readers do not empty slots, so there can be several readers.
 *
 * Races. Nothing comes between two accesses to a slot. Tracepoints disable
 * preemption up to 6.19 (__DO_TRACE of linux/tracepoint.h; seen in 6.1, 6.1-rt
 * and 6.12), and cost_begin() does so from 7.0 on. No interrupt has such an
 * event: ext4 takes i_es_lock, the lock of the tree, in tasks only.
 *
 * Inodes. Their table is an LRU map, because only inodes in use now are
 * interesting. A plain map would keep the first inodes, perhaps of yesterday's
 * find(1), and refuse the rest. The number of inodes that the map has evicted
 * is known: inodes_made counts insertions, and the reader counts the inodes
 * that are there. An inode with few misses and entries does not get into the
 * table: many files are written, read once or unlinked, and each insertion
 * costs.
 *
 * Entries. The inode itself knows the number of its entries. A reader runs
 * frsp_es_entries() to read it from the address at which the inode was last
 * seen. The inode may be gone by then and the memory used for something else.
 * So inode number, generation and device there must still be the inode's. If
 * not, the inode has left memory, and the number of its entries is 0.
 *
 * Shrinker. The tracepoint ext4_es_shrink has all numbers of a run but how many
 * entries were asked for. It also comes for a run without
 * ext4_es_shrink_scan_enter and _exit (6.1 shrinks when it gets no memory for
 * an entry).
 *
 * NULL. The tests of arguments for NULL are for the verifier. Since 6.12 it
 * treats pointers from a module's tracepoints as possibly NULL.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "ext4.h"
#include "escache.h"
#include "cost.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FRSP_ES_MAX_FS);
	__type(key, __u32);
	__type(value, struct frsp_es_fs);
} frsp_es_fs SEC(".maps");

/* Too large for the stack. */
static const struct frsp_es_fs nothing;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRSP_ES_MAX_INODES);
	__type(key, struct frsp_es_inode_key);
	__type(value, struct frsp_es_inode);
} frsp_es_inode SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before load */
	__type(key, __u32);
	__type(value, struct frsp_es_gathered);
} frsp_es_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRSP_ES_NR_LOST);
	__type(key, __u32);
	__type(value, __u64);
} frsp_es_lost SEC(".maps");

/* Elements of frsp_es_inode since the start. */
__u64 inodes_made;
__u64 inodes_forgotten; /* deleted by readers */

COST_MAP(frsp_es_cost, FRSP_ES_NR_PROGRAMS);

static __always_inline void count_lost(__u32 why, __u64 n)
{
	__u64 *lost = bpf_map_lookup_elem(&frsp_es_lost, &why);

	if (lost)
		*lost += n;
}

static __always_inline struct frsp_es_gathered *gathered_here(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct frsp_es_gathered *here =
		bpf_map_lookup_elem(&frsp_es_slots, &cpu);

	if (!here)
		count_lost(FRSP_ES_LOST_CPU, 1);
	return here;
}

static __always_inline struct frsp_es_fs *fs_in_table(__u32 dev)
{
	struct frsp_es_fs *fs = bpf_map_lookup_elem(&frsp_es_fs, &dev);

	if (fs)
		return fs;
	bpf_map_update_elem(&frsp_es_fs, &dev, &nothing, BPF_NOEXIST);
	return bpf_map_lookup_elem(&frsp_es_fs, &dev);
}

static __always_inline __u64 events_of(const struct frsp_es_fs *counts)
{
	__u64 n = counts->hits + counts->misses + counts->cached +
		  counts->removals + counts->runs;

	for (int i = 0; i < FRSP_ES_NR_INSERTS; i++)
		n += counts->inserts[i];
	return n;
}

static __always_inline void add_fs(const struct frsp_es_fs_slot *slot)
{
	const __u64 *from = (const __u64 *)&slot->counts;
	__u32 dev = slot->dev;
	struct frsp_es_fs *fs;
	__u64 *to;

	if (!dev)
		return;
	fs = fs_in_table(dev);
	if (!fs) {
		count_lost(FRSP_ES_LOST_FS, events_of(&slot->counts));
		return;
	}
	to = (__u64 *)fs;
	for (__u32 i = 0; i < sizeof(*fs) / sizeof(*to); i++)
		to[i] += from[i];
}

/* Flushes the slot and gives it to dev. Not inline, as that is rare. */
static __noinline int take_fs_slot(struct frsp_es_gathered *here,
				   struct frsp_es_fs_slot *slot, __u32 dev)
{
	here->moves_begun++;
	barrier();
	add_fs(slot);
	slot->dev = dev;
	__builtin_memset(&slot->counts, 0, sizeof(slot->counts));
	barrier();
	here->moves_done++;
	return 0;
}

static __always_inline struct frsp_es_fs *fs_of(struct frsp_es_gathered *here,
						__u32 dev)
{
	struct frsp_es_fs_slot *slot = &here->fs[es_fs_slot_of(dev)];

	if (slot->dev != dev)
		take_fs_slot(here, slot, dev);
	return &slot->counts;
}

static __always_inline bool is_still(const struct inode *inode,
				     const struct frsp_es_inode_key *key)
{
	return BPF_CORE_READ(inode, i_ino) == key->ino &&
	       BPF_CORE_READ(inode, i_generation) == key->gen &&
	       BPF_CORE_READ(inode, i_sb, s_dev) == key->dev;
}

/* Entries of the inode that is or was at the address. */
static __always_inline __u64 entries_at(__u64 address)
{
	const struct ext4_inode_info___frsp *info =
		(void *)address -
		bpf_core_field_offset(struct ext4_inode_info___frsp, vfs_inode);

	return BPF_CORE_READ(info, i_es_all_nr);
}

static __always_inline void ask_entries(const struct frsp_es_inode_key *key,
					struct frsp_es_inode *known)
{
	__u64 entries = entries_at(known->address);

	if (entries && !is_still((void *)known->address, key))
		entries = 0;
	if (known->entries != entries)
		known->entries = entries;
}

/* Is the inode worth an element of the table? Does not check is_still(), whose
 * fields are far apart in memory.
 */
static __always_inline bool is_of_note(const struct frsp_es_inode *counts)
{
	return counts->misses >= FRSP_ES_NOTED_MISSES ||
	       entries_at(counts->address) >= FRSP_ES_NOTED_ENTRIES;
}

static __always_inline void add_inode(struct frsp_es_gathered *here,
				      const struct frsp_es_inode_slot *slot)
{
	struct frsp_es_inode_key key = slot->key;
	struct frsp_es_inode counts = slot->counts, *known;

	if (!key.dev)
		return;
	known = bpf_map_lookup_elem(&frsp_es_inode, &key);
	if (!known && !is_of_note(&counts)) {
		here->inodes_passed++;
		return;
	}
	if (!known &&
	    !bpf_map_update_elem(&frsp_es_inode, &key, &counts, BPF_NOEXIST)) {
		__sync_fetch_and_add(&inodes_made, 1);
		return;
	}
	/* look again: another CPU may have inserted the inode first */
	known = known ?: bpf_map_lookup_elem(&frsp_es_inode, &key);
	if (!known) {
		count_lost(FRSP_ES_LOST_INODE, counts.hits + counts.misses);
		return;
	}
	__sync_fetch_and_add(&known->hits, counts.hits);
	__sync_fetch_and_add(&known->misses, counts.misses);
	/* The inode left memory and came back. Which address is the newer? The
	 * one where it is now.
	 */
	if (known->address != counts.address &&
	    is_still((void *)counts.address, &key))
		known->address = counts.address;
}

static __noinline int take_inode_slot(struct frsp_es_gathered *here,
				      struct frsp_es_inode_slot *slot,
				      const struct frsp_es_inode_key *key,
				      __u64 address)
{
	here->moves_begun++;
	barrier();
	add_inode(here, slot);
	slot->key = *key;
	slot->counts = (struct frsp_es_inode){.address = address};
	barrier();
	here->moves_done++;
	return 0;
}

static __always_inline struct frsp_es_inode *
inode_of(struct frsp_es_gathered *here, const struct inode *inode, __u32 dev)
{
	struct frsp_es_inode_key key = {
		.ino = inode->i_ino, .dev = dev, .gen = inode->i_generation};
	__u64 address = (__u64)inode;
	struct frsp_es_inode_slot *slot;

	slot = &here->inodes[es_inode_slot_of(key.ino, dev)];
	if (slot->counts.address != address || slot->key.ino != key.ino ||
	    slot->key.gen != key.gen || slot->key.dev != dev)
		take_inode_slot(here, slot, &key, address);
	return &slot->counts;
}

static __always_inline void count_lookup(const struct inode *inode, bool found)
{
	struct frsp_es_gathered *here = gathered_here();
	struct frsp_es_inode *known;
	struct frsp_es_fs *fs;
	__u32 dev;

	if (!here || !inode)
		return;
	dev = inode->i_sb->s_dev;
	fs = fs_of(here, dev);
	known = inode_of(here, inode, dev);
	if (found) {
		fs->hits++;
		known->hits++;
	} else {
		fs->misses++;
		known->misses++;
	}
}

/* The filesystem of an inode whose tree changes. The inode needs no slot: a
 * look-up came first.
 */
static __always_inline struct frsp_es_fs *changed_fs(const struct inode *inode)
{
	struct frsp_es_gathered *here = gathered_here();

	return here && inode ? fs_of(here, inode->i_sb->s_dev) : NULL;
}

/* Here the inode needs a slot: without a look-up, its extent tree is read for
 * other reasons.
 */
static __always_inline void count_cached(const struct inode *inode)
{
	struct frsp_es_gathered *here = gathered_here();
	__u32 dev;

	if (!here || !inode)
		return;
	dev = inode->i_sb->s_dev;
	fs_of(here, dev)->cached++;
	inode_of(here, inode, dev);
}

static __always_inline struct frsp_es_fs *
shrunk_fs(const struct super_block *sb)
{
	struct frsp_es_gathered *here = gathered_here();

	return here && sb ? fs_of(here, sb->s_dev) : NULL;
}

/* In 6.1 an entry can be both unwritten and delayed; it counts as delayed. */
static __always_inline enum frsp_es_insert
insert_of(const struct extent_status___frsp *es)
{
	__u32 status = es->es_pblk >> EXTENT_STATUS_SHIFT;

	if (status & EXTENT_STATUS_DELAYED)
		return FRSP_ES_INSERT_DELAYED;
	if (status & EXTENT_STATUS_WRITTEN)
		return FRSP_ES_INSERT_WRITTEN;
	return status & EXTENT_STATUS_UNWRITTEN ? FRSP_ES_INSERT_UNWRITTEN
						: FRSP_ES_INSERT_HOLE;
}

SEC("tp_btf/ext4_es_lookup_extent_exit")
int BPF_PROG(frsp_es_lookup, struct inode *inode,
	     struct extent_status___frsp *es, int found)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_LOOKUP);

	count_lookup(inode, found);
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_LOOKUP, began);
	return 0;
}

SEC("tp_btf/ext4_es_insert_extent")
int BPF_PROG(frsp_es_insert, struct inode *inode,
	     struct extent_status___frsp *es)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_INSERT);
	struct frsp_es_fs *fs = changed_fs(inode);

	if (fs && es)
		fs->inserts[insert_of(es)]++;
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_INSERT, began);
	return 0;
}

/* 6.12 and later */
SEC("tp_btf/ext4_es_insert_delayed_extent")
int BPF_PROG(frsp_es_delay_extent, struct inode *inode)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_DELAY_EXTENT);
	struct frsp_es_fs *fs = changed_fs(inode);

	if (fs)
		fs->inserts[FRSP_ES_INSERT_DELAYED]++;
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_DELAY_EXTENT, began);
	return 0;
}

/* 6.1 */
SEC("tp_btf/ext4_es_insert_delayed_block")
int BPF_PROG(frsp_es_delay_block, struct inode *inode)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_DELAY_BLOCK);
	struct frsp_es_fs *fs = changed_fs(inode);

	if (fs)
		fs->inserts[FRSP_ES_INSERT_DELAYED]++;
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_DELAY_BLOCK, began);
	return 0;
}

SEC("tp_btf/ext4_es_cache_extent")
int BPF_PROG(frsp_es_cache, struct inode *inode)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_CACHE);

	count_cached(inode);
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_CACHE, began);
	return 0;
}

SEC("tp_btf/ext4_es_remove_extent")
int BPF_PROG(frsp_es_remove, struct inode *inode)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_REMOVE);
	struct frsp_es_fs *fs = changed_fs(inode);

	if (fs)
		fs->removals++;
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_REMOVE, began);
	return 0;
}

SEC("tp_btf/ext4_es_shrink_scan_enter")
int BPF_PROG(frsp_es_scan, struct super_block *sb, int nr_to_scan)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_SCAN);
	struct frsp_es_fs *fs = shrunk_fs(sb);

	if (fs)
		fs->asked += nr_to_scan;
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_SCAN, began);
	return 0;
}

SEC("tp_btf/ext4_es_shrink")
int BPF_PROG(frsp_es_shrink, struct super_block *sb, int nr_shrunk,
	     __u64 scan_time, int nr_skipped, int retried)
{
	__u64 began = cost_begin(&frsp_es_cost, FRSP_ES_PROGRAM_SHRINK);
	struct frsp_es_fs *fs = shrunk_fs(sb);

	if (fs) {
		fs->runs++;
		fs->freed += nr_shrunk;
		fs->skipped += nr_skipped;
		fs->retried += !!retried;
		fs->run_ns += scan_time;
		fs->run[log2_bucket(scan_time, LOG2_NS_BUCKETS)]++;
	}
	cost_end(&frsp_es_cost, FRSP_ES_PROGRAM_SHRINK, began);
	return 0;
}

static long ask_of_table(void *map, const struct frsp_es_inode_key *key,
			 struct frsp_es_inode *known, void *context)
{
	ask_entries(key, known);
	return 0;
}

/* If the slot is given to another inode meanwhile, that inode has a wrong
 * number of entries until this runs again.
 */
static long ask_of_gathered(void *map, const __u32 *cpu,
			    struct frsp_es_gathered *gathered, void *context)
{
	for (__u32 i = 0; i < FRSP_ES_INODE_SLOTS; i++) {
		struct frsp_es_inode_slot *slot = &gathered->inodes[i];

		if (slot->key.dev)
			ask_entries(&slot->key, &slot->counts);
	}
	return 0;
}

/* Readers run this: it updates the numbers of entries. */
SEC("syscall")
int frsp_es_entries(void *context)
{
	bpf_for_each_map_elem(&frsp_es_inode, ask_of_table, NULL, 0);
	bpf_for_each_map_elem(&frsp_es_slots, ask_of_gathered, NULL, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
