/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command that moves files prints: a line per file, progress on a
 * terminal, and the sum. With JSON, each is an object on a line of its own.
 */
#ifndef FRSP_CTL_MOVE_REPORT_H
#define FRSP_CTL_MOVE_REPORT_H

#include <stdbool.h>

#include "base/log.h"
#include "ctl/ctl.h"
#include "move/journal.h"
#include "move/mover.h"

struct move_report_schemas {
	const char *file, *sum;
	bool is_to_tier; /* what counts is where the bytes are, not extents */
};

struct move_report {
	const struct move_report_schemas *schemas;
	bool json, dry_run;
	enum progress_where progress; /* PROGRESS_AUTO: a terminal */
	__s64 job;		      /* its id; 0: none */
	const char *path; /* of the file that is being moved; NULL: none */
	double began_s, file_began_s, shown_s;
	struct progress_line line;

	/* sums */
	__u64 files, improved, left_alone, errors;
	__u64 failed;			     /* they make the exit status 1 */
	__u64 extents_before, extents_after; /* of the improved files */
	__u64 moved_bytes, planned_bytes, kept_bytes;
	double longest_s;
};

void move_report_init(struct move_report *report,
		      const struct move_report_schemas *schemas,
		      const struct ctl *ctl);

/* The job has begun. */
void move_report_job(struct move_report *report, __s64 job);

/* The job is paused, waits for idle disks, or goes on. */
void move_report_state(struct move_report *report, enum job_state state);

/* A file begins; path is valid until it ends. */
void move_report_begin(struct move_report *report, const char *path);

/* So many of the planned bytes of the file are done. */
void move_report_progress(struct move_report *report, __u64 planned,
			  __u64 done);

/* was_named: report the file even if there is nothing to gain, or it has
 * vanished.
 */
void move_report_end(struct move_report *report, const char *path,
		     bool was_named, const struct move_result *result);

/* Prints the sum. outcome: of the job. EXIT_CANCELLED; or EXIT_FAILED: a file
 * failed, or one that was named was left alone, or the program was told to end.
 */
enum exit_code move_report_finish(struct move_report *report,
				  enum job_state outcome);

#endif
