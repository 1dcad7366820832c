/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps results of look-ups, which are otherwise valid until the next one. */
#ifndef FRSP_PATH_KEPT_H
#define FRSP_PATH_KEPT_H

#include "paths/path.h"

struct path_kept;

/* Copies the result and its texts into the list, which begins as NULL. Returns
 * the copy, valid until path_kept_free(). Without memory it returns a result
 * that knows nothing (PATH_UNKNOWN).
 */
const struct path_result *path_keep(struct path_kept **list,
				    const struct path_result *result);

/* Frees all copies of the list and empties it. */
void path_kept_free(struct path_kept **list);

#endif
