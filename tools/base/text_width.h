/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many columns of a terminal a text takes, in the present locale. */
#ifndef FRSP_TEXT_WIDTH_H
#define FRSP_TEXT_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

/* True if the present locale's characters are UTF-8. */
bool text_is_utf8(void);

int text_width(const char *text);

/* How many bytes of text fit into n_columns; only whole characters count. */
size_t text_fitting_bytes(const char *text, int n_columns);

#endif
