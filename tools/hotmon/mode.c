// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/mode.h"

#include <stdlib.h>

#include "base/log.h"
#include "hotmon/opts.h"

#define IN(mode) (1U << HOTMON_##mode)

/* Options that are for other modes, too, or only for those. All others are for
 * what shows files: hotmon without a mode, -i and --from-daemon.
 */
static const struct {
	int key;
	unsigned int modes;
} places[] = {
	{'v', ~0U},
	{OPT_SELF_TEST, IN(SELF_TEST)},
	{'j', IN(SHOW) | IN(SELF_TEST) | IN(PLAY) | IN(REMOTE)},
	{'D', IN(SHOW) | IN(SELF_TEST) | IN(PLAY)},
	{OPT_FS, IN(SHOW) | IN(SELF_TEST) | IN(PLAY) | IN(REMOTE) | IN(RECORD) |
			 IN(HEATMAP)},
	{'d', IN(SHOW) | IN(PLAY) | IN(REMOTE) | IN(RECORD) | IN(HEATMAP)},
	{'n', IN(SHOW) | IN(PLAY) | IN(REMOTE) | IN(RECORD) | IN(HEATMAP)},
	{'p', IN(SHOW) | IN(RECORD) | IN(HEATMAP)},
	{'c', IN(SHOW) | IN(RECORD) | IN(HEATMAP)},
	{OPT_MEMORY, IN(SHOW) | IN(RECORD) | IN(HEATMAP)},
	{OPT_HALF_LIFE, IN(SHOW) | IN(RECORD) | IN(IMPORT)},
	{OPT_NO_SCAN, IN(SHOW) | IN(RECORD) | IN(HEATMAP)},
	{OPTS_COLOR,
	 IN(SHOW) | IN(PLAY) | IN(REMOTE) | IN(HEATMAP) | IN(MAP_PLAY)},
	{OPT_FROM_DAEMON, IN(REMOTE)},
	{OPT_SCORE, IN(SHOW)},
	{OPT_DEVICES, IN(SHOW)},
	{OPT_LATENCY, IN(SHOW)},
	{OPT_FILE, IN(SHOW)},
	{OPT_EXTENTS, IN(SHOW)},
	{'i', IN(PLAY) | IN(MAP_PLAY)},
	{OPT_FROM, IN(PLAY)},
	{OPT_SPEED, IN(PLAY)},
	{'o', IN(RECORD) | IN(IMPORT) | IN(HEATMAP) | IN(MAP_PLAY)},
	{OPT_BUDGET, IN(RECORD) | IN(HEATMAP)},
	{OPT_FORMAT, IN(IMPORT)},
	{ARGP_KEY_ARG, ~(IN(SELF_TEST) | IN(MAP_PLAY))},
};

/* What each mode is called, and what it takes. */
static const char *const modes[HOTMON_NR_MODES][2] = {
	[HOTMON_SHOW] =
		{"hotmon without \"record\", \"import\", \"heatmap\" or -i",
		 "-o is for record, import and heatmap, --from is for -i: see hotmon(8)"},
	[HOTMON_SELF_TEST] = {"--self-test", "it takes --fs or -D, -j and -v"},
	[HOTMON_PLAY] =
		{"-i",
		 "a recording has no processes, latencies, devices or extents"},
	[HOTMON_REMOTE] =
		{"--from-daemon",
		 "frspd has no latencies, devices, pages of files, or tracking of its own for one process, cgroup or directory"},
	[HOTMON_RECORD] =
		{"record",
		 "it takes -o, --budget, --fs, -p, -c, --memory, --half-life, --no-scan and -v"},
	[HOTMON_IMPORT] = {"import", "it takes --format, -o and --half-life"},
	[HOTMON_HEATMAP] =
		{"heatmap",
		 "it takes -o, -i, --color, --fs, -p, -c, --memory, --budget, --no-scan and -v"},
	[HOTMON_MAP_PLAY] = {"heatmap -i", "it takes -o, --color and -v"},
};

void hotmon_given_note(struct hotmon_given *given, int key)
{
	if (given->n < (int)(sizeof(given->keys) / sizeof(given->keys[0])))
		given->keys[given->n++] = key;
}

static unsigned int modes_of(int key)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i].key == key)
			return places[i].modes;
	return IN(SHOW) | IN(PLAY) | IN(REMOTE);
}

static const char *name_of(const struct argp_option *option, int key)
{
	if (key == ARGP_KEY_ARG)
		return "INTERVAL";
	while (option->key != key && (option->name || option->doc))
		option++;
	return option->name;
}

void hotmon_mode_check(enum hotmon_mode mode, const struct hotmon_given *given,
		       const struct argp_option *options)
{
	for (int i = given->n - 1; i >= 0; i--)
		if (!(modes_of(given->keys[i]) & 1U << mode))
			exit(log_fail(EXIT_USAGE, modes[mode][1],
				      "%s does not take \"%s\"", modes[mode][0],
				      name_of(options, given->keys[i])));
}
