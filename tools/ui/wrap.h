/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Breaks long lines of text between words. A line that begins with a blank is a
 * line of a table and stays as it is. Example, with 30 columns:
 *
 *   Busy now 3 extents, 120 blocks; at most 7 extents
 *
 *   Busy now 3 extents, 120
 *     blocks; at most 7 extents
 */
#ifndef FRSP_WRAP_H
#define FRSP_WRAP_H

/* text may have sequences of base/sgr.h. Returns the text in lines of at most
 * n_columns, as far as there are blanks; the caller frees it. NULL: no memory.
 */
char *wrap_text(const char *text, int n_columns);

#endif
