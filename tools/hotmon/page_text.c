// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/page_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sgr.h"
#include "base/table.h"
#include "base/text_width.h"
#include "heat/actors.h"
#include "heat/columns.h"
#include "hotmon/advice.h"
#include "hotmon/page_lines.h"
#include "hotmon/strip.h"

#define DEFAULT_COLUMNS 80
#define MAX_COLUMNS	512
#define LINE_LEN	1024

static int width_of(const struct page_text_style *style)
{
	int width = style->n_columns ?: DEFAULT_COLUMNS;

	return width < MAX_COLUMNS ? width : MAX_COLUMNS;
}

static const char *bytes(char buf[FMT_LEN], __u64 n,
			 const struct page_text_style *style)
{
	return fmt_bytes(buf, n, style->exact);
}

/* --- what it is ----------------------------------------------------------- */

static void print_names(FILE *out, const struct hot_page *page,
			const struct page_text_style *style)
{
	const struct hot_row *row = &page->heat.row;
	static char text[PATH_LABEL_LEN]; /* too long for the stack */

	if (!row->file->path && hot_page_path(page))
		path_escape(hot_page_path(page), text, sizeof(text));
	else
		path_label(row->file, row->ino, row->dev, row->gen, text,
			   sizeof(text));
	page_put(out, style, "path", text);
	for (__u32 i = 0; i < page->n_names; i++) {
		path_escape(page->names[i], text, sizeof(text));
		page_put(out, style, i ? "" : "also", text);
	}
	if (page->has_more_names)
		page_put(out, style, "", "and other mounts");
}

static void print_tiers(FILE *out, const struct hot_page *page,
			const struct page_text_style *style)
{
	static const char *const classes[] = {"fast", "slow",
					      "of unknown speed"};
	char text[LINE_LEN] = "", size[FMT_LEN];
	size_t len = 0;

	if (page->tiers_err) {
		page_put(
			out, style, "tier",
			kdev_major(page->fs.fs_dev) || !page->mount
				? "not known"
				: "not known: the filesystem spreads files over its devices itself");
		return;
	}
	for (unsigned int i = 0; i < page->tiers.n && len < sizeof(text); i++) {
		const struct tier *tier = &page->tiers.tiers[i];

		len += snprintf(text + len, sizeof(text) - len, "%s%s (%s%s%s)",
				i ? ", " : "", tier->shown,
				classes[tier->class],
				page->tiers.n > 1 ? ", " : "",
				page->tiers.n > 1
					? bytes(size, tier->bytes, style)
					: "");
	}
	page_put(out, style, "tier", text);
}

static const char *why_no_stat(int err)
{
	switch (err) {
	case -ENODEV:
		return "not known: its filesystem is not mounted here";
	case -ESTALE:
		return "not known: the file is gone";
	case -ETIMEDOUT:
		return "not known: its filesystem does not answer";
	case -EOPNOTSUPP:
		return "not known: its filesystem has no file handles that hotmon knows";
	default:
		return NULL;
	}
}

static void print_size(FILE *out, const struct hot_page *page,
		       const struct page_text_style *style)
{
	char size[FMT_LEN], allocated[FMT_LEN];
	const char *why = why_no_stat(page->stat_err);

	if (why)
		page_put(out, style, "size", why);
	else if (page->stat_err)
		page_putf(out, style, "size", "not known: %s",
			  strerror(-page->stat_err));
	else
		page_putf(out, style, "size", "%s, of which %s are allocated",
			  bytes(size, page->st.st_size, style),
			  bytes(allocated, page->st.st_blocks * 512ULL, style));
}

static void print_identity(FILE *out, const struct hot_page *page,
			   const struct page_text_style *style)
{
	const struct hot_row *row = &page->heat.row;
	char mount[LINE_LEN] = "none here";

	print_names(out, page, style);
	page_putf(out, style, "inode", "%llu, generation %u, on %s %u:%u%s%s",
		  row->ino, row->gen,
		  page->fs.fs_type[0] ? page->fs.fs_type : "device",
		  kdev_major(row->dev), kdev_minor(row->dev),
		  page->shown[0] && page->fs.fs_dev ? ", " : "",
		  page->fs.fs_dev ? page->shown : "");
	if (page->mount)
		path_escape(page->mount, mount, sizeof(mount));
	page_put(out, style, "mount", mount);
	print_tiers(out, page, style);
	print_size(out, page, style);
}

/* --- how hot it is -------------------------------------------------------- */

static void print_counts(FILE *out, const struct hot_page *page,
			 const struct page_text_style *style)
{
	const struct file_heat *heat = &page->heat;
	const struct hot_row *row = &heat->row;
	char a[FMT_LEN], b[FMT_LEN];

	if (!heat->is_tracked)
		page_put(
			out, style, "I/O",
			"none since tracking began, or the table has forgotten it");
	page_putf(out, style, "heat", "%s degrees, %u range%s had I/O",
		  fmt_temperature(a, row->temperature), heat->n_ranges,
		  fmt_plural(heat->n_ranges));
	page_putf(out, style, "read", "%s in %llu read%s",
		  bytes(a, row->read_bytes, style), row->reads,
		  fmt_plural(row->reads));
	page_putf(out, style, "written", "%s in %llu write%s",
		  bytes(b, row->write_bytes, style), row->writes,
		  fmt_plural(row->writes));
	if (!heat->has_rates)
		page_put(out, style, "now", "known after the next interval");
	else
		page_putf(
			out, style, "now",
			"%s/s read, %s/s written; %.1f reads/s, %.1f writes/s",
			bytes(a, row->read_bytes_per_s + 0.5, style),
			bytes(b, row->write_bytes_per_s + 0.5, style),
			row->reads_per_s, row->writes_per_s);
}

/* Prints which character and colour means which temperature. */
static void print_scale(FILE *out, const struct file_heat *heat,
			const struct page_text_style *style)
{
	char least[FMT_LEN];

	for (int glow = 3; glow; glow--)
		fprintf(out, "%s%s%s >= %s  ",
			strip_glow_style(glow, style->color),
			strip_glow_mark(glow), style->color ? SGR_RESET : "",
			fmt_temperature(least,
					hot_glow_least(glow, heat->hottest)));
	fprintf(out, "%s less  %s no I/O\n", strip_glow_mark(0),
		text_is_utf8() ? strip_glow_mark(-1) : "blank");
}

static void print_strip(FILE *out, const struct hot_page *page,
			const struct page_text_style *style)
{
	const struct file_heat *heat = &page->heat;
	__u64 size = page->stat_err ? 0 : page->st.st_size, at;
	__u64 span = file_heat_span(heat, size);
	char text[LINE_LEN], a[FMT_LEN], b[FMT_LEN];
	double cells[MAX_COLUMNS];
	__u32 n = width_of(style), cell;
	int len;

	if (!heat->n_ranges) {
		page_put_head(out, style, "heat over its length: no I/O");
		return;
	}
	snprintf(text, sizeof(text),
		 "heat over its length: %s, %s to a character",
		 bytes(a, span, style), bytes(b, (span + n - 1) / n, style));
	page_put_head(out, style, text);
	file_heat_strip(heat, span, n, cells);
	strip_print_heat(out, cells, n, heat->hottest, style->color);
	fputc('\n', out);
	if (style->marked != FRSP_HOT_RANGE_FILE) {
		at = (__u64)style->marked << FRSP_HOT_RANGE_SHIFT;
		cell = file_heat_cell(at, span, n);
		len = snprintf(text, sizeof(text), "the range at %lluM",
			       at >> 20);
		if ((int)cell + 2 + len < (int)n)
			fprintf(out, "%*s^ %s\n", (int)cell, "", text);
		else if ((int)cell > len)
			fprintf(out, "%*s%s ^\n", (int)cell - len - 1, "",
				text);
		else
			fprintf(out, "%*s^\n", (int)cell, "");
	}
	print_scale(out, heat, style);
}

static void print_history(FILE *out, const struct hot_page *page,
			  const struct hot_history *history,
			  const struct page_text_style *style)
{
	static const char *const labels[HOT_HISTORY_NR] = {
		"read/s", "write/s", "reads/s", "writes/s"};
	double cells[HOT_HISTORY_S], now_s = style->mono_ns / 1e9, first_s;
	int room = width_of(style) - PAGE_LABEL_COLUMNS - 12;
	__u32 n = room < HOT_HISTORY_S ? room : HOT_HISTORY_S;
	char text[LINE_LEN], ts[FMT_LEN], highest[FMT_LEN];

	first_s =
		hot_history_cells(history, &page->heat.key, 0, now_s, n, cells);
	if (first_s < 0) {
		page_put_head(
			out, style,
			"rates of the last 5 minutes: none are known yet");
		return;
	}
	fmt_rfc3339(ts, style->wall_ns - (__u64)((now_s - first_s) * 1e9));
	snprintf(text, sizeof(text),
		 "rates of the last 5 minutes, known since %.8s", ts + 11);
	page_put_head(out, style, text);
	for (int what = 0; what < HOT_HISTORY_NR; what++) {
		double max;

		hot_history_cells(history, &page->heat.key, what, now_s, n,
				  cells);
		fprintf(out, "%-*s", PAGE_LABEL_COLUMNS, labels[what]);
		max = strip_print_rates(out, cells, n);
		if (what <= HOT_HISTORY_WRITE_BYTES)
			fmt_bytes(highest, max + 0.5, false);
		else
			snprintf(highest, sizeof(highest), "%.1f", max);
		fprintf(out, " max %s\n", highest);
	}
}

/* --- its ranges ----------------------------------------------------------- */

static struct table *new_range_table(void)
{
	static const struct table_column columns[] = {
		{.title = " ", .is_text = true},
		{.title = "TEMP"},
		{.title = "READ/s"},
		{.title = "WRITE/s"},
		{.title = "READS", .leaves = 2},
		{.title = "WRITES", .leaves = 2},
		{.title = "READ", .leaves = 1},
		{.title = "WRITTEN", .leaves = 1},
		{.title = "OFFSET"},
		{.title = "WHO", .leaves = 3, .is_text = true},
	};

	return table_new(columns, sizeof(columns) / sizeof(columns[0]));
}

static int add_range(struct table *table, const struct hot_row *row,
		     const struct page_text_style *style)
{
	char text[8][FMT_LEN], name[HOT_ACTOR_NAME_LEN] = "-";
	const char *cells[] = {
		row->range == style->marked ? ">" : " ",
		fmt_temperature(text[0], row->temperature),
		bytes(text[1], row->read_bytes_per_s + 0.5, style),
		bytes(text[2], row->write_bytes_per_s + 0.5, style),
		text[3],
		text[4],
		bytes(text[5], row->read_bytes, style),
		bytes(text[6], row->write_bytes, style),
		text[7],
		name,
	};

	snprintf(text[3], FMT_LEN, "%llu", row->reads);
	snprintf(text[4], FMT_LEN, "%llu", row->writes);
	snprintf(text[7], FMT_LEN, "%llu",
		 (__u64)row->range << FRSP_HOT_RANGE_SHIFT);
	if (row->n_who)
		hot_actor_name(row->who[0].actor, name);
	return table_add(table, cells);
}

static void print_range_table(FILE *out, const struct table *table,
			      const struct hot_row **order, double hottest,
			      const struct page_text_style *style)
{
	int begin = table_column_end(table, 0), end;

	fprintf(out, "%s\n", table_titles(table));
	end = table_column_end(table, 1);
	for (size_t i = 0; i < table_n_rows(table); i++) {
		const char *line = table_line(table, i);
		int glow = hot_row_glow(order[i], hottest);
		const char *color = strip_glow_style(glow, style->color);

		fprintf(out, "%.*s%s%.*s%s%s\n", begin, line, color,
			end - begin, line + begin, *color ? SGR_RESET : "",
			line + end);
	}
}

static int print_ranges(FILE *out, const struct hot_page *page,
			const struct page_text_style *style)
{
	const struct file_heat *heat = &page->heat;
	const struct hot_row **order =
		calloc(heat->n_ranges + 1, sizeof(const struct hot_row *));
	struct table *table = new_range_table();
	__u32 n = heat->n_ranges;
	int shift = 0, err = order && table ? 0 : -ENOMEM;

	if (style->max_rows && n > style->max_rows)
		n = style->max_rows;
	if (!err)
		file_heat_order(heat, style->sort, order);
	for (__u32 i = 0; i < n && !err; i++)
		err = add_range(table, order[i], style);
	if (!err && style->n_columns)
		err = table_fit(table, style->n_columns, &shift);
	if (!err)
		err = table_lay_out(table);
	if (!err && n) {
		page_put_head(out, style,
			      "ranges of 1 MiB, by offset in bytes");
		print_range_table(out, table, order, heat->hottest, style);
		if (n < heat->n_ranges)
			fprintf(out, "  and %u more\n", heat->n_ranges - n);
	}
	table_free(table);
	free(order);
	return err;
}

/* --- its extents ---------------------------------------------------------- */

static void print_count(FILE *out, const struct hot_page *page,
			const struct page_text_style *style)
{
	static const char *const caches[] = {
		[EXTENT_CACHE_NONE] = NULL,
		[EXTENT_CACHE_CLEARED] =
			"the kernel's cache of them is cleared again",
		[EXTENT_CACHE_PRECACHED] =
			"they were all in the kernel's cache before, and stay",
		[EXTENT_CACHE_TOO_MANY] =
			"they stay in the kernel's cache: clearing so many would hold up the file",
		[EXTENT_CACHE_FAILED] =
			"they stay in the kernel's cache: it could not be cleared",
	};
	const struct extent_count *count = path_extents_count(page->extents);
	char a[FMT_LEN], b[FMT_LEN];

	page_putf(out, style, "",
		  "%llu extent%s, in %llu piece%s; the largest is %s",
		  count->n_extents, fmt_plural(count->n_extents),
		  count->n_pieces, fmt_plural(count->n_pieces),
		  bytes(a, count->largest_bytes, style));
	if (count->unwritten_bytes || count->shared_bytes)
		page_putf(out, style, "",
			  "%s are not written yet, %s are shared",
			  bytes(a, count->unwritten_bytes, style),
			  bytes(b, count->shared_bytes, style));
	if (count->unplaced_bytes)
		page_putf(out, style, "", "%s have no place on the disk yet",
			  bytes(a, count->unplaced_bytes, style));
	if (count->encoded_bytes)
		page_putf(out, style, "", "%s are compressed or encrypted",
			  bytes(a, count->encoded_bytes, style));
	for (unsigned int i = 0; page->tiers.n > 1 && i < page->tiers.n; i++)
		page_putf(out, style, "", "%s on %s",
			  bytes(a, count->tier_bytes[i], style),
			  page->tiers.tiers[i].shown);
	if (caches[count->cache])
		page_put(out, style, "", caches[count->cache]);
}

static void print_extents(FILE *out, const struct hot_page *page,
			  const struct page_text_style *style)
{
	int state = page->extents_state;
	const char *why = why_no_stat(state);

	page_put_head(out, style, "extents");
	if (page->extents && path_extents_count(page->extents)->n_extents)
		print_count(out, page, style);
	else if (!state)
		page_put(out, style, "", "none");
	if (state == -ENODATA)
		page_put(
			out, style, "",
			style->live
				? "e counts them: that reads the file's list of extents"
				: "not counted: --extents counts them");
	else if (state == -EINPROGRESS)
		page_put(out, style, "", "counting ...");
	else if (why)
		page_put(out, style, "", why);
	else if (state)
		page_putf(out, style, "", "not counted to the end: %s",
			  strerror(-state));
}

static void print_advice(FILE *out, const struct hot_page *page,
			 const struct page_text_style *style)
{
	struct advice list[ADVICE_MAX];
	size_t n = advice_list(page, list);

	if (n)
		page_put_head(out, style, "what can be done");
	for (size_t i = 0; i < n; i++) {
		page_put(out, style, "run", list[i].command);
		page_put(out, style, "", list[i].meaning);
		free(list[i].command);
	}
}

int page_text_print(FILE *out, const struct hot_page *page,
		    const struct hot_history *history,
		    const struct page_text_style *style)
{
	int err;

	print_identity(out, page, style);
	print_counts(out, page, style);
	print_strip(out, page, style);
	print_history(out, page, history, style);
	page_put_who(out, style, &page->heat.row, page->who.who, page->who.n);
	err = print_ranges(out, page, style);
	print_extents(out, page, style);
	print_advice(out, page, style);
	return err;
}
