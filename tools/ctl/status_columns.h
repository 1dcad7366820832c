/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of frspctl status. */
#ifndef FRSP_STATUS_COLUMNS_H
#define FRSP_STATUS_COLUMNS_H

#include "module/status_row.h"

#define STATUS_CELL_LEN 128

struct status_column {
	const char *title;
	/* Fills in buf, or returns a text that lives as long as the row. NULL:
	 * the cell is the number at .offset in row->status.
	 */
	const char *(*cell)(char buf[STATUS_CELL_LEN],
			    const struct status_row *row, bool exact);
	bool is_text;
	size_t offset;
};

#define STATUS_N_COLUMNS 15
extern const struct status_column status_columns[STATUS_N_COLUMNS];

const char *status_cell(char buf[STATUS_CELL_LEN],
			const struct status_column *column,
			const struct status_row *row, bool exact);

#endif
