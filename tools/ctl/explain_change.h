/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would change a decision of the policy. */
#ifndef FRSP_CTL_EXPLAIN_CHANGE_H
#define FRSP_CTL_EXPLAIN_CHANGE_H

#include "move/policy.h"
#include "move/refusal.h"

#define EXPLAIN_CHANGE_LEN 256

struct explain_facts {
	const struct policy_settings *settings;
	const struct policy_figures *figures;
	double cost; /* of the move alone */
	__u64 data_bytes;
	enum move_refusal refusal; /* MOVE_ALLOWED: none, or not known */
};

/* Writes what would have made the policy decide in another way, such as "a
 * later hour, or a larger budget".
 */
void explain_change(enum policy_rule rule, const struct explain_facts *facts,
		    char text[EXPLAIN_CHANGE_LEN]);

#endif
