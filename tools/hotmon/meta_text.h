/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a row of metadata as text: what it is, whose, how much, and what
 * makes it less.
 */
#ifndef FRSP_HOTMON_META_TEXT_H
#define FRSP_HOTMON_META_TEXT_H

#include "heat/rank.h"
#include "hotmon/page_text.h"

/* is_there: false if the row has left the table. Then its counts are the last
 * ones that were known, and .file may be NULL.
 */
void meta_text_print(FILE *out, const struct hot_row *row, bool is_there,
		     const struct page_text_style *style);

#endif
