// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/policy_config.h"

#include <errno.h>
#include <string.h>

struct parsing {
	struct policy_config *config;
	enum { NO_SECTION, SETTINGS, PINS } section;
	__u64 given; /* bits of the settings that came */
};

static int begin_section(void *context, char *name, struct ini_error *error)
{
	struct parsing *parsing = context;

	if (!strcmp(name, "policy"))
		parsing->section = SETTINGS;
	else if (!strcmp(name, "pins"))
		parsing->section = PINS;
	else
		return ini_wrong(error, error->line,
				 "the sections are [policy] and [pins]",
				 "no section \"%.60s\"", name);
	return 0;
}

static int take_setting(struct parsing *parsing, const char *key,
			const char *value, struct ini_error *error)
{
	const struct policy_setting *setting = policy_setting_find(key);
	__u64 bit;
	int err;

	if (!setting)
		return ini_wrong(error, error->line,
				 "share/frsp/policy.conf has all settings",
				 "no setting \"%.60s\"", key);
	bit = 1ULL << (setting - policy_setting(0));
	if (parsing->given & bit)
		return ini_wrong(error, error->line, "remove one of the lines",
				 "%s is given twice", key);
	parsing->given |= bit;
	err = policy_setting_set(setting, value, &parsing->config->settings);
	if (err == -ERANGE)
		return ini_wrong(error, error->line, setting->text,
				 "%s must be %s to %s%s", key, setting->least,
				 setting->most,
				 setting->unit == POLICY_AMOUNT
					 ? ", or 0% to 100%"
					 : "");
	if (err)
		return ini_wrong(error, error->line,
				 policy_unit_text(setting->unit),
				 "%s: \"%.60s\" is no such value", key, value);
	return 0;
}

static int take_pin(struct parsing *parsing, const char *key, const char *value,
		    struct ini_error *error)
{
	enum policy_pin pin;
	int err;

	if (policy_pin_parse(key, &pin))
		return ini_wrong(error, error->line,
				 "write fast, slow, none or auto = PATTERN",
				 "no pin \"%.60s\"", key);
	err = policy_pins_add(&parsing->config->pins, pin, value, error->line);
	if (err == -EINVAL)
		return ini_wrong(
			error, error->line,
			"a pattern is an absolute path, or a name without a /",
			"\"%.60s\" is not a pattern", value);
	return err;
}

static int take_value(void *context, char *key, char *value,
		      struct ini_error *error)
{
	struct parsing *parsing = context;

	if (parsing->section == SETTINGS)
		return take_setting(parsing, key, value, error);
	if (parsing->section == PINS)
		return take_pin(parsing, key, value, error);
	return ini_wrong(error, error->line, "write [policy] before it",
			 "%.60s is in no section", key);
}

int policy_config_read(FILE *in, struct policy_config *config,
		       struct ini_error *error)
{
	struct parsing parsing = {.config = config};
	const struct ini_reader reader = {
		.begin_section = begin_section,
		.take_value = take_value,
		.context = &parsing,
		.section_remedy = "the sections are [policy] and [pins]",
		.line_remedy =
			"a line is a [SECTION], NAME = VALUE, empty, or a comment that begins with #",
	};

	*config = (struct policy_config){.settings = policy_settings_default()};
	return ini_read(in, &reader, error);
}
