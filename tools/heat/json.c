// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/json.h"

#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "fs/mount.h"
#include "heat/actors.h"
#include "heat/metadata.h"
#include "trace/trace.h"

static void add_counts(struct json_object *object, const struct hot_row *row)
{
	json_add_u64(object, "reads", row->reads);
	json_add_u64(object, "writes", row->writes);
	json_add_u64(object, "read_bytes", row->read_bytes);
	json_add_u64(object, "write_bytes", row->write_bytes);
	json_add_number(object, "reads_per_s", row->reads_per_s, 2);
	json_add_number(object, "writes_per_s", row->writes_per_s, 2);
	json_add_u64(object, "read_bytes_per_s", row->read_bytes_per_s + 0.5);
	json_add_u64(object, "write_bytes_per_s", row->write_bytes_per_s + 0.5);
}

static void add_process(struct json_object *object,
			const struct hot_actor *actor)
{
	const struct frsp_hot_actor_key *key = &actor->counts.key;

	json_add_text(object, "command", key->comm);
	if (key->pid)
		json_add_u64(object, "pid", key->pid);
	else
		json_add_string(object, "pid", NULL);
	json_add_bool(object, "kernel",
		      actor->counts.kind == FRSP_HOT_KERNEL_THREAD);
}

struct json_object *hot_json_who(const struct hot_row_who *who)
{
	struct json_object *object = json_object_new_object();

	add_process(object, who->actor);
	json_add_text(object, "cgroup", who->actor->cgroup);
	json_add_u64(object, "bytes", who->bytes);
	return object;
}

static void add_who(struct json_object *object, const struct hot_row *row)
{
	struct json_object *array = json_object_new_array_ext(FRSP_HOT_WHO);

	for (__u32 i = 0; i < row->n_who; i++)
		json_object_array_add(array, hot_json_who(&row->who[i]));
	json_object_object_add(object, "who", array);
}

static void add_file(struct json_object *object, const struct hot_row *row)
{
	const struct path_result *file = row->file;
	char dev[FMT_LEN];

	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(row->dev),
		 kdev_minor(row->dev));
	json_add_string(object, "dev", row->dev ? dev : NULL);
	json_add_string(object, "fs_type", file->fs_type);
	json_add_u64(object, "ino", row->ino);
	json_add_u64(object, "gen", row->gen);
	json_add_text(object, "path", file->path);
	json_add_bool(object, "deleted", file->state == PATH_DELETED);
	json_add_bool(object, "other_mount_ns",
		      file->state == PATH_OTHER_MOUNT_NS);
	json_add_bool(object, "not_mounted", file->state == PATH_NOT_MOUNTED);
	json_add_string(object, "no_path", path_missing(file));
	if (file->n_links || file->state == PATH_DELETED)
		json_add_u64(object, "links", file->n_links);
	else
		json_add_string(object, "links", NULL);
}

static void add_place(struct json_object *object, const struct hot_row *row)
{
	json_add_u64(object, "offset",
		     (__u64)row->range << FRSP_HOT_RANGE_SHIFT);
	json_add_u64(object, "length", 1ULL << FRSP_HOT_RANGE_SHIFT);
}

struct json_object *hot_json_range(const struct hot_row *row)
{
	struct json_object *object = json_object_new_object();

	add_place(object, row);
	add_counts(object, row);
	json_add_number(object, "temperature", row->temperature, 3);
	add_who(object, row);
	return object;
}

struct json_object *hot_json_row(const struct hot_row *row)
{
	struct json_object *object = json_object_new_object();

	add_file(object, row);
	if (row->range != FRSP_HOT_RANGE_FILE)
		add_place(object, row);
	add_counts(object, row);
	json_add_number(object, "temperature", row->temperature, 3);
	json_add_u64(object, "ranges", row->n_ranges);
	add_who(object, row);
	return object;
}

static void add_ns(struct json_object *object, const char *key, double ns)
{
	if (ns > 0)
		json_add_u64(object, key, ns + 0.5);
	else
		json_add_string(object, key, NULL);
}

static struct json_object *times_object(const struct hot_times *times)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "operations", times->operations);
	json_add_u64(object, "untimed", times->untimed);
	add_ns(object, "p50_ns", times->p50_ns);
	add_ns(object, "p99_ns", times->p99_ns);
	return object;
}

static struct json_object *file_object(const struct hot_row *row, bool latency)
{
	struct json_object *object = hot_json_row(row);

	if (!latency)
		return object;
	json_object_object_add(object, "read_latency",
			       times_object(&row->times[FRSP_LATENCY_READ]));
	json_object_object_add(object, "write_latency",
			       times_object(&row->times[FRSP_LATENCY_WRITE]));
	return object;
}

static void add_rows(struct json_object *object, const char *key,
		     const struct hot_rows *rows, bool latency)
{
	struct json_object *array = json_object_new_array_ext(rows->n_rows);

	for (__u32 i = 0; i < rows->n_rows; i++)
		json_object_array_add(array,
				      file_object(&rows->rows[i], latency));
	json_object_object_add(object, key, array);
}

static struct json_object *metadata_object(const struct hot_row *row)
{
	struct json_object *object = json_object_new_object();
	char dev[FMT_LEN];

	json_add_string(object, "class", hot_metadata_name(row->meta));
	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(row->dev),
		 kdev_minor(row->dev));
	json_add_string(object, "dev", dev);
	json_add_string(object, "fs_type", row->file->fs_type);
	json_add_text(object, "mount", row->file->path);
	add_counts(object, row);
	json_add_number(object, "temperature", row->temperature, 3);
	add_who(object, row);
	return object;
}

/* A frame has few of these rows, so all of them are written. */
static void add_metadata(struct json_object *object,
			 const struct hot_rows *rows)
{
	struct json_object *array = json_object_new_array_ext(rows->n_rows);

	for (__u32 i = 0; i < rows->n_rows; i++)
		json_object_array_add(array, metadata_object(&rows->rows[i]));
	json_object_object_add(object, "metadata_classes", array);
}

static void add_class(struct json_object *object, const char *key,
		      const struct hot_row *class)
{
	struct json_object *counts = json_object_new_object();

	add_counts(counts, class);
	json_object_object_add(object, key, counts);
}

static void add_tracked(struct json_object *object,
			const struct hot_frame *frame)
{
	struct json_object *tracked = json_object_new_object();

	json_add_u64(tracked, "files", frame->ranking.files.n_total);
	json_add_u64(tracked, "slots_used", frame->n_used);
	json_add_u64(tracked, "slots", frame->n_slots);
	json_add_u64(tracked, "evicted", frame->n_evicted);
	json_add_u64(tracked, "unnamed", frame->unnamed);
	json_add_u64(tracked, "missed", frame->missed);
	json_add_u64(tracked, "processes_lost", frame->processes_lost);
	json_add_bool(tracked, "pinned", frame->pinned);
	json_object_object_add(object, "tracked", tracked);
}

static void add_overhead(struct json_object *object,
			 const struct hot_frame *frame)
{
	struct json_object *overhead = json_object_new_object();

	json_add_u64(overhead, "events", frame->events);
	json_add_u64(overhead, "run_ns", frame->events * frame->ns_per_event);
	json_add_u64(overhead, "map_bytes", frame->map_bytes);
	json_object_object_add(object, "overhead", overhead);
}

/* Returns NULL if the program is not loaded. */
static struct json_object *latency_object(const struct hot_latency_state *state)
{
	struct json_object *object;

	if (state->err)
		return NULL;
	object = json_object_new_object();
	json_add_u64(object, "events", state->events);
	json_add_number(object, "ns_per_event", state->ns_per_event, 1);
	json_add_u64(object, "map_bytes", state->map_bytes);
	json_add_u64(object, "lost", state->lost);
	json_add_u64(object, "forgotten", state->forgotten);
	return object;
}

/* Returns NULL if there is none. */
static struct json_object *top_file(const struct hot_row *row)
{
	struct json_object *object;

	if (!row->ino)
		return NULL;
	object = json_object_new_object();
	add_file(object, row);
	json_add_u64(object, "bytes", row->file_bytes);
	return object;
}

static struct json_object *group_object(const struct hot_row *row,
					enum hot_view view)
{
	struct json_object *object = json_object_new_object();

	if (hot_view_is_roll_up(view)) {
		json_add_text(object, "path",
			      row->is_metadata ? NULL : row->file->path);
		json_add_string(object, "metadata_class",
				row->is_metadata ? hot_metadata_name(row->meta)
						 : NULL);
		json_add_text(object, "mount",
			      row->is_metadata ? row->file->path : NULL);
		json_add_u64(object, "files", row->n_files);
		add_counts(object, row);
		json_add_number(object, "temperature", row->temperature, 3);
		json_add_u64(object, "ranges", row->n_ranges);
		add_who(object, row);
		return object;
	}
	if (view == HOT_VIEW_PROCESSES)
		add_process(object, row->who[0].actor);
	else
		json_add_u64(object, "processes", row->n_processes);
	json_add_text(object, "cgroup", row->who[0].actor->cgroup);
	add_counts(object, row);
	json_object_object_add(object, "top_file", top_file(row));
	return object;
}

static void add_groups(struct json_object *object,
		       const struct hot_frame *frame)
{
	const struct hot_rows *rows = &frame->groups;
	struct json_object *array = json_object_new_array_ext(rows->n_rows);

	for (__u32 i = 0; i < rows->n_rows; i++)
		json_object_array_add(array, group_object(&rows->rows[i],
							  frame->view));
	json_object_object_add(object, hot_view_names[frame->view], array);
}

void hot_json_add(struct json_object *object, const struct hot_frame *frame,
		  bool ranges)
{
	json_add_u64(object, "interval_ms", frame->interval_s * 1000 + 0.5);
	add_rows(object, "files", &frame->ranking.files,
		 frame->latency.on && !frame->latency.err);
	if (ranges)
		add_rows(object, "ranges", &frame->ranking.ranges, false);
	if (hot_view_is_group(frame->view))
		add_groups(object, frame);
	add_class(object, "metadata",
		  &frame->ranking.classes[FRSP_HOT_METADATA]);
	add_metadata(object, &frame->metadata);
	add_class(object, "unattributed",
		  &frame->ranking.classes[FRSP_HOT_UNATTRIBUTED]);
	add_class(object, "swap", &frame->ranking.classes[FRSP_HOT_SWAP]);
	json_add_u64(object, "dropped", frame->dropped);
	json_add_u64(object, "nobody_bytes", frame->nobody_bytes);
	json_add_u64(object, "mover_bytes", frame->mover_bytes);
	add_tracked(object, frame);
	add_overhead(object, frame);
	if (frame->latency.on)
		json_object_object_add(object, "file_latency_overhead",
				       latency_object(&frame->latency));
}

/* What the report is about is the recorded machine, not this one. */
static void add_recording(struct json_object *object,
			  const struct hot_frame *frame)
{
	const struct trace_info *info = frame->recorded;
	struct json_object *recording = json_object_new_object();
	char ts[FMT_LEN];

	json_add_text(object, "host", *info->host ? info->host : "unknown");
	json_add_string(object, "boot_id",
			strlen(info->boot_id) == 36
				? info->boot_id
				: "00000000-0000-0000-0000-000000000000");
	json_add_string(recording, "of",
			info->kind == TRACE_OF_DISKS ? "disks" : "files");
	json_add_string(recording, "begin", fmt_rfc3339(ts, info->begin_ns));
	json_add_string(recording, "end",
			fmt_rfc3339(ts, frame->recorded_end_ns));
	json_add_u64(recording, "half_life_ms", info->half_life_ms);
	json_object_object_add(object, "recording", recording);
}

struct json_object *hot_json_document(const struct hot_frame *frame,
				      bool ranges)
{
	struct json_object *object =
		json_document(HOT_JSON_SCHEMA, frame->wall_ns, frame->mono_ns);

	if (!object)
		return NULL;
	json_add_string(object, "untested_kernel", frame->untested);
	json_add_bool(object, "cgroup_gone", frame->cgroup_gone);
	json_add_bool(object, "fs_gone", frame->fs_gone);
	if (frame->recorded)
		add_recording(object, frame);
	hot_json_add(object, frame, ranges);
	return object;
}
