/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a process or cgroup: what it did, and to which files. */
#ifndef FRSP_HOT_ACTOR_PAGE_H
#define FRSP_HOT_ACTOR_PAGE_H

#include "heat/monitor.h"

#define HOT_ACTOR_PAGE_FILES 64

struct hot_actor_page {
	enum hot_view view;	       /* processes or cgroups */
	struct frsp_hot_actor_key key; /* of a cgroup only .cgroup */
	struct hot_row row; /* of the view; .n_who is 0: it has left */
	/* The files of which it moved the most bytes (.file_bytes), as far as
	 * hotmon_who has them.
	 */
	struct hot_row files[HOT_ACTOR_PAGE_FILES];
	__u32 n_files;
	__u32 n_all_files; /* that it is known to have moved bytes of */
	__u64 known_bytes; /* that it moved of these */
};

/* The key of a row of the view. */
struct frsp_hot_actor_key hot_actor_page_key(enum hot_view view,
					     const struct hot_row *row);

/* Fills in all but .view and .key. frame: the latest, which has the view's
 * rows. What it points to is valid until the next sample. Returns 0 or -ENOMEM.
 */
int hot_monitor_actor_page(struct hot_monitor *monitor,
			   const struct hot_frame *frame,
			   struct hot_actor_page *page);

#endif
