/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mode of the kernel's lockdown, which Secure Boot may switch on. */
#ifndef FRSP_LOCKDOWN_H
#define FRSP_LOCKDOWN_H

#include <stdbool.h>

#define LOCKDOWN_FILE	  "sys/kernel/security/lockdown"
#define LOCKDOWN_MODE_LEN 32

/* Reads the lockdown mode of the system whose files are below root ("": this
 * one). Sets mode to "none", "integrity" or "confidentiality", or to "" if the
 * kernel has no lockdown or its mode cannot be read. If securityfs is not
 * mounted, reading the mode takes CAP_SYS_ADMIN and root "". Returns false if
 * the mode cannot be read.
 */
bool lockdown_read(const char *root, char mode[LOCKDOWN_MODE_LEN]);

#endif
