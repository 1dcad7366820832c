/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The unit makes all mounts read-only for frspd (ProtectSystem=strict), but not
 * those that come later. The mounts in its namespace are its own: so where it
 * is to move data, and only there, it makes the mount writable again.
 */
#ifndef FRSP_DAEMON_OWN_MOUNTS_H
#define FRSP_DAEMON_OWN_MOUNTS_H

#include "daemon/filesystems.h"

/* The unit sets this variable: the mounts are frspd's own. */
#define OWN_MOUNTS_VARIABLE "FRSPD_OWN_MOUNTS"

/* Makes the mount of fs writable, if it can be and should. Directories of the
 * system stay read-only: /, /usr, /etc, /boot and /efi. If it fails, whoever
 * writes there finds out.
 */
void own_mounts_open(const struct filesystem *fs);

#endif
