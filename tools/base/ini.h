/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads configuration files: sections, and lines of a key and a value. Example:
 *
 *   # a comment; so is a line that begins with ;
 *   [policy]
 *   budget = 2%
 *
 * A key may come before the first section, and may come again: what that means
 * is up to the caller. A comment has a line of its own.
 */
#ifndef FRSP_INI_H
#define FRSP_INI_H

#include <stdio.h>

/* What is wrong, for a message. */
struct ini_error {
	unsigned int line; /* 0: the file as a whole */
	char what[160];
	const char *remedy;
};

/*
 * Whoever takes a line gets its texts without blanks around them, may change
 * them, and returns 0, -ENOMEM, or what ini_wrong() returned. error->line is
 * the line.
 */
struct ini_reader {
	int (*begin_section)(void *context, char *name,
			     struct ini_error *error);
	int (*take_value)(void *context, char *key, char *value,
			  struct ini_error *error);
	void *context;
	/* What to do about a section without "]", and about a line that is
	 * nothing of all that.
	 */
	const char *section_remedy, *line_remedy;
};

/* 0; -EINVAL: error says what is wrong; -EIO or -ENOMEM */
int ini_read(FILE *in, const struct ini_reader *reader,
	     struct ini_error *error);

/* Fills in the error, and returns -EINVAL. */
int ini_wrong(struct ini_error *error, unsigned int line, const char *remedy,
	      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The text without the blanks around it, which it cuts off. */
char *ini_strip(char *text);

#endif
