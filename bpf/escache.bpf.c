// SPDX-License-Identifier: GPL-2.0-only
/*
 * How well ext4's extent status tree serves as a cache: lookups that found the
 * mapping, what came in and went out, and what the shrinker took.
 *
 * Each lookup passes here, so only its end is watched, and what can be is read
 * through typed pointers, without a helper. A filesystem's counts are per CPU.
 * An inode's are shared, and atomic, as 16384 of them for each of 128 CPUs
 * would be 100 MB; the lookup itself has taken a lock in that inode already.
 *
 * The inodes are in an LRU table, for those that are in use now are the ones to
 * be told of: a plain one would keep what came first, perhaps a find(1) of the
 * day before, and refuse the rest. What it throws out is known: those that were
 * put in are counted here, and those that are there by the reader.
 *
 * Of a run of the shrinker ext4_es_shrink says all but how much was asked for,
 * also of a run that has no ext4_es_shrink_scan_enter and _exit (6.1 shrinks
 * when it gets no memory for an entry).
 *
 * That pointers are not NULL is asked for the verifier's sake: since 6.12 it
 * takes the arguments of a module's tracepoints for ones that may be.
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
	__uint(max_entries, ES_MAX_FS);
	__type(key, __u32);
	__type(value, struct es_fs);
} frsp_es_fs SEC(".maps");

/* Too large for the stack. */
static const struct es_fs nothing;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, ES_MAX_INODES);
	__type(key, struct es_inode_key);
	__type(value, struct es_inode);
} frsp_es_inode SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ES_NR_LOST);
	__type(key, __u32);
	__type(value, __u64);
} frsp_es_lost SEC(".maps");

__u64 inodes_made; /* of frsp_es_inode, ever */

COST_MAP(frsp_es_cost, ES_NR_PROGRAMS);

static __always_inline void count_lost(__u32 why)
{
	__u64 *lost = bpf_map_lookup_elem(&frsp_es_lost, &why);

	if (lost)
		++*lost;
}

static __always_inline struct es_fs *fs_of(const struct super_block *sb)
{
	__u32 dev = sb->s_dev;
	struct es_fs *fs;

	fs = bpf_map_lookup_elem(&frsp_es_fs, &dev);
	if (fs)
		return fs;
	bpf_map_update_elem(&frsp_es_fs, &dev, &nothing, BPF_NOEXIST);
	fs = bpf_map_lookup_elem(&frsp_es_fs, &dev);
	if (!fs)
		count_lost(ES_LOST_FS);
	return fs;
}

static __always_inline struct es_inode *inode_of(const struct inode *inode)
{
	const struct es_inode first = {0};
	struct es_inode_key key = {
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.gen = inode->i_generation,
	};
	struct es_inode *known;

	known = bpf_map_lookup_elem(&frsp_es_inode, &key);
	if (known)
		return known;
	if (!bpf_map_update_elem(&frsp_es_inode, &key, &first, BPF_NOEXIST))
		__sync_fetch_and_add(&inodes_made, 1);
	known = bpf_map_lookup_elem(&frsp_es_inode, &key);
	if (!known)
		count_lost(ES_LOST_INODE);
	return known;
}

/* The verifier has no typed pointer to what an inode is embedded in. */
static __always_inline __u32 entries_of(const struct inode *inode)
{
	const struct ext4_inode_info___frsp *info =
		(void *)inode -
		bpf_core_field_offset(struct ext4_inode_info___frsp, vfs_inode);

	return BPF_CORE_READ(info, i_es_all_nr);
}

static __always_inline void note_entries(struct es_inode *known, __u32 entries)
{
	if (known->entries != entries)
		known->entries = entries;
}

static __always_inline void count_lookup(const struct inode *inode, bool found)
{
	struct es_fs *fs = inode ? fs_of(inode->i_sb) : NULL;
	struct es_inode *known;

	if (!fs)
		return;
	if (found)
		fs->hits++;
	else
		fs->misses++;
	known = inode_of(inode);
	if (!known)
		return;
	__sync_fetch_and_add(found ? &known->hits : &known->misses, 1);
	note_entries(known, entries_of(inode));
}

/* For a change of the tree; the tracepoint comes before the change. */
static __always_inline struct es_fs *changed_fs(const struct inode *inode)
{
	struct es_fs *fs = inode ? fs_of(inode->i_sb) : NULL;
	struct es_inode *known;

	if (!fs)
		return NULL;
	known = inode_of(inode);
	if (known)
		note_entries(known, entries_of(inode));
	return fs;
}

/* 6.1 has entries that are unwritten and delayed, and keeps them as delayed. */
static __always_inline enum es_insert
insert_of(const struct extent_status___frsp *es)
{
	__u32 status = es->es_pblk >> EXTENT_STATUS_SHIFT;

	if (status & EXTENT_STATUS_DELAYED)
		return ES_INSERT_DELAYED;
	if (status & EXTENT_STATUS_WRITTEN)
		return ES_INSERT_WRITTEN;
	return status & EXTENT_STATUS_UNWRITTEN ? ES_INSERT_UNWRITTEN
						: ES_INSERT_HOLE;
}

static __always_inline void count_removal(const struct inode *inode, __u32 lblk,
					  __u32 len)
{
	struct es_fs *fs = inode ? fs_of(inode->i_sb) : NULL;
	struct es_inode *known;

	if (!fs)
		return;
	fs->removals++;
	known = inode_of(inode);
	/* all of it, as when the inode leaves memory: nothing is left */
	if (known)
		note_entries(known, !lblk && len == EXT_MAX_BLOCKS
					    ? 0
					    : entries_of(inode));
}

SEC("tp_btf/ext4_es_lookup_extent_exit")
int BPF_PROG(frsp_es_lookup, struct inode *inode,
	     struct extent_status___frsp *es, int found)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_LOOKUP);

	count_lookup(inode, found);
	cost_end(&frsp_es_cost, ES_PROGRAM_LOOKUP, began);
	return 0;
}

SEC("tp_btf/ext4_es_insert_extent")
int BPF_PROG(frsp_es_insert, struct inode *inode,
	     struct extent_status___frsp *es)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_INSERT);
	struct es_fs *fs = changed_fs(inode);

	if (fs && es)
		fs->inserts[insert_of(es)]++;
	cost_end(&frsp_es_cost, ES_PROGRAM_INSERT, began);
	return 0;
}

/* 6.12 and later */
SEC("tp_btf/ext4_es_insert_delayed_extent")
int BPF_PROG(frsp_es_delay_extent, struct inode *inode)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_DELAY_EXTENT);
	struct es_fs *fs = changed_fs(inode);

	if (fs)
		fs->inserts[ES_INSERT_DELAYED]++;
	cost_end(&frsp_es_cost, ES_PROGRAM_DELAY_EXTENT, began);
	return 0;
}

/* 6.1 */
SEC("tp_btf/ext4_es_insert_delayed_block")
int BPF_PROG(frsp_es_delay_block, struct inode *inode)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_DELAY_BLOCK);
	struct es_fs *fs = changed_fs(inode);

	if (fs)
		fs->inserts[ES_INSERT_DELAYED]++;
	cost_end(&frsp_es_cost, ES_PROGRAM_DELAY_BLOCK, began);
	return 0;
}

SEC("tp_btf/ext4_es_cache_extent")
int BPF_PROG(frsp_es_cache, struct inode *inode)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_CACHE);
	struct es_fs *fs = changed_fs(inode);

	if (fs)
		fs->cached++;
	cost_end(&frsp_es_cost, ES_PROGRAM_CACHE, began);
	return 0;
}

SEC("tp_btf/ext4_es_remove_extent")
int BPF_PROG(frsp_es_remove, struct inode *inode, __u32 lblk, __u32 len)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_REMOVE);

	count_removal(inode, lblk, len);
	cost_end(&frsp_es_cost, ES_PROGRAM_REMOVE, began);
	return 0;
}

SEC("tp_btf/ext4_es_shrink_scan_enter")
int BPF_PROG(frsp_es_scan, struct super_block *sb, int nr_to_scan)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_SCAN);
	struct es_fs *fs = sb ? fs_of(sb) : NULL;

	if (fs)
		fs->asked += nr_to_scan;
	cost_end(&frsp_es_cost, ES_PROGRAM_SCAN, began);
	return 0;
}

SEC("tp_btf/ext4_es_shrink")
int BPF_PROG(frsp_es_shrink, struct super_block *sb, int nr_shrunk,
	     __u64 scan_time, int nr_skipped, int retried)
{
	__u64 began = cost_begin(&frsp_es_cost, ES_PROGRAM_SHRINK);
	struct es_fs *fs = sb ? fs_of(sb) : NULL;

	if (fs) {
		fs->runs++;
		fs->freed += nr_shrunk;
		fs->skipped += nr_skipped;
		fs->retried += !!retried;
		fs->run_ns += scan_time;
		fs->run[log2_bucket(scan_time, LOG2_NS_BUCKETS)]++;
	}
	cost_end(&frsp_es_cost, ES_PROGRAM_SHRINK, began);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
