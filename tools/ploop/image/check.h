/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks an image: its table, its format extension, and what nothing refers to.
 * Reads only. It takes a bit of memory for each cluster of the file.
 */
#ifndef FRSP_PLOOP_CHECK_H
#define FRSP_PLOOP_CHECK_H

#include <stdbool.h>
#include <linux/types.h>

#include "ploop/image/file.h"
#include "ploop/image/claims.h"

enum check_kind {
	CHECK_NOT_CLOSED,
	CHECK_EMPTY_FLAG, /* it says that the image is empty, wrongly: QEMU */
	CHECK_CUT_FILE,	  /* the file ends within a cluster */
	CHECK_EXTENSION,
	CHECK_UNKNOWN_FEATURE,
	CHECK_PART, /* a part of a dirty bitmap is at a wrong place */
	CHECK_ENTRY,
	CHECK_ENTRY_TWICE,
	CHECK_ENTRY_BEHIND, /* the disk has no such cluster */
	CHECK_LEAK,
	CHECK_KINDS
};

enum check_weight {
	CHECK_NOTE,  /* nothing needs to be done */
	CHECK_WASTE, /* space is lost, but no data */
	CHECK_ERROR,
};

struct check_finding {
	enum check_kind kind;
	const char *text; /* more about CHECK_EXTENSION and CHECK_ENTRY */
	__u32 entry;	  /* its number in the table */
	__u64 byte;	  /* the place in the file, or where it would be */
	__u64 bytes;	  /* CHECK_LEAK, CHECK_CUT_FILE: so many */
	__u64 magic;	  /* of CHECK_UNKNOWN_FEATURE */
};

/* A word for the kind, as "entry_twice". */
const char *check_word(enum check_kind kind);
enum check_weight check_weight(enum check_kind kind);

struct check_sum {
	__u64 n[CHECK_KINDS];
	__u64 n_clusters; /* that the table names */
	__u64 leaked_bytes;
	__u64 n_bitmaps;
};

__u64 check_count(const struct check_sum *sum, enum check_weight weight);

/* A check in progress. */
struct check {
	const struct image_file *file;
	struct claims claims;
	struct check_sum sum;
	/* may be NULL */
	void (*found)(void *context, const struct check_finding *finding);
	void *context;
};

/* Begins with what the header and the extension say. more: for so many clusters
 * that the caller adds to the file. 0 or -errno. The caller calls
 * claims_free(&check->claims), also after an error.
 */
int check_begin(struct check *check, __u64 more);

/* Checks the next entry; value: what it has. Returns CHECK_KINDS, or the kind
 * of what is wrong.
 */
enum check_kind check_entry(struct check *check, __u32 entry, __u32 value);

/* The first run of clusters behind slot from to which nothing refers, after all
 * entries. Returns its length; 0: there are no more, or it cannot be known, as
 * a feature of the extension is unknown.
 */
__u64 check_gap(const struct check *check, __u64 from, __u64 *first);

/* All of that. 0 or -errno; -ENODATA: the file got shorter meanwhile. */
int image_check(struct check *check);

#endif
