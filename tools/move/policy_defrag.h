/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hot files to defragment, and in which order. A seek is saved whenever
 * I/O would have crossed from one extent to the next; so it counts how often a
 * file is read or written, of which length, and not only how many extents it
 * has. Example, both files of 64 MiB, on the slow tier:
 *
 *   64 extents, 640 MiB read in the horizon   10 passes * 63 = 630 seeks saved
 *   4096 extents, never read                  none
 */
#ifndef FRSP_MOVE_POLICY_DEFRAG_H
#define FRSP_MOVE_POLICY_DEFRAG_H

#include "move/policy.h"

/* Long extents need not become longer: the mover leaves them alone, too. */
#define POLICY_LONG_EXTENT (32ULL << 20)

struct policy_file {
	__u64 bytes;
	__u64 extents;
	__u64 slow_bytes; /* of it in the slow tier: only there seeks cost */
	double bytes_per_hour; /* read and written */
	double last_moved_s;   /* how long ago; < 0: never */
	enum policy_pin pin;
};

enum policy_defrag_rule {
	POLICY_DEFRAG,	      /* do it */
	POLICY_DEFRAG_WHOLE,  /* has few extents, or long ones */
	POLICY_DEFRAG_COSTLY, /* the move costs more than it saves */
	POLICY_DEFRAG_FAST,   /* is in the fast tier */
	POLICY_DEFRAG_COOLDOWN,
	POLICY_DEFRAG_EXCLUDED,
	POLICY_NR_DEFRAG_RULES,
};

const char *policy_defrag_word(enum policy_defrag_rule rule);

struct policy_defrag {
	size_t file; /* index */
	enum policy_defrag_rule rule;
	double saved; /* seeks in the horizon */
	double cost;  /* of the move, in I/Os */
};

struct policy_defrag policy_defrag_judge(const struct policy_settings *settings,
					 const struct policy_file *file);

/* Fills in list, which has room for n: first what to do, by falling seeks saved
 * per cost, so that small files come first; then the others. Returns how many
 * to do.
 */
size_t policy_defrag_list(const struct policy_settings *settings,
			  const struct policy_file *files, size_t n,
			  struct policy_defrag *list);

#endif
