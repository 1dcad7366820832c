/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all BPF objects that watch the kernel have in common: which of their
 * programs this kernel can attach, what the programs cost, what they could not
 * count, and how much memory the kernel charges for their maps. What an object
 * counts is in its own file (heat/track.h, watch/alloc.h and so on).
 */
#ifndef FRSP_WATCH_H
#define FRSP_WATCH_H

#include <stdbool.h>
#include <bpf/libbpf.h>
#include <linux/types.h>

#include "bpf/cost.h"

struct watch {
	const char *name; /* of the object, in watch/pin.h */
	struct bpf_object_skeleton *skeleton;
	const struct bpf_object *object;
	const struct bpf_map *costs; /* struct frsp_cost of program i at key i */
	const struct bpf_map *lost;  /* a __u64 per reason and CPU */
	const char *const *programs; /* their names */
	__u32 n_programs;
};

/*
 * Call it between open and load. It turns off the programs whose tracepoint or
 * function is neither in the kernel nor in a module that is loaded now. Returns
 * how many programs are left, not counting those that are attached to nothing,
 * or -EOPNOTSUPP: the kernel has no BTF.
 */
int watch_probe(struct bpf_object *object);

/*
 * Loads and attaches the object. If the object is pinned (watch/pin.h), it
 * takes the pinned maps instead and attaches nothing. Returns 0, -EPROTO:
 * objects of another schema are pinned, or another -errno.
 */
int watch_start(const struct watch *watch);

/* Whether the program is attached: by us, or because it is pinned. Call it
 * after watch_start().
 */
bool watch_has(const struct watch *watch, const struct bpf_program *program);

/* The program of a loaded object, or the pinned program in its place. Returns a
 * file descriptor, which the caller closes, or -errno.
 */
int watch_program(const char *object, const struct bpf_program *program);

/* Which modules that programs attach to are loaded now: a bit per module. When
 * a bit is new, watch_probe() may leave more programs on.
 */
__u32 watch_modules(void);

/* Finds the name of the type that argument n (from 0) of a tracepoint points
 * to, for programs that work with both of two types. Returns false if the
 * kernel has no such tracepoint or argument.
 */
bool watch_tracepoint_argument(const char *tracepoint, __u32 n, char *type,
			       size_t size);

/* Whether the kernel itself, without its modules, has a function of this name. */
bool watch_kernel_has(const char *function);

/* Sums up the values that all CPUs have for key in a per-CPU map. A value of
 * size bytes is taken as an array of __u64. Returns 0 or -errno.
 */
int watch_sum(const struct bpf_map *map, const void *key, void *sum,
	      size_t size);

/* The cost of the i-th program, over all CPUs. Returns 0 or -errno. */
int watch_cost(const struct watch *watch, __u32 i, struct frsp_cost *cost);

/* The mean ns per event of the program; 0: not measured yet. */
double watch_cost_ns(const struct frsp_cost *cost);

/* Adds to *lost the events that the object could not count, for any reason, and
 * the missed runs of its programs (watch_missed_runs()). Returns 0 or -errno.
 */
int watch_lost(const struct watch *watch, __u64 *lost);

/* How often the kernel did not run the program because it was already running
 * on that CPU; 0 for a program that is not loaded.
 */
__u64 watch_missed_runs(int program_fd);

/* Bytes that the kernel charges for a map. Since Linux 6.4 it is the true size,
 * before 6.4 the kernel computes it from the map's attributes.
 */
__u64 watch_map_charge(int map_fd);

/* Bytes that the kernel charges for all maps of the object. Before Linux 6.4
 * that leaves out elements that are allocated when they are used.
 */
__u64 watch_map_bytes(const struct bpf_object *object);

#endif
