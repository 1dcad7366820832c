// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Times of a recording are those of the wall clock when it began, plus what has
 * passed since then by CLOCK_BOOTTIME. So they never go back, whoever sets the
 * clock, and sleep of the machine is in them.
 */
#include "heat/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "heat/file_paths.h"
#include "heat/monitor_parts.h"
#include "heat/recorder.h"

struct hot_record {
	struct hot_monitor *monitor;
	struct hot_monitor_parts parts;
	struct trace_writer *writer;
	struct hot_recorder *recorder;
	bool has_paths;
	__u32 own_dev;
	__u64 own_ino;
	__u64 wall_ns, boot_ns; /* when it began */
	__u64 taken_ns;		/* end of the last interval */
	__u64 flushed_ns;	/* end of the last one that was written */
	__u64 flushed_bytes;
	__u64 events, dropped; /* by the last interval */
	__u64 lost, n_intervals;
};

/* --- what the recorder asks ------------------------------------------------ */

static bool ask_class(const struct hot_record *record, __u32 id,
		      struct trace_fs *fs)
{
	const struct fs_identity identity =
		fs_identity_get(record->parts.identities, id);
	const struct mount_entry *entry =
		fs_identity_mount(record->parts.identities, &identity);

	if (!entry || !hot_monitor_counts_class(record->monitor, id))
		return false;
	*fs = (struct trace_fs){.dev = entry->dev,
				.subdev = entry->dev,
				.type = entry->fs_type,
				.mount = entry->target};
	return true;
}

static bool ask_fs(void *context, __u32 id, bool is_class, struct trace_fs *fs)
{
	static char type[FRSP_HOT_FS_TYPE_LEN];
	const struct hot_record *record = context;
	const struct fs_identity identity =
		fs_identity_get(record->parts.identities, id);
	const struct mount_entry *entry;
	struct mount_space space = {0};

	if (is_class)
		return ask_class(record, id, fs);
	if (!identity.is_known)
		return false;
	entry = identity.is_there ? mount_table_by_dev(record->parts.mounts,
						       identity.fs.fs_dev)
				  : NULL;
	if (entry && mount_entry_space(entry, &space))
		space.bytes = 0;
	memcpy(type, identity.fs.fs_type, sizeof(type) - 1);
	*fs = (struct trace_fs){.dev = identity.fs.fs_dev,
				.subdev = identity.fs.dev,
				.bytes = space.bytes,
				.type = type,
				.mount = entry ? entry->target : ""};
	return true;
}

static void ask_file(void *context, const struct path_key *key,
		     struct path_result *result)
{
	const struct hot_record *record = context;

	if (!record->has_paths) {
		*result = (struct path_result){.state = PATH_UNKNOWN};
		return;
	}
	file_paths_get(record->parts.file_paths, key, result);
}

static bool is_own(void *context, const struct path_key *key)
{
	const struct hot_record *record = context;

	return key->ino == record->own_ino &&
	       fs_identity_get(record->parts.identities, key->fs).fs.dev ==
		       record->own_dev;
}

/* --- intervals ------------------------------------------------------------- */

static __u64 now_ns(const struct hot_record *record)
{
	return record->wall_ns + clock_ns(CLOCK_BOOTTIME) - record->boot_ns;
}

static void describe(const struct hot_record *record, __u32 half_life_ms,
		     struct trace_info *info)
{
	struct utsname names;

	*info = (struct trace_info){
		.kind = TRACE_OF_FILES,
		.half_life_ms = half_life_ms,
		.begin_ns = record->wall_ns,
		.begin_mono_ns = clock_ns(CLOCK_MONOTONIC),
	};
	uname(&names);
	memcpy(info->host, names.nodename,
	       strnlen(names.nodename, sizeof(info->host) - 1));
	json_boot_id(info->boot_id);
}

static int open_parts(struct hot_record *record, int fd, __u32 half_life_ms)
{
	const struct hot_recorder_asks asks = {
		.context = record,
		.fs = ask_fs,
		.file = ask_file,
		.is_own = is_own,
	};
	__u64 stats[FRSP_HOT_NR_STATS];
	struct trace_info info;
	struct hot_clock clock;
	int err;

	describe(record, half_life_ms, &info);
	err = trace_writer_new(fd, &info, &record->writer);
	if (err)
		return err;
	record->flushed_bytes = trace_writer_bytes(record->writer);
	record->recorder = hot_recorder_new(
		hot_track_table(record->parts.track), record->writer, &asks);
	if (!record->recorder)
		return -ENOMEM;
	hot_monitor_set_recorder(record->monitor, record->recorder);
	if (!hot_track_is_pinned(record->parts.track))
		return 0;
	err = hot_track_stats(record->parts.track, stats);
	if (!err)
		err = hot_track_clock(record->parts.track, &clock);
	if (err)
		return err;
	record->events = stats[FRSP_HOT_STAT_EVENTS];
	record->dropped = stats[FRSP_HOT_STAT_DROPPED];
	return hot_recorder_begin(record->recorder, &clock, record->wall_ns);
}

int hot_record_begin(struct hot_monitor *monitor, int fd, const struct stat *st,
		     __u32 half_life_ms, bool has_paths,
		     struct hot_record **out)
{
	struct hot_record *record = calloc(1, sizeof(*record));
	int err;

	if (!record)
		return -ENOMEM;
	record->monitor = monitor;
	record->parts = hot_monitor_parts(monitor);
	record->has_paths = has_paths;
	record->own_dev = kdev_from_user(st->st_dev);
	record->own_ino = st->st_ino;
	record->wall_ns = clock_ns(CLOCK_REALTIME);
	record->boot_ns = clock_ns(CLOCK_BOOTTIME);
	record->taken_ns = record->flushed_ns = record->wall_ns;
	err = open_parts(record, fd, half_life_ms);
	if (err)
		hot_record_free(record);
	else
		*out = record;
	return err;
}

void hot_record_free(struct hot_record *record)
{
	if (!record)
		return;
	hot_monitor_set_recorder(record->monitor, NULL);
	hot_recorder_free(record->recorder);
	trace_writer_free(record->writer);
	free(record);
}

/* A frame bounds how long paths are looked up (paths/path.h). An interval may
 * be minutes long, and a file that leaves the table in it has its path looked
 * up then or never: so each second is a frame of its own.
 */
static int tend(struct hot_record *record)
{
	fs_identities_next_frame(record->parts.identities);
	path_cache_next_frame(record->parts.paths);
	return hot_monitor_tend(record->monitor);
}

void hot_record_tend(struct hot_record *record)
{
	tend(record); /* errors recur when the interval is taken */
}

int hot_record_take(struct hot_record *record)
{
	__u64 stats[FRSP_HOT_NR_STATS], end_ns, bios, lost;
	int err;

	if (hot_track_is_gone(record->parts.track))
		return -ECANCELED;
	err = tend(record);
	if (!err)
		err = hot_track_stats(record->parts.track, stats);
	if (err)
		return err;
	bios = stats[FRSP_HOT_STAT_EVENTS] - record->events;
	lost = stats[FRSP_HOT_STAT_DROPPED] - record->dropped;
	end_ns = now_ns(record);
	err = hot_recorder_take(record->recorder, record->taken_ns, end_ns,
				bios, lost);
	if (err)
		return err;
	record->events += bios;
	record->dropped += lost;
	record->lost += lost;
	record->n_intervals++;
	record->taken_ns = end_ns;
	return 0;
}

int hot_record_flush(struct hot_record *record, double *seconds, __u64 *bytes)
{
	int err = trace_write_flush(record->writer);

	if (err)
		return err;
	*seconds = (record->taken_ns - record->flushed_ns) / 1e9;
	*bytes = trace_writer_bytes(record->writer) - record->flushed_bytes;
	record->flushed_ns = record->taken_ns;
	record->flushed_bytes = trace_writer_bytes(record->writer);
	return 0;
}

double hot_record_pending_s(const struct hot_record *record)
{
	return (record->taken_ns - record->flushed_ns) / 1e9;
}

int hot_record_end(struct hot_record *record)
{
	return hot_recorder_end(record->recorder);
}

struct hot_record_state hot_record_state(const struct hot_record *record)
{
	return (struct hot_record_state){
		.bytes = trace_writer_bytes(record->writer),
		.seconds = (record->taken_ns - record->wall_ns) / 1e9,
		.n_files = hot_recorder_n_files(record->recorder),
		.n_intervals = record->n_intervals,
		.lost = record->lost,
	};
}
