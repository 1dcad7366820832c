/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of the policy (move/policy.h). One table has them all: name,
 * unit, range, default, and what 0 means. docs/policy.md explains them.
 */
#ifndef FRSP_MOVE_POLICY_SETTINGS_H
#define FRSP_MOVE_POLICY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Bytes, or a share of something that is known only later. */
struct policy_amount {
	double value; /* bytes, or percent */
	bool is_percent;
};

struct policy_settings {
	double half_life_s;
	double horizon_s;
	double cooldown_s;
	double read_weight, write_weight;
	double sequential_bytes, sequential_weight;
	double move_cost, wear_cost;
	double hysteresis_pct, certainty;
	struct policy_amount budget; /* per hour; percent: of the data */
	double hold_back_pct;
	struct policy_amount reserve; /* percent: of the fast tier */
	double rate;
	double defrag_extents;
	/* only of "frspctl simulate" */
	struct policy_amount fast_size; /* percent: of the data */
	double fast_latency_s, slow_latency_s;
};

enum policy_unit {
	POLICY_NUMBER,
	POLICY_PERCENT, /* "25%" */
	POLICY_TIME,	/* "90s", "6h" */
	POLICY_BYTES,	/* "64K" */
	POLICY_AMOUNT,	/* bytes or percent */
};

/* A row of the table. */
struct policy_setting {
	const char *name;
	enum policy_unit unit;
	/* As the file would say it: the least, the most, the default. */
	const char *least, *most, *usual;
	const char *zero; /* the effect of 0 */
	const char *text; /* what it is */
	size_t offset;	  /* in struct policy_settings */
};

/* The row i; NULL: there are no more. */
const struct policy_setting *policy_setting(size_t i);
const struct policy_setting *policy_setting_find(const char *name);

/* What the values of the unit are, for people: "bytes, or percent". */
const char *policy_unit_text(enum policy_unit unit);

struct policy_settings policy_settings_default(void);

/* Sets one. 0; -EINVAL: not a value of its unit; -ERANGE: not in its range. */
int policy_setting_set(const struct policy_setting *setting, const char *text,
		       struct policy_settings *settings);

/* The value as a file would say it, such as "21600" or "2%". Returns text. */
#define POLICY_SETTING_LEN 48
const char *policy_setting_get(const struct policy_setting *setting,
			       const struct policy_settings *settings,
			       char text[POLICY_SETTING_LEN]);

/* The bytes of an amount of which 100 percent are all. */
__u64 policy_amount_of(struct policy_amount amount, __u64 all);

#endif
