// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/live_end.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "watch/pin.h"

static enum exit_code fail_terminal(void)
{
	char hint[80];

	snprintf(hint, sizeof(hint),
		 "set TERM to your terminal's type, or use \"%s -b\"",
		 program_invocation_short_name);
	return log_fail(EXIT_FAILED, hint,
			"TERM=%s: the live view cannot work on such a terminal",
			getenv("TERM") ?: "");
}

enum exit_code live_end(int err)
{
	if (output_is_lost())
		return output_fail(err);
	switch (err) {
	case 0:
		return EXIT_OK;
	case -ENOTTY:
		return fail_terminal();
	case -ECANCELED:
		return log_fail(
			EXIT_FAILED,
			"start it again: it then loads its own programs",
			"%s: the pinned programs were unpinned",
			WATCH_PIN_ROOT);
	}
	return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
}
