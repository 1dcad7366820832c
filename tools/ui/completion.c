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

/* The values of the option; NULL: it takes none, or any. */
static const struct option_values *
values_of(const struct completion *completion, const struct argp_option *option)
{
	const struct option_values *at = completion->values;

	while (at && at->key && at->key != option->key)
		at++;
	return at && at->key ? at : NULL;
}

static bool takes_mount(const struct argp_option *option)
{
	return option->arg && strstr(option->arg, "MOUNT");
}

static bool takes_directory(const struct argp_option *option)
{
	return option->arg && strstr(option->arg, "DIR");
}

/* Calls print for each of our options, and then for those of argp. */
static void each_option(const struct completion *completion,
			void (*print)(const struct completion *completion,
				      const struct argp_option *option))
{
	for (const struct argp_option *at = completion->options; !is_last(at);
	     at++)
		if (is_option(at))
			print(completion, at);
	for (const struct argp_option *at = own_options; at->name; at++)
		print(completion, at);
}

static void print_values(const struct option_values *values)
{
	const char *name;

	for (size_t i = 0; (name = values->name(i)); i++)
		printf("%s%s", i ? " " : "", name);
}

static void bash_word(const struct completion *completion,
		      const struct argp_option *option)
{
	(void)completion;
	printf(" --%s", option->name);
	if (has_letter(option) && option->key != '?')
		printf(" -%c", option->key);
}

/* Words are completed as the user typed them: with or without the +. */
static void bash_values(const struct option_values *values)
{
	printf("\t\tmapfile -t COMPREPLY < <(compgen %s-W '",
	       values->plus ? "-P \"${cur%%[!+]*}\" " : "");
	print_values(values);
	printf("' -- \"%s\")\n", values->plus ? "${cur#+}" : "$cur");
}

/* /proc/self/mounts has a space as \040. A device begins with a slash, and the
 * "device" of proc or a tmpfs does not.
 */
static const char bash_mounts[] =
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\twhile read -r device mount _; do\n"
	"\t\t\tprintf -v mount %b \"$mount\"\n"
	"\t\t\t[[ $device != /* || $mount != \"$cur\"* ]] || COMPREPLY+=(\"$mount\")\n"
	"\t\tdone </proc/self/mounts\n";

static const char bash_directories[] =
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n";

/* A branch of "case" for an option that takes a value. If it leaves COMPREPLY
 * empty, bash completes to file names.
 */
static void bash_branch(const struct completion *completion,
			const struct argp_option *option)
{
	const struct option_values *values = values_of(completion, option);

	if (!option->arg)
		return;
	printf("\t--%s", option->name);
	if (has_letter(option))
		printf("|-%c", option->key);
	puts(")");
	if (values)
		bash_values(values);
	else if (takes_mount(option))
		fputs(bash_mounts, stdout);
	else if (takes_directory(option))
		fputs(bash_directories, stdout);
	puts("\t\treturn ;;");
}

static void print_bash(const char *program, const struct completion *completion)
{
	const char *const *command = completion->commands;
	char name[64];

	/* not every shell allows "-" in the name of a function */
	snprintf(name, sizeof(name), "_%s", program);
	for (char *at = name; *at; at++)
		*at = *at == '-' ? '_' : *at;
	printf("# bash completion for %s; made from its table of options\n"
	       "%s() {\n"
	       "\tlocal cur=$2 prev=$3 device mount\n"
	       "\tCOMPREPLY=()\n"
	       /* bash takes "--group=path" for three words */
	       "\t[[ $prev != = ]] || prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	       "\tcase $prev in\n",
	       program, name);
	each_option(completion, bash_branch);
	printf("\tesac\n"
	       "\tif [[ $cur == -* ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	each_option(completion, bash_word);
	printf("' -- \"$cur\")\n");
	if (command) {
		printf("\telif [[ $COMP_CWORD == 1 ]]; then\n"
		       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
		for (; *command; command++)
			printf(" %s", *command);
		printf("' -- \"$cur\")\n");
	}
	if (completion->mounts)
		printf("\t%s\n%s",
		       completion->commands
			       ? "elif [[ $COMP_CWORD == 2 ]]; then"
			       : "else",
		       bash_mounts);
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

static void zsh_value(const struct completion *completion,
		      const struct argp_option *option)
{
	const struct option_values *values = values_of(completion, option);

	putchar(':');
	zsh_text(option->arg);
	if (values) {
		fputs(values->plus ? ":{compset -P +; compadd - " : ":(",
		      stdout);
		print_values(values);
		putchar(values->plus ? '}' : ')');
	} else if (takes_mount(option)) {
		printf(":_%s_mounts", program_invocation_short_name);
	} else if (takes_directory(option)) {
		printf(":_files -/");
	} else {
		putchar(':');
	}
}

static void zsh_option(const struct completion *completion,
		       const struct argp_option *option)
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
	if (option->arg)
		zsh_value(completion, option);
	putchar('\'');
}

static bool uses_mounts(const struct completion *completion)
{
	const struct argp_option *at = completion->options;

	while (!is_last(at) && !takes_mount(at))
		at++;
	return completion->mounts || !is_last(at);
}

/* The function that completes to mount points. (g:o:) makes a space of \040. */
static void zsh_mounts(const char *program)
{
	printf("_%s_mounts() {\n"
	       "\tlocal line\n"
	       "\tlocal -a mounts\n"
	       "\tfor line in ${(f)\"$(</proc/self/mounts)\"}; do\n"
	       "\t\t[[ $line != /* ]] || mounts+=(${(g:o:)${${line#* }%%%% *}})\n"
	       "\tdone\n"
	       "\tcompadd \"$@\" -f -a mounts || _files \"$@\"\n"
	       "}\n",
	       program);
}

static void print_zsh(const char *program, const struct completion *completion)
{
	const char *const *command = completion->commands;

	printf("#compdef %s\n# made from its table of options\n", program);
	if (uses_mounts(completion))
		zsh_mounts(program);
	printf("_arguments -s");
	each_option(completion, zsh_option);
	if (command) {
		fputs(" \\\n\t'1:command:(", stdout);
		for (; *command; command++)
			printf("%s ", *command);
		fputs(")'", stdout);
	}
	if (completion->mounts)
		printf(" \\\n\t'%s:filesystem:_%s_mounts'",
		       completion->commands ? "2" : "*", program);
	if (!completion->mounts || completion->commands)
		fputs(" \\\n\t'*:file:_files'", stdout);
	putchar('\n');
}

void completion_answer(int argc, char **argv,
		       const struct completion *completion)
{
	const char *program = program_invocation_short_name, *shell;

	if (argc != 2 || strncmp(argv[1], OPTION, strlen(OPTION)))
		return;
	shell = argv[1] + strlen(OPTION);
	if (!strcmp(shell, "bash"))
		print_bash(program, completion);
	else if (!strcmp(shell, "zsh"))
		print_zsh(program, completion);
	else
		exit(log_fail(EXIT_USAGE, "bash or zsh",
			      OPTION "%s: no such shell", shell));
	exit(EXIT_OK);
}
