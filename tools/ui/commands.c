// SPDX-License-Identifier: GPL-2.0-or-later
/* For --help, each command of the table becomes an option of argp without a
 * key, so argp lists the commands like options.
 */
#include "ui/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void commands_list(const struct command *commands,
		   const struct argp_option *options, size_t n_options,
		   struct argp_option *out)
{
	*out++ = (struct argp_option){.doc = "Commands:", .group = 1};
	for (; commands->name; commands++) {
		char *text;

		if (asprintf(&text, "%s %s", commands->name,
			     commands->synopsis) < 0)
			exit(log_fail(EXIT_FAILED, NULL, "%s",
				      strerror(ENOMEM)));
		*out++ = (struct argp_option){
			.name = text, /* until the program ends */
			.flags = OPTION_DOC | OPTION_NO_USAGE,
			.doc = commands->doc,
		};
	}
	memcpy(out, options, n_options * sizeof(*options));
}

void commands_names(const struct command *commands,
		    const char *names[COMMANDS_MAX + 1])
{
	while (commands->name)
		*names++ = commands++->name;
	*names = NULL;
}

void command_wrong_use(const struct command *command, const char *what)
{
	char hint[256];

	snprintf(hint, sizeof(hint), "%s %s %s", program_invocation_short_name,
		 command->name, command->synopsis);
	exit(log_fail(EXIT_USAGE, hint, "%s: %s", command->name, what));
}

void commands_none(void)
{
	char hint[64];

	snprintf(hint, sizeof(hint), "\"%s --help\" lists the commands",
		 program_invocation_short_name);
	exit(log_fail(EXIT_USAGE, hint, "no command"));
}

static const struct command *find(const struct command *command,
				  const char *name)
{
	char list[256] = "the commands are";

	for (; command->name; command++) {
		if (!strcmp(command->name, name))
			return command;
		strcat(list, " ");
		strcat(list, command->name);
	}
	exit(log_fail(EXIT_USAGE, list, "no command \"%s\"", name));
}

static void refuse_options(const struct command *command,
			   const struct command_option *option,
			   unsigned int given)
{
	char what[64];

	for (; option->name; option++) {
		if (!(given & ~command->options & option->bit))
			continue;
		snprintf(what, sizeof(what), "does not take %s", option->name);
		command_wrong_use(command, what);
	}
}

const struct command *commands_choose(const struct command *commands,
				      const struct command_option *options,
				      unsigned int given, char **args, int n)
{
	const struct command *command = find(commands, args[0]);

	if (n - 1 < command->min_args)
		command_wrong_use(command, "an argument is missing");
	if (n - 1 > command->max_args)
		command_wrong_use(command, "too many arguments");
	refuse_options(command, options, given);
	return command;
}
