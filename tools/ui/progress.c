// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/log.h"
#include "base/path_fit.h"
#include "base/text_width.h"

#define CLEAR_LINE "\r\033[K"
#define GAP_S	   0.2
#define JSON_GAP_S 1.0

/* in the order of enum progress_where */
const char *progress_name(size_t i)
{
	static const char *const names[] = {"auto", "json", "off"};

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

enum progress_where progress_parse(const char *text)
{
	const char *name;

	for (size_t i = 0; (name = progress_name(i)); i++)
		if (!strcmp(name, text))
			return i;
	exit(log_fail(EXIT_USAGE, "auto, json or off",
		      "--progress: \"%s\" is none", text));
}

enum progress_where progress_choose(enum progress_where wanted, bool is_json)
{
	if (wanted != PROGRESS_AUTO)
		return wanted;
	return !is_json && isatty(STDERR_FILENO) ? PROGRESS_AUTO : PROGRESS_OFF;
}

bool progress_is_due(enum progress_where where, double since_shown_s,
		     double since_begin_s)
{
	if (where == PROGRESS_JSON)
		return since_shown_s >= JSON_GAP_S;
	return where == PROGRESS_AUTO && since_shown_s >= GAP_S &&
	       since_begin_s >= GAP_S;
}

/* How many columns a line of progress may have: if it reached the end of the
 * terminal's line, it could not be cleared any more.
 */
static int progress_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 79;
	return size.ws_col - 1;
}

void progress_show(struct progress_line *line, const char *path,
		   const char *text)
{
	int n_columns = progress_columns(), for_path, shift = 0;
	char *fitting = path ? malloc(path_fit_size(path)) : NULL;

	fputs(CLEAR_LINE, stderr);
	for_path = n_columns - text_width(text);
	if (fitting && for_path >= 3) {
		path_fit(path, for_path, &shift, fitting);
		fputs(fitting, stderr);
	}
	fprintf(stderr, "%.*s", (int)text_fitting_bytes(text, n_columns), text);
	fflush(stderr);
	free(fitting);
	line->is_shown = true;
}

void progress_clear(struct progress_line *line)
{
	if (line->is_shown)
		fputs(CLEAR_LINE, stderr);
	line->is_shown = false;
}

const char *progress_text(char text[PROGRESS_TEXT], __u64 planned, __u64 done,
			  double took_s)
{
	const double bytes_per_s = took_s > 0 ? done / took_s : 0;
	char speed[FMT_LEN], left[FMT_LEN];

	snprintf(text, PROGRESS_TEXT, ": %.0f%%, %s left, %s/s, %.0f s to go",
		 planned ? 100.0 * done / planned : 0,
		 fmt_bytes(left, planned - done, false),
		 fmt_bytes(speed, bytes_per_s, false),
		 bytes_per_s > 0 ? (planned - done) / bytes_per_s : 0);
	return text;
}
