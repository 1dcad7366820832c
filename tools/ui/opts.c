// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/opts.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/log.h"
#include "base/version.h"

#define DEFAULT_INTERVAL_S 1.0
#define MIN_INTERVAL_S	   0.05
#define MAX_INTERVAL_S	   86400.0

const char *argp_program_bug_address = NULL;
static const char *libbpf_version;

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "%s %s", program_invocation_short_name, frsp_version);
	if (libbpf_version)
		fprintf(out, ", libbpf %s", libbpf_version);
	putc('\n', out);
}

void opts_parse(const struct argp *argp, const struct completion *completion,
		const char *libbpf, int argc, char **argv, void *input)
{
	libbpf_version = libbpf;
	completion_answer(argc, argv, completion);
	argv[0] = program_invocation_short_name; /* as getopt prints it */
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(argp, argc, argv, 0, NULL, input);
}

void opts_wrong_value(const char *option, const char *text, const char *valid)
{
	exit(log_fail(EXIT_USAGE, valid, "%s: \"%s\" is not valid", option,
		      text));
}

size_t opts_choice(const char *option, const char *text,
		   const char *(*name)(size_t i), const char *valid)
{
	for (size_t i = 0; name(i); i++)
		if (!strcmp(text, name(i)))
			return i;
	opts_wrong_value(option, text, valid);
}

double opts_seconds(const char *option, const char *text, double min,
		    double max, const char *valid)
{
	double seconds;

	if (fmt_parse_seconds(text, &seconds) || seconds < min || seconds > max)
		opts_wrong_value(option, text, valid);
	return seconds;
}

double opts_interval(const char *option, const char *text)
{
	return opts_seconds(option, text, MIN_INTERVAL_S, MAX_INTERVAL_S,
			    "seconds from 0.05 to 86400");
}

__u64 opts_count(const char *option, const char *text)
{
	__u64 count;

	if (fmt_parse_u64(text, UINT32_MAX, &count) || !count)
		opts_wrong_value(option, text, "a whole number from 1");
	return count;
}

enum color {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
	NR_COLORS,
};

const char *opts_color_name(size_t i)
{
	static const char *const names[NR_COLORS] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	return i < NR_COLORS ? names[i] : NULL;
}

static bool is_colored(enum color color)
{
	const char *no_color = getenv("NO_COLOR");

	if (color == COLOR_AUTO)
		return isatty(STDOUT_FILENO) && !(no_color && *no_color);
	return color == COLOR_ALWAYS;
}

struct opts_report opts_report_default(void)
{
	bool live = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);

	return (struct opts_report){
		.output = live ? OUTPUT_LIVE : OUTPUT_BATCH,
		.interval_s = DEFAULT_INTERVAL_S,
		.color = is_colored(COLOR_AUTO),
	};
}

bool opts_report_option(struct opts_report *report, int key, const char *text)
{
	switch (key) {
	case OPTS_ONCE:
		report->count = 1;
		__attribute__((fallthrough));
	case 'b':
		if (report->output != OUTPUT_JSON)
			report->output = OUTPUT_BATCH;
		break;
	case 'j':
		report->output = OUTPUT_JSON;
		break;
	case 'd':
		report->interval_s = opts_interval("-d", text);
		break;
	case 'n':
		report->count = opts_count("-n", text);
		break;
	case 'T':
		report->timestamp = true;
		break;
	case OPTS_BYTES:
		report->exact = true;
		break;
	case OPTS_COLOR:
		report->color =
			is_colored(opts_choice("--color", text, opts_color_name,
					       "auto, always or never"));
		break;
	case 'v':
		report->verbose = true;
		break;
	default:
		return false;
	}
	return true;
}
