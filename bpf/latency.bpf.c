// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the reads and writes of each file take.
 *
 * The operations are those that hot.bpf.c counts: bios. It counts them when
 * they are queued, this program when the request that carries them is
 * completed. The time of an operation is that of its request, from when the
 * kernel made the request (request.start_time_ns, see disk.bpf.c).
 *
 * Example: a process reads 8 KiB of file A, and the kernel makes a request of
 * that. Before the driver gets it, a read of the next 4 KiB on the disk, which
 * belong to file B, is merged into it. The disk answers 90 us after the request
 * was made. Then A has one more read of 90 us, and so has B.
 *
 * Which bios count:
 *
 *   - A bio counts when its last byte is completed. A request can be completed
 *     in parts: each part ends the bios that lie in it.
 *   - The kernel splits a bio that is too large for the device. The parts that
 *     it cuts off end with bio_chain_endio and do not count; the rest is the
 * bio of the submitter and counts. It is sent last.
 *   - The file must be on the device of the bio (hot_source.bpf.h). So the
 *     clones that device-mapper and MD send to the disks below do not count: a
 *     file there has no latency, as these drivers make no request.
 *
 * hot_source.bpf.h finds the file as when the bio was queued: until a bio ends,
 * its pages are locked or under writeback, and the caller's struct iomap_dio or
 * the like waits for it.
 *
 * The reader deletes entries of idle files. A program on another CPU may still
 * be adding to such an entry. The kernel may reuse its memory at once, so then
 * one operation can count for the next file.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "cost.bpf.h"
#include "hot_source.bpf.h"
#include "latency.h"

/* More bios than a request can have. */
#define MAX_BIOS (1 << 16)

extern const void bio_chain_endio __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FRSP_LATENCY_MAX_FILES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct frsp_latency_key);
	__type(value, struct frsp_latency_times);
} frsp_latency_files SEC(".maps");

/* Too large for the stack. */
static const struct frsp_latency_times nothing;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRSP_LATENCY_NR_LOST);
	__type(key, __u32);
	__type(value, __u64);
} frsp_latency_lost SEC(".maps");

/* Entries that were made since the start. */
volatile __u64 frsp_latency_made;

COST_MAP(frsp_latency_cost, FRSP_LATENCY_NR_PROGRAMS);

/* Visits the bios of a request. */
struct frsp_bio_walk {
	struct bio *bio; /* the next one */
	__u32 left;	 /* bytes that are completed now */
	__u32 op;
	__u64 began_ns; /* 0: not noted */
	__u64 now_ns;
};

static __noinline int count_lost(__u32 why)
{
	__u64 *lost = bpf_map_lookup_elem(&frsp_latency_lost, &why);

	if (lost)
		++*lost;
	return 0;
}

static __always_inline struct frsp_latency_times *
entry_of(const struct frsp_latency_key *key)
{
	struct frsp_latency_times *entry =
		bpf_map_lookup_elem(&frsp_latency_files, key);

	if (entry)
		return entry;
	if (!bpf_map_update_elem(&frsp_latency_files, key, &nothing,
				 BPF_NOEXIST))
		__sync_fetch_and_add(&frsp_latency_made, 1);
	entry = bpf_map_lookup_elem(&frsp_latency_files, key);
	if (!entry)
		count_lost(FRSP_LATENCY_LOST_FILE);
	return entry;
}

static __always_inline void count(const struct frsp_hot_source *src,
				  const struct frsp_bio_walk *walk)
{
	const struct frsp_latency_key key = {
		.ino = src->ino,
		.fs = src->slot_fs,
		.gen = src->gen,
		.op = walk->op,
	};
	struct frsp_latency_times *entry = entry_of(&key);
	__u32 bucket = loglin_bucket(walk->now_ns - walk->began_ns);

	if (!entry)
		return;
	entry->last_ns = walk->now_ns;
	__sync_fetch_and_add(&entry->operations, 1);
	if (!walk->began_ns)
		__sync_fetch_and_add(&entry->untimed, 1);
	else if (bucket < LOGLIN_BUCKETS)
		__sync_fetch_and_add(&entry->ns[bucket], 1);
}

/* The rest of a bio that was split begins in the middle of its vector. Its file
 * is that of the page there.
 */
static __always_inline void begin_at_iterator(struct frsp_origin *origin)
{
	const struct bio *bio = origin->bio;
	__u32 done = bio_bytes_done(bio);

	if (origin->is_copy || (!bio->bi_iter.bi_idx && !done))
		return;
	origin->is_copy = true;
	origin->first_entry = bio->bi_iter.bi_idx;
	origin->first_offset = done;
}

/* Finds the bio behind a copy that the block layer encrypted up to 6.19, after
 * the bio was queued: bio_origin() does not expect it.
 */
static __always_inline void find_encrypted(struct frsp_origin *origin)
{
	if (!have_rdonly_cast || &__blk_crypto_submit_bio ||
	    !ends_with(origin, &blk_crypto_fallback_encrypt_endio))
		return;
	origin->bio = bpf_rdonly_cast((void *)origin->private,
				      bpf_core_type_id_kernel(struct bio));
	origin->end_io = (__u64)origin->bio->bi_end_io;
	origin->private = (__u64)origin->bio->bi_private;
}

static __always_inline void see_bio(struct bio *bio,
				    const struct frsp_bio_walk *walk)
{
	struct frsp_hot_source src = {};
	struct frsp_origin origin = {};

	bio_origin(&origin, bio);
	find_encrypted(&origin);
	if (ends_with(&origin, &bio_chain_endio))
		return;
	begin_at_iterator(&origin);
	bio_source(&src, &origin, bio->bi_bdev->bd_dev);
	if (src.kind == FRSP_HOT_SOURCE_NONE)
		return;
	identify(&src, bio);
	count(&src, walk);
}

/* For bpf_loop(): returns 1 after the last bio that is completed. */
static long next_bio(__u32 nth __attribute__((unused)),
		     struct frsp_bio_walk *walk)
{
	struct bio *bio = walk->bio;
	__u32 bytes;

	if (!bio)
		return 1;
	bytes = bio->bi_iter.bi_size;
	if (!bytes || bytes > walk->left)
		return 1;
	see_bio(bio, walk);
	walk->left -= bytes;
	walk->bio = bio->bi_next;
	return !walk->left;
}

static __always_inline void see_request(struct request *rq, __u32 bytes)
{
	__u32 op = rq->cmd_flags & 0xff; /* REQ_OP_MASK */
	struct frsp_bio_walk walk = {
		.bio = rq->bio,
		.left = bytes,
		.op = op == REQ_OP_READ ? FRSP_LATENCY_READ
					: FRSP_LATENCY_WRITE,
		/* without .part there are no statistics of the request, and
		 * newer kernels leave an old time in it
		 */
		.began_ns = rq->part ? rq->start_time_ns : 0,
		.now_ns = bpf_ktime_get_ns(),
	};

	if (op == REQ_OP_READ || op == REQ_OP_WRITE || op == REQ_OP_ZONE_APPEND)
		bpf_loop(MAX_BIOS, next_bio, &walk, 0);
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(frsp_latency_complete, struct request *rq, int error,
	     unsigned int bytes)
{
	__u64 began =
		cost_begin(&frsp_latency_cost, FRSP_LATENCY_PROGRAM_COMPLETE);

	if (bytes)
		see_request(rq, bytes);
	cost_end(&frsp_latency_cost, FRSP_LATENCY_PROGRAM_COMPLETE, began);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
