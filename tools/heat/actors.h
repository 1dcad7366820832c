/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that caused I/O (bpf/hot_who.h): their rates, the cgroups that
 * they are in, and those that had to leave the table. Ranks processes or
 * cgroups, as heat/rank.h ranks files.
 */
#ifndef FRSP_HOT_ACTORS_H
#define FRSP_HOT_ACTORS_H

#include "heat/rank.h"
#include "heat/view.h"

struct hot_actor {
	struct frsp_hot_actor counts; /* since tracking began */
	double reads_per_s, writes_per_s;
	double read_bytes_per_s, write_bytes_per_s;
	/* Path below the root of the cgroup2 hierarchy; NULL: unknown, or a
	 * kernel worker. Valid until the next sample.
	 */
	const char *cgroup;
};

struct hot_actors;

/* The track must live longer. Returns NULL if there is no memory. */
struct hot_actors *hot_actors_new(struct hot_track *track);
void hot_actors_free(struct hot_actors *actors);

/* Reads the counts. The rates are those of the last interval_s seconds, which
 * is more than 0.
 */
void hot_actors_sample(struct hot_actors *actors, double interval_s);

/* If the table of actors is nearly full, those that did no I/O for the longest
 * time leave it, and are remembered here. Call it every second or so.
 */
void hot_actors_make_room(struct hot_actors *actors);

/* Returns NULL if the actor is not known (any more). Valid until the next
 * sample.
 */
const struct hot_actor *hot_actors_find(const struct hot_actors *actors,
					__u32 id);

/* Fills in the actors of a row, those with most bytes first. */
void hot_actors_fill(const struct hot_actors *actors, struct hot_row *row);

/* Ranks processes or cgroups (a view of them). The row's .who[0].actor is the
 * process, or the cgroup with the sums of its processes. .file and what belongs
 * to it (.ino, .fs, .gen) are those of the file of which it moved most bytes,
 * as far as hotmon_who has them; .ino is 0 if there is none. Only files have a
 * temperature, so by temperature it ranks by rate. max_rows: 0: all. The rows
 * are valid until the next call. Returns 0 or -ENOMEM.
 */
int hot_actors_rank(struct hot_actors *actors, enum hot_view view,
		    struct hot_sort sort, __u32 max_rows,
		    struct hot_rows *rows);

/* "postgres(1234)", "[kworker]" */
#define HOT_ACTOR_NAME_LEN (FRSP_HOT_COMM_LEN * 4 + 16)
void hot_actor_name(const struct hot_actor *actor,
		    char name[HOT_ACTOR_NAME_LEN]);

#endif
