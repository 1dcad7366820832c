// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/device_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/hist.h"
#include "base/table.h"
#include "paths/path.h"

#define CELL_LEN 256
#define NO_VALUE "-"

/* --- cells ------------------------------------------------------------------ */

static const char *number(char buf[CELL_LEN], bool known, double value,
			  bool exact)
{
	if (!known)
		return NO_VALUE;
	snprintf(buf, CELL_LEN, exact ? "%.2f" : "%.0f", value);
	return buf;
}

static const char *bytes(char buf[CELL_LEN], bool known, double value,
			 bool exact)
{
	return known ? fmt_bytes(buf, value + 0.5, exact) : NO_VALUE;
}

static const char *time_of(char buf[CELL_LEN], double ns, bool exact)
{
	if (ns < 0)
		return NO_VALUE;
	return exact ? number(buf, true, ns, false) : hist_fmt_ns(buf, ns);
}

static const char *percent(char buf[CELL_LEN], bool known, double value)
{
	if (!known)
		return NO_VALUE;
	snprintf(buf, CELL_LEN, "%.0f%%", value);
	return buf;
}

/* Appends to a list with commas. What does not fit becomes "...". */
static void append(char list[CELL_LEN], const char *name)
{
	size_t len = strlen(list), room = CELL_LEN - len;
	int written = snprintf(list + len, room, "%s%s", len ? "," : "", name);

	if (written < 0 || (size_t)written >= room)
		strcpy(list + CELL_LEN - 4, "...");
}

static const char *names(char buf[CELL_LEN],
			 const struct diskstats_device *const *devices,
			 unsigned int n)
{
	buf[0] = '\0';
	for (unsigned int i = 0; i < n; i++)
		append(buf, devices[i]->shown);
	return n ? buf : NO_VALUE;
}

static const char *mount_names(char buf[CELL_LEN], const struct device_row *row)
{
	char label[PATH_LABEL_LEN];

	buf[0] = '\0';
	for (unsigned int i = 0; i < row->n_mounts; i++) {
		path_escape(row->mounts[i]->target, label, sizeof(label));
		append(buf, label);
	}
	return row->n_mounts ? buf : NO_VALUE;
}

/* --- the table of devices --------------------------------------------------- */

static const struct table_column device_columns[] = {
	{.title = "DEVICE", .min_width = 6, .is_text = true},
	{.title = "OVER", .min_width = 4, .is_text = true, .leaves = 2},
	{.title = "r/s", .min_width = 6, .leaves = 1},
	{.title = "w/s", .min_width = 6, .leaves = 1},
	{.title = "d/s", .min_width = 4, .leaves = 4},
	{.title = "READ/s", .min_width = 7},
	{.title = "WRITE/s", .min_width = 7},
	{.title = "R-P50", .min_width = 6, .leaves = 3},
	{.title = "R-P99", .min_width = 6},
	{.title = "W-P50", .min_width = 6, .leaves = 3},
	{.title = "W-P99", .min_width = 6},
	{.title = "QUEUE", .min_width = 5, .leaves = 2},
	{.title = "NOW", .min_width = 3, .leaves = 4},
	{.title = "UTIL", .min_width = 4},
	{.title = "ON-IT", .min_width = 0, .is_text = true, .is_path = true},
};

#define N_DEVICE_COLUMNS (sizeof(device_columns) / sizeof(device_columns[0]))

static struct table *new_table(const struct table_column *columns, size_t n,
			       bool live)
{
	struct table_column shape[N_DEVICE_COLUMNS];

	memcpy(shape, columns, n * sizeof(*columns));
	for (size_t i = 0; !live && i < n; i++)
		shape[i].min_width = 0;
	return table_new(shape, n);
}

static int add_device(struct table *table, const struct device_row *row,
		      bool exact)
{
	const struct diskstats_rates *rates = &row->rates;
	const struct device_times
		*reads = &row->ops[FRSP_DISK_READ].since[FRSP_DISK_QUEUED],
		*writes = &row->ops[FRSP_DISK_WRITE].since[FRSP_DISK_QUEUED];
	bool known = row->has_rates, timed = row->has_requests;
	char text[N_DEVICE_COLUMNS][CELL_LEN];
	const char *const cells[N_DEVICE_COLUMNS] = {
		row->now->shown,
		names(text[1], row->below, row->n_below),
		number(text[2], known, rates->reads.per_s, exact),
		number(text[3], known, rates->writes.per_s, exact),
		number(text[4], known, rates->discards.per_s, exact),
		bytes(text[5], known, rates->reads.bytes_per_s, exact),
		bytes(text[6], known, rates->writes.bytes_per_s, exact),
		time_of(text[7], timed ? reads->p50_ns : -1, exact),
		time_of(text[8], timed ? reads->p99_ns : -1, exact),
		time_of(text[9], timed ? writes->p50_ns : -1, exact),
		time_of(text[10], timed ? writes->p99_ns : -1, exact),
		number(text[11], known, rates->queue, true),
		number(text[12], known, row->now->in_flight, false),
		percent(text[13], known, rates->util_pct),
		mount_names(text[14], row),
	};

	return table_add(table, cells);
}

static int add_physical(struct table *table, const struct device_frame *frame,
			bool exact)
{
	const struct diskstats_rates *rates = &frame->physical;
	bool known = frame->has_physical;
	char text[N_DEVICE_COLUMNS][CELL_LEN];
	const char *const cells[N_DEVICE_COLUMNS] = {
		"SUM",
		"",
		number(text[2], known, rates->reads.per_s, exact),
		number(text[3], known, rates->writes.per_s, exact),
		number(text[4], known, rates->discards.per_s, exact),
		bytes(text[5], known, rates->reads.bytes_per_s, exact),
		bytes(text[6], known, rates->writes.bytes_per_s, exact),
		"",
		"",
		"",
		"",
		number(text[11], known, rates->queue, true),
		"",
		"",
		"of physical devices",
	};

	return table_add(table, cells);
}

/* Makes the table as wide as the terminal. moved: the longest way that paths of
 * a table moved until now.
 */
static int fit(struct table *table, const struct device_text_style *style,
	       int *moved)
{
	int shift = style->shift, err;

	if (!style->n_columns)
		return 0;
	err = table_fit(table, style->n_columns, &shift);
	if (abs(shift) > abs(*moved))
		*moved = shift;
	return err;
}

static int print(FILE *out, struct table *table,
		 const struct device_text_style *style, int *moved)
{
	int err = fit(table, style, moved);

	if (!err)
		err = table_lay_out(table);
	if (!err)
		fprintf(out, "%s\n", table_titles(table));
	for (size_t i = 0; !err && i < table_n_rows(table); i++)
		fprintf(out, "%s\n", table_line(table, i));
	return err;
}

static int print_devices(FILE *out, const struct device_frame *frame,
			 const struct device_text_style *style, int *moved)
{
	struct table *table =
		new_table(device_columns, N_DEVICE_COLUMNS, style->live);
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < frame->n_rows && !err; i++)
		err = add_device(table, &frame->rows[i], style->exact);
	if (!err)
		err = add_physical(table, frame, style->exact);
	if (!err)
		err = print(out, table, style, moved);
	table_free(table);
	return err;
}

/* --- the table of filesystems ----------------------------------------------- */

static const struct table_column fs_columns[] = {
	{.title = "TYPE", .min_width = 5, .is_text = true},
	{.title = "r/s", .min_width = 6, .leaves = 1},
	{.title = "w/s", .min_width = 6, .leaves = 1},
	{.title = "d/s", .min_width = 4, .leaves = 3},
	{.title = "READ/s", .min_width = 7},
	{.title = "WRITE/s", .min_width = 7},
	{.title = "UTIL", .min_width = 4},
	{.title = "DEVICES", .min_width = 7, .is_text = true, .leaves = 2},
	{.title = "FILESYSTEM",
	 .min_width = 0,
	 .is_text = true,
	 .is_path = true},
};

#define N_FS_COLUMNS (sizeof(fs_columns) / sizeof(fs_columns[0]))

static int add_fs(struct table *table, const struct device_fs *fs, bool exact)
{
	const struct diskstats_rates *rates = &fs->rates;
	char text[N_FS_COLUMNS][CELL_LEN], label[PATH_LABEL_LEN];
	bool known = fs->has_rates;
	const char *const cells[N_FS_COLUMNS] = {
		fs->mount->fs_type,
		number(text[1], known, rates->reads.per_s, exact),
		number(text[2], known, rates->writes.per_s, exact),
		number(text[3], known, rates->discards.per_s, exact),
		bytes(text[4], known, rates->reads.bytes_per_s, exact),
		bytes(text[5], known, rates->writes.bytes_per_s, exact),
		percent(text[6], known, rates->util_pct),
		names(text[7], fs->devices, fs->n_devices),
		label,
	};

	path_escape(fs->mount->target, label, sizeof(label));
	return table_add(table, cells);
}

static int print_filesystems(FILE *out, const struct device_frame *frame,
			     const struct device_text_style *style, int *moved)
{
	struct table *table = new_table(fs_columns, N_FS_COLUMNS, style->live);
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < frame->n_filesystems && !err; i++)
		err = add_fs(table, &frame->filesystems[i], style->exact);
	if (!err)
		err = print(out, table, style, moved);
	table_free(table);
	return err;
}

/* --- the last line ---------------------------------------------------------- */

static __u64 untimed(const struct device_frame *frame)
{
	__u64 n = 0;

	for (size_t i = 0; i < frame->n_rows; i++)
		for (int op = 0; op < FRSP_DISK_NR_OPS; op++)
			n += frame->rows[i].ops[op].untimed;
	return n;
}

static void print_cost(FILE *out, const struct device_frame *frame)
{
	char text[FMT_LEN];

	if (frame->err) {
		fprintf(out, "latencies are not known: %s\n",
			strerror(-frame->err));
		return;
	}
	fprintf(out,
		"cost of latencies: %llu requests, %.0f ns each, %s of maps; %llu lost",
		frame->events, frame->ns_per_event,
		fmt_bytes(text, frame->map_bytes, false), frame->lost);
	if (untimed(frame))
		fprintf(out, "; %llu without a time", untimed(frame));
	fputc('\n', out);
}

int device_text_print(FILE *out, const struct device_frame *frame,
		      struct device_text_style *style)
{
	int moved = 0, err;

	err = print_devices(out, frame, style, &moved);
	fputc('\n', out);
	if (!err && frame->n_filesystems) {
		err = print_filesystems(out, frame, style, &moved);
		fputc('\n', out);
	}
	style->shift = moved;
	print_cost(out, frame);
	return err;
}
