/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of hotmon and frsp-top: turns an error into a message and exit code. */
#ifndef FRSP_LIVE_END_H
#define FRSP_LIVE_END_H

#include "base/log.h"

/* err: the result of sampling or writing: 0, -ENOTTY: the terminal cannot show
 * a live view, -ECANCELED: the pinned programs were unpinned, or another
 * -errno. Prints what failed and returns the exit code.
 */
enum exit_code live_end(int err);

#endif
