// SPDX-License-Identifier: GPL-2.0-only
/*
 * How ext4 allocates blocks: how long it takes, how far it searches, and what
 * it finds.
 *
 * Example: a task writes a new file. The tracepoints of one call are
 *
 *   ext4_request_blocks    begins the call; its time is kept with the task
 *   ext4_mballoc_alloc     how the search went; or
 *   ext4_mballoc_prealloc  no search: preallocated blocks were used
 *   ext4_allocate_blocks   ends the call
 *
 * A call stays in one task, and calls do not nest. One of the two middle
 * tracepoints comes once per call. If ext4 discards preallocations and searches
 * again, ext4_mballoc_alloc has what the last search found.
 *
 * If the filesystem is full before the search begins, ext4_allocate_blocks does
 * not come. Such a call ends when the mapping of blocks that needs it returns
 * an error. Calls for extended attributes have no mapping, so their failures
 * are not seen.
 *
 * The programs use raw tracepoints. Where ext4 is a module, the verifier of
 * 6.12 treats the arguments of typed ones as possibly NULL.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "ext4.h"
#include "alloc.h"
#include "cost.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FRSP_ALLOC_MAX_FS);
	__type(key, __u32);
	__type(value, struct frsp_alloc_fs);
} frsp_alloc_fs SEC(".maps");

/* Far too large for the stack. */
static const struct frsp_alloc_fs nothing;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRSP_ALLOC_NR_LOST);
	__type(key, __u32);
	__type(value, __u64);
} frsp_alloc_lost SEC(".maps");

struct frsp_call {
	__u64 began_ns; /* 0: no call is under way */
	__u32 kind;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct frsp_call);
} frsp_alloc_call SEC(".maps");

COST_MAP(frsp_alloc_cost, FRSP_ALLOC_NR_PROGRAMS);

static __always_inline void count_lost(__u32 why)
{
	__u64 *lost = bpf_map_lookup_elem(&frsp_alloc_lost, &why);

	if (lost)
		++*lost;
}

static __always_inline struct frsp_alloc_fs *fs_by_dev(__u32 dev)
{
	struct frsp_alloc_fs *fs;

	fs = bpf_map_lookup_elem(&frsp_alloc_fs, &dev);
	if (fs)
		return fs;
	bpf_map_update_elem(&frsp_alloc_fs, &dev, &nothing, BPF_NOEXIST);
	fs = bpf_map_lookup_elem(&frsp_alloc_fs, &dev);
	if (!fs)
		count_lost(FRSP_ALLOC_LOST_FS);
	return fs;
}

static __always_inline struct frsp_alloc_fs *fs_of(const struct super_block *sb)
{
	return fs_by_dev(BPF_CORE_READ(sb, s_dev));
}

static __always_inline struct frsp_call *current_call(__u64 flags)
{
	return bpf_task_storage_get(&frsp_alloc_call,
				    bpf_get_current_task_btf(), NULL, flags);
}

static __always_inline void
begin_call(const struct ext4_allocation_request___frsp *request)
{
	struct frsp_call *call = current_call(BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!call) {
		count_lost(FRSP_ALLOC_LOST_TASK);
		return;
	}
	call->kind = BPF_CORE_READ(request, flags) & EXT4_MB_HINT_DATA
			     ? FRSP_ALLOC_DATA
			     : FRSP_ALLOC_METADATA;
	call->began_ns = bpf_ktime_get_ns();
}

static __always_inline void end_call(const struct inode *inode, bool failed)
{
	struct frsp_call *call = current_call(0);
	struct frsp_alloc_fs *fs;
	__u64 took_ns;
	__u32 kind;

	/* the programs were attached during the call, or it has ended */
	if (!call || !call->began_ns)
		return;
	took_ns = bpf_ktime_get_ns() - call->began_ns;
	call->began_ns = 0;
	/* The modulo tells the verifier the range, even after clang has moved
	 * the number to the stack and back.
	 */
	kind = (failed ? FRSP_ALLOC_FAILED : call->kind) % FRSP_ALLOC_NR_KINDS;
	fs = fs_of(BPF_CORE_READ(inode, i_sb));
	if (!fs)
		return;
	fs->latency_ns[kind] += took_ns;
	fs->latency[kind][log2_bucket(took_ns, LOG2_NS_BUCKETS)]++;
}

/* The mapping of blocks that the call was for has ended. On an error, so has
 * the call.
 */
static __always_inline void end_mapping(const struct inode *inode, int ret,
					__u32 program)
{
	__u64 began = cost_begin(&frsp_alloc_cost, program);

	if (ret < 0)
		end_call(inode, true);
	cost_end(&frsp_alloc_cost, program, began);
}

static __always_inline void
count_search(const struct ext4_allocation_context___frsp *ac)
{
	__u32 requested = BPF_CORE_READ(ac, ac_o_ex.fe_len);
	__u32 obtained = BPF_CORE_READ(ac, ac_b_ex.fe_len);
	__u32 scanned = BPF_CORE_READ(ac, ac_groups_scanned);
	__u32 criteria = BPF_CORE_READ(ac, ac_criteria);
	struct frsp_alloc_fs *fs = fs_of(BPF_CORE_READ(ac, ac_sb));

	if (!fs)
		return;
	fs->searches++;
	fs->requested_clusters += requested;
	fs->requested[log2_bucket(requested, LOG2_LEN_BUCKETS)]++;
	if (obtained) {
		fs->obtained_clusters += obtained;
		fs->obtained[log2_bucket(obtained, LOG2_LEN_BUCKETS)]++;
	}
	if (obtained < requested)
		fs->shorter++;
	if (obtained &&
	    BPF_CORE_READ(ac, ac_g_ex.fe_group) ==
		    BPF_CORE_READ(ac, ac_b_ex.fe_group) &&
	    BPF_CORE_READ(ac, ac_g_ex.fe_start) ==
		    BPF_CORE_READ(ac, ac_b_ex.fe_start))
		fs->goals_taken++;
	else
		fs->goals_missed++;
	fs->criteria[criteria < FRSP_ALLOC_NR_CRITERIA
			     ? criteria
			     : FRSP_ALLOC_NR_CRITERIA - 1]++;
	fs->groups_scanned += scanned;
	fs->scanned[log2_bucket(scanned, FRSP_ALLOC_SCAN_BUCKETS)]++;
	fs->extents_found += BPF_CORE_READ(ac, ac_found);
}

static __always_inline void note_preallocated(void)
{
	struct frsp_call *call = current_call(0);

	if (call && call->began_ns)
		call->kind = FRSP_ALLOC_PREALLOCATED;
}

SEC("raw_tp/ext4_request_blocks")
int BPF_PROG(frsp_alloc_request, struct ext4_allocation_request___frsp *request)
{
	__u64 began = cost_begin(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_REQUEST);

	begin_call(request);
	cost_end(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_REQUEST, began);
	return 0;
}

SEC("raw_tp/ext4_mballoc_alloc")
int BPF_PROG(frsp_alloc_search, struct ext4_allocation_context___frsp *ac)
{
	__u64 began = cost_begin(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_SEARCH);

	count_search(ac);
	cost_end(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_SEARCH, began);
	return 0;
}

SEC("raw_tp/ext4_mballoc_prealloc")
int BPF_PROG(frsp_alloc_prealloc, struct ext4_allocation_context___frsp *ac)
{
	__u64 began = cost_begin(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_PREALLOC);

	note_preallocated();
	cost_end(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_PREALLOC, began);
	return 0;
}

SEC("raw_tp/ext4_allocate_blocks")
int BPF_PROG(frsp_alloc_done, struct ext4_allocation_request___frsp *request,
	     __u64 block)
{
	__u64 began = cost_begin(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_DONE);

	end_call(BPF_CORE_READ(request, inode), !block);
	cost_end(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_DONE, began);
	return 0;
}

SEC("raw_tp/ext4_ext_map_blocks_exit")
int BPF_PROG(frsp_alloc_extent, struct inode *inode, __u32 flags, void *map,
	     int ret)
{
	end_mapping(inode, ret, FRSP_ALLOC_PROGRAM_EXTENT);
	return 0;
}

/* The mapping of a file without extents. */
SEC("raw_tp/ext4_ind_map_blocks_exit")
int BPF_PROG(frsp_alloc_indirect, struct inode *inode, __u32 flags, void *map,
	     int ret)
{
	end_mapping(inode, ret, FRSP_ALLOC_PROGRAM_INDIRECT);
	return 0;
}

/* The tracepoints of frsp.ko: kmod/trace.h. */

SEC("raw_tp/frsp_goals_offered")
int BPF_PROG(frsp_alloc_pick, __u32 dev, unsigned long ino, __u32 want,
	     __u32 group, __u32 start, __u32 len, __u32 kind)
{
	__u64 began = cost_begin(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_PICK);
	struct frsp_alloc_fs *fs = fs_by_dev(dev);

	if (fs) {
		/* the modulo tells the verifier the range */
		fs->picks[kind % FRSP_ALLOC_NR_PICKS]++;
		fs->picked[log2_bucket(len, LOG2_LEN_BUCKETS)]++;
	}
	cost_end(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_PICK, began);
	return 0;
}

SEC("raw_tp/frsp_group_loads")
int BPF_PROG(frsp_alloc_load, __u32 dev, __u32 group, __u32 extents, __u64 ns)
{
	__u64 began = cost_begin(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_LOAD);
	struct frsp_alloc_fs *fs = fs_by_dev(dev);

	if (fs) {
		fs->load_ns += ns;
		fs->loads[log2_bucket(ns, LOG2_NS_BUCKETS)]++;
	}
	cost_end(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_LOAD, began);
	return 0;
}

SEC("raw_tp/frsp_evictions")
int BPF_PROG(frsp_alloc_evict, __u32 dev, __u32 tree, __u32 extents)
{
	__u64 began = cost_begin(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_EVICT);
	struct frsp_alloc_fs *fs = fs_by_dev(dev);

	if (fs) {
		fs->evictions++;
		fs->evicted_extents += extents;
	}
	cost_end(&frsp_alloc_cost, FRSP_ALLOC_PROGRAM_EVICT, began);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
