/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the programs that watch end, live or in batches. */
#ifndef FRSP_LIVE_END_H
#define FRSP_LIVE_END_H

#include "base/log.h"

/* For err of sampling or writing: 0, -ENOTTY: the terminal is not one for a
 * live view, -ECANCELED: what was pinned is gone, or another -errno. Says what
 * there is to be said.
 */
enum exit_code live_end(int err);

#endif
