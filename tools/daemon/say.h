/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What frspd says while it runs. Under systemd it goes to the journal, with
 * fields; else to stderr, without them. frspd.catalog explains each kind
 * by its MESSAGE_ID.
 */
#ifndef FRSP_DAEMON_SAY_H
#define FRSP_DAEMON_SAY_H

#include <syslog.h>

struct say_kind {
	const char *message_id; /* 32 hexadecimal digits */
	const char *action;	/* the field FRSP_ACTION */
	int priority;		/* LOG_INFO and so on */
};

extern const struct say_kind say_ready, say_stopping;
extern const struct say_kind say_reloaded, say_refused, say_passed_over;
extern const struct say_kind say_seen, say_gone, say_mode;
extern const struct say_kind say_unpinned, say_no_metrics, say_no_socket;
extern const struct say_kind say_advice, say_cleared, say_restart;
extern const struct say_kind say_not_saved, say_unusable;
extern const struct say_kind say_heat_back, say_trees_back;
extern const struct say_kind say_scan, say_by_hand, say_summaries;
extern const struct say_kind say_trees, say_trees_advice, say_trees_failed;
extern const struct say_kind say_no_journal;
extern const struct say_kind say_moving, say_moved, say_paused;
extern const struct say_kind say_cannot_move, say_gives_way;
extern const struct say_kind say_cannot_give_way;

/* Fields that say more. NULL: the message has no such field. */
struct say_fields {
	const char *fs;		    /* FRSP_FS: the name of the device */
	const char *uuid;	    /* FRSP_UUID */
	const char *before, *after; /* FRSP_BEFORE, FRSP_AFTER */
	/* of a decision (move/decision.h) */
	const char *decision;	    /* FRSP_DECISION_ID, such as "d17" */
	const char *tuner;	    /* FRSP_TUNER */
	const char *tunable;	    /* FRSP_TUNABLE */
	const char *rule, *figures; /* FRSP_RULE, FRSP_FIGURES */
};

/* fields: NULL: none */
void say(const struct say_kind *kind, const struct say_fields *fields,
	 const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
