/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides how much memory frsp.ko's trees of a filesystem may take
 * (mb_frsp_max_mem, the cap), and how hard frsp.ko tries to know free space
 * (frsp_cache_aggression, the level). It has no clock and does no I/O.
 *
 * A tree that was evicted is loaded again when a request needs it, and that
 * request waits. Example: a cap of 64 MiB, and files that grow in trees of 90
 * MiB.
 *
 *   0 s    requests wait for trees that are loaded again
 *   5 s    they still do: the cap becomes 96 MiB, and they wait no more
 *   600 s  nobody has waited: the cap becomes 79 MiB, which is 7/8 of the 90
 *          that are in use
 *   605 s  if they wait again: 118 MiB; the next try comes after 1200 s
 *
 * The cap does not grow if something else evicts: the kernel, when memory is
 * short, evicts below the cap.
 *
 * When tasks wait for memory, the cap falls to 3/4 of what is in use, each
 * time it is looked at, down to its bound; then the level falls. Until this is
 * over for TREES_CALM_S, neither grows.
 *
 * A tunable that a person has changed is left alone until the filesystem is
 * mounted again.
 */
#ifndef FRSP_TUNE_TREES_H
#define FRSP_TUNE_TREES_H

#include <stdbool.h>
#include <linux/types.h>

#define TREES_ROUND_S	  5.0	/* how often to look */
#define TREES_WAIT_NS	  10000 /* of a request: more is too much */
#define TREES_RELOADS	  8	/* fewer say nothing */
#define TREES_REQUESTS	  16	/* the same */
#define TREES_CALM_S	  60.0
#define TREES_USUAL_LEVEL 1
#define TREES_LEVELS	  4

/* What a tuner of an earlier frspd, since the machine was booted, has set last,
 * and nobody has taken back.
 */
struct trees_past {
	bool has_cap, has_level;
	__u64 cap, level;
};

/* What frsp.ko says now: docs/sysfs.abi has each. */
struct trees_seen {
	bool is_attached;
	__u64 cap, used, level;
	bool cap_is_given;
	/* since the filesystem was attached */
	__u64 evictions, drops, reloads, wait_ns;
	__u64 requests, stood_aside;
	__u64 groups, groups_known;
	double pressure; /* the share of time in which tasks waited for memory */
	double now_s;	 /* must not fall */
	struct trees_past past;
};

struct trees_bounds {
	__u64 min_cap, max_cap; /* it is not set below, and not above */
	__u64 max_level;	/* the same */
	double pressure;	/* a share: above it, memory is short */
	double quiet_s;		/* without waits: the cap may fall */
};

enum trees_scenario {
	TREES_STAYS,
	TREES_RELOADS_COST, /* the cap grows */
	TREES_PRESSURE,	    /* the cap falls, or the level */
	TREES_QUIET,	    /* the cap falls */
	TREES_STOOD_ASIDE,  /* the level grows */
	TREES_CALM,	    /* the level goes back to the usual one */
	TREES_BY_HAND,	    /* a person has changed it: hands off */
	TREES_N_SCENARIOS,
};

enum trees_tunable {
	TREES_CAP,
	TREES_LEVEL,
	TREES_N_TUNABLES,
};

/* What has happened since the last look. */
struct trees_round {
	double seconds;
	__u64 evictions, drops, reloads, wait_ns, requests, stood_aside;
};

struct trees_choice {
	enum trees_scenario scenario;
	enum trees_tunable tunable;
	__u64 before, after;
	struct trees_round round; /* by which it was chosen */
};

/* What is remembered of a tunable. */
struct trees_known {
	__u64 value;
	bool is_ours; /* we, or the earlier frspd, have set it */
	bool by_hand;
	bool is_told; /* that it is by hand */
};

/* What is remembered of a filesystem. All 0: nothing yet. */
struct trees_memory {
	bool is_begun;
	struct trees_seen last;
	struct trees_known known[TREES_N_TUNABLES];
	unsigned int n_costly; /* looks in a row at which requests waited */
	double short_s;	       /* when memory was short last; 0: never */
	double costly_s;       /* when requests waited last, or the begin */
	double aside_s;	       /* the same of requests that stood aside */
	double changed_s;      /* when anything was changed last */
	double quiet_factor;   /* it must be quiet for so many times quiet_s */
	bool was_quiet;	       /* the last change of the cap was TREES_QUIET */
};

/* Looks once, and says what is to be done now: one change at most. */
struct trees_choice trees_decide(const struct trees_seen *seen,
				 const struct trees_bounds *bounds,
				 struct trees_memory *memory);

/* The change was made. */
void trees_changed(struct trees_memory *memory,
		   const struct trees_choice *choice, double now_s);

/* Somebody else has changed the tunable before we could. */
void trees_lost(struct trees_memory *memory, enum trees_tunable tunable);

/* The file of the tunable, in /sys/fs/ext4/DEV/. */
const char *trees_tunable_file(enum trees_tunable tunable);

/* Why, for people. */
const char *trees_scenario_text(enum trees_scenario scenario);

/* The mean time that a request has waited for trees that were loaded again. */
double trees_wait_ns(const struct trees_round *round);

#endif
