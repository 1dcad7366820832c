/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A view: which screen to show of a frame, for which filesystem, with which
 * order and filter. A screen prints text with colours (base/sgr.h). The live
 * view and the reports of -b have the same text.
 */
#ifndef FRSP_TOP_VIEW_H
#define FRSP_TOP_VIEW_H

#include <stdbool.h>
#include <stdio.h>

#include "top/model.h"

enum top_screen_id {
	TOP_OVERVIEW,
	TOP_ALLOCATOR,
	TOP_MAP,
	TOP_BUSY,
	TOP_ESCACHE,
	TOP_HEAT,
	TOP_NR_SCREENS,
};

/* The quantity that the map shows. */
enum top_metric {
	TOP_FULLNESS,
	TOP_FRAGMENTATION,
	TOP_WARMTH,
	TOP_TIER,
	TOP_NR_METRICS,
};

#define TOP_FILTER_LEN 64

struct top_view {
	enum top_screen_id screen;
	/* the chosen filesystem, shown by screens of one filesystem; 0: the
	 * first
	 */
	__u32 dev;
	size_t sort; /* column that the overview is sorted by */
	bool reverse;
	struct hot_sort heat_sort;
	bool ranges; /* heat: show 1-MiB ranges, not files */
	bool all;    /* heat: of all filesystems, not of the chosen one */
	bool exact;
	bool color;
	int n_colors; /* as in ui/term_colors.h */
	enum top_metric metric;
	__u32 zoom;    /* map: each step halves what a cell shows */
	__u32 pan;     /* map: in steps of half a screen */
	__u32 n_cells; /* map: how many cells fit; 0: a default */
	char filter[TOP_FILTER_LEN]; /* part of a name or mount point */
	int width;		     /* map: cells per line; 0: a default */
	int n_columns;		     /* of the terminal; 0: no live view */
};

struct top_screen {
	const char *name; /* for --screen */
	const char *title;
	bool of_one; /* shows one filesystem, not all */
	/* Looks up for the frame what .print shows besides numbers; NULL:
	 * nothing.
	 */
	void (*look_up)(struct top_model *model, struct top_frame *frame,
			const struct top_view *view);
	/* Returns 0 or -errno. */
	int (*print)(FILE *out, const struct top_frame *frame,
		     const struct top_view *view);
};

extern const struct top_screen top_screens[TOP_NR_SCREENS];

/* Rows of heat for screens that need the hottest rows but do not list them. */
#define TOP_HEAT_ROWS 200

/* What the next frame needs for the view's screen. heat_rows: how many rows the
 * heat screen lists; few, as the path of each is looked up.
 */
struct top_request top_view_request(const struct top_view *view,
				    __u32 heat_rows);

/* Looks up what the view's screen shows of the latest frame. Call it before
 * each printing: what the frame has already is not looked up again.
 */
void top_view_look_up(struct top_model *model, struct top_frame *frame,
		      const struct top_view *view);

/* Whether the filesystem's name or mount point contains the filter. */
bool top_view_passes(const struct top_view *view, const struct top_fs *fs);

/* The chosen filesystem, or else the first that passes the filter; NULL: there
 * is none.
 */
struct top_fs *top_view_fs(const struct top_frame *frame,
			   const struct top_view *view);

/* Prints the head of a screen of one filesystem: its name, mount point, size and
 * free space.
 * Returns false if fs is NULL, after printing why there is no filesystem.
 */
bool top_view_head(FILE *out, const struct top_fs *fs,
		   const struct top_view *view);

/* How wide the bars of a histogram may be. */
int top_view_bars(const struct top_view *view);

/* Prints since when the counts of a screen are. */
void top_view_since(FILE *out, const struct top_frame *frame,
		    const struct top_view *view);

/* Prints that a part needs frsp.ko, and how to get that if it exists for this
 * kernel.
 */
void top_view_no_module(FILE *out, const char *part);

/* For a frame of frspd: says that it does not give what the screen shows.
 * Returns whether it is one.
 */
bool top_view_remote(FILE *out, const struct top_frame *frame);

/* Why a screen of ext4's own data has nothing to show for this filesystem. */
const char *top_view_unwatched(const struct top_fs *fs);

/* The style (base/sgr.h), or "" if the view has no colours. */
const char *top_style(const struct top_view *view, const char *style);

/* The screens, each in a file of its own. */
void top_overview_look_up(struct top_model *model, struct top_frame *frame,
			  const struct top_view *view);
int top_overview_print(FILE *out, const struct top_frame *frame,
		       const struct top_view *view);
void top_allocator_look_up(struct top_model *model, struct top_frame *frame,
			   const struct top_view *view);
int top_allocator_print(FILE *out, const struct top_frame *frame,
			const struct top_view *view);
void top_map_look_up(struct top_model *model, struct top_frame *frame,
		     const struct top_view *view);
int top_map_print(FILE *out, const struct top_frame *frame,
		  const struct top_view *view);
int top_busy_print(FILE *out, const struct top_frame *frame,
		   const struct top_view *view);
void top_escache_look_up(struct top_model *model, struct top_frame *frame,
			 const struct top_view *view);
int top_escache_print(FILE *out, const struct top_frame *frame,
		      const struct top_view *view);
void top_heat_look_up(struct top_model *model, struct top_frame *frame,
		      const struct top_view *view);
int top_heat_print(FILE *out, const struct top_frame *frame,
		   const struct top_view *view);

/* The filesystem that is this many lines below the chosen one (above, if
 * negative) in the overview, but not beyond its first or last line. If the
 * chosen one is not listed, the first. Sets *line to the line of the text that
 * it is on. Returns its device, or 0: the overview is empty.
 */
__u32 top_overview_neighbour(const struct top_frame *frame,
			     const struct top_view *view, int lines, int *line);

/* Sets *zoom to the largest zoom that changes what the map shows, and *pan to
 * the largest pan for the present zoom. Returns false if there is no map.
 */
bool top_map_limits(const struct top_frame *frame, const struct top_view *view,
		    __u32 *zoom, __u32 *pan);

/* The name of metric i, for --metric; NULL: no such metric. */
const char *top_map_metric(size_t i);

/* The name of the overview's column i, for -s; NULL: no such column. */
const char *top_overview_column(size_t i);

/* Whether a filesystem of the frame has numbers of frsp.ko. If not, the
 * overview leaves its columns out.
 */
bool top_overview_has_module(const struct top_frame *frame);

/* The column after this one, among those that the overview of the frame has. */
size_t top_overview_next_column(const struct top_frame *frame, size_t i);

#endif
