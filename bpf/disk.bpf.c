// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the reads and writes of each disk take.
 *
 * Example: a process reads 4 KiB. The kernel makes a request of the bio and
 * gives it to the driver 3 us later; after another 90 us the disk has answered.
 * The request counts in the bucket of 93 us (queued) and in that of 90 us
 * (issued).
 *
 * One program, at the end of a request. Nothing is remembered for a request on
 * its way, because the kernel itself notes both times in it: start_time_ns if
 * queue/iostats is 1 (then the request has a .part, too; else newer kernels
 * leave an old time in it), io_start_time_ns if somebody wants the statistics
 * of the queue, such as writeback throttling, which is the default. Both are
 * times of bpf_ktime_get_ns(). If the kernel did not note a time, it is 0 and
 * the request counts as untimed.
 *
 * What is a request. The tracepoint comes for each part of a request that is
 * completed, and once more for a write whose flush is done, then with 0 bytes.
 * Only the call for the last bytes counts. So flushes without data do not
 * count, and a write that ends with a flush counts without the flush.
 * Devices that pass bios on (device-mapper, MD) make no requests.
 *
 * The program can interrupt itself, as requests end in interrupts. Then the
 * kernel skips it and counts a missed run (watch/watch.h), so the counts of a
 * CPU change one after the other.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "cost.bpf.h"
#include "disk.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1); /* set before load */
	__type(key, __u32);
	__type(value, struct frsp_disk_times);
} frsp_disk_disks SEC(".maps");

/* Too large for the stack. */
static const struct frsp_disk_times nothing;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRSP_DISK_NR_LOST);
	__type(key, __u32);
	__type(value, __u64);
} frsp_disk_lost SEC(".maps");

COST_MAP(frsp_disk_cost, FRSP_DISK_NR_PROGRAMS);

static __always_inline void count_lost(__u32 why)
{
	__u64 *lost = bpf_map_lookup_elem(&frsp_disk_lost, &why);

	if (lost)
		++*lost;
}

static __always_inline struct frsp_disk_times *disk_of(const struct request *rq)
{
	const struct gendisk *gendisk = rq->q->disk;
	__u32 dev = (__u32)gendisk->major << 20 | gendisk->first_minor;
	struct frsp_disk_times *disk =
		bpf_map_lookup_elem(&frsp_disk_disks, &dev);

	if (disk || !dev) /* 0: a queue without a disk, as of a tape */
		return disk;
	bpf_map_update_elem(&frsp_disk_disks, &dev, &nothing, BPF_NOEXIST);
	disk = bpf_map_lookup_elem(&frsp_disk_disks, &dev);
	if (!disk)
		count_lost(FRSP_DISK_LOST_DISK);
	return disk;
}

static __always_inline void count_time(struct frsp_disk_requests *requests,
				       enum frsp_disk_since since,
				       __u64 began_ns, __u64 now_ns)
{
	__u32 bucket = loglin_bucket(now_ns - began_ns);

	if (!began_ns)
		requests->untimed[since]++;
	else if (bucket < LOGLIN_BUCKETS)
		requests->ns[since][bucket]++;
}

static __always_inline void count(const struct request *rq)
{
	__u32 op = rq->cmd_flags & 0xff; /* REQ_OP_MASK */
	struct frsp_disk_requests *requests;
	struct frsp_disk_times *disk;
	__u64 now_ns;

	/* as block/blk-core.c: all odd operations are writes */
	if (op == REQ_OP_DISCARD || op >= REQ_OP_DRV_IN)
		return;
	disk = disk_of(rq);
	if (!disk)
		return;
	requests = op & 1 ? &disk->ops[FRSP_DISK_WRITE]
			  : &disk->ops[FRSP_DISK_READ];
	now_ns = bpf_ktime_get_ns();
	count_time(requests, FRSP_DISK_QUEUED, rq->part ? rq->start_time_ns : 0,
		   now_ns);
	count_time(requests, FRSP_DISK_ISSUED, rq->io_start_time_ns, now_ns);
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(frsp_disk_complete, struct request *rq, int error,
	     unsigned int bytes)
{
	__u64 began = cost_begin(&frsp_disk_cost, FRSP_DISK_PROGRAM_COMPLETE);

	if (bytes && bytes >= rq->__data_len)
		count(rq);
	cost_end(&frsp_disk_cost, FRSP_DISK_PROGRAM_COMPLETE, began);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
