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

enum exit_code ctl_output_check_recordings(const struct ctl *ctl)
{
	enum exit_code code = EXIT_OK;

	for (size_t i = 0; i < ctl->n_inputs && code == EXIT_OK; i++)
		code = ctl_output_check(ctl, ctl->inputs[i]);
	return code;
}
