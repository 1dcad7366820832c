// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page is text with the sequences of base/sgr.h, made for the width of the
 * screen. The page of a file or of metadata scrolls as a whole; that of a
 * process scrolls its files below some lines that stay.
 */
#include "hotmon/page_draw.h"

#include <stdlib.h>
#include <string.h>
#include <ncurses.h>

#include "base/sgr.h"
#include "heat/text.h"
#include "hotmon/actor_text.h"
#include "hotmon/bar.h"
#include "hotmon/layout.h"
#include "hotmon/meta_text.h"
#include "hotmon/page_text.h"
#include "ui/screen.h"

#define MAX_RANGES 256
#define FIRST_LINE 1

static __u32 n_screen_lines(void)
{
	int bar = hot_layout().bar;

	return (bar < 0 ? LINES : bar) - FIRST_LINE - 1;
}

/* The lines of the page of a process that are no files. */
static __u32 n_head(const struct hot_live *live)
{
	const struct hot_actor_page *actor = live->pages.actor;
	__u32 n_lines = live->pages.n_lines;

	return actor && n_lines > actor->n_files ? n_lines - actor->n_files : 0;
}

__u32 hot_page_n_rows(const struct hot_live *live)
{
	__u32 n = n_screen_lines(), head = n_head(live);

	return n > head ? n - head : 1;
}

/* Makes the text. The caller frees it. NULL: no memory. */
static char *make_text(const struct hot_live *live,
		       const struct hot_frame *frame)
{
	const struct hot_pages *pages = &live->pages;
	const struct page_text_style style = {
		.n_columns = COLS,
		.exact = live->exact,
		.color = live->color,
		.live = true,
		.recorded = frame->recorded != NULL,
		.marked = pages->stack[pages->n - 1].marked,
		.max_rows = MAX_RANGES,
		.sort = live->sort,
		.wall_ns = frame->wall_ns,
		.mono_ns = frame->mono_ns,
	};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (pages->actor)
		actor_text_print(out, pages->actor, live->exact, COLS);
	else if (pages->metadata)
		meta_text_print(out, pages->metadata, !pages->is_forgotten,
				&style);
	else if (pages->file && pages->history)
		page_text_print(out, pages->file, pages->history, &style);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* The pairs of hot_draw_init_colors(): green, yellow and red are 1 to 3. */
static attr_t attributes(const struct sgr *sgr)
{
	static const short pairs[] = {0, 3, 1, 2};
	attr_t attr = sgr->bold ? A_BOLD : A_NORMAL;

	if (sgr->fg > 0 && sgr->fg < (int)(sizeof(pairs) / sizeof(pairs[0])))
		attr |= COLOR_PAIR(pairs[sgr->fg]);
	return attr;
}

static void draw_line(int y, char *line)
{
	struct sgr sgr = SGR_PLAIN;
	int x = 0;

	while (*line) {
		size_t len = strcspn(line, "\033");
		char next = line[len];

		attrset(attributes(&sgr));
		line[len] = '\0';
		if (len)
			x = screen_put(y, x, line, COLS);
		line += len;
		if (!next)
			break;
		*line = next;
		len = sgr_parse(line, &sgr);
		line += len ? len : 1;
	}
	attrset(A_NORMAL);
}

/* Draws the lines from first on, in n lines of the screen from y on. */
static void draw_lines(char *text, __u32 first, __u32 n, int y)
{
	char *line;

	for (__u32 i = 0; i < first + n && (line = strsep(&text, "\n")); i++)
		if (i >= first && (text || *line))
			draw_line(y + (int)(i - first), line);
}

static __u32 count_lines(const char *text)
{
	__u32 n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void draw_file(struct hot_live *live, char *text)
{
	struct list_cursor *cursor = &hot_pages_top(&live->pages)->cursor;

	list_cursor_scroll(cursor, 0, live->pages.n_lines, n_screen_lines());
	draw_lines(text, cursor->first, n_screen_lines(), FIRST_LINE);
}

static void draw_actor(struct hot_live *live, char *text)
{
	struct list_cursor *cursor = &hot_pages_top(&live->pages)->cursor;
	__u32 head = n_head(live), page = hot_page_n_rows(live);
	char *copy = strdup(text);

	list_cursor_move(cursor, 0, live->pages.actor->n_files, page);
	draw_lines(text, 0, head, FIRST_LINE);
	if (copy)
		draw_lines(copy, head + cursor->first, page,
			   FIRST_LINE + (int)head);
	free(copy);
	if (live->pages.actor->n_files)
		mvchgat(FIRST_LINE + (int)(head + cursor->at - cursor->first),
			0, -1, A_REVERSE, 0, NULL);
}

static void draw_title(const struct hot_live *live,
		       const struct hot_frame *frame)
{
	const struct hot_pages *pages = &live->pages;
	const struct hot_place *place = &pages->stack[pages->n - 1];
	char ts[FMT_LEN], text[160];

	snprintf(text, sizeof(text),
		 "hotmon  %.8s  %s%s, every %.1f s  (Esc: back, h: help)",
		 fmt_rfc3339(ts, frame->wall_ns) + 11,
		 live->pace.paused ? "PAUSED  " : "",
		 place->is_metadata		     ? "metadata"
		 : !place->is_actor		     ? "one file"
		 : place->view == HOT_VIEW_PROCESSES ? "one process"
						     : "one cgroup",
		 live->pace.interval_s);
	attrset(A_BOLD);
	screen_put(0, 0, text, COLS);
	attrset(A_NORMAL);
}

static void draw_status(const struct hot_live *live)
{
	const struct hot_pages *pages = &live->pages;
	const struct list_cursor *cursor = &pages->stack[pages->n - 1].cursor;
	__u32 n = pages->actor ? pages->actor->n_files : pages->n_lines;
	__u32 end = cursor->first + hot_page_n_rows(live);
	char text[160];

	snprintf(text, sizeof(text), "%s %u-%u of %u, %sEsc: back",
		 pages->actor ? "files" : "lines", n ? cursor->first + 1 : 0,
		 end < n ? end : n, n,
		 pages->actor	   ? "Enter: the file, "
		 : pages->metadata ? ""
				   : "e: count extents, ");
	attrset(A_BOLD);
	screen_put(FIRST_LINE + (int)n_screen_lines(), 0, text, COLS);
	attrset(A_NORMAL);
}

void hot_page_draw(struct hot_live *live, const struct hot_frame *frame)
{
	char *text = make_text(live, frame);

	draw_title(live, frame);
	if (text) {
		live->pages.n_lines = count_lines(text);
		if (live->pages.actor)
			draw_actor(live, text);
		else
			draw_file(live, text);
	}
	draw_status(live);
	free(text);
}
