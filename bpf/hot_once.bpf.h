/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts each bio once and misses none, on kernels that can preempt a program.
 *
 * Example, on one CPU:
 *
 *   task 1, first program: notes its bio, begins to count, is preempted
 *   task 2, first program: is skipped by the kernel
 *   task 2, second program: finds no note of its bio, so it counts the bio
 *   task 1, first program: continues and ends
 *   task 1, second program: finds the note and removes it
 *
 * The kernel does not run a program while the same program is running on that
 * CPU: it skips the event (kernel/trace/bpf_trace.c, __bpf_trace_run). Up to
 * 6.19 no other task can run until a tracepoint's programs have ended, so only
 * an interrupt's event can be skipped. From 7.0 on a task can be preempted in
 * the middle of a program (include/linux/tracepoint.h: srcu_fast). Until it
 * runs again, the program is skipped for the bios of all other tasks on the
 * CPU.
 *
 * So there are two programs at block_bio_queue. The first one notes the bio in
 * the storage of its task, and counts it. The second one runs right after it
 * and removes the note. If there is no note, the first program was skipped, and
 * the second one counts the bio.
 *
 * A task has room for two notes, as an interrupt may queue a bio of its own
 * between the two programs.
 *
 * The other BPF objects disable preemption instead (cost.bpf.h). That leaves a
 * gap: a task can be preempted after its program has begun and before the
 * program disables preemption. Here no bio may be missed.
 *
 * Known gap: both programs are skipped for a bio if two tasks are preempted on
 * one CPU, one in each program. Then the first was skipped more often than the
 * second found a bio, and the reader shows the difference.
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

static __always_inline struct frsp_noted_bios *noted_bios(__u64 flags)
{
	return bpf_task_storage_get(&hotmon_noted, bpf_get_current_task_btf(),
				    NULL, flags);
}

/* For the first program. False: there is no memory for the note, so the second
 * program will count the bio.
 */
static __always_inline bool note_bio(const struct bio *bio)
{
	struct frsp_noted_bios *noted =
		noted_bios(BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!noted) {
		/* take_note() will add 1, though no event was skipped */
		stat_add(FRSP_HOT_STAT_FOUND, -1);
		return false;
	}
	if (noted->last != (__u64)bio) {
		noted->before = noted->last;
		noted->last = (__u64)bio;
	}
	return true;
}

/* For the second program. True: the first has counted the bio. */
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
