/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mouse in hotmon's live view. */
#ifndef FRSP_HOT_MOUSE_H
#define FRSP_HOT_MOUSE_H

#include "hotmon/live.h"

/* Handles one KEY_MOUSE of getch(). */
enum report_change hot_mouse(struct hot_live *live);

#endif
