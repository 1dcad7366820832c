/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frspctl's commands and its command line. */
#ifndef FRSP_CTL_H
#define FRSP_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "base/log.h"
#include "ui/commands.h"
#include "ui/progress.h"

#define CTL_MAX_INPUTS 8

/* A parsed command line. */
struct ctl {
	const struct command *command;
	char **args; /* the arguments of the command */
	int n_args;
	unsigned int given; /* options on the command line: enum ctl_option */
	bool json;
	bool exact; /* --bytes */
	bool dry_run, in_use, all, hot;
	bool measure;
	const char *to;	    /* a tier */
	const char *ranges; /* a file; NULL: none */
	const char *config; /* of the tiers; NULL: the usual file */
	__u64 rate;	    /* bytes per second; 0: unlimited */
	__u64 keep_free;    /* bytes, if CTL_KEEP_FREE is in given */
	bool idle;
	double max_pressure; /* 0 to 1; 0: any */
	double time_limit_s; /* 0: none */
	const char *journal; /* the file of the journal */
	enum progress_where progress;
	const char *line;      /* the command line, for people */
	const char **policies; /* files of settings, of --policy */
	size_t n_policies;
	const char *output; /* a file to draw to, or for the plan; NULL: none */
	/* recordings, the oldest first; none: the heat of now */
	const char *inputs[CTL_MAX_INPUTS];
	size_t n_inputs;
	const char *root; /* stands for "/", of config; NULL: "/" itself */
	bool from_daemon; /* ask frspd */
};

enum ctl_option {
	CTL_JSON = 1 << 0,
	CTL_BYTES = 1 << 1,
	CTL_DRY_RUN = 1 << 2,
	CTL_RATE = 1 << 3,
	CTL_KEEP_FREE = 1 << 4,
	CTL_IN_USE = 1 << 5,
	CTL_CONFIG = 1 << 6,
	CTL_MEASURE = 1 << 7,
	CTL_TO = 1 << 8,
	CTL_RANGES = 1 << 9,
	CTL_IDLE = 1 << 10,
	CTL_JOURNAL = 1 << 11,
	CTL_PROGRESS = 1 << 12,
	CTL_TIME_LIMIT = 1 << 13,
	CTL_POLICY = 1 << 14,
	CTL_OUTPUT = 1 << 15,
	CTL_INPUT = 1 << 16,
	CTL_ROOT = 1 << 17,
	CTL_FROM_DAEMON = 1 << 18,
	CTL_ALL = 1 << 19,
	CTL_MAX_PRESSURE = 1 << 20,
	CTL_HOT = 1 << 21,
};

/* Refuses a file of --output that is the command's input, such as a recording;
 * NULL: there is none.
 */
enum exit_code ctl_output_check(const struct ctl *ctl, const char *input);
/* The same for each recording of --input. */
enum exit_code ctl_output_check_recordings(const struct ctl *ctl);

/* The commands. Each prints its own error messages. */
enum exit_code ctl_apply(const struct ctl *ctl);
enum exit_code ctl_cancel(const struct ctl *ctl);
enum exit_code ctl_config(const struct ctl *ctl);
enum exit_code ctl_daemon(const struct ctl *ctl);
enum exit_code ctl_defrag(const struct ctl *ctl);
enum exit_code ctl_doctor(const struct ctl *ctl);
enum exit_code ctl_escache(const struct ctl *ctl);
enum exit_code ctl_explain(const struct ctl *ctl);
enum exit_code ctl_jobs(const struct ctl *ctl);
enum exit_code ctl_move(const struct ctl *ctl);
enum exit_code ctl_pause(const struct ctl *ctl);
enum exit_code ctl_plan(const struct ctl *ctl);
enum exit_code ctl_resume(const struct ctl *ctl);
enum exit_code ctl_report(const struct ctl *ctl);
enum exit_code ctl_rollback(const struct ctl *ctl);
enum exit_code ctl_restore(const struct ctl *ctl);
enum exit_code ctl_save(const struct ctl *ctl);
enum exit_code ctl_set(const struct ctl *ctl);
enum exit_code ctl_simulate(const struct ctl *ctl);
enum exit_code ctl_status(const struct ctl *ctl);
enum exit_code ctl_tiers(const struct ctl *ctl);
enum exit_code ctl_tree(const struct ctl *ctl);
enum exit_code ctl_undo(const struct ctl *ctl);
enum exit_code ctl_wait(const struct ctl *ctl);

/*
 * commands: in alphabetical order; the last one has the name NULL. Ends the
 * program on wrong usage (exit code 2), --help and --version (0).
 */
void ctl_opts_parse(int argc, char **argv, const struct command *commands,
		    struct ctl *ctl);

#endif
