// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/budget.h"

#define DAY_S 86400.0
/* Half an interval takes less than twice as much, so this keeps within it. */
#define LOW_SHARE 0.45

double trace_budget_note(struct trace_budget *budget, __u64 bytes,
			 double seconds)
{
	double a_day = bytes / seconds * DAY_S;

	if (!budget->n_notes++)
		return a_day;
	if (a_day > budget->bytes_per_day) {
		for (double left = a_day;
		     left > budget->bytes_per_day &&
		     budget->interval_s * 2 <= TRACE_MAX_INTERVAL_S;
		     left /= 2)
			budget->interval_s *= 2;
	} else if (a_day < budget->bytes_per_day * LOW_SHARE &&
		   budget->interval_s / 2 >= budget->least_s) {
		budget->interval_s /= 2;
	}
	return a_day;
}
