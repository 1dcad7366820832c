/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Room in hotmon_fs, which has what the identities in the table stand for. */
#ifndef FRSP_FS_ROOM_H
#define FRSP_FS_ROOM_H

#include "heat/track.h"

/* Forgets those that no slot has any more, once there are many. For the one
 * who tends the table, when slots were emptied. Without memory nothing is done.
 */
void fs_room_make(const struct hot_track *track);

#endif
