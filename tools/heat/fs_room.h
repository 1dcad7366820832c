/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes room in hotmon_fs, which says what identities are (bpf/hot_fs.h). */
#ifndef FRSP_FS_ROOM_H
#define FRSP_FS_ROOM_H

#include "heat/track.h"

/* Deletes the identities that no slot has, if the map is at least half full.
 * The process that maintains the table calls it after an eviction. Without
 * memory it does nothing.
 */
void fs_room_make(const struct hot_track *track);

#endif
