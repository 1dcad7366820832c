/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes back a decision about a setting of frsp.ko. */
#ifndef FRSP_CTL_ROLLBACK_SETTING_H
#define FRSP_CTL_ROLLBACK_SETTING_H

#include "base/log.h"
#include "move/decision.h"

enum rollback_setting_state {
	ROLLBACK_SETTING_OURS, /* it is what the decision has made of it */
	ROLLBACK_SETTING_GONE, /* with the mount, the module or the boot */
	ROLLBACK_SETTING_CHANGED,
};

/* now: what it is, unless it is gone. */
enum rollback_setting_state
rollback_setting_look(const struct decision *decision, __u64 *now);

/* Sets it to what it was before. dry_run: only says what would be done. If the
 * exit code is not EXIT_OK, it has printed why: also if it is not
 * ROLLBACK_SETTING_OURS.
 */
enum exit_code rollback_setting(const struct decision *decision, bool dry_run);

#endif
