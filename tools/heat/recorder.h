/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records the hot table: takes from it, interval after interval, what was read
 * and written since the last one, and gives that to trace/write.h. It reads the
 * table by itself, and makes no system call; the functions that it is given
 * may. tests/unit/heat/recorder.c records tables of its own.
 */
#ifndef FRSP_HOT_RECORDER_H
#define FRSP_HOT_RECORDER_H

#include "heat/track.h"
#include "paths/path.h"
#include "trace/write.h"

struct hot_recorder;

/* Whom the recorder asks. */
struct hot_recorder_asks {
	void *context;
	/* Fills in what an identity of a file's filesystem stands for; for I/O
	 * without a file (is_class) the mounted filesystem that it belongs to.
	 * The texts are valid until the next call. False: not known, or such
	 * I/O is not to be recorded.
	 */
	bool (*fs)(void *context, __u32 id, bool is_class, struct trace_fs *fs);
	/* Where a file is now. Valid until the next call. */
	void (*file)(void *context, const struct path_key *key,
		     struct path_result *result);
	/* True: the file is not to be recorded, as the recording itself. */
	bool (*is_own)(void *context, const struct path_key *key);
};

/* The table and the writer must live longer. NULL: no memory. */
struct hot_recorder *hot_recorder_new(const struct hot_table *table,
				      struct trace_writer *writer,
				      const struct hot_recorder_asks *asks);
void hot_recorder_free(struct hot_recorder *recorder);

/* What the table has by now was before the recording, which begins at begin_ns
 * (since 1970): records how warm it is. Call it first, if at all. The functions
 * below return 0; -EMFILE: more files than a recording can have
 * (TRACE_MAX_FILES); or another -errno, as of the disk.
 */
int hot_recorder_begin(struct hot_recorder *recorder,
		       const struct hot_clock *clock, __u64 begin_ns);

/* Ends an interval, which began when the last one ended, or at begin_ns. bios,
 * lost: see struct trace_frame.
 */
int hot_recorder_take(struct hot_recorder *recorder, __u64 begin_ns,
		      __u64 end_ns, __u64 bios, __u64 lost);

/* A file has entered the table: lists it, with its path. Later, it may be gone,
 * or there may be no time to look for its path.
 */
void hot_recorder_name(struct hot_recorder *recorder,
		       const struct path_key *key);

/* The slot at index will be emptied: keeps what it counted for the interval. */
void hot_recorder_forget(struct hot_recorder *recorder, __u32 index,
			 const struct frsp_hot_slot *slot);

/* Asks once more for the paths that are not known. */
int hot_recorder_end(struct hot_recorder *recorder);

/* How many files are listed. */
__u32 hot_recorder_n_files(const struct hot_recorder *recorder);

#endif
