/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of a table stand for. */
#ifndef FRSP_HOT_VIEW_H
#define FRSP_HOT_VIEW_H

#include <stdbool.h>

enum hot_view {
	HOT_VIEW_FILES,
	HOT_VIEW_RANGES,
	/* Groups: sums over files (heat/roll_up.h), */
	HOT_VIEW_PATHS,
	HOT_VIEW_DIRECTORIES,
	/* and those that caused the I/O (heat/actors.h). */
	HOT_VIEW_PROCESSES,
	HOT_VIEW_CGROUPS,
	HOT_NR_VIEWS,
};

static inline bool hot_view_is_group(enum hot_view view)
{
	return view >= HOT_VIEW_PATHS;
}

static inline bool hot_view_is_roll_up(enum hot_view view)
{
	return view == HOT_VIEW_PATHS || view == HOT_VIEW_DIRECTORIES;
}

/* A set of views. */
#define HOT_IN(view) (1U << HOT_VIEW_##view)

/* "files", "ranges", ... */
extern const char *const hot_view_names[HOT_NR_VIEWS];

#endif
