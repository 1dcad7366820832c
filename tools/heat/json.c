// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/json.h"

#include <errno.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/output.h"
#include "fs/mount.h"

static void add_counts(struct json_object *object, const struct hot_row *row)
{
	json_add_u64(object, "reads", row->reads);
	json_add_u64(object, "writes", row->writes);
	json_add_u64(object, "read_bytes", row->read_bytes);
	json_add_u64(object, "write_bytes", row->write_bytes);
	json_add_u64(object, "read_bytes_per_s", row->read_bytes_per_s + 0.5);
	json_add_u64(object, "write_bytes_per_s", row->write_bytes_per_s + 0.5);
}

static struct json_object *row_object(const struct hot_row *row)
{
	struct json_object *object = json_object_new_object();
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
	if (row->range != FRSP_HOT_RANGE_FILE) {
		json_add_u64(object, "offset",
			     (__u64)row->range << FRSP_HOT_RANGE_SHIFT);
		json_add_u64(object, "length", 1ULL << FRSP_HOT_RANGE_SHIFT);
	}
	add_counts(object, row);
	json_add_number(object, "temperature", row->temperature, 3);
	json_add_u64(object, "ranges", row->n_ranges);
	return object;
}

static void add_rows(struct json_object *object, const char *key,
		     const struct hot_rows *rows)
{
	struct json_object *array = json_object_new_array_ext(rows->n_rows);

	for (__u32 i = 0; i < rows->n_rows; i++)
		json_object_array_add(array, row_object(&rows->rows[i]));
	json_object_object_add(object, key, array);
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

void hot_json_add(struct json_object *object, const struct hot_frame *frame,
		  bool ranges)
{
	json_add_u64(object, "interval_ms", frame->interval_s * 1000 + 0.5);
	add_rows(object, "files", &frame->ranking.files);
	if (ranges)
		add_rows(object, "ranges", &frame->ranking.ranges);
	add_class(object, "metadata",
		  &frame->ranking.classes[FRSP_HOT_METADATA]);
	add_class(object, "unattributed",
		  &frame->ranking.classes[FRSP_HOT_UNATTRIBUTED]);
	add_class(object, "swap", &frame->ranking.classes[FRSP_HOT_SWAP]);
	json_add_u64(object, "dropped", frame->dropped);
	add_tracked(object, frame);
	add_overhead(object, frame);
}

int hot_json_write(FILE *out, const struct hot_frame *frame, bool ranges)
{
	struct json_object *object =
		json_document(HOT_JSON_SCHEMA, frame->wall_ns, frame->mono_ns);
	int err;

	if (!object)
		return -ENOMEM;
	json_add_string(object, "untested_kernel", frame->untested);
	json_add_bool(object, "cgroup_gone", frame->cgroup_gone);
	json_add_bool(object, "fs_gone", frame->fs_gone);
	hot_json_add(object, frame, ranges);
	err = json_print(out, object);
	return err ?: output_flush(out);
}
