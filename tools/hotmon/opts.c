// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/opts.h"

#include <argp.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "base/fmt.h"
#include "base/log.h"
#include "ui/opts.h"

#define DEFAULT_ROWS	20
#define MAX_HALF_LIFE_S (7 * 86400.0)

enum option_group {
	GROUP_WHAT = 1,
	GROUP_HOW,
	GROUP_TRACKING,
	GROUP_RECORDINGS,
};

static const struct argp_option options[] = {
	{0, 0, 0, 0, "What to show:", GROUP_WHAT},
	{"ranges", OPT_RANGES, 0, 0, "Rank 1-MiB ranges, not only files", 0},
	{"group", OPT_GROUP, "GROUP", 0,
	 "In place of files show path or dir: sums over files; process or cgroup: who caused the I/O",
	 0},
	{"devices", OPT_DEVICES, 0, 0,
	 "Show block devices: rates, latencies, queue and utilisation", 0},
	{"file", OPT_FILE, "PATH", 0,
	 "Show the page of one file: its heat over its length, who causes it, and more",
	 0},
	{"extents", OPT_EXTENTS, 0, 0, "With --file: also count its extents",
	 0},
	{"latency", OPT_LATENCY, 0, 0,
	 "Measure how long the reads and writes of each file take", 0},
	{"sort", 's', "KEY", 0,
	 "Rank by KEY, +KEY: lowest first; \"-s help\" lists the keys", 0},
	{"rows", 'r', "ROWS", 0,
	 "Show at most ROWS rows, 0: all (default 20; live: the screen)", 0},
	{"fs", OPT_FS, "MOUNT|DEV", 0,
	 "Only the filesystem at this mount point or device", 0},
	{"directory", 'D', "DIR", 0, "Only files at or below DIR", 0},
	{"no-metadata", OPT_NO_METADATA, 0, 0,
	 "Show no rows of metadata among the files", 0},
	{"pid", 'p', "PID[,PID...]", 0,
	 "Only I/O that these processes submit themselves, so not writeback",
	 0},
	{"cgroup", 'c', "CGROUP", 0,
	 "Only I/O charged to this cgroup or one below it: a path or the name of a unit",
	 0},
	{0, 0, 0, 0, "How to show it:", GROUP_HOW},
	OPTS_REPORT_ROWS,
	{"from-daemon", OPT_FROM_DAEMON, 0, 0,
	 "Ask frspd, in place of tracking: needs no root, only the group frsp",
	 0},
	{"no-scan", OPT_NO_SCAN, 0, 0,
	 "Do not search the directories for files whose path cannot be found otherwise",
	 0},
	{0, 0, 0, 0, "Tracking:", GROUP_TRACKING},
	{"memory", OPT_MEMORY, "SIZE", 0,
	 "Kernel memory to track in: 1M to 64G (default 16M)", 0},
	{"half-life", OPT_HALF_LIFE, "TIME", 0,
	 "Time in which a temperature halves: 1s to 7d (default 5m)", 0},
	{"score", OPT_SCORE, "SCORE", 0,
	 "half-life (default), or compat: the formula of the 2013 VFS hot-tracking patches, 0 to 255",
	 0},
	{"self-test", OPT_SELF_TEST, 0, 0,
	 "Do I/O of known kinds on a scratch file, here or in -D DIR, and say whether it is counted exactly",
	 0},
	{0, 0, 0, 0, "Recordings:", GROUP_RECORDINGS},
	{"output", 'o', "FILE", 0,
	 "record, import: make this file; heatmap: draw it as this SVG image",
	 0},
	{"budget", OPT_BUDGET, "SIZE", 0,
	 "record, heatmap: bytes a day, 1M to 1T (default 50M); intervals get longer to keep within them",
	 0},
	{"format", OPT_FORMAT, "FORMAT", 0,
	 "import: msr (CSV of the MSR Cambridge traces) or blkparse (its default text)",
	 0},
	{"input", 'i', "FILE", 0,
	 "Show a recording, as if it happened now, or its heatmap", 0},
	{"from", OPT_FROM, "TIME", 0,
	 "With -i: begin there, at 2026-12-01T08:30:00Z or so long after its begin: 90s, 5m, 2h",
	 0},
	{"speed", OPT_SPEED, "N", 0,
	 "With -i, live: N times as fast, 0.01 to 100000 (default 1)", 0},
	{0},
};

static const char doc[] =
	"Show which files and which of their 1-MiB ranges the disk really works for.\v"
	"INTERVAL is in seconds (default 1; record: 10), COUNT the number of reports (default: until Ctrl-C).\n\n"
	"Examples:\n"
	"  hotmon                      the hottest files, live\n"
	"  hotmon --ranges --fs /srv   the hottest ranges of one filesystem\n"
	"  hotmon --group=process      the processes that cause the I/O\n"
	"  hotmon --file /srv/db 10    all about one file, from ten seconds\n"
	"  hotmon --devices            the disks, like iostat\n"
	"  hotmon --once 10            one report on the next 10 seconds\n"
	"  hotmon --json 5 | jq .      for programs\n"
	"  hotmon --from-daemon        what frspd counts; without root\n"
	"  hotmon --self-test          does it count exactly on this kernel?\n"
	"  hotmon record -o x.frsp     record until Ctrl-C\n"
	"  hotmon -i x.frsp            show the recording\n"
	"  hotmon heatmap /srv/db      its I/O by offset and time, until Ctrl-C\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 not supported by this kernel, 4 not permitted.";

static const char *sort_name(size_t i)
{
	return i < HOT_NR_SORT_KEYS ? hot_sort_names[i][0] : NULL;
}

static void parse_sort(const char *text, struct hot_sort *sort)
{
	if (!strcmp(text, "help")) {
		for (int key = 0; key < HOT_NR_SORT_KEYS; key++)
			printf("%-8s %s\n", hot_sort_names[key][0],
			       hot_sort_names[key][1]);
		exit(EXIT_OK);
	}
	if (hot_sort_parse(text, sort))
		opts_wrong_value("-s", text, "\"-s help\" lists the keys");
}

static void parse_pids(const char *text, struct hot_track_options *track)
{
	char *copy = strdup(text), *rest = copy, *pid;
	__u64 value;

	if (!copy)
		exit(log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM)));
	track->n_pids = 0;
	while ((pid = strsep(&rest, ","))) {
		if (fmt_parse_u64(pid, INT32_MAX, &value) || !value ||
		    track->n_pids == HOT_TRACK_MAX_PIDS)
			opts_wrong_value(
				"-p", text,
				"up to 16 process ids, separated by commas");
		track->pids[track->n_pids++] = value;
	}
	free(copy);
}

static const struct group {
	const char *name;
	enum hot_view view;
} groups[] = {
	{"path", HOT_VIEW_PATHS},
	{"dir", HOT_VIEW_DIRECTORIES},
	{"process", HOT_VIEW_PROCESSES},
	{"cgroup", HOT_VIEW_CGROUPS},
	{0},
};

static const char *group_name(size_t i)
{
	return groups[i].name;
}

static enum hot_view parse_group(const char *text)
{
	return groups[opts_choice("--group", text, group_name,
				  "path, dir, process or cgroup")]
		.view;
}

enum score {
	SCORE_HALF_LIFE,
	SCORE_COMPAT,
	NR_SCORES,
};

static const char *score_name(size_t i)
{
	static const char *const names[NR_SCORES] = {
		[SCORE_HALF_LIFE] = "half-life",
		[SCORE_COMPAT] = "compat",
	};

	return i < NR_SCORES ? names[i] : NULL;
}

static bool parse_score(const char *text)
{
	return opts_choice("--score", text, score_name,
			   "half-life or compat") == SCORE_COMPAT;
}

static const char *import_format_name(size_t i)
{
	return i < TRACE_NR_IMPORTS ? trace_import_names[i] : NULL;
}

static const struct option_values values[] = {
	{'s', sort_name, true},
	{OPT_GROUP, group_name, false},
	{OPT_SCORE, score_name, false},
	{OPT_FORMAT, import_format_name, false},
	OPTS_REPORT_VALUES,
	{0},
};

static const char *const commands[] = {"record", "import", "heatmap", NULL};

static const struct completion completion = {
	.options = options,
	.values = values,
	.commands = commands,
};

static __u64 parse_memory(const char *text)
{
	__u64 bytes;

	if (fmt_parse_bytes(text, &bytes) || bytes < HOT_TRACK_MIN_MEMORY ||
	    bytes > HOT_TRACK_MAX_MEMORY)
		opts_wrong_value("--memory", text, "bytes from 1M to 64G");
	return bytes;
}

static double parse_speed(const char *text)
{
	char *end;
	double speed = strtod(text, &end);

	if (end == text || *end || !(speed >= 0.01 && speed <= 100000))
		opts_wrong_value("--speed", text,
				 "a number from 0.01 to 100000");
	return speed;
}

static void set_interval(struct hotmon_opts *opts, double interval_s)
{
	opts->report.interval_s = interval_s;
	opts->interval_given = true;
}

static __u32 parse_rows(const char *text)
{
	__u64 rows;

	if (fmt_parse_u64(text, UINT32_MAX, &rows))
		opts_wrong_value("-r", text, "a whole number, 0: all");
	return rows;
}

/* True if the first argument is the name of a mode. */
static bool parse_mode(const char *text, struct hotmon_opts *opts)
{
	if (!strcmp(text, "record"))
		opts->mode = HOTMON_RECORD;
	else if (!strcmp(text, "import"))
		opts->mode = HOTMON_IMPORT;
	else if (!strcmp(text, "heatmap"))
		opts->mode = HOTMON_HEATMAP;
	return opts->mode != HOTMON_SHOW;
}

/* The first argument of heatmap, unless it is a time. */
static bool parse_target(const char *text, struct hotmon_opts *opts)
{
	double seconds;

	if (opts->mode != HOTMON_HEATMAP || opts->target ||
	    opts->interval_given || !fmt_parse_seconds(text, &seconds))
		return false;
	opts->target = text;
	return true;
}

static void parse_argument(const char *text, unsigned int nth,
			   struct argp_state *state)
{
	struct hotmon_opts *opts = state->input;

	if (nth == 0 && parse_mode(text, opts))
		return;
	if (parse_target(text, opts))
		return;
	hotmon_given_note(&opts->given, ARGP_KEY_ARG);
	nth -= opts->mode != HOTMON_SHOW;
	nth -= opts->target != NULL;
	if (opts->mode == HOTMON_IMPORT && nth == 0)
		opts->import_file = text;
	else if (opts->mode != HOTMON_IMPORT && nth == 0)
		set_interval(opts, opts_interval("INTERVAL", text));
	else if (opts->mode != HOTMON_IMPORT && nth == 1)
		opts->report.count = opts_count("COUNT", text);
	else
		exit(log_fail(EXIT_USAGE, "hotmon [OPTIONS] [INTERVAL [COUNT]]",
			      "unexpected argument \"%s\"", text));
}

static void check_heatmap(const struct hotmon_opts *opts)
{
	const char *end = opts->output ? strrchr(opts->output, '.') : ".svg";

	if (!end || strcmp(end, ".svg") != 0)
		exit(log_fail(
			EXIT_USAGE,
			"name it FILE.svg; rsvg-convert and browsers turn SVG into others",
			"-o %s: heatmap makes SVG images only", opts->output));
}

/* What else a mode needs. */
static void check_mode(struct hotmon_opts *opts)
{
	if (opts->self_test)
		opts->mode = HOTMON_SELF_TEST;
	else if (opts->input && opts->mode == HOTMON_SHOW)
		opts->mode = HOTMON_PLAY;
	else if (opts->from_daemon && opts->mode == HOTMON_SHOW)
		opts->mode = HOTMON_REMOTE;
	else if (opts->input && opts->mode == HOTMON_HEATMAP)
		opts->mode = HOTMON_MAP_PLAY;
	hotmon_mode_check(opts->mode, &opts->given, options);
	if ((opts->mode == HOTMON_RECORD || opts->mode == HOTMON_IMPORT) &&
	    !opts->output)
		exit(log_fail(EXIT_USAGE, "name it with -o FILE",
			      "the file for the recording is missing"));
	if (opts->mode == HOTMON_IMPORT &&
	    (!opts->import_file || !opts->format_given))
		exit(log_fail(
			EXIT_USAGE,
			"hotmon import --format=msr|blkparse -o FILE TRACE",
			"%s",
			opts->import_file ? "the trace's format is missing"
					  : "the trace is missing"));
	if (opts->mode == HOTMON_HEATMAP || opts->mode == HOTMON_MAP_PLAY)
		check_heatmap(opts);
	if ((opts->mode == HOTMON_RECORD || opts->mode == HOTMON_HEATMAP) &&
	    opts->monitor.track.memory > HOTMON_RECORD_MAX_MEMORY)
		opts_wrong_value(
			"--memory", "more than 256M",
			"a recording can have as many ranges as 256M hold");
}

/* A recording has what hotmon_mode_check() cannot know. */
static void check_play(const struct hotmon_opts *opts)
{
	static const char hint[] =
		"a recording has no processes, latencies, devices or extents";

	if (hot_view_is_group(opts->request.view) &&
	    !hot_view_is_roll_up(opts->request.view))
		exit(log_fail(
			EXIT_USAGE, hint,
			"-i does not take \"group\" with process or cgroup"));
	if (hot_sort_needs_latency(opts->request.sort.key))
		exit(log_fail(
			EXIT_USAGE, hint,
			"-i cannot sort by the times of reads and writes"));
	if (opts->speed_given && opts->report.output != OUTPUT_LIVE)
		exit(log_fail(EXIT_USAGE,
			      "without --speed: reports do not wait",
			      "--speed is for the live view"));
}

/* The same for frspd. */
static void check_remote(const struct hotmon_opts *opts)
{
	if (hot_sort_needs_latency(opts->request.sort.key))
		exit(log_fail(
			EXIT_USAGE, "frspd does not measure them",
			"--from-daemon cannot sort by the times of reads and writes"));
}

/* The page of a file takes the place of the other tables. */
static void check_file(const struct hotmon_opts *opts)
{
	if (opts->extents && !opts->file)
		exit(log_fail(EXIT_USAGE, "name the file with --file",
			      "--extents needs a file"));
	if (opts->file && opts->devices && opts->report.output != OUTPUT_JSON)
		exit(log_fail(EXIT_USAGE, "give one of them, or --json",
			      "--file and --devices both want the screen"));
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct hotmon_opts *opts = state->input;

	if (key > 0 && key < ARGP_KEY_END) /* not one of argp's own */
		hotmon_given_note(&opts->given, key);
	opts->interval_given |= key == 'd';
	if (opts_report_option(&opts->report, key, text))
		return 0;
	switch (key) {
	case OPT_RANGES:
		opts->request.ranges = true;
		break;
	case OPT_GROUP:
		opts->request.view = parse_group(text);
		break;
	case OPT_DEVICES:
		opts->devices = true;
		break;
	case OPT_FILE:
		opts->file = text;
		break;
	case OPT_EXTENTS:
		opts->extents = true;
		break;
	case OPT_LATENCY:
		opts->request.latency = true;
		break;
	case 's':
		parse_sort(text, &opts->request.sort);
		break;
	case 'r':
		opts->request.max_rows = parse_rows(text);
		opts->rows_given = true;
		break;
	case OPT_FS:
		opts->fs = text;
		break;
	case 'D':
		opts->monitor.directory = text;
		break;
	case 'p':
		parse_pids(text, &opts->monitor.track);
		break;
	case 'c':
		opts->cgroup = text;
		break;
	case OPT_MEMORY:
		opts->monitor.track.memory = parse_memory(text);
		opts->memory_given = true;
		break;
	case OPT_HALF_LIFE:
		opts->monitor.track.half_life_s =
			opts_seconds("--half-life", text, 1, MAX_HALF_LIFE_S,
				     "1s to 7d, such as 90s, 5m, 2h");
		break;
	case OPT_SCORE:
		opts->monitor.track.compat = parse_score(text);
		break;
	case OPT_NO_METADATA:
		opts->request.no_metadata = true;
		break;
	case OPT_NO_SCAN:
		opts->monitor.no_scan = true;
		break;
	case OPT_SELF_TEST:
		opts->self_test = true;
		break;
	case 'o':
		opts->output = text;
		break;
	case OPT_BUDGET:
		if (fmt_parse_bytes(text, &opts->budget) ||
		    opts->budget < 1ULL << 20 || opts->budget > 1ULL << 40)
			opts_wrong_value("--budget", text,
					 "bytes from 1M to 1T");
		break;
	case OPT_FORMAT:
		opts->format = opts_choice("--format", text, import_format_name,
					   "msr or blkparse");
		opts->format_given = true;
		break;
	case OPT_FROM_DAEMON:
		opts->from_daemon = true;
		break;
	case 'i':
		opts->input = text;
		break;
	case OPT_FROM:
		opts->from = text;
		break;
	case OPT_SPEED:
		opts->speed = parse_speed(text);
		opts->speed_given = true;
		break;
	case ARGP_KEY_END:
		check_mode(opts);
		check_file(opts);
		if (opts->mode == HOTMON_PLAY)
			check_play(opts);
		if (opts->mode == HOTMON_REMOTE)
			check_remote(opts);
		if (opts->mode == HOTMON_RECORD && !opts->interval_given)
			opts->report.interval_s = HOTMON_RECORD_INTERVAL_S;
		opts->request.latency |=
			hot_sort_needs_latency(opts->request.sort.key);
		opts->monitor.latency = opts->request.latency;
		break;
	case ARGP_KEY_ARG:
		parse_argument(text, state->arg_num, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void hotmon_opts_parse(int argc, char **argv, struct hotmon_opts *opts)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "[INTERVAL [COUNT]]\n"
			    "record -o FILE [INTERVAL [COUNT]]\n"
			    "import --format=FORMAT -o FILE TRACE\n"
			    "heatmap [PATH|DEV] [INTERVAL [COUNT]]\n"
			    "-i FILE [INTERVAL [COUNT]]\n"
			    "heatmap -i FILE [PATH|DEV]",
		.doc = doc,
	};

	*opts = (struct hotmon_opts){
		.report = opts_report_default(),
		.request.max_rows = DEFAULT_ROWS,
		.budget = HOTMON_RECORD_BUDGET,
		.speed = 1,
		.monitor.track.memory = HOT_TRACK_DEFAULT_MEMORY,
		.monitor.track.half_life_s = HOT_TRACK_DEFAULT_HALF_LIFE_S,
	};
	opts_parse(&argp, &completion, libbpf_version_string(), argc, argv,
		   opts);
}
