// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/fmt.h"

static const struct config_setting table[] = {
	{"metrics", CONFIG_DAEMON, CONFIG_FILE,
	 "/var/lib/prometheus/node-exporter/frsp.prom",
	 "an absolute path of a file, or off"},
	{"metrics_interval", CONFIG_DAEMON, CONFIG_TIME, "15s",
	 "seconds, or a number with s, m or h, from 1s to 1h"},
	{"mode", CONFIG_FILESYSTEM, CONFIG_MODE, "observe", "off or observe"},
};

#define N_SETTINGS (sizeof(table) / sizeof(table[0]))

static const char *const modes[] = {
	[CONFIG_OFF] = "off",
	[CONFIG_OBSERVE] = "observe",
};

#define N_MODES (sizeof(modes) / sizeof(modes[0]))

const struct config_setting *config_setting(size_t i)
{
	return i < N_SETTINGS ? &table[i] : NULL;
}

const struct config_setting *config_setting_find(enum config_scope scope,
						 const char *name)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (table[i].scope == scope && !strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

/* The index in modes[], or N_MODES. */
static size_t find_mode(const char *text)
{
	size_t i = 0;

	while (i < N_MODES && strcmp(modes[i], text))
		i++;
	return i;
}

static bool is_file(const char *text)
{
	size_t len = strlen(text);

	if (!strcmp(text, "off"))
		return true;
	return *text == '/' && text[len - 1] != '/' && len < PATH_MAX;
}

static bool is_time(const char *text)
{
	double seconds;

	return !fmt_parse_seconds(text, &seconds) && seconds >= 1 &&
	       seconds <= 3600;
}

int config_setting_check(const struct config_setting *setting, const char *text)
{
	switch (setting->type) {
	case CONFIG_MODE:
		return find_mode(text) < N_MODES ? 0 : -EINVAL;
	case CONFIG_FILE:
		return is_file(text) ? 0 : -EINVAL;
	case CONFIG_TIME:
		return is_time(text) ? 0 : -EINVAL;
	}
	return -EINVAL;
}

const char *config_mode_word(enum config_mode mode)
{
	return modes[mode];
}

enum config_mode config_mode_of(const char *text)
{
	return find_mode(text);
}
