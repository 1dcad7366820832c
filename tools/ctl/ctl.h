/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frspctl's commands, and what one run of it was asked for. */
#ifndef FRSP_CTL_H
#define FRSP_CTL_H

#include <stdbool.h>

#include "base/log.h"

struct ctl_command;

struct ctl {
	const struct ctl_command *command;
	char **args; /* those of the command */
	int n_args;
	bool json;
	bool exact; /* --bytes */
};

enum ctl_option {
	CTL_JSON = 1,
	CTL_BYTES = 2,
};

struct ctl_command {
	const char *name;
	const char *synopsis; /* options and arguments, for --help */
	unsigned int options; /* that it takes: bits of enum ctl_option */
	int min_args, max_args;
	enum exit_code (*run)(const struct ctl *ctl);
	const char *doc;
};

/* A document of now, with what all have. */
struct json_object;
struct json_object *ctl_document(const char *schema);
/* Prints it on stdout, and frees it. */
enum exit_code ctl_print_json(struct json_object *document);

/* Each says itself what went wrong. */
enum exit_code ctl_doctor(const struct ctl *ctl);
enum exit_code ctl_restore(const struct ctl *ctl);
enum exit_code ctl_save(const struct ctl *ctl);
enum exit_code ctl_set(const struct ctl *ctl);
enum exit_code ctl_status(const struct ctl *ctl);
enum exit_code ctl_tree(const struct ctl *ctl);

/*
 * commands end with a name that is NULL and stand in alphabetic order. Ends the
 * program on wrong usage (exit code 2), --help and --version (0).
 */
void ctl_opts_parse(int argc, char **argv, const struct ctl_command *commands,
		    struct ctl *ctl);

#endif
