/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decisions of frspd (move/decision.h), for people: "d17" is number 17, as
 * plain numbers are those of jobs. If a function returns an exit code other
 * than EXIT_OK, it has printed why.
 */
#ifndef FRSP_CTL_DECISIONS_H
#define FRSP_CTL_DECISIONS_H

#include "ctl/ctl.h"
#include "move/decision.h"

/* Whether the text is "d" and a number. */
bool ctl_is_decision(const char *text, __s64 *id);

/* Reads one decision, or all. The caller frees ->list. */
enum exit_code ctl_decisions_read(const struct ctl *ctl, __s64 id,
				  struct decisions *decisions);

/* Prints a table of all, or JSON. */
enum exit_code ctl_decisions_list(const struct ctl *ctl);

/* For "explain d17": all that is known of it. */
enum exit_code ctl_decisions_explain(const struct ctl *ctl, __s64 id);

#endif
