/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rates of files in the last minutes, from the counts that samples find.
 * Pure: the caller tells the time. The I/O between two samples is spread evenly
 * over the seconds between them.
 *
 * Example: samples at 10.0 s and 12.0 s find 100 and 300 reads. So there were
 * 100 in the second from 10 to 11, and 100 in the next one.
 */
#ifndef FRSP_HOT_HISTORY_H
#define FRSP_HOT_HISTORY_H

#include "heat/rank.h"
#include "paths/path.h"

#define HOT_HISTORY_S	  300 /* how far back it goes */
#define HOT_HISTORY_FILES 256 /* 2 MiB in all; then the oldest leaves */

enum hot_history_what {
	HOT_HISTORY_READ_BYTES,
	HOT_HISTORY_WRITE_BYTES,
	HOT_HISTORY_READS,
	HOT_HISTORY_WRITES,
	HOT_HISTORY_NR,
};

struct hot_history;

struct hot_history *hot_history_new(void); /* NULL: no memory */
void hot_history_free(struct hot_history *history);

/* Notes the counts of a file at the time now_s, which must not be earlier than
 * that of the last call. interval_s: of the rates of the row; 0: unknown. If
 * all bytes of a new file are of that interval, so are its operations. Without
 * memory it notes nothing.
 */
void hot_history_note(struct hot_history *history, const struct hot_row *row,
		      double interval_s, double now_s);

/* Fills in n cells (1 to HOT_HISTORY_S) of the time until now_s, the oldest
 * first: per second; < 0: not known. Returns when what is known begins; < 0:
 * nothing is known.
 */
double hot_history_cells(const struct hot_history *history,
			 const struct path_key *key, enum hot_history_what what,
			 double now_s, __u32 n, double *cells);

#endif
