// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/day_window.h"
#include "base/fmt.h"

#define TIMES	 "seconds, or a number with s, m or h, from 1s to 1h"
#define BYTES	 "bytes, or a number with K, M, G or T, from 64K to 1T"
#define TUNERS	 "observe, advise or apply"
#define PERCENTS "a percentage, from 1% to 100%"

static const struct config_setting table[] = {
	{"metrics", CONFIG_DAEMON, CONFIG_FILE,
	 "/var/lib/prometheus/node-exporter/frsp.prom",
	 "an absolute path of a file, or off"},
	{"metrics_interval", CONFIG_DAEMON, CONFIG_TIME, "15s", TIMES},
	{"state_interval", CONFIG_DAEMON, CONFIG_TIME, "10m", TIMES},
	{"mode", CONFIG_FILESYSTEM, CONFIG_MODE, "observe", "off or observe"},
	{"escache", CONFIG_FILESYSTEM, CONFIG_TUNER, "observe", TUNERS},
	{"escache_bound", CONFIG_FILESYSTEM, CONFIG_BYTES, "64M", BYTES},
	{"escache_cooldown", CONFIG_FILESYSTEM, CONFIG_TIME, "60s", TIMES},
	{"summaries", CONFIG_FILESYSTEM, CONFIG_TUNER, "observe", TUNERS},
	{"trees", CONFIG_FILESYSTEM, CONFIG_TUNER, "observe", TUNERS},
	{"trees_min", CONFIG_FILESYSTEM, CONFIG_BYTES, "1M", BYTES},
	{"trees_max", CONFIG_FILESYSTEM, CONFIG_BYTES, "256M", BYTES},
	{"trees_level", CONFIG_FILESYSTEM, CONFIG_LEVEL, "2", "0 to 3"},
	{"trees_pressure", CONFIG_FILESYSTEM, CONFIG_PERCENT, "10%", PERCENTS},
	{"trees_quiet", CONFIG_FILESYSTEM, CONFIG_TIME, "10m", TIMES},
	{"relocation", CONFIG_FILESYSTEM, CONFIG_TUNER, "observe", TUNERS},
	{"relocation_interval", CONFIG_FILESYSTEM, CONFIG_TIME, "5m", TIMES},
	{"relocation_run", CONFIG_FILESYSTEM, CONFIG_TIME, "20s", TIMES},
	{"relocation_rate", CONFIG_FILESYSTEM, CONFIG_BYTES, "32M", BYTES},
	{"relocation_pressure", CONFIG_FILESYSTEM, CONFIG_PERCENT, "20%",
	 PERCENTS},
	{"relocation_window", CONFIG_FILESYSTEM, CONFIG_WINDOW, "always",
	 "HH:MM-HH:MM, or always"},
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

static const char *const tuners[] = {
	[CONFIG_TUNER_OBSERVE] = "observe",
	[CONFIG_TUNER_ADVISE] = "advise",
	[CONFIG_TUNER_APPLY] = "apply",
};

#define N_TUNERS (sizeof(tuners) / sizeof(tuners[0]))

/* The index of the word, or n. */
static size_t find(const char *const *words, size_t n, const char *text)
{
	size_t i = 0;

	while (i < n && strcmp(words[i], text))
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

static bool is_bytes(const char *text)
{
	__u64 bytes;

	return !fmt_parse_bytes(text, &bytes) && bytes >= 64ULL << 10 &&
	       bytes <= 1ULL << 40;
}

double config_share_of(const char *text)
{
	return strtod(text, NULL) / 100;
}

static bool is_percent(const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	return end != text && !strcmp(end, "%") && percent >= 1 &&
	       percent <= 100;
}

static bool is_level(const char *text)
{
	__u64 level;

	return !fmt_parse_u64(text, 3, &level);
}

static bool is_window(const char *text)
{
	struct day_window window;

	return !day_window_parse(text, &window);
}

int config_setting_check(const struct config_setting *setting, const char *text)
{
	switch (setting->type) {
	case CONFIG_MODE:
		return find(modes, N_MODES, text) < N_MODES ? 0 : -EINVAL;
	case CONFIG_FILE:
		return is_file(text) ? 0 : -EINVAL;
	case CONFIG_TIME:
		return is_time(text) ? 0 : -EINVAL;
	case CONFIG_TUNER:
		return find(tuners, N_TUNERS, text) < N_TUNERS ? 0 : -EINVAL;
	case CONFIG_BYTES:
		return is_bytes(text) ? 0 : -EINVAL;
	case CONFIG_PERCENT:
		return is_percent(text) ? 0 : -EINVAL;
	case CONFIG_LEVEL:
		return is_level(text) ? 0 : -EINVAL;
	case CONFIG_WINDOW:
		return is_window(text) ? 0 : -EINVAL;
	}
	return -EINVAL;
}

const char *config_mode_word(enum config_mode mode)
{
	return modes[mode];
}

enum config_mode config_mode_of(const char *text)
{
	return find(modes, N_MODES, text);
}

const char *config_tuner_word(enum config_tuner tuner)
{
	return tuners[tuner];
}

enum config_tuner config_tuner_of(const char *text)
{
	return find(tuners, N_TUNERS, text);
}
