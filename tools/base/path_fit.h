/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shortens paths so that they fit into a column of a terminal. */
#ifndef FRSP_PATH_FIT_H
#define FRSP_PATH_FIT_H

#include <stddef.h>

/* The bytes that path_fit() may write for this path. */
size_t path_fit_size(const char *path);

/*
 * Writes the part of path that fits into n_columns (at least 3), and marks
 * where something is missing: with an ellipsis, or with "<" and ">" if the
 * locale is not UTF-8. The name at the end stays, and as many directories in
 * front of it as fit. If even the name is too long, its end is cut off.
 * Examples, with 12 columns:
 *
 *   /srv/db/a   ->  /srv/db/a
 *   /srv/mail/new/1701.eml  ->  </1701.eml
 *   /srv/a-name-of-20-letters  ->  </a-name-of>
 *   [log] /srv/data  ->  [log] </data
 *
 * Brackets in front of a path, and what is in them, stay if there is room.
 *
 * *shift: begins so many columns further right, or further left if it is
 * negative. It is changed to what was possible: a path that fits does not move,
 * and the others stop when their first or last character is in sight.
 */
void path_fit(const char *path, int n_columns, int *shift, char *out);

#endif
