/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the engine on an image, or on all images of a disk. */
#ifndef FRSP_PLOOP_IMAGE_ENGINE_H
#define FRSP_PLOOP_IMAGE_ENGINE_H

#include <stdbool.h>

#include "ploop/image/chain.h"
#include "ploop/image/problem.h"
#include "ploop/io/rings.h"
#include "ploop/io/seats.h"

/* path: an image, or a disk descriptor. 0; -EBADMSG or another -errno, and
 * problem says what is wrong. The caller closes the seats.
 */
int engine_open(const char *path, const struct seats_settings *settings,
		struct seats **seats, struct image_problem *problem);
/* The same, for callers with many requests under way. */
int engine_open_rings(const char *path, const struct rings_settings *settings,
		      struct rings **rings, struct image_problem *problem);

/* The same for a chain that is open, from this level on: 0 is the top. path:
 * named if something else is wrong. The chain may be closed afterwards.
 */
int engine_open_chain(const char *path, const struct chain *chain, size_t level,
		      const struct seats_settings *settings,
		      struct seats **seats, struct image_problem *problem);

#endif
