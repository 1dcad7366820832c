/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be seen of a frame: which screen, of which filesystem, sorted and
 * filtered how. A screen prints text with colours (sgr.h); the live view and
 * the reports of -b are the same text.
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

/* What the map shows. */
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
	__u32 dev;   /* the filesystem that screens of one show; 0: first */
	size_t sort; /* column of the overview */
	bool reverse;
	bool ranges; /* heat: of 1-MiB ranges */
	bool exact;
	bool color;
	int n_colors; /* term_colors.h */
	enum top_metric metric;
	__u32 zoom;    /* map: each step halves what a cell stands for */
	__u32 pan;     /* map: in steps of half a screen */
	__u32 n_cells; /* map: that there is room for; 0: a default */
	char filter[TOP_FILTER_LEN]; /* part of a name or mount point */
	int width; /* columns that there are; 0: as wide as it gets */
};

struct top_screen {
	const char *name; /* as on the command line */
	const char *title;
	bool of_one; /* shows one filesystem */
	/* 0 or -errno */
	int (*print)(FILE *out, struct top_model *model,
		     const struct top_frame *frame,
		     const struct top_view *view);
};

extern const struct top_screen top_screens[TOP_NR_SCREENS];

/* True if the filter leaves it. */
bool top_view_passes(const struct top_view *view, const struct top_fs *fs);

/* The filesystem that view is of, or the first one that the filter leaves;
 * NULL: there is none.
 */
const struct top_fs *top_view_fs(const struct top_frame *frame,
				 const struct top_view *view);

/* The line above what is shown of one filesystem. False: there is none, and
 * that is what it says.
 */
bool top_view_head(FILE *out, const struct top_fs *fs,
		   const struct top_view *view);

/* Why there is nothing of what only ext4 has. */
const char *top_view_unwatched(const struct top_fs *fs);

/* A style of sgr.h, if there are colours. */
const char *top_style(const struct top_view *view, const char *style);

/* The screens, each in a file of its own. */
int top_overview_print(FILE *out, struct top_model *model,
		       const struct top_frame *frame,
		       const struct top_view *view);
int top_allocator_print(FILE *out, struct top_model *model,
			const struct top_frame *frame,
			const struct top_view *view);
int top_map_print(FILE *out, struct top_model *model,
		  const struct top_frame *frame, const struct top_view *view);
int top_busy_print(FILE *out, struct top_model *model,
		   const struct top_frame *frame, const struct top_view *view);
int top_escache_print(FILE *out, struct top_model *model,
		      const struct top_frame *frame,
		      const struct top_view *view);
int top_heat_print(FILE *out, struct top_model *model,
		   const struct top_frame *frame, const struct top_view *view);

/* The filesystem so many lines below the one that view is of, as far as there
 * are lines, and which line of the text it is on; 0: there is none.
 */
__u32 top_overview_neighbour(struct top_model *model,
			     const struct top_frame *frame,
			     const struct top_view *view, int lines, int *line);

/* The largest zoom, and the largest pan with the zoom of view, that change what
 * the map shows. False: there is no map.
 */
bool top_map_limits(struct top_model *model, const struct top_frame *frame,
		    const struct top_view *view, __u32 *zoom, __u32 *pan);

/* Names of what the map shows, for --metric. NULL: no more. */
const char *top_map_metric(size_t i);

/* Names of the overview's columns, for -s. NULL: no such column. */
const char *top_overview_column(size_t i);

#endif
