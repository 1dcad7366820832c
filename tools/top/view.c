// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/view.h"

#include <string.h>

#include "base/sgr.h"

const struct top_screen top_screens[TOP_NR_SCREENS] = {
	[TOP_OVERVIEW] = {"overview", "Overview", false, top_overview_look_up,
			  top_overview_print},
	[TOP_ALLOCATOR] = {"allocator", "Allocator", true,
			   top_allocator_look_up, top_allocator_print},
	[TOP_MAP] = {"map", "Map", true, top_map_look_up, top_map_print},
	[TOP_BUSY] = {"busy", "Busy", true, NULL, top_busy_print},
	[TOP_ESCACHE] = {"escache", "ES cache", true, top_escache_look_up,
			 top_escache_print},
	[TOP_HEAT] = {"heat", "Heat", false, top_heat_look_up, top_heat_print},
};

struct top_request top_view_request(const struct top_view *view,
				    __u32 heat_rows)
{
	bool lists = view->screen == TOP_HEAT;
	const struct hot_frame_request heat = {
		/* other screens need the hottest rows, whatever the order */
		.sort = lists ? view->heat_sort : (struct hot_sort){0},
		.max_rows = lists ? heat_rows : TOP_HEAT_ROWS,
		.ranges = view->screen == TOP_MAP || (lists && view->ranges),
	};

	return (struct top_request){
		.heat = heat,
		.es_now = view->screen == TOP_ESCACHE,
	};
}

void top_view_look_up(struct top_model *model, struct top_frame *frame,
		      const struct top_view *view)
{
	const struct top_screen *screen = &top_screens[view->screen];

	if (screen->look_up)
		screen->look_up(model, frame, view);
}

bool top_view_passes(const struct top_view *view, const struct top_fs *fs)
{
	return strstr(fs->name, view->filter) ||
	       strstr(fs->mount, view->filter);
}

struct top_fs *top_view_fs(const struct top_frame *frame,
			   const struct top_view *view)
{
	for (size_t i = 0; i < frame->n_fs; i++)
		if (frame->fs[i].dev == view->dev)
			return &frame->fs[i];
	for (size_t i = 0; i < frame->n_fs; i++)
		if (top_view_passes(view, &frame->fs[i]))
			return &frame->fs[i];
	return NULL;
}

bool top_view_head(FILE *out, const struct top_fs *fs,
		   const struct top_view *view)
{
	if (!fs) {
		fputs(view->filter[0]
			      ? "no filesystem passes the filter\n"
			      : "no ext4 or XFS filesystem is mounted\n",
		      out);
		return false;
	}
	fprintf(out, "%s%s  %s%s\n", top_style(view, SGR_HEAD), fs->name,
		fs->mount_label, top_style(view, SGR_RESET));
	return true;
}

const char *top_view_unwatched(const struct top_fs *fs)
{
	return !fs->is_ext4
		       ? "only ext4 has this"
		       : "not watched: ext4 was not in the kernel when frsp-top started";
}

const char *top_style(const struct top_view *view, const char *style)
{
	return view->color ? style : "";
}
