/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the progress of long work is shown: a line on a terminal that replaces
 * itself, or JSON.
 */
#ifndef FRSP_PROGRESS_H
#define FRSP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

enum progress_where {
	PROGRESS_AUTO, /* on a terminal */
	PROGRESS_JSON, /* as objects on stdout */
	PROGRESS_OFF,
};

/* The names of these, for --progress; NULL: there are no more. */
const char *progress_name(size_t i);

/* Ends the program if it is no name of one. */
enum progress_where progress_parse(const char *text);

/* PROGRESS_AUTO: stderr is a terminal. is_json: the rest of the output is. */
enum progress_where progress_choose(enum progress_where wanted, bool is_json);

/* Whether it is time to show it again. JSON: at once, and then each second. A
 * terminal: not for work that takes only a moment. since_shown_s,
 * since_begin_s: so long ago was the last time, and the begin.
 */
bool progress_is_due(enum progress_where where, double since_shown_s,
		     double since_begin_s);

/* The line on the terminal. */
struct progress_line {
	bool is_shown;
};

/* path: NULL: none. It is shortened, so that the text fits behind it. */
void progress_show(struct progress_line *line, const char *path,
		   const char *text);
void progress_clear(struct progress_line *line);

/* done of the planned bytes took so many seconds: ": 42%, 1.2G left, ..." */
#define PROGRESS_TEXT 128
const char *progress_text(char text[PROGRESS_TEXT], __u64 planned, __u64 done,
			  double took_s);

#endif
