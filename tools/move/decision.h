/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What frspd has changed by itself, and why: the table decisions of the journal
 * (move/journal.h). A decision is entered before the change is made; so what
 * frspd did can always be explained and taken back. Example:
 *
 *   17  escache     entries          81920 -> 52428
 *   18  relocation  fast_tier_bytes  0 -> 3145728    job 5
 *
 * All texts are in the decision, so that it can be handed to another process.
 */
#ifndef FRSP_MOVE_DECISION_H
#define FRSP_MOVE_DECISION_H

#include "fs/ext4_super.h"
#include "fs/mount_name.h"
#include "move/journal.h"

/* When one is entered, the oldest of its tuner are dropped until so many are
 * left.
 */
#define DECISIONS_MAX 1000

enum decision_state {
	DECISION_MADE,
	DECISION_FAILED,      /* the change could not be made */
	DECISION_ROLLED_BACK, /* somebody took it back */
	DECISION_N_STATES,
};

/* "made", "failed" or "rolled_back" */
const char *decision_state_word(enum decision_state state);

/* The tuners that decide. */
#define DECISION_OF_ESCACHE    "escache"
#define DECISION_OF_RELOCATION "relocation"
#define DECISION_OF_SUMMARIES  "summaries"
#define DECISION_OF_TREES      "trees"

struct decision {
	__s64 id;
	__u64 made_ns; /* since the epoch */
	char boot_id[BOOT_ID_LEN];
	char tuner[16];
	char uuid[EXT4_UUID_TEXT_LEN]; /* of its filesystem */
	char device[MOUNT_NAME_LEN];   /* for people */
	char tunable[32];
	char before[24], after[24];
	char scenario[80]; /* which of the tuner's cases it was, for people */
	char figures[400]; /* the numbers that it was decided by, for people */
	__s64 job;	   /* that carries it out; 0: none, or not known yet */
	enum decision_state state;
};

/* How a decision is taken back. */
enum decision_undo {
	DECISION_UNDO_NOTHING, /* nothing has to be done */
	DECISION_UNDO_JOB,     /* its job is undone */
	DECISION_UNDO_SETTING, /* the tunable is a setting of frsp.ko */
};

enum decision_undo decision_undo(const struct decision *decision);

struct decisions {
	struct decision *list; /* by rising id */
	size_t n;
};

/* The functions return 0 or an error of move/sql.h. */

/* Enters it, and sets its .id, .made_ns and .boot_id. On the disk when it
 * returns.
 */
int journal_decide(struct journal *journal, struct decision *decision);

int journal_set_decision_state(struct journal *journal, __s64 id,
			       enum decision_state state);

/* The decision is carried out by the latest job of this process. -ENOENT: it
 * has not begun one yet.
 */
int journal_set_decision_job(struct journal *journal, __s64 id, pid_t pid);

/* Reads the last decision of this boot with the caller's .tuner, .uuid and
 * .tunable that has not failed. -ENOENT: there is none.
 */
int journal_find_decision(struct journal *journal, struct decision *decision);

/* Reads one, or all. -ENOENT: there is none with this id. The caller frees
 * ->list.
 */
#define JOURNAL_ALL_DECISIONS 0
int journal_read_decisions(struct journal *journal, __s64 id,
			   struct decisions *decisions);

#endif
