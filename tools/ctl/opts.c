// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses frspctl's command line. */
#include "ctl/ctl.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/version.h"
#include "fs/tier_config.h"
#include "module/module.h"
#include "move/journal.h"
#include "ui/completion.h"

#define DEFAULT_RATE (64ULL << 20)

enum long_option {
	OPT_ALL = 256,
	OPT_BYTES,
	OPT_CONFIG,
	OPT_FROM_DAEMON,
	OPT_HOT,
	OPT_IDLE,
	OPT_IN_USE,
	OPT_JOURNAL,
	OPT_KEEP_FREE,
	OPT_MAX_PRESSURE,
	OPT_MEASURE,
	OPT_POLICY,
	OPT_PROGRESS,
	OPT_RANGES,
	OPT_RATE,
	OPT_ROOT,
	OPT_TIME_LIMIT,
	OPT_TO,
};

static const struct argp_option options[] = {
	{0, 0, 0, 0, "Options:", 2},
	{"all", OPT_ALL, 0, 0, "Of rollback: all that can be taken back", 0},
	{"bytes", OPT_BYTES, 0, 0, "Print exact numbers, not 1.5M", 0},
	{"config", OPT_CONFIG, "FILE", 0,
	 "Read the tiers from FILE (default: /etc/frsp/tiers.conf)", 0},
	{"dry-run", 'n', 0, 0, "Only say what would be done", 0},
	{"from-daemon", OPT_FROM_DAEMON, 0, 0,
	 "Of status: ask frspd, in place of frsp.ko", 0},
	{"hot", OPT_HOT, 0, 0,
	 "Of defrag: the files of a filesystem whose use is worth it, the best first",
	 0},
	{"idle", OPT_IDLE, 0, 0, "Move only while the machine's disks are idle",
	 0},
	{"in-use", OPT_IN_USE, 0, 0,
	 "Also move files that others have open; needs frsp.ko", 0},
	{"input", 'i', "FILE", 0,
	 "Of plan, explain and defrag --hot: decide by a recording of heat, not by the heat of now; by several that follow each other, if it is given several times",
	 0},
	{"journal", OPT_JOURNAL, "FILE", 0,
	 "The record of the jobs (default: $FRSPCTL_JOURNAL, else " JOURNAL_PATH
	 ")",
	 0},
	{"json", 'j', 0, 0, "Print JSON, an object on a line", 0},
	{"keep-free", OPT_KEEP_FREE, "BYTES", 0,
	 "Leave at least BYTES free for others (default: 1% of the filesystem, at most 1G)",
	 0},
	{"max-pressure", OPT_MAX_PRESSURE, "PERCENT", 0,
	 "Move only while other programs wait for I/O at most PERCENT of the time",
	 0},
	{"measure", OPT_MEASURE, 0, 0,
	 "Read a little from each tier, and propose classes", 0},
	{"output", 'o', "FILE", 0,
	 "Of simulate: also draw the shares over time, as an SVG image; of plan: also write the plan, for apply; of report: the file to make; of defrag: only write which hot files there are",
	 0},
	{"policy", OPT_POLICY, "FILE", 0,
	 "A file of settings of the policy; simulate takes several (default: /etc/frsp/policy.conf, of simulate the default settings)",
	 0},
	{"progress", OPT_PROGRESS, "WHERE", 0,
	 "Show progress: auto (default): on a terminal; json: as JSON on standard output, too; off",
	 0},
	{"ranges", OPT_RANGES, "FILE", 0,
	 "Move the parts of files that FILE lists: lines OFFSET LENGTH PATH",
	 0},
	{"rate", OPT_RATE, "BYTES", 0,
	 "Read and write at most BYTES per second, 0: unlimited (default: 64M)",
	 0},
	{"root", OPT_ROOT, "DIR", 0,
	 "Of config: read it below DIR, as if DIR was /", 0},
	{"time-limit", OPT_TIME_LIMIT, "TIME", 0,
	 "Stop after TIME: seconds, or a number with s, m, h or d; the next run goes on there",
	 0},
	{"to", OPT_TO, "TIER", 0,
	 "Move to TIER: fast, slow, a tier's number or its device", 0},
	{0},
};

/* The names of the bits of enum ctl_option. */
static const struct command_option bits[] = {
	{CTL_JSON, "--json"},
	{CTL_BYTES, "--bytes"},
	{CTL_DRY_RUN, "--dry-run"},
	{CTL_RATE, "--rate"},
	{CTL_KEEP_FREE, "--keep-free"},
	{CTL_IN_USE, "--in-use"},
	{CTL_CONFIG, "--config"},
	{CTL_MEASURE, "--measure"},
	{CTL_TO, "--to"},
	{CTL_RANGES, "--ranges"},
	{CTL_IDLE, "--idle"},
	{CTL_JOURNAL, "--journal"},
	{CTL_PROGRESS, "--progress"},
	{CTL_TIME_LIMIT, "--time-limit"},
	{CTL_POLICY, "--policy"},
	{CTL_OUTPUT, "--output"},
	{CTL_INPUT, "--input"},
	{CTL_ROOT, "--root"},
	{CTL_FROM_DAEMON, "--from-daemon"},
	{CTL_ALL, "--all"},
	{CTL_MAX_PRESSURE, "--max-pressure"},
	{CTL_HOT, "--hot"},
	{0},
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static const char doc[] =
	"Show what frsp.ko does for ext4, change its settings, and move files.\v"
	"DEV is a block device or its name, such as sda1 or vg-root, MOUNT is any path in the filesystem.\n\n"
	"Examples:\n"
	"  frspctl status                      what frsp.ko does, on all filesystems\n"
	"  frspctl set /srv mb_frsp_max_mem 1G limit the memory of its trees\n"
	"  frspctl save /srv /var/lib/srv.frsp before umount\n"
	"  frspctl doctor                      why does it not work?\n"
	"  frspctl defrag -n /srv              which files have more extents than they need?\n"
	"  frspctl move --to fast /srv/db      move a directory's files to the fast tier\n"
	"  frspctl jobs                        what moves files now, and what did?\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 frsp.ko is not loaded or not usable, 4 not permitted, 5 the job was cancelled.";

struct parsing {
	const struct command *commands;
	struct ctl *ctl;
};

static __u64 parse_bytes(const char *option, const char *text)
{
	__u64 bytes;

	if (fmt_parse_bytes(text, &bytes))
		exit(log_fail(
			EXIT_USAGE, "bytes, or a number with K, M, G or T",
			"%s: \"%s\" is not a number of bytes", option, text));
	return bytes;
}

/* Returns a share, more than 0 and at most 1. */
static double parse_percent(const char *option, const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || (*end && strcmp(end, "%")) || !(percent > 0) ||
	    percent > 100)
		exit(log_fail(EXIT_USAGE, "a number above 0, up to 100",
			      "%s: \"%s\" is not a percentage", option, text));
	return percent / 100;
}

static double parse_seconds(const char *option, const char *text)
{
	double seconds;

	if (fmt_parse_seconds(text, &seconds) || seconds <= 0)
		exit(log_fail(EXIT_USAGE,
			      "seconds, or a number with s, m, h or d",
			      "%s: \"%s\" is not a time", option, text));
	return seconds;
}

/* The classes. What else is a tier depends on the filesystem. */
static const char *to_name(size_t i)
{
	return i <= TIER_SLOW ? tier_class_word(i) : NULL;
}

static void add_policy(struct ctl *ctl, const char *path)
{
	const char **more =
		reallocarray(ctl->policies, ctl->n_policies + 1, sizeof(*more));

	if (!more)
		exit(log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM)));
	ctl->policies = more; /* until the program ends */
	more[ctl->n_policies++] = path;
}

static void take_arguments(struct parsing *parsing, char **args, int n)
{
	struct ctl *ctl = parsing->ctl;

	ctl->command =
		commands_choose(parsing->commands, bits, ctl->given, args, n);
	ctl->args = args + 1;
	ctl->n_args = n - 1;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	struct ctl *ctl = parsing->ctl;

	switch (key) {
	case OPT_BYTES:
		ctl->given |= CTL_BYTES;
		ctl->exact = true;
		break;
	case OPT_CONFIG:
		ctl->given |= CTL_CONFIG;
		ctl->config = text;
		break;
	case OPT_FROM_DAEMON:
		ctl->given |= CTL_FROM_DAEMON;
		ctl->from_daemon = true;
		break;
	case OPT_MEASURE:
		ctl->given |= CTL_MEASURE;
		ctl->measure = true;
		break;
	case OPT_TO:
		ctl->given |= CTL_TO;
		ctl->to = text;
		break;
	case OPT_RANGES:
		ctl->given |= CTL_RANGES;
		ctl->ranges = text;
		break;
	case OPT_IDLE:
		ctl->given |= CTL_IDLE;
		ctl->idle = true;
		break;
	case OPT_MAX_PRESSURE:
		ctl->given |= CTL_MAX_PRESSURE;
		ctl->max_pressure = parse_percent("--max-pressure", text);
		break;
	case OPT_HOT:
		ctl->given |= CTL_HOT;
		ctl->hot = true;
		break;
	case OPT_ALL:
		ctl->given |= CTL_ALL;
		ctl->all = true;
		break;
	case OPT_IN_USE:
		ctl->given |= CTL_IN_USE;
		ctl->in_use = true;
		break;
	case OPT_KEEP_FREE:
		ctl->given |= CTL_KEEP_FREE;
		ctl->keep_free = parse_bytes("--keep-free", text);
		break;
	case OPT_JOURNAL:
		ctl->given |= CTL_JOURNAL;
		ctl->journal = text;
		break;
	case OPT_PROGRESS:
		ctl->given |= CTL_PROGRESS;
		ctl->progress = progress_parse(text);
		break;
	case OPT_TIME_LIMIT:
		ctl->given |= CTL_TIME_LIMIT;
		ctl->time_limit_s = parse_seconds("--time-limit", text);
		break;
	case OPT_POLICY:
		ctl->given |= CTL_POLICY;
		add_policy(ctl, text);
		break;
	case 'o':
		ctl->given |= CTL_OUTPUT;
		ctl->output = text;
		break;
	case 'i':
		ctl->given |= CTL_INPUT;
		if (ctl->n_inputs == CTL_MAX_INPUTS)
			exit(log_fail(EXIT_USAGE, NULL,
				      "--input: more than %d recordings",
				      CTL_MAX_INPUTS));
		ctl->inputs[ctl->n_inputs++] = text;
		break;
	case OPT_RATE:
		ctl->given |= CTL_RATE;
		ctl->rate = parse_bytes("--rate", text);
		break;
	case OPT_ROOT:
		ctl->given |= CTL_ROOT;
		/* paths are shown without a double "/" */
		ctl->root = text[strspn(text, "/")] ? text : "";
		break;
	case 'j':
		ctl->given |= CTL_JSON;
		ctl->json = true;
		break;
	case 'n':
		ctl->given |= CTL_DRY_RUN;
		ctl->dry_run = true;
		break;
	case ARGP_KEY_ARGS:
		/* getopt has moved the arguments behind all options */
		take_arguments(parsing, state->argv + state->next,
			       state->argc - state->next);
		break;
	case ARGP_KEY_NO_ARGS:
		commands_none();
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The command line as one text. argp changes the order of argv. */
static const char *join(int argc, char **argv)
{
	size_t len = sizeof("frspctl");
	char *line;

	for (int i = 1; i < argc; i++)
		len += 1 + strlen(argv[i]);
	line = malloc(len); /* until the program ends */
	if (!line)
		exit(log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM)));
	strcpy(line, "frspctl");
	for (int i = 1; i < argc; i++) {
		strcat(line, " ");
		strcat(line, argv[i]);
	}
	return line;
}

static void print_version(FILE *out, struct argp_state *state)
{
	char version[64];

	(void)state;
	if (frsp_module_version(version, sizeof(version)))
		strcpy(version, "not loaded");
	fprintf(out, "frspctl %s, frsp.ko %s\n", frsp_version, version);
}

void ctl_opts_parse(int argc, char **argv, const struct command *commands,
		    struct ctl *ctl)
{
	struct argp_option all[1 + COMMANDS_MAX + N_OPTIONS];
	struct parsing parsing = {.commands = commands, .ctl = ctl};
	const struct argp argp = {
		.options = all,
		.parser = parse_option,
		.args_doc = "COMMAND [ARG...]",
		.doc = doc,
	};
	const char *names[COMMANDS_MAX + 1];
	static const struct option_values values[] = {
		{.key = OPT_PROGRESS, .name = progress_name},
		{.key = OPT_TO, .name = to_name},
		{0},
	};
	const struct completion completion = {
		.options = options,
		.values = values,
		.commands = names,
		.mounts = true,
	};

	commands_names(commands, names);
	completion_answer(argc, argv, &completion);
	*ctl = (struct ctl){
		.rate = DEFAULT_RATE,
		.journal = getenv("FRSPCTL_JOURNAL") ?: JOURNAL_PATH,
		.line = join(argc, argv),
	};
	commands_list(commands, options, N_OPTIONS, all);
	argv[0] = program_invocation_short_name; /* as getopt prints it */
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &parsing);
}
