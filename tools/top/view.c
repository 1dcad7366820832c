// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/view.h"

#include <string.h>

#include "base/fmt.h"
#include "base/sgr.h"
#include "module/module.h"

#define BAR_WIDTH 30
/* the columns of a histogram's line without the bar; see hist_print() */
#define BARS_AT 36

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
		.fs_dev = lists && !view->all ? view->dev : 0,
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
	return strstr(fs->shown, view->filter) ||
	       strstr(fs->name, view->filter) ||
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
	char bytes[FMT_LEN];

	if (!fs) {
		fputs(view->filter[0]
			      ? "no filesystem passes the filter\n"
			      : "no ext4 or XFS filesystem is mounted\n",
		      out);
		return false;
	}
	fprintf(out, "%s%s  %s", top_style(view, SGR_HEAD), fs->shown,
		fs->mount_label);
	if (fs->bytes)
		fprintf(out, "  %s, %.0f%% free",
			fmt_bytes(bytes, fs->bytes, view->exact),
			100.0 * fs->free_bytes / fs->bytes);
	fprintf(out, "%s\n", top_style(view, SGR_RESET));
	return true;
}

int top_view_bars(const struct top_view *view)
{
	int room = view->n_columns - BARS_AT;

	return view->n_columns && room < BAR_WIDTH ? room : BAR_WIDTH;
}

void top_view_since(FILE *out, const struct top_frame *frame,
		    const struct top_view *view)
{
	static const char *const origins[] = {
		[TOP_SINCE_START] = "start",
		[TOP_SINCE_PIN] = "--pin",
		[TOP_SINCE_RESET] = "reset",
	};

	fprintf(out, "Counts since %s", origins[frame->origin]);
	if (frame->origin != TOP_SINCE_PIN)
		fprintf(out, ", %.0f s ago", frame->since_s);
	fprintf(out, "%s\n", view->n_columns ? "; 0: reset" : "");
}

void top_view_no_module(FILE *out, const char *part)
{
	fprintf(out, "%s: no-module%s\n", part,
		frsp_module_is_for_this_kernel()
			? "; \"sudo modprobe frsp\"; \"frspctl doctor\" says what is missing"
			: ": there is no frsp.ko for this kernel");
}

bool top_view_remote(FILE *out, const struct top_frame *frame)
{
	if (frame->is_remote)
		fputs("frspd does not give this screen; \"sudo frsp-top\" has it\n",
		      out);
	return frame->is_remote;
}

const char *top_view_unwatched(const struct top_fs *fs)
{
	return !fs->is_ext4
		       ? "not-XFS: only ext4 has this"
		       : "unwatched: ext4 was not in the kernel when frsp-top started";
}

const char *top_style(const struct top_view *view, const char *style)
{
	return view->color ? style : "";
}
