/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel and the user's rights must offer before BPF is tried. */
#ifndef FRSP_PRIVILEGE_H
#define FRSP_PRIVILEGE_H

#include "base/log.h"
#include "watch/needs.h"

/* What is missing here. */
struct needs_lack privilege_lack(void);

/* EXIT_OK, or the code to end with, after saying what is missing and what to
 * do about it.
 */
enum exit_code privilege_check(void);

/* Of that, what needs no rights: /proc and /sys are mounted. */
enum exit_code privilege_check_mounts(void);

#endif
