// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/read_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/say.h"

/* The cause in a line. */
static void describe(const struct config_error *error, int err, char *text,
		     size_t size)
{
	if (error->ini.line)
		snprintf(text, size, "%s:%u: %s", error->path, error->ini.line,
			 error->ini.what);
	else if (*error->path)
		snprintf(text, size, "%s: %s", error->path, strerror(-err));
	else
		snprintf(text, size, "%s", strerror(-err));
}

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
	char text[PATH_MAX + sizeof(((struct ini_error *)0)->what) + 32];
	struct config_error error;
	int err = config_read(root, out, &error);

	if (err) {
		describe(&error, err, text, sizeof(text));
		return log_fail(
			err == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
			error.ini.line
				? error.ini.remedy
				: "frspd.conf(5) says which files are read",
			"%s", text);
	}
	*n_warnings = say_warnings(*out);
	return EXIT_OK;
}

bool read_config_anew(const char *root, struct config **out)
{
	char text[PATH_MAX + sizeof(((struct ini_error *)0)->what) + 32];
	struct config_error error;
	int err = config_read(root, out, &error);

	if (err) {
		describe(&error, err, text, sizeof(text));
		say(&say_refused, NULL,
		    "the configuration stays as it was: %s%s%s", text,
		    error.ini.line && error.ini.remedy ? "; " : "",
		    error.ini.line && error.ini.remedy ? error.ini.remedy : "");
		return false;
	}
	say_warnings(*out);
	return true;
}
