/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_DAEMON_CLAIM_H
#define FRSP_DAEMON_CLAIM_H

#include "base/log.h"

/* The runtime directory: $RUNTIME_DIRECTORY, which systemd sets and makes, else
 * /run/frspd.
 */
const char *claim_directory(void);

/* Makes sure that no other frspd runs with this runtime directory. The
 * claim ends with the process. If it fails, it has printed why.
 */
enum exit_code claim_take(void);

#endif
