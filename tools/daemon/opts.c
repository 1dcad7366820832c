// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/opts.h"

#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "ui/opts.h"

enum long_option {
	OPT_CHECK_CONFIG = 256,
	OPT_ROOT,
};

static const struct argp_option options[] = {
	{"check-config", OPT_CHECK_CONFIG, 0, 0,
	 "Check the configuration, print what is wrong with it, and end", 0},
	{"root", OPT_ROOT, "DIR", 0,
	 "Read the configuration below DIR, as if DIR was /", 0},
	{0},
};

static const char doc[] =
	"Watch the mounted ext4 filesystems and what the disks work for. systemd starts it; it stays in the foreground until SIGTERM, and SIGHUP lets it read its configuration again.\v"
	"Examples:\n"
	"  systemctl enable --now frspd   from now on, and after each boot\n"
	"  frspd --check-config           is the configuration right?\n"
	"  frspctl config show            what is in force, and from which file?\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 not supported by this kernel, 4 not permitted.";

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct daemon_opts *opts = state->input;

	switch (key) {
	case OPT_CHECK_CONFIG:
		opts->check_config = true;
		break;
	case OPT_ROOT:
		/* "/" is the usual root; paths are shown without a double "/" */
		opts->root = text[strspn(text, "/")] ? text : "";
		break;
	case ARGP_KEY_ARG:
		exit(log_fail(EXIT_USAGE, "\"frspd --help\" lists the options",
			      "\"%s\": frspd takes no arguments", text));
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void daemon_opts_parse(int argc, char **argv, struct daemon_opts *opts)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.doc = doc,
	};
	static const struct completion completion = {.options = options};

	*opts = (struct daemon_opts){.root = ""};
	opts_parse(&argp, &completion, libbpf_version_string(), argc, argv,
		   opts);
}
