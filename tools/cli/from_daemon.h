/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs print when frspd gives no answer. */
#ifndef FRSP_FROM_DAEMON_H
#define FRSP_FROM_DAEMON_H

#include "base/log.h"

/* err: as of varlink/client.h. why: what frspd says, or NULL. -EINTR prints
 * nothing: the user ended the program.
 */
enum exit_code from_daemon_fail(int err, const char *why);

#endif
