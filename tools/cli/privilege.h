/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks what the kernel and the user's capabilities must offer before BPF is
 * tried, and reports what is missing.
 */
#ifndef FRSP_PRIVILEGE_H
#define FRSP_PRIVILEGE_H

#include "base/log.h"
#include "watch/needs.h"

/* The first thing that is missing on this system (watch/needs.h). */
struct needs_lack privilege_lack(void);

/* Prints what is missing and what to do about it. Returns EXIT_OK if nothing is
 * missing, else the code to exit with.
 */
enum exit_code privilege_check(void);

/* The part of privilege_check() that needs no capabilities: whether /proc and
 * /sys are mounted.
 */
enum exit_code privilege_check_mounts(void);

#endif
