/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's lockdown, as Secure Boot may switch it on, keeps closed. */
#ifndef FRSP_LOCKDOWN_H
#define FRSP_LOCKDOWN_H

#include <stdbool.h>

#define LOCKDOWN_FILE	  "sys/kernel/security/lockdown"
#define LOCKDOWN_MODE_LEN 32

/* Of the system whose files are below root ("": this one). mode becomes "none",
 * "integrity" or "confidentiality", or "" where the kernel has no lockdown or
 * it cannot be seen. Where securityfs is not mounted it takes CAP_SYS_ADMIN to
 * see it, and root "". Returns false if it cannot be seen.
 */
bool lockdown_read(const char *root, char mode[LOCKDOWN_MODE_LEN]);

#endif
