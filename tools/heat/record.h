/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records what a monitor watches: ties heat/recorder.h to the kernel's table,
 * its filesystems and the paths of its files.
 */
#ifndef FRSP_HOT_RECORD_H
#define FRSP_HOT_RECORD_H

#include <sys/stat.h>

#include "heat/monitor.h"
#include "trace/write.h"

struct hot_record;

/* Begins a recording into the empty file fd, of which st is the status; its own
 * I/O is not recorded. has_paths: look up the paths of the files; else none is
 * known. Both fd and the monitor must live longer. The functions
 * below return 0, -ECANCELED: the programs were unpinned, or an error of
 * heat/recorder.h.
 */
int hot_record_begin(struct hot_monitor *monitor, int fd, const struct stat *st,
		     __u32 half_life_ms, bool has_paths,
		     struct hot_record **out);

/* Call it every second or so in an interval. It tends the monitor, and the
 * files that leave the table meanwhile get their paths.
 */
void hot_record_tend(struct hot_record *record);

/* Ends an interval. */
int hot_record_take(struct hot_record *record);

/* Writes what was taken: for how many seconds that was, and how many bytes it
 * took.
 */
int hot_record_flush(struct hot_record *record, double *seconds, __u64 *bytes);

/* How long the intervals are that were taken and not yet written. */
double hot_record_pending_s(const struct hot_record *record);

/* Writes the rest. The recording is whole when it returns 0. */
int hot_record_end(struct hot_record *record);
void hot_record_free(struct hot_record *record);

struct hot_record_state {
	__u64 bytes;	/* in the file */
	double seconds; /* that are recorded */
	__u32 n_files;
	__u64 n_intervals;
	__u64 lost; /* updates of counts, as the table was full */
};
struct hot_record_state hot_record_state(const struct hot_record *record);

#endif
