// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes libFuzzer's bytes as a file of settings of the policy. What is taken
 * must be in range, and what is not must be said.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "move/policy_config.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	FILE *in = size ? fmemopen((void *)bytes, size, "r") : NULL;
	const struct policy_settings *settings;
	struct policy_config config;
	struct ini_error error;
	int err;

	if (!in)
		return 0;
	err = policy_config_read(in, &config, &error);
	fclose(in);
	settings = &config.settings;
	if (err ? err != -EINVAL || !error.line || !error.what[0] ||
			    !error.remedy
		: !(settings->half_life_s >= 60) ||
			    !(settings->certainty <= 10) ||
			    (settings->budget.is_percent &&
			     !(settings->budget.value <= 100)))
		abort();
	for (size_t i = 0; i < config.pins.n; i++)
		policy_pin_resolve(&config.pins, "/srv/a/b.db", NULL, 0);
	policy_pins_free(&config.pins);
	return 0;
}
