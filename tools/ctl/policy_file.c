// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/policy_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum exit_code policy_file_read(const char *given, struct policy_config *config)
{
	static const char hint[] =
		"a file of settings, such as share/frsp/policy.conf";
	const char *path = given ?: POLICY_CONFIG_FILE;
	FILE *in = fopen(path, "re");
	struct ini_error error;
	int err;

	if (!in && errno == ENOENT && !given) {
		config->settings = policy_settings_default();
		return EXIT_OK;
	}
	if (!in)
		return log_fail(EXIT_FAILED, hint, "%s: %s", path,
				strerror(errno));
	err = policy_config_read(in, config, &error);
	fclose(in);
	if (err == -EINVAL)
		return log_fail(EXIT_FAILED, error.remedy, "%s:%u: %s", path,
				error.line, error.what);
	if (err)
		return log_fail(EXIT_FAILED, hint, "%s: %s", path,
				strerror(-err));
	return EXIT_OK;
}
