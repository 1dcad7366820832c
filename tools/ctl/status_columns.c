// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/status_columns.h"

#include <stdio.h>

#include "base/fmt.h"

static const char *device(char buf[STATUS_CELL_LEN],
			  const struct status_row *row, bool exact)
{
	(void)buf;
	(void)exact;
	return row->shown;
}

static const char *mount(char buf[STATUS_CELL_LEN],
			 const struct status_row *row, bool exact)
{
	(void)buf;
	(void)exact;
	return row->mount ? row->mount : "elsewhere";
}

static const char *steer(char buf[STATUS_CELL_LEN],
			 const struct status_row *row, bool exact)
{
	(void)buf;
	(void)exact;
	return fs_status_steering(&row->status);
}

static const char *memory(char buf[STATUS_CELL_LEN],
			  const struct status_row *row, bool exact)
{
	__u64 cap_bytes = row->status.mb_frsp_max_mem;
	char used[FMT_LEN], cap[FMT_LEN];

	snprintf(buf, STATUS_CELL_LEN, "%s/%s",
		 fmt_bytes(used, row->status.frsp_tree_usage, exact),
		 cap_bytes ? fmt_bytes(cap, cap_bytes, exact) : "unlimited");
	return buf;
}

static const char *trees(char buf[STATUS_CELL_LEN],
			 const struct status_row *row, bool exact)
{
	(void)exact;
	snprintf(buf, STATUS_CELL_LEN, "%llu/%llu", row->status.trees_cached,
		 row->status.trees);
	return buf;
}

static const char *groups(char buf[STATUS_CELL_LEN],
			  const struct status_row *row, bool exact)
{
	(void)exact;
	snprintf(buf, STATUS_CELL_LEN, "%llu/%llu/%llu",
		 row->status.groups_loaded, row->status.groups_known,
		 row->status.groups);
	return buf;
}

static const char *taken(char buf[STATUS_CELL_LEN],
			 const struct status_row *row, bool exact)
{
	double pct = fs_status_taken_pct(&row->status);

	(void)exact;
	if (pct < 0)
		return "idle";
	snprintf(buf, STATUS_CELL_LEN, "%.1f", pct);
	return buf;
}

static const char *audits(char buf[STATUS_CELL_LEN],
			  const struct status_row *row, bool exact)
{
	(void)exact;
	snprintf(buf, STATUS_CELL_LEN, "%llu/%llu",
		 row->status.audit_mismatches, row->status.audits);
	return buf;
}

#define NUMBER(name) NULL, false, offsetof(struct fs_status, name)

const struct status_column status_columns[STATUS_N_COLUMNS] = {
	{"DEVICE", device, true, 0},
	{"MOUNT", mount, true, 0},
	{"STEER", steer, true, 0},
	{"LEVEL", NUMBER(frsp_cache_aggression)},
	{"MEMORY/CAP", memory, false, 0},
	{"CACHED/TREES", trees, false, 0},
	{"LOADED/KNOWN/GROUPS", groups, false, 0},
	{"OFFERED", NUMBER(goals_offered)},
	{"TAKEN%", taken, false, 0},
	{"MISSED", NUMBER(goals_missed)},
	{"KEPT", NUMBER(kept_goals)},
	{"SHORT", NUMBER(short_goals)},
	{"ASIDE", NUMBER(stood_aside)},
	{"BUSY", NUMBER(busy_blocks)},
	{"MISMATCHES/AUDITS", audits, false, 0},
};

const char *status_cell(char buf[STATUS_CELL_LEN],
			const struct status_column *column,
			const struct status_row *row, bool exact)
{
	if (column->cell)
		return column->cell(buf, row, exact);
	snprintf(buf, STATUS_CELL_LEN, "%llu",
		 *(const __u64 *)((const char *)&row->status + column->offset));
	return buf;
}
