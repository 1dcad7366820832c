// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/read_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/say.h"

static size_t say_warnings(const struct config *config)
{
	const char *warning;
	size_t n = 0;

	for (; (warning = config_warning(config, n)); n++)
		say(&say_passed_over, NULL, "%s", warning);
	return n;
}

enum exit_code read_config(const char *root, struct config **out,
			   size_t *n_warnings)
{
	char text[CONFIG_ERROR_LEN];
	struct config_error error;
	const char *remedy;
	int err = config_read(root, out, &error);

	if (err) {
		remedy = config_error_text(&error, err, text);
		return log_fail(err == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
				remedy, "%s", text);
	}
	*n_warnings = say_warnings(*out);
	return EXIT_OK;
}

bool read_config_anew(const char *root, struct config **out)
{
	char text[CONFIG_ERROR_LEN];
	struct config_error error;
	const char *remedy;
	int err = config_read(root, out, &error);

	if (err) {
		remedy = config_error_text(&error, err, text);
		if (!error.ini.line)
			remedy = NULL;
		say(&say_refused, NULL,
		    "the configuration stays as it was: %s%s%s", text,
		    remedy ? "; " : "", remedy ?: "");
		return false;
	}
	say_warnings(*out);
	return true;
}
