// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses frsp-image's command line. */
#include <stdlib.h>

#include "base/fmt.h"
#include "ploop/core/format.h"
#include "ploop/tool/tool.h"
#include "ploop/ublk/device.h"
#include "ui/opts.h"

enum long_option {
	OPT_BYTES = 256,
	OPT_CLUSTER_SIZE,
	OPT_CONTROL,
	OPT_FROM,
	OPT_PROGRESS,
	OPT_RECOVER,
	OPT_REPAIR,
	OPT_SHRINK,
	OPT_TO,
	OPT_UBLK,
};

static const struct argp_option options[] = {
	{0, 0, 0, 0, "Options:", 2},
	{"bytes", OPT_BYTES, 0, 0, "Print exact numbers, not 1.5M", 0},
	{"cluster-size", OPT_CLUSTER_SIZE, "BYTES", 0,
	 "Make an image with clusters of this size: a multiple of 512, at most 64M (default: 1M; convert: that of the source)",
	 0},
	{"control", OPT_CONTROL, "SOCKET", 0,
	 "Let the server do it that has the disk open: the control socket of \"nbdkit frsp\"",
	 0},
	{"from", OPT_FROM, "FORMAT", 0,
	 "What SOURCE is: image (default), or raw: the disk, byte for byte", 0},
	{"json", 'j', 0, 0, "Print JSON, an object on a line", 0},
	{"progress", OPT_PROGRESS, "WHERE", 0,
	 "Show progress: auto (default): on a terminal; json: as JSON on standard output, too; off",
	 0},
	{"recover", OPT_RECOVER, "NUMBER", 0,
	 "Go on with the disk of this number, whose server was killed", 0},
	{"repair", OPT_REPAIR, 0, 0,
	 "Mend what is wrong. What is taken out is kept in a file beside the image",
	 0},
	{"shrink", OPT_SHRINK, 0, 0,
	 "Let the disk get smaller: what is behind its new end is lost", 0},
	{"to", OPT_TO, "FORMAT", 0, "What NEW becomes: image (default) or raw",
	 0},
	{"ublk", OPT_UBLK, 0, 0,
	 "Serve a disk of ublk, which Linux has since 6.5, as root", 0},
	{0},
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

/* The names of the bits of enum ctl_option. */
static const struct command_option bits[] = {
	{CTL_JSON, "--json"},	      {CTL_BYTES, "--bytes"},
	{CTL_REPAIR, "--repair"},     {CTL_CLUSTER_SIZE, "--cluster-size"},
	{CTL_FROM, "--from"},	      {CTL_TO, "--to"},
	{CTL_PROGRESS, "--progress"}, {CTL_SHRINK, "--shrink"},
	{CTL_CONTROL, "--control"},   {CTL_UBLK, "--ublk"},
	{CTL_RECOVER, "--recover"},   {0},
};

static const char doc[] =
	"Make, check and copy images of disks: those of ploop, also called Parallels images.\v"
	"FILE is an image, or a DiskDescriptor.xml, which says of which images a disk consists. SIZE is in bytes, or has K, M, G or T behind it.\n\n"
	"Examples:\n"
	"  frsp-image create disk.hds 10G              an empty disk\n"
	"  frsp-image convert --from=raw disk.raw disk.hds\n"
	"  frsp-image convert --to=raw disk.hds disk.raw\n"
	"  frsp-image check disk.hds                   is it whole?\n"
	"  frsp-image create vm/DiskDescriptor.xml 10G a disk with snapshots\n"
	"  frsp-image serve --ublk disk.hds            as /dev/ublkb0\n\n"
	"Exit status: 0 done, 1 failed, or an image has errors, 2 wrong usage, 3 the kernel has no ublk, 4 not permitted.";

/* in the order of enum disk_format */
static const char *format_name(size_t i)
{
	static const char *const names[] = {"image", "raw"};

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

static enum disk_format parse_format(const char *option, const char *text)
{
	return opts_choice(option, text, format_name, "image or raw");
}

static __u32 parse_cluster_size(const char *text)
{
	const __u64 max = (__u64)PLOOP_MAX_CLUSTER_SECTORS * PLOOP_SECTOR;
	__u64 bytes;

	if (fmt_parse_bytes(text, &bytes) || !bytes || bytes > max ||
	    bytes % PLOOP_SECTOR)
		opts_wrong_value("--cluster-size", text,
				 "a multiple of 512 bytes, up to 64M");
	return bytes / PLOOP_SECTOR;
}

static int parse_number(const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || number > DEVICE_MAX)
		opts_wrong_value("--recover", text,
				 "the number of a disk: 0 for /dev/ublkb0");
	return number;
}

struct parsing {
	const struct command *commands;
	struct ctl *ctl;
};

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
	case 'j':
		ctl->given |= CTL_JSON;
		ctl->json = true;
		break;
	case OPT_BYTES:
		ctl->given |= CTL_BYTES;
		ctl->exact = true;
		break;
	case OPT_REPAIR:
		ctl->given |= CTL_REPAIR;
		ctl->repair = true;
		break;
	case OPT_CONTROL:
		ctl->given |= CTL_CONTROL;
		ctl->control = text;
		break;
	case OPT_SHRINK:
		ctl->given |= CTL_SHRINK;
		ctl->shrink = true;
		break;
	case OPT_UBLK:
		ctl->given |= CTL_UBLK;
		break;
	case OPT_RECOVER:
		ctl->given |= CTL_RECOVER;
		ctl->recover = parse_number(text);
		break;
	case OPT_CLUSTER_SIZE:
		ctl->given |= CTL_CLUSTER_SIZE;
		ctl->cluster_sectors = parse_cluster_size(text);
		break;
	case OPT_FROM:
		ctl->given |= CTL_FROM;
		ctl->from = parse_format("--from", text);
		break;
	case OPT_TO:
		ctl->given |= CTL_TO;
		ctl->to = parse_format("--to", text);
		break;
	case OPT_PROGRESS:
		ctl->given |= CTL_PROGRESS;
		ctl->progress = progress_parse(text);
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

void image_opts_parse(int argc, char **argv, const struct command *commands,
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
		{.key = OPT_FROM, .name = format_name},
		{.key = OPT_PROGRESS, .name = progress_name},
		{.key = OPT_TO, .name = format_name},
		{0},
	};
	const struct completion completion = {
		.options = options,
		.values = values,
		.commands = names,
	};

	*ctl = (struct ctl){.recover = DEVICE_NEW};
	commands_names(commands, names);
	commands_list(commands, options, N_OPTIONS, all);
	opts_parse(&argp, &completion, NULL, argc, argv, &parsing);
}
