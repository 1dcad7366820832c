/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each bio is counted once, and none is missed.
 *
 * The kernel runs a program once at a time on each CPU, and passes over the
 * events that come meanwhile (kernel/trace/bpf_trace.c, __bpf_trace_run). Up to
 * 6.19 a tracepoint is left before another task can run, so only interrupts
 * came meanwhile. From 7.0 on a task can be preempted in the middle of a
 * program (include/linux/tracepoint.h: srcu_fast), and until it runs again, all
 * bios of other tasks on its CPU are passed over.
 *
 * So there are two programs at block_bio_queue. The first notes a bio for its
 * task, and counts it. The second, which runs right behind, takes the note
 * away. A bio without a note was missed by the first: the second counts it.
 * Example, on one CPU:
 *
 *   task 1, first program: notes its bio, begins to count, is preempted
 *   task 2, first program: is passed over
 *   task 2, second program: finds no note of its bio, and counts it
 *   task 1, first program: goes on, and ends
 *   task 1, second program: finds the note, and takes it
 *
 * A task has two notes, as an interrupt may queue a bio of its own between the
 * programs. Given up: a bio that both miss, as two tasks are preempted on one
 * CPU, one in each program. Then the first has missed more than the second has
 * found, and that is shown.
 */
#ifndef FRSP_HOT_ONCE_BPF_H
#define FRSP_HOT_ONCE_BPF_H

#include "hot_table.bpf.h"

struct frsp_noted_bios {
	__u64 last; /* addresses, 0: none */
	__u64 before;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct frsp_noted_bios);
} hotmon_noted SEC(".maps");

/* Since 6.19, where no tracepoint uses it yet. */
struct srcu_struct___flavor {
	__u8 srcu_reader_flavor;
} __attribute__((preserve_access_index));

static __always_inline bool may_be_preempted(void)
{
	return bpf_core_field_exists(struct srcu_struct___flavor,
				     srcu_reader_flavor);
}

static __always_inline struct frsp_noted_bios *noted_bios(__u64 flags)
{
	return bpf_task_storage_get(&hotmon_noted, bpf_get_current_task_btf(),
				    NULL, flags);
}

/* For the first program. False: no memory for the note, so the second program
 * will count the bio.
 */
static __always_inline bool note_bio(const struct bio *bio)
{
	struct frsp_noted_bios *noted =
		noted_bios(BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!noted) {
		/* the second will say that it was missed */
		stat_add(FRSP_HOT_STAT_FOUND, -1);
		return false;
	}
	if (noted->last != (__u64)bio) {
		noted->before = noted->last;
		noted->last = (__u64)bio;
	}
	return true;
}

/* For the second program. True: the first has counted it. */
static __always_inline bool take_note(const struct bio *bio)
{
	struct frsp_noted_bios *noted = noted_bios(0);

	if (!noted || noted->last != (__u64)bio) {
		stat_add(FRSP_HOT_STAT_FOUND, 1);
		return false;
	}
	noted->last = noted->before;
	noted->before = 0;
	return true;
}

#endif
