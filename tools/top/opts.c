// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/opts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "base/fmt.h"
#include "base/log.h"
#include "top/columns.h"
#include "ui/opts.h"
#include "ui/term_colors.h"

enum long_option {
	OPT_SCREEN = 256,
	OPT_METRIC,
	OPT_PIN,
	OPT_UNPIN,
	OPT_FROM_DAEMON,
};

static const struct argp_option options[] = {
	{"screen", OPT_SCREEN, "NAME", 0,
	 "Begin with this screen, or report it: overview (default), allocator, map, busy, escache, heat",
	 0},
	{"metric", OPT_METRIC, "NAME", 0,
	 "What the map shows first: fullness (default), fragmentation, heat, tier",
	 0},
	{"sort", 's', "COLUMN", 0,
	 "Sort the overview by COLUMN, +COLUMN: the other way round; \"-s help\" lists them",
	 0},
	{"filter", 'f', "TEXT", 0,
	 "Only filesystems with TEXT in their name or mount point", 0},
	OPTS_REPORT_ROWS,
	{"pin", OPT_PIN, 0, 0,
	 "Leave the BPF programs in the kernel, counting, and end; later runs show their counts",
	 0},
	{"unpin", OPT_UNPIN, 0, 0, "Remove what --pin left, and end", 0},
	{"from-daemon", OPT_FROM_DAEMON, 0, 0,
	 "Show what is hot as frspd counts it, and of the rest what the system says without root",
	 0},
	{0},
};

static const char doc[] =
	"Show what ext4 and XFS do: disks, allocations, freed blocks, caches and hot files; with frsp.ko and without.\v"
	"DEV is a mount point, a block device or its name, such as sda1 or vg-root (default: all ext4 and XFS filesystems), INTERVAL is in seconds (default 1), COUNT the number of reports (default: until Ctrl-C).\n\n"
	"Examples:\n"
	"  frsp-top               all filesystems, live\n"
	"  frsp-top sda1 5        one of them, every 5 seconds\n"
	"  frsp-top --once 10     one report on the next 10 seconds\n"
	"  frsp-top -j | jq .     for programs\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 not supported by this kernel, 4 not permitted.";

/* The next argument that is expected. A number is never a DEV, so it is an
 * INTERVAL even if it comes first.
 */
enum argument {
	ARGUMENT_DEV,
	ARGUMENT_INTERVAL,
	ARGUMENT_COUNT,
	ARGUMENT_NONE,
};

static const char *screen_name(size_t i)
{
	return i < TOP_NR_SCREENS ? top_screens[i].name : NULL;
}

static const struct option_values values[] = {
	{OPT_SCREEN, screen_name, false},
	{OPT_METRIC, top_map_metric, false},
	{'s', top_overview_column, true},
	OPTS_REPORT_VALUES,
	{0},
};

static const struct completion completion = {
	.options = options,
	.values = values,
	.mounts = true,
};

static void parse_sort(const char *text, struct top_view *view)
{
	const char *column, *name = text;

	if (!strcmp(text, "help")) {
		for (size_t i = 0; (column = top_overview_column(i)); i++)
			puts(column);
		exit(EXIT_OK);
	}
	view->reverse = *name == '+';
	name += *name == '+';
	for (size_t i = 0; (column = top_overview_column(i)); i++)
		if (!strcasecmp(name, column)) {
			view->sort = i;
			return;
		}
	opts_wrong_value("-s", text, "\"-s help\" lists the columns");
}

static void parse_filter(const char *text, struct top_view *view)
{
	if (strlen(text) >= sizeof(view->filter))
		opts_wrong_value("-f", text, "at most 63 bytes");
	strcpy(view->filter, text);
}

struct parsing {
	struct top_opts *opts;
	enum argument next;
};

static void parse_argument(struct parsing *parsing, const char *text)
{
	struct top_opts *opts = parsing->opts;
	double seconds;

	if (parsing->next == ARGUMENT_DEV && !fmt_parse_seconds(text, &seconds))
		parsing->next = ARGUMENT_INTERVAL;
	switch (parsing->next++) {
	case ARGUMENT_DEV:
		opts->model.device = text;
		break;
	case ARGUMENT_INTERVAL:
		opts->report.interval_s = opts_interval("INTERVAL", text);
		break;
	case ARGUMENT_COUNT:
		opts->report.count = opts_count("COUNT", text);
		break;
	case ARGUMENT_NONE:
		exit(log_fail(EXIT_USAGE,
			      "frsp-top [OPTIONS] [DEV] [INTERVAL [COUNT]]",
			      "unexpected argument \"%s\"", text));
	}
}

static void check_remote(const struct top_opts *opts)
{
	const struct top_column *column = &top_columns[opts->view.sort];

	if (opts->pin || opts->unpin)
		exit(log_fail(EXIT_USAGE, "frspd pins its programs by itself",
			      "--from-daemon pins nothing"));
	if (column->needs == TOP_NEEDS_WATCH)
		exit(log_fail(EXIT_USAGE, "frspd does not count that",
			      "--from-daemon cannot sort by %s",
			      column->title));
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	struct top_opts *opts = parsing->opts;

	if (opts_report_option(&opts->report, key, text))
		return 0;
	switch (key) {
	case OPT_PIN:
		opts->pin = true;
		break;
	case OPT_UNPIN:
		opts->unpin = true;
		break;
	case OPT_FROM_DAEMON:
		opts->from_daemon = true;
		break;
	case OPT_SCREEN:
		opts->view.screen = opts_choice("--screen", text, screen_name,
						"--help lists the screens");
		break;
	case OPT_METRIC:
		opts->view.metric = opts_choice(
			"--metric", text, top_map_metric, "--help lists them");
		break;
	case 's':
		parse_sort(text, &opts->view);
		break;
	case 'f':
		parse_filter(text, &opts->view);
		break;
	case ARGP_KEY_ARG:
		parse_argument(parsing, text);
		break;
	case ARGP_KEY_END:
		if (opts->from_daemon)
			check_remote(opts);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void top_opts_parse(int argc, char **argv, struct top_opts *opts)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "[DEV] [INTERVAL [COUNT]]",
		.doc = doc,
	};
	struct parsing parsing = {.opts = opts};

	*opts = (struct top_opts){
		.report = opts_report_default(),
	};
	opts_parse(&argp, &completion, libbpf_version_string(), argc, argv,
		   &parsing);
	opts->view.exact = opts->report.exact;
	opts->view.color = opts->report.color;
	if (opts->view.color && opts->report.output == OUTPUT_BATCH)
		opts->view.n_colors = term_colors_stdout();
}
