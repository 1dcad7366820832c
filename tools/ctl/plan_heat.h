/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heat that a plan decides on: of now, from the pinned programs, or from a
 * recording. It is read in two steps, as the policy must know a range before it
 * counts I/O:
 *
 *	plan_heat_open(&heat, ...);
 *	for each file: plan_heat_of(&heat, ino, generation), and for each of its
 *		ranges that the policy knows: .number = ...
 *	plan_heat_feed(&heat, policy, &now_ns);
 */
#ifndef FRSP_CTL_PLAN_HEAT_H
#define FRSP_CTL_PLAN_HEAT_H

#include "base/log.h"
#include "fs/mount.h"
#include "move/policy.h"

#define PLAN_NO_NUMBER (~0U)

struct plan_heat_range {
	__u32 range;
	__u32 number; /* in the policy; PLAN_NO_NUMBER: it does not know it */
	/* of now: all since tracking began, and over which time */
	struct policy_io io;
	double age_s;
};

struct plan_heat_file {
	__u64 ino;
	__u32 generation;
	size_t first, n;
};

struct trace_reader;

/* A recording. */
struct plan_heat_source {
	struct trace_reader *reader;
	/* by the index that the recording has for it; NULL: not of this
	 * filesystem, or without I/O
	 */
	struct plan_heat_file **files;
	const char *path;
};

/* All 0: empty. */
struct plan_heat {
	struct plan_heat_file *files; /* by inode and generation */
	size_t n_files;
	struct plan_heat_range *ranges; /* of each file by rising range */
	size_t n_ranges;
	/* by their time; none: the heat is of now */
	struct plan_heat_source *sources;
	size_t n_sources;
};

/* Reads which ranges of the filesystem saw I/O. recordings: files, the oldest
 * first; n 0: the heat of now. If it fails, it has printed why. The caller
 * calls plan_heat_close() in any case.
 */
enum exit_code plan_heat_open(struct plan_heat *heat,
			      const struct mount_entry *mount,
			      const char *const *recordings, size_t n);
void plan_heat_close(struct plan_heat *heat);

/* NULL: the file saw no I/O. */
struct plan_heat_file *plan_heat_of(const struct plan_heat *heat, __u64 ino,
				    __u32 generation);

/* Counts all I/O. *now_ns: the time of the policy after that. */
void plan_heat_feed(struct plan_heat *heat, struct policy *policy,
		    __u64 *now_ns);

/* How many bytes of each file were read and written, by index in heat->files;
 * past bytes count half after each half-life. The caller frees *bytes. 0 or
 * -ENOMEM.
 */
int plan_heat_bytes(struct plan_heat *heat, double half_life_s, double **bytes);

#endif
