// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/completion.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define OPTION "--completion="

/* The options that argp adds. */
static const struct argp_option own_options[] = {
	{"help", '?', 0, 0, "Give this help list", 0},
	{"usage", 0, 0, 0, "Give a short usage message", 0},
	{"version", 'V', 0, 0, "Print program version", 0},
	{0},
};

static bool is_last(const struct argp_option *option)
{
	return !option->key && !option->name && !option->doc && !option->group;
}

static bool is_option(const struct argp_option *option)
{
	return option->name &&
	       !(option->flags & (OPTION_DOC | OPTION_HIDDEN | OPTION_ALIAS));
}

static bool has_letter(const struct argp_option *option)
{
	return option->key > ' ' && option->key < 127;
}

/* Calls print for each of our options, and then for those of argp. */
static void each_option(const struct argp_option *options,
			void (*print)(const struct argp_option *option))
{
	for (const struct argp_option *at = options; !is_last(at); at++)
		if (is_option(at))
			print(at);
	for (const struct argp_option *at = own_options; at->name; at++)
		print(at);
}

static void bash_word(const struct argp_option *option)
{
	printf(" --%s", option->name);
	if (has_letter(option) && option->key != '?')
		printf(" -%c", option->key);
}

/* An option that takes a value, as a pattern of "case". */
static void bash_pattern(const struct argp_option *option)
{
	if (!option->arg)
		return;
	printf("|--%s", option->name);
	if (has_letter(option))
		printf("|-%c", option->key);
}

static void print_bash(const char *program, const struct argp_option *options,
		       const char *const *commands)
{
	char name[64];

	/* not every shell allows "-" in the name of a function */
	snprintf(name, sizeof(name), "_%s", program);
	for (char *at = name; *at; at++)
		*at = *at == '-' ? '_' : *at;
	printf("# bash completion for %s; made from its table of options\n"
	       "%s() {\n"
	       "\tlocal cur=$2 prev=$3\n"
	       "\tCOMPREPLY=()\n"
	       "\tcase $prev in\n"
	       "\t''",
	       program, name);
	each_option(options, bash_pattern);
	/* values, and words that are no option, are completed to files */
	printf(") return ;;\n\tesac\n"
	       "\tif [[ $cur == -* ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	each_option(options, bash_word);
	printf("' -- \"$cur\")\n");
	if (commands) {
		printf("\telif [[ $COMP_CWORD == 1 ]]; then\n"
		       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
		for (; *commands; commands++)
			printf(" %s", *commands);
		printf("' -- \"$cur\")\n");
	}
	printf("\tfi\n}\ncomplete -o default -F %s %s\n", name, program);
}

/* Escapes text for single quotes, inside the brackets of _arguments. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_value(const struct argp_option *option)
{
	if (!option->arg)
		return;
	putchar(':');
	zsh_text(option->arg);
	printf(strstr(option->arg, "DIR")     ? ":_files -/"
	       : strstr(option->arg, "MOUNT") ? ":_files"
					      : ":");
}

static void zsh_option(const struct argp_option *option)
{
	const char *equals = option->arg ? "=" : "";
	const char *plus = option->arg ? "+" : "";

	if (has_letter(option))
		printf(" \\\n\t'(-%c --%s)'{-%c%s,--%s%s}'[", option->key,
		       option->name, option->key, plus, option->name, equals);
	else
		printf(" \\\n\t'--%s%s[", option->name, equals);
	zsh_text(option->doc);
	putchar(']');
	zsh_value(option);
	putchar('\'');
}

static void print_zsh(const char *program, const struct argp_option *options,
		      const char *const *commands)
{
	printf("#compdef %s\n# made from its table of options\n_arguments -s",
	       program);
	each_option(options, zsh_option);
	if (commands) {
		fputs(" \\\n\t'1:command:(", stdout);
		for (; *commands; commands++)
			printf("%s ", *commands);
		fputs(")'", stdout);
	}
	fputs(" \\\n\t'*:file:_files'\n", stdout);
}

void completion_answer(int argc, char **argv, const struct argp_option *options,
		       const char *const *commands)
{
	const char *program = program_invocation_short_name, *shell;

	if (argc != 2 || strncmp(argv[1], OPTION, strlen(OPTION)))
		return;
	shell = argv[1] + strlen(OPTION);
	if (!strcmp(shell, "bash"))
		print_bash(program, options, commands);
	else if (!strcmp(shell, "zsh"))
		print_zsh(program, options, commands);
	else
		exit(log_fail(EXIT_USAGE, "bash or zsh",
			      OPTION "%s: no such shell", shell));
	exit(EXIT_OK);
}
