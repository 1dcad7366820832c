/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row of explain: ranges that follow each other and were decided alike. */
#ifndef FRSP_CTL_EXPLAIN_ROW_H
#define FRSP_CTL_EXPLAIN_ROW_H

#include "base/fmt.h"
#include "base/json_out.h"
#include "move/policy.h"

struct explain_row {
	enum tier_class from, to; /* equal: it stays */
	enum policy_rule rule;
	/* the sums of the ranges */
	double reads_per_hour, writes_per_hour, gain, cost;
};

/* Adds a range. cost: of its move alone. */
void explain_row_add(struct explain_row *row,
		     const struct policy_figures *figures, double cost);

/* The cells of the columns READS/H, WRITES/H, GAIN and COST. */
#define EXPLAIN_ROW_FIGURES 4
void explain_row_figures(const struct explain_row *row,
			 char figures[EXPLAIN_ROW_FIGURES][FMT_LEN]);

/* The same in JSON, with the tiers and the rule. change: explain_change(). */
void explain_row_json(const struct explain_row *row, const char *change,
		      struct json_object *object);

#endif
