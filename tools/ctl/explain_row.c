// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/explain_row.h"

#include <stdio.h>

#include "fs/tier_config.h"

void explain_row_add(struct explain_row *row,
		     const struct policy_figures *figures, double cost)
{
	row->reads_per_hour += figures->reads_per_hour;
	row->writes_per_hour += figures->writes_per_hour;
	row->gain += figures->gain;
	row->cost += cost;
}

void explain_row_figures(const struct explain_row *row,
			 char figures[EXPLAIN_ROW_FIGURES][FMT_LEN])
{
	snprintf(figures[0], FMT_LEN, "%.1f", row->reads_per_hour);
	snprintf(figures[1], FMT_LEN, "%.1f", row->writes_per_hour);
	snprintf(figures[2], FMT_LEN, "%.1f", row->gain);
	snprintf(figures[3], FMT_LEN, "%.1f", row->cost);
}

void explain_row_json(const struct explain_row *row, const char *change,
		      struct json_object *object)
{
	json_add_string(object, "tier", tier_class_word(row->from));
	json_add_string(object, "to",
			row->from == row->to ? NULL : tier_class_word(row->to));
	json_add_string(object, "rule", policy_rule_word(row->rule));
	json_add_string(object, "text", policy_rule_text(row->rule));
	json_add_string(object, "change", change);
	json_add_number(object, "reads_per_hour", row->reads_per_hour, 3);
	json_add_number(object, "writes_per_hour", row->writes_per_hour, 3);
	json_add_number(object, "gain", row->gain, 3);
	json_add_number(object, "cost", row->cost, 3);
}
