/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides what is done so that frsp.ko knows the block groups of a filesystem:
 * first it is given what was saved, then it may find out by itself what is
 * still not known. It has no clock and does no I/O.
 *
 * After a mount ext4 reads the bitmaps by itself, in most cases, and frsp.ko
 * learns from that. So a scan begins only if nothing was learnt for a while. A
 * rate of the scan that a person has set is left alone.
 */
#ifndef FRSP_TUNE_SUMMARIES_H
#define FRSP_TUNE_SUMMARIES_H

#include <stdbool.h>
#include <linux/types.h>

#define SUMMARIES_SCAN_RATE 100 /* bitmaps per second */
#define SUMMARIES_QUIET_S   30	/* so long nothing was learnt */

/* What frsp.ko says now. */
struct summaries_seen {
	bool is_attached;
	__u64 groups, groups_known;
	__u64 scan_rate, scan_left;
	double now_s; /* must not fall */
};

/* What is remembered of a filesystem. All 0: nothing yet. */
struct summaries_memory {
	bool is_restored; /* it was tried */
	bool is_scanning; /* we have begun the scan */
	bool is_finished; /* no more is to be done */
	__u64 known;	  /* groups at the last look */
	double learnt_s;  /* when that number grew last */
};

enum summaries_action {
	SUMMARIES_NOTHING,
	SUMMARIES_RESTORE,
	SUMMARIES_SCAN,	    /* set the rate SUMMARIES_SCAN_RATE */
	SUMMARIES_END_SCAN, /* set the rate 0 */
	SUMMARIES_BY_HAND,  /* a person has set the rate: hands off */
};

/* Looks once, and says what is to be done now. The memory then counts it as
 * done. A filesystem that frsp.ko lets go is forgotten.
 */
enum summaries_action summaries_decide(const struct summaries_seen *seen,
				       struct summaries_memory *memory);

/* The action could not be done: the next look may say it again. */
void summaries_undone(enum summaries_action action,
		      struct summaries_memory *memory);

#endif
