/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands of a program such as frspctl: "frspctl move --to=fast
 * FILE". It serves --help and the check of the command line.
 */
#ifndef FRSP_COMMANDS_H
#define FRSP_COMMANDS_H

#include <argp.h>
#include <stddef.h>

#include "base/log.h"

/* A parsed command line. Each program with commands defines its own. */
struct ctl;

struct command {
	const char *name;     /* NULL: the end of a table */
	const char *synopsis; /* options and arguments, for --help */
	unsigned int options; /* the bits of those that it accepts */
	int min_args, max_args;
	enum exit_code (*run)(const struct ctl *ctl);
	const char *doc;
};

/* Names a bit of .options, such as "--json". */
struct command_option {
	unsigned int bit;
	const char *name; /* NULL: the end of a table */
};

#define COMMANDS_MAX 24

/* Fills in out: a row like "status [DEV|MOUNT...]  Show ..." for each command,
 * so that argp lists them, and then the rows of options. out: room for
 * 1 + COMMANDS_MAX + n_options rows. Ends the program if there is no memory.
 */
void commands_list(const struct command *commands,
		   const struct argp_option *options, size_t n_options,
		   struct argp_option *out);

/* Fills in names: those of the commands, with NULL at the end. */
void commands_names(const struct command *commands,
		    const char *names[COMMANDS_MAX + 1]);

/* Finds the command args[0]. Ends the program if there is none, if it does not
 * take the n - 1 arguments that follow, or one of the given options.
 */
const struct command *commands_choose(const struct command *commands,
				      const struct command_option *options,
				      unsigned int given, char **args, int n);

/* Ends the program: what is wrong, and how the command is used. */
__attribute__((noreturn)) void command_wrong_use(const struct command *command,
						 const char *what);

/* Ends the program: there is no command. */
__attribute__((noreturn)) void commands_none(void);

#endif
