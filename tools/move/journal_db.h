/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the journal share. */
#ifndef FRSP_MOVE_JOURNAL_DB_H
#define FRSP_MOVE_JOURNAL_DB_H

#include <limits.h>

#include "move/journal.h"
#include "move/sql.h"

struct journal {
	sqlite3 *db;
	char path[PATH_MAX];
};

/* The values of the column extents.which. */
#define EXTENTS_BEFORE "before"
#define EXTENTS_GOAL   "goal"
#define EXTENTS_AFTER  "after"

#endif
