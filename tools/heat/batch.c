// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <libsmartcols.h>

#include "base/output.h"
#include "heat/summary.h"

/* By hot_row_glow(). */
static const char *const glow_colors[] = {NULL, "green", "brown", "red"};

static int add_columns(struct libscols_table *table, enum hot_view view)
{
	for (int i = 0; i < HOT_N_COLUMNS; i++) {
		const struct hot_column *column = &hot_columns[i];

		if (!hot_column_shown(column, view))
			continue;
		/* width 0: as wide as its widest cell */
		if (!scols_table_new_column(table, column->title, 0,
					    column->is_text ? 0
							    : SCOLS_FL_RIGHT))
			return -ENOMEM;
	}
	return 0;
}

static int add_row(struct libscols_table *table, struct hot_monitor *monitor,
		   const struct hot_row *row, double hottest,
		   const struct hot_batch_style *style)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	struct path_result file;
	char cell[FMT_LEN], label[PATH_LABEL_LEN];
	const char *text;
	size_t at = 0;
	int err;

	if (!line)
		return -ENOMEM;
	for (int i = 0; i < HOT_N_COLUMNS; i++) {
		const struct hot_column *column = &hot_columns[i];

		if (!hot_column_shown(column, style->view))
			continue;
		if (column->cell) {
			text = column->cell(cell, row, style->exact);
		} else {
			hot_monitor_path(monitor, row, &file);
			path_label(&file, row->ino, row->dev, row->gen, label,
				   sizeof(label));
			text = label;
		}
		err = scols_line_set_data(line, at++, text);
		if (err)
			return err;
	}
	return scols_line_set_color(line,
				    glow_colors[hot_row_glow(row, hottest)]);
}

static int fill_table(struct libscols_table *table, struct hot_monitor *monitor,
		      const struct hot_rows *rows,
		      const struct hot_batch_style *style)
{
	double hottest = 0;
	int err;

	scols_table_enable_colors(table, style->color);
	err = add_columns(table, style->view);
	for (__u32 i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].temperature > hottest)
			hottest = rows->rows[i].temperature;
	for (__u32 i = 0; i < rows->n_rows && !err; i++)
		err = add_row(table, monitor, &rows->rows[i], hottest, style);
	return err;
}

int hot_batch_write(FILE *out, struct hot_monitor *monitor,
		    const struct hot_frame *frame,
		    const struct hot_batch_style *style)
{
	char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN], ts[FMT_LEN];
	struct libscols_table *table = scols_new_table();
	char *text = NULL;
	int err;

	if (!table)
		return -ENOMEM;
	err = fill_table(table, monitor,
			 style->view == HOT_VIEW_FILES ? &frame->ranking.files
						       : &frame->ranking.ranges,
			 style);
	if (!err)
		err = scols_print_table_to_string(table, &text);
	scols_unref_table(table);
	if (err)
		return err;
	hot_summary(lines, frame, style->exact);
	if (style->timestamp)
		fprintf(out, "%s\n", fmt_rfc3339(ts, frame->wall_ns));
	/* a table without lines prints as nothing */
	fprintf(out, "%s\n",
		text && *text ? text : "no file was read or written on disk");
	free(text);
	for (int i = 0; i < HOT_SUMMARY_LINES; i++)
		fprintf(out, "%s\n", lines[i]);
	fputc('\n', out);
	return output_flush(out);
}
