/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Relocation gives way to whoever unmounts a filesystem. What it runs has files
 * open there, so umount(8) fails, once: frspd sees that, ends the process,
 * and begins no other one for a while. So the next try succeeds.
 */
#ifndef FRSP_DAEMON_GIVE_WAY_H
#define FRSP_DAEMON_GIVE_WAY_H

#include "daemon/relocation.h"

/* How often to look, while a process runs. */
#define GIVE_WAY_LOOK_US 100000

/* A process begins: watches from now on. Without the rights or tracefs it does
 * not, and says so once.
 */
void give_way_begin(struct relocation *relocation);

/* Looks whether somebody could not unmount a filesystem since the begin. If so,
 * tells the process to end, and says so. fs: that it works on, or NULL.
 */
void give_way_look(struct relocation *relocation, const struct filesystem *fs);

/* Whether nothing may begin now, as somebody unmounts. */
bool give_way_rests(const struct relocation *relocation);

/* No process runs: the watch costs nothing any more. */
void give_way_end(struct relocation *relocation);

#endif
