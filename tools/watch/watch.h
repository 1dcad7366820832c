/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all BPF objects that watch the kernel have in common: which of their
 * programs this kernel has a place for, what they cost, and what of their maps
 * the kernel is charged for. An object's own file (hot_track.h, alloc_watch.h,
 * ...) says what it tells.
 */
#ifndef FRSP_WATCH_H
#define FRSP_WATCH_H

#include <stdbool.h>
#include <bpf/libbpf.h>
#include <linux/types.h>

#include "bpf/cost.h"

struct watch {
	const char *name; /* of the object, where it is pinned */
	struct bpf_object_skeleton *skeleton;
	const struct bpf_object *object;
	const struct bpf_map *costs; /* struct frsp_cost of program i at key i */
	const struct bpf_map *lost;  /* a __u64 per reason and CPU */
	const char *const *programs; /* their names */
	__u32 n_programs;
};

/*
 * Between open and load: turns off those programs whose tracepoint or function
 * is neither in the kernel nor in a module that is loaded now. Returns how many
 * are left, without those that are attached to nothing, or -EOPNOTSUPP: the
 * kernel has no BTF.
 */
int watch_probe(struct bpf_object *object);

/*
 * Loads and attaches the object, unless it is pinned (watch_pin.h): then it
 * only takes its maps. 0, -EPROTO: programs of another schema are pinned, or
 * another -errno.
 */
int watch_start(const struct watch *watch);

/* After watch_start(): whether the program is attached, by us or pinned. */
bool watch_has(const struct watch *watch, const struct bpf_program *program);

/* Of an object that is loaded: its program, ours or the one that is pinned. The
 * caller closes it. File descriptor or -errno.
 */
int watch_program(const char *object, const struct bpf_program *program);

/* Which of the modules that programs are attached to are in the kernel now, a
 * bit each. With a new one, watch_probe() may find more.
 */
__u32 watch_modules(void);

/* How the kernel declares a tracepoint: the name of the type that its argument
 * number n (from 0) points to, for programs that bridge two of them. False:
 * there is no such tracepoint or argument.
 */
bool watch_tracepoint_argument(const char *tracepoint, __u32 n, char *type,
			       size_t size);

/* For a map of one value of size bytes per key and CPU: the CPUs' values of the
 * key, added up as if they were arrays of __u64. 0 or -errno.
 */
int watch_sum(const struct bpf_map *map, const void *key, void *sum,
	      size_t size);

/* Of the i-th program, over all CPUs. 0 or -errno. */
int watch_cost(const struct watch *watch, __u32 i, struct frsp_cost *cost);

/* ns of one event of the program; 0: not measured yet. */
double watch_cost_ns(const struct frsp_cost *cost);

/* Adds what the object could not count, for whatever reason, to *lost; with it
 * the runs that the kernel left out, as the program was under way on that CPU.
 * 0 or -errno.
 */
int watch_lost(const struct watch *watch, __u64 *lost);

/* Runs of a program that the kernel left out, as it was running on that CPU
 * already; 0 for a program that is not loaded.
 */
__u64 watch_missed_runs(int program_fd);

/* Bytes that the kernel charges for a map: since 6.4 the true size, before
 * computed from the map's attributes.
 */
__u64 watch_map_charge(int map_fd);

/* Bytes that the kernel charges for all maps of the object. Before 6.4 it does
 * not count what is allocated with use.
 */
__u64 watch_map_bytes(const struct bpf_object *object);

#endif
