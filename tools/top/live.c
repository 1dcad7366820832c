// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The live view of frsp-top. Line 0 is the title with the screens. The last
 * line is the cost or a notice. The text of the screen is between them, and
 * scrolls. The table keys[] has every key, with its help and its function.
 */
#include "top/live.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <ncurses.h>

#include "base/fmt.h"
#include "base/sgr.h"
#include "base/text_width.h"
#include "top/report.h"
#include "ui/screen.h"
#include "ui/term_colors.h"
#include "ui/text_field.h"
#include "ui/wrap.h"

#define HEADER_LINES   1
#define FOOTER_LINES   1
#define FOOTER_LEN     (TOP_REPORT_LEN + 4 * TOP_FILTER_LEN + 32)
#define MAP_HEAD_LINES 3   /* at least so many lines of the map are no cells */
#define WIDE_TITLE     100 /* columns that the names of all screens need */

/* What a key acts on. */
struct context {
	struct top_live *live;
	struct top_model *model;
	struct top_frame *frame;
};

static enum report_change key_quit(struct context *context)
{
	context->live->pace.quit = true;
	return REPORT_QUIT;
}

static enum report_change key_help(struct context *context)
{
	context->live->help = !context->live->help;
	context->live->scroll = 0;
	return REPORT_REDRAW;
}

static enum report_change key_pause(struct context *context)
{
	struct report_pace *pace = &context->live->pace;

	pace->paused = !pace->paused;
	return REPORT_REDRAW;
}

/* How many lines of text fit between title and footer; at least 1. */
static int page(void)
{
	return LINES > HEADER_LINES + FOOTER_LINES + 1
		       ? LINES - HEADER_LINES - FOOTER_LINES
		       : 1;
}

/* Chooses the filesystem that is this many lines further down in the overview,
 * and scrolls until it is in sight.
 */
static void choose(struct context *context, int lines)
{
	struct top_live *live = context->live;
	int line = 0;
	__u32 dev = top_overview_neighbour(context->frame, &live->view, lines,
					   &line);

	if (!dev)
		return;
	live->view.dev = dev;
	if (lines) /* a key chose it: the heat follows */
		live->view.all = false;
	if (line <= live->scroll)
		live->scroll = line == 1 ? 0 : line;
	else if (line >= live->scroll + page())
		live->scroll = line + 1 - page();
}

static enum report_change show(struct context *context, enum top_screen_id id)
{
	struct top_live *live = context->live;
	bool was_heat = live->view.screen == TOP_HEAT;

	/* chooses the first line, unless a listed filesystem is chosen */
	if (live->view.screen == TOP_OVERVIEW && top_screens[id].of_one)
		choose(context, 0);
	live->view.screen = id;
	live->scroll = 0;
	live->help = false;
	/* The parts of the frame that these screens need are optional, and the
	 * heat screen's frame has the rows that it shows, not the hottest.
	 */
	return was_heat || id == TOP_HEAT || id == TOP_MAP || id == TOP_ESCACHE
		       ? REPORT_RESAMPLE
		       : REPORT_REDRAW;
}

static enum report_change key_next(struct context *context)
{
	return show(context, (context->live->view.screen + 1) % TOP_NR_SCREENS);
}

static enum report_change key_enter(struct context *context)
{
	if (context->live->view.screen != TOP_OVERVIEW)
		return REPORT_SAME;
	return show(context, TOP_ALLOCATOR);
}

static enum report_change key_back(struct context *context)
{
	if (context->live->view.screen == TOP_OVERVIEW)
		context->live->view.filter[0] = '\0';
	return show(context, TOP_OVERVIEW);
}

/* The order of the heat is chosen when a frame is sampled, so it needs another
 * frame. The overview sorts when it is drawn.
 */
static enum report_change ranks_anew(const struct top_live *live)
{
	return live->view.screen == TOP_HEAT ? REPORT_RESAMPLE : REPORT_REDRAW;
}

static enum report_change key_sort(struct context *context)
{
	struct top_live *live = context->live;

	if (live->view.screen == TOP_HEAT)
		live->view.heat_sort.key =
			(live->view.heat_sort.key + 1) % HOT_NR_SORT_KEYS;
	else
		live->view.sort = top_overview_next_column(context->frame,
							   live->view.sort);
	snprintf(live->notice, sizeof(live->notice), "sorted by %s",
		 live->view.screen == TOP_HEAT
			 ? hot_sort_names[live->view.heat_sort.key][0]
			 : top_overview_column(live->view.sort));
	return ranks_anew(live);
}

static enum report_change key_reverse(struct context *context)
{
	struct top_live *live = context->live;

	if (live->view.screen == TOP_HEAT)
		live->view.heat_sort.ascending =
			!live->view.heat_sort.ascending;
	else
		live->view.reverse = !live->view.reverse;
	return ranks_anew(live);
}

static enum report_change key_filter(struct context *context)
{
	context->live->view.filter[0] = '\0';
	context->live->typing = true;
	return show(context, TOP_OVERVIEW);
}

static enum report_change key_ranges(struct context *context)
{
	context->live->view.ranges = !context->live->view.ranges;
	return ranks_anew(context->live);
}

static enum report_change key_all(struct context *context)
{
	struct top_live *live = context->live;

	live->view.all = !live->view.all;
	return ranks_anew(live);
}

static enum report_change key_reset(struct context *context)
{
	struct top_live *live = context->live;
	int err = top_model_reset(context->model);

	snprintf(
		live->notice, sizeof(live->notice), "%s",
		err ? "no memory for that"
		    : "the counts begin again at 0, on the screens 2, 4 and 5");
	return REPORT_REDRAW;
}

static enum report_change key_metric(struct context *context)
{
	struct top_view *view = &context->live->view;

	view->metric = (view->metric + 1) % TOP_NR_METRICS;
	return REPORT_REDRAW;
}

static bool map_limits(const struct context *context, __u32 *zoom, __u32 *pan)
{
	const struct top_view *view = &context->live->view;

	/* another key may have changed the screen since it was drawn */
	top_view_look_up(context->model, context->frame, view);
	return top_map_limits(context->frame, view, zoom, pan);
}

static enum report_change key_zoom_in(struct context *context)
{
	struct top_view *view = &context->live->view;

	__u32 last_zoom, last_pan;

	if (!map_limits(context, &last_zoom, &last_pan) ||
	    view->zoom >= last_zoom)
		return REPORT_SAME;
	view->zoom++;
	view->pan *= 2;
	return REPORT_REDRAW;
}

static enum report_change key_zoom_out(struct context *context)
{
	struct top_view *view = &context->live->view;

	if (view->zoom) {
		view->zoom--;
		view->pan /= 2;
	}
	return REPORT_REDRAW;
}

static enum report_change key_right(struct context *context)
{
	struct top_view *view = &context->live->view;
	__u32 last_zoom, last_pan;

	if (!map_limits(context, &last_zoom, &last_pan))
		return REPORT_SAME;
	view->pan = view->pan < last_pan ? view->pan + 1 : last_pan;
	return REPORT_REDRAW;
}

static enum report_change key_left(struct context *context)
{
	struct top_view *view = &context->live->view;
	__u32 last_zoom, last_pan;

	if (!map_limits(context, &last_zoom, &last_pan))
		return REPORT_SAME;
	/* pan is beyond the last one if the terminal has grown */
	view->pan = view->pan < last_pan ? view->pan : last_pan;
	if (view->pan)
		view->pan--;
	return REPORT_REDRAW;
}

static enum report_change key_slower(struct context *context)
{
	report_slower(&context->live->pace);
	return REPORT_REDRAW;
}

static enum report_change key_faster(struct context *context)
{
	report_faster(&context->live->pace);
	return REPORT_REDRAW;
}

static enum report_change key_bytes(struct context *context)
{
	context->live->view.exact = !context->live->view.exact;
	return REPORT_REDRAW;
}

static enum report_change move_by(struct context *context, int lines)
{
	struct top_live *live = context->live;

	if (live->view.screen == TOP_OVERVIEW && !live->help) {
		choose(context, lines);
		return REPORT_REDRAW;
	}
	live->scroll += lines;
	if (live->scroll < 0)
		live->scroll = 0;
	return REPORT_REDRAW;
}

static enum report_change key_down(struct context *context)
{
	return move_by(context, 1);
}

static enum report_change key_up(struct context *context)
{
	return move_by(context, -1);
}

static enum report_change key_page_down(struct context *context)
{
	return move_by(context, page());
}

static enum report_change key_page_up(struct context *context)
{
	return move_by(context, -page());
}

static enum report_change key_top(struct context *context)
{
	return move_by(context, INT_MIN / 2);
}

static enum report_change key_write(struct context *context)
{
	struct top_live *live = context->live;
	char name[64];
	time_t now = time(NULL);
	int err;

	strftime(name, sizeof(name), "frsp-top-%Y%m%d-%H%M%S.txt",
		 localtime(&now));
	/* another key may have changed the screen since it was drawn */
	top_view_look_up(context->model, context->frame, &live->view);
	err = top_report_snapshot(name, context->frame, &live->view);
	snprintf(live->notice, sizeof(live->notice), "%s%s%s", name,
		 err ? ": not written: " : " written",
		 err == -ETIMEDOUT ? "its filesystem does not answer"
		 : err		   ? strerror(-err)
				   : "");
	return REPORT_REDRAW;
}

static enum report_change key_resize(struct context *context)
{
	(void)context;
	return REPORT_REDRAW;
}

/* All keys, for dispatch and for the help screen. A row without name and help
 * is another key for the row above it.
 */
static const struct {
	int key;
	const char *name;
	const char *help;
	enum report_change (*act)(struct context *context);
} keys[] = {
	{'q', "q", "quit", key_quit},
	{'h', "h ? F1", "this help, on and off", key_help},
	{'?', NULL, NULL, key_help},
	{KEY_F(1), NULL, NULL, key_help},
	{'\t', "Tab", "the next screen; 1, 2, ...: that screen", key_next},
	{'\n', "Enter", "the allocator of the chosen filesystem", key_enter},
	{KEY_ESCAPE, "Esc", "back to the overview; there: clear the filter",
	 key_back},
	{KEY_DOWN, "down j", "the next filesystem, or scroll down", key_down},
	{'j', NULL, NULL, key_down},
	{KEY_UP, "up k", "the previous filesystem, or scroll up", key_up},
	{'k', NULL, NULL, key_up},
	{KEY_NPAGE, "PgDn", "a screen down", key_page_down},
	{KEY_PPAGE, "PgUp", "a screen up", key_page_up},
	{KEY_HOME, "Home", "to the top", key_top},
	{'s', "s", "sort by the next column or key", key_sort},
	{'r', "r", "reverse the order", key_reverse},
	{'/', "/ f", "filter the overview: type, then Enter", key_filter},
	{'f', NULL, NULL, key_filter},
	{'v', "v", "heat: files or 1-MiB ranges", key_ranges},
	{'a', "a", "heat: the chosen filesystem or all", key_all},
	{'0', "0", "counts since now: allocator, busy, escache", key_reset},
	{'m', "m", "map: fullness, fragmentation, heat or tier", key_metric},
	{'z', "z", "map: zoom in", key_zoom_in},
	{'Z', "Z", "map: zoom out", key_zoom_out},
	{KEY_RIGHT, "right l", "map: half a screen on", key_right},
	{'l', NULL, NULL, key_right},
	{KEY_LEFT, "left", "map: half a screen back", key_left},
	{'b', "b", "exact numbers, on and off", key_bytes},
	{' ', "space", "freeze and go on", key_pause},
	{'+', "+", "longer interval", key_slower},
	{'-', "-", "shorter interval", key_faster},
	{'w', "w", "write this screen to a file here", key_write},
	{KEY_RESIZE, NULL, NULL, key_resize},
};

bool top_live_start(struct top_live *live)
{
	if (!screen_start())
		return false;
	if (live->view.color && has_colors()) {
		start_color();
		use_default_colors();
		live->view.n_colors = term_colors_current();
	}
	/* also without colours: bold and reverse mark the chosen line */
	live->view.color = true;
	return true;
}

/* The number that ncurses has for a colour. A colour with SGR_RGB gets here
 * only if the terminal of ncurses takes red, green and blue.
 */
static int color_number(int color)
{
	return color == SGR_DEFAULT ? color : color & ~SGR_RGB;
}

static void set_style(const struct sgr *sgr, bool color)
{
	attr_t attributes = A_NORMAL;
	int pair = 0;

	attributes |= sgr->bold ? A_BOLD : 0;
	attributes |= sgr->dim ? A_DIM : 0;
	attributes |= sgr->reverse ? A_REVERSE : 0;
	if (color)
		pair = alloc_pair(color_number(sgr->fg), color_number(sgr->bg));
	attr_set(attributes, 0, pair > 0 ? &pair : NULL);
}

/* Draws a line with its styles. *sgr carries the style from line to line. A
 * line above the text area is not drawn, but its sequences change *sgr.
 */
static void draw_line(int y, char *line, struct sgr *sgr, bool color)
{
	/* x > COLS: parse sequences, put no text */
	int x = y < HEADER_LINES ? COLS + 1 : 0;

	while (*line) {
		size_t len = sgr_parse(line, sgr);
		char end;

		if (len) {
			line += len;
			continue;
		}
		len = 1 + strcspn(line + 1, "\033");
		end = line[len];
		line[len] = '\0';
		if (x <= COLS) {
			set_style(sgr, color);
			x = screen_put(y, x, line, COLS);
		}
		line[len] = end;
		line += len;
	}
	attrset(A_NORMAL);
}

/* Draws the text from line live->scroll on, which is at most the last line. */
static void draw_text(struct top_live *live, char *text)
{
	struct sgr sgr = SGR_PLAIN;
	int n = 0, y;
	char *rest = text, *line;

	for (const char *at = text; *at; at++)
		n += *at == '\n';
	if (live->scroll > n - 1)
		live->scroll = n ? n - 1 : 0;
	y = -live->scroll;
	for (; (line = strsep(&rest, "\n")) && y < page(); y++)
		draw_line(HEADER_LINES + y, line, &sgr, live->view.n_colors);
}

static void draw_title(const struct top_live *live,
		       const struct top_frame *frame)
{
	bool wide = COLS >= WIDE_TITLE;
	char ts[FMT_LEN], text[64];
	int x;

	attrset(A_BOLD);
	snprintf(text, sizeof(text), "frsp-top  %.8s ",
		 fmt_rfc3339(ts, frame->wall_ns) + 11);
	x = screen_put(0, 0, text, COLS);
	for (int i = 0; i < TOP_NR_SCREENS; i++) {
		bool shown = i == (int)live->view.screen;

		attrset(shown ? A_REVERSE : A_NORMAL);
		snprintf(text, sizeof(text),
			 shown	? " %d %s "
			 : wide ? " %d %s "
				: " %d",
			 i + 1, top_screens[i].title);
		x = screen_put(0, x, text, COLS);
	}
	attrset(A_NORMAL);
	snprintf(text, sizeof(text), wide ? "%s every %.1f s" : "%s %.1f s",
		 live->pace.paused ? " FROZEN," : "", live->pace.interval_s);
	screen_put(0, x, text, COLS);
}

static int print_help(char **text)
{
	size_t size;
	FILE *out = open_memstream(text, &size);

	if (!out)
		return -errno;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].name)
			fprintf(out, "  %-8s %s\n", keys[i].name, keys[i].help);
	return fclose(out) ? -ENOMEM : 0;
}

/* Prints the cost. In the overview the filter stands before it, as it may hide
 * a filesystem that the user looks for.
 */
static void print_cost(char line[FOOTER_LEN], const struct top_live *live,
		       const struct top_frame *frame)
{
	char filter[4 * TOP_FILTER_LEN];
	int len = 0;

	path_escape(live->view.filter, filter, sizeof(filter));
	if (live->view.screen == TOP_OVERVIEW && filter[0])
		len = snprintf(line, FOOTER_LEN, "filter \"%s\", Esc: clear; ",
			       filter);
	top_report_cost(line + len, FOOTER_LEN - len, frame);
}

static void draw_footer(const struct top_live *live,
			const struct top_frame *frame)
{
	char line[FOOTER_LEN], filter[4 * TOP_FILTER_LEN];

	path_escape(live->view.filter, filter, sizeof(filter));
	if (live->typing)
		snprintf(line, sizeof(line), "filter: %s_", filter);
	else if (live->notice[0])
		snprintf(line, sizeof(line), "%s", live->notice);
	else
		print_cost(line, live, frame);
	screen_put(LINES - 1, 0, line, COLS);
}

/* The text of the screen or of the help, in lines that fit. */
static int wrapped_text(char **wrapped, const struct top_live *live,
			const struct top_frame *frame)
{
	char *text;
	int err = live->help ? print_help(&text)
			     : top_report_text(&text, frame, &live->view);

	if (err)
		return err;
	*wrapped = wrap_text(text, COLS);
	free(text);
	return *wrapped ? 0 : -ENOMEM;
}

/* How many lines of the text do not fit between title and footer. */
static int lines_too_many(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n > page() ? n - page() : 0;
}

/* Of the map, as many cells are printed as there is room for below its legend,
 * whose number of lines depends on the width.
 */
static int fitting_text(char **text, struct top_live *live,
			const struct top_frame *frame)
{
	int lines = page() - MAP_HEAD_LINES, over;
	int err;

	live->view.n_cells = COLS * lines;
	err = wrapped_text(text, live, frame);
	if (err || live->help || live->view.screen != TOP_MAP)
		return err;
	over = lines_too_many(*text);
	if (!over || lines == 1)
		return 0;
	free(*text);
	live->view.n_cells = COLS * (over < lines ? lines - over : 1);
	return wrapped_text(text, live, frame);
}

int top_live_draw(struct top_live *live, const struct top_frame *frame)
{
	char *text;
	int err;

	erase();
	if (COLS < SCREEN_MIN_COLUMNS || LINES < SCREEN_MIN_LINES) {
		mvprintw(0, 0, "frsp-top needs %dx%d", SCREEN_MIN_COLUMNS,
			 SCREEN_MIN_LINES);
		refresh();
		return 0;
	}
	live->view.width = COLS;
	live->view.n_columns = COLS;
	err = fitting_text(&text, live, frame);
	if (err)
		return err;
	draw_title(live, frame);
	draw_text(live, text);
	free(text);
	draw_footer(live, frame);
	refresh();
	return 0;
}

static enum report_change type_filter(struct top_live *live, int key)
{
	enum text_field_event event =
		text_field_key(live->view.filter, TOP_FILTER_LEN, key);

	if (event == TEXT_FIELD_DONE || event == TEXT_FIELD_CANCELED)
		live->typing = false;
	return REPORT_REDRAW;
}

static enum report_change press(struct context *context, int key)
{
	context->live->notice[0] = '\0';
	if (context->live->typing && key != KEY_RESIZE)
		return type_filter(context->live, key);
	if (key >= '1' && key < '1' + TOP_NR_SCREENS)
		return show(context, key - '1');
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].key == key)
			return keys[i].act(context);
	return REPORT_SAME;
}

enum report_change top_live_keys(struct top_live *live, struct top_model *model,
				 struct top_frame *frame)
{
	struct context context = {live, model, frame};
	enum report_change change = REPORT_SAME, one;
	int key;

	while ((key = getch()) != ERR) {
		one = press(&context, key);
		change = one > change ? one : change;
	}
	return change;
}

struct top_request top_live_request(const struct top_live *live)
{
	return top_view_request(&live->view, live->scroll + 3 * page());
}
