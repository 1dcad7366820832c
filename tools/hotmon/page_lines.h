/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that pages are made of: a label and a text, and headings. */
#ifndef FRSP_HOTMON_PAGE_LINES_H
#define FRSP_HOTMON_PAGE_LINES_H

#include "heat/rank.h"
#include "hotmon/page_text.h"

/* Prints a label and a text. On a terminal, a text that is too long goes on in
 * the next lines.
 */
void page_put(FILE *out, const struct page_text_style *style, const char *label,
	      const char *text);
void page_putf(FILE *out, const struct page_text_style *style,
	       const char *label, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* An empty line and a heading. */
void page_put_head(FILE *out, const struct page_text_style *style,
		   const char *text);

/* Prints a heading, and who moved how many of the bytes of a row. */
void page_put_who(FILE *out, const struct page_text_style *style,
		  const struct hot_row *row, const struct hot_row_who *who,
		  __u32 n);

#endif
