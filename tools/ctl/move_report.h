/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command that moves files prints: a line per file, progress on a
 * terminal, and the sum. With JSON, each is an object on a line of its own.
 */
#ifndef FRSP_CTL_MOVE_REPORT_H
#define FRSP_CTL_MOVE_REPORT_H

#include <stdbool.h>

#include "base/log.h"
#include "move/mover.h"

struct move_report_schemas {
	const char *file, *sum;
	bool is_to_tier; /* what counts is where the bytes are, not extents */
};

struct move_report {
	const struct move_report_schemas *schemas;
	bool json, dry_run;
	bool shows_progress; /* stderr is a terminal */
	const char *path;    /* of the file that is being moved */
	double began_s, file_began_s, shown_s;

	/* sums */
	__u64 files, improved, left_alone, failed;
	__u64 extents_before, extents_after; /* of the improved files */
	__u64 moved_bytes, planned_bytes, kept_bytes;
	double longest_s;
};

void move_report_init(struct move_report *report,
		      const struct move_report_schemas *schemas, bool json,
		      bool dry_run);

/* A file begins; path is valid until it ends. */
void move_report_begin(struct move_report *report, const char *path);

/* For struct mover_hooks; context: the report. */
void move_report_progress(void *context, __u64 planned, __u64 done);

/* was_named: report the file even if there is nothing to gain. */
void move_report_end(struct move_report *report, const char *path,
		     bool was_named, const struct move_result *result);

/* Prints the sum. EXIT_FAILED: a file failed, or one that was named was left
 * alone, or the program was told to end.
 */
enum exit_code move_report_finish(struct move_report *report);

#endif
