/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranks the files and ranges that the hot table counts (bpf/hot.h). Pure: it
 * reads a table and a clock and raises the table's epoch, but makes no system
 * call itself; the functions that decide what is ranked may.
 * tests/unit/heat/rank.c ranks tables of its own.
 */
#ifndef FRSP_HOT_RANK_H
#define FRSP_HOT_RANK_H

#include "heat/best.h"
#include "heat/latency.h"
#include "heat/sort.h"
#include "heat/track.h"

struct path_result;
struct hot_tree_row;

struct hot_actor;

/* An actor of a file or range (heat/actors.h), and the bytes that it moved. */
struct hot_row_who {
	const struct hot_actor *actor;
	__u64 bytes;
};

/* One file, range or class; counts since tracking began. */
struct hot_row {
	__u64 ino;
	__u32 fs; /* identity, as in the slot */
	__u32 gen;
	/* hot_rank leaves these 0, hot_monitor fills them in. dev: the kernel's
	 * dev_t of what stat() shows. fs_dev: that of the superblock; 0: the
	 * filesystem is not mounted. file: where the file is; NULL: not looked
	 * up (hot_monitor_name()).
	 */
	__u32 dev, fs_dev;
	const struct path_result *file;
	__u32 range;	  /* FRSP_HOT_RANGE_FILE: the whole file */
	__u32 n_ranges;	  /* tracked ranges of the file; for a range: 1 */
	__u32 n_files;	  /* of a sum of files (heat/roll_up.h); else 0 */
	bool is_metadata; /* then .meta is its class; see heat/metadata.h */
	enum frsp_hot_meta meta;
	__u64 reads;
	__u64 writes;
	__u64 read_bytes;
	__u64 write_bytes;
	double reads_per_s; /* this and the next ones: in the last interval */
	double writes_per_s;
	double read_bytes_per_s;
	double write_bytes_per_s;
	double temperature; /* compat: 0 .. 255 */
	/* Of a file, by enum frsp_latency_op; else 0. hot_monitor fills it in.
	 */
	struct hot_times times[FRSP_LATENCY_NR_OPS];
	/* Indexes in the table. Two slots may have the key; else they are equal.
	 */
	__u32 slot, twin;
	/* hot_rank leaves them empty, hot_monitor fills them in: who moved the
	 * most bytes, the first one most.
	 */
	struct hot_row_who who[FRSP_HOT_WHO];
	__u32 n_who;
	__u32 n_processes; /* of a cgroup (heat/actors.h), else 0 */
	/* Of a process or cgroup: what it moved of .file, which is the file of
	 * which it moved most.
	 */
	__u64 file_bytes;
	/* Of a row of a tree of directories (heat/dir_tree.h), else NULL. */
	const struct hot_tree_row *tree;
};

/* Adds what the row counted to a sum: operations, bytes, rates, temperature. */
void hot_row_add(struct hot_row *sum, const struct hot_row *row);

struct hot_rows {
	struct hot_row *rows;
	__u32 n_rows;
	__u32 n_total;	  /* files or ranges that the rows were chosen from */
	__u32 n_metadata; /* of these, rows of metadata */
};

struct hot_request {
	struct hot_sort sort;
	__u32 max_rows; /* 0: all */
	bool ranges;	/* rank ranges too */
	double interval_s;
	__u32 only_fs; /* an identity, as in the slot; 0: all */
	/* For keys that need it. A range is ranked by the times of its file. */
	const struct hot_latency *latency;
	/* Whether to rank a file or range; NULL: rank all. */
	bool (*wanted)(void *context, const struct frsp_hot_slot *slot);
	void *context;
};

struct hot_ranking {
	struct hot_rows files;
	struct hot_rows ranges;
	struct hot_row classes[FRSP_HOT_NR_CLASSES]; /* summed over devices */
	/* A row for each slot of class FRSP_HOT_METADATA. They add up to the
	 * class.
	 */
	struct hot_rows metadata;
};

struct hot_rank;

struct hot_rank *hot_rank_new(__u32 n_slots);
void hot_rank_free(struct hot_rank *rank);

/* Fills in *ranking, which stays valid until the next call. class_wanted:
 * whether the class slots with this identity count. Returns 0 or -ENOMEM.
 */
int hot_rank_refresh(struct hot_rank *rank, const struct hot_table *table,
		     const struct hot_clock *clock,
		     const struct hot_request *request,
		     bool (*class_wanted)(void *context, __u32 fs),
		     struct hot_ranking *ranking);

/* Fills in a row from a slot, without rates. */
void hot_row_read(struct hot_row *row, const struct frsp_hot_slot *slot,
		  const struct hot_clock *clock);

/* Of the slot now, as in a row. */
double hot_slot_temperature(const struct frsp_hot_slot *slot,
			    const struct hot_clock *clock);

/* The next refresh reads the whole table, and its rates are those since the
 * slots had these counts.
 */
void hot_rank_rebase(struct hot_rank *rank, const struct hot_moved *before);

/* The slot at index was emptied: its next key begins at 0 bytes. */
void hot_rank_forget(struct hot_rank *rank, __u32 index);

#endif
