// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of --output. */
#include <sys/stat.h>

#include "ctl/ctl.h"

enum exit_code ctl_output_check(const struct ctl *ctl, const char *input)
{
	struct stat in, out;

	if (!ctl->output || !input || stat(ctl->output, &out) ||
	    stat(input, &in) || out.st_dev != in.st_dev ||
	    out.st_ino != in.st_ino)
		return EXIT_OK;
	return log_fail(EXIT_USAGE, "name another file with --output",
			"%s: --output would write over the recording",
			ctl->output);
}
