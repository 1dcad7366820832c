// SPDX-License-Identifier: GPL-2.0-or-later
#include "hot_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <json-c/json.h>

#include "fmt.h"
#include "mount.h"
#include "utf8.h"

static void add_u64(struct json_object *object, const char *key, __u64 value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void add_string(struct json_object *object, const char *key,
		       const char *value)
{
	json_object_object_add(object, key,
			       value ? json_object_new_string(value) : NULL);
}

/* As UTF-8, whatever bytes it is of. */
static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	char *repaired = text ? utf8_repaired(text) : NULL;

	add_string(object, key, repaired);
	free(repaired);
}

static void add_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

static void add_counts(struct json_object *object, const struct hot_row *row)
{
	add_u64(object, "reads", row->reads);
	add_u64(object, "writes", row->writes);
	add_u64(object, "read_bytes", row->read_bytes);
	add_u64(object, "write_bytes", row->write_bytes);
	add_u64(object, "read_bytes_per_s", row->read_bytes_per_s + 0.5);
	add_u64(object, "write_bytes_per_s", row->write_bytes_per_s + 0.5);
}

static void add_temperature(struct json_object *object, double temperature)
{
	char text[FMT_LEN];

	snprintf(text, sizeof(text), "%.3f", temperature);
	json_object_object_add(object, "temperature",
			       json_object_new_double_s(temperature, text));
}

static struct json_object *row_object(struct hot_monitor *monitor,
				      const struct hot_row *row)
{
	struct json_object *object = json_object_new_object();
	struct path_result file;
	char dev[FMT_LEN];

	hot_monitor_path(monitor, row, &file);
	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(row->dev),
		 kdev_minor(row->dev));
	add_string(object, "dev", dev);
	add_string(object, "fs_type", file.fs_type);
	add_u64(object, "ino", row->ino);
	add_u64(object, "gen", row->gen);
	add_text(object, "path", file.path);
	add_bool(object, "deleted", file.state == PATH_DELETED);
	add_bool(object, "other_mount_ns", file.state == PATH_OTHER_MOUNT_NS);
	if (file.n_links || file.state == PATH_DELETED)
		add_u64(object, "links", file.n_links);
	else
		add_string(object, "links", NULL);
	if (row->range != HOT_RANGE_FILE) {
		add_u64(object, "offset", (__u64)row->range << HOT_RANGE_SHIFT);
		add_u64(object, "length", 1ULL << HOT_RANGE_SHIFT);
	}
	add_counts(object, row);
	add_temperature(object, row->temperature);
	add_u64(object, "ranges", row->n_ranges);
	return object;
}

static void add_rows(struct json_object *object, const char *key,
		     struct hot_monitor *monitor, const struct hot_rows *rows)
{
	struct json_object *array = json_object_new_array_ext(rows->n_rows);

	for (__u32 i = 0; i < rows->n_rows; i++)
		json_object_array_add(array,
				      row_object(monitor, &rows->rows[i]));
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

	add_u64(tracked, "files", frame->ranking.files.n_total);
	add_u64(tracked, "slots_used", frame->n_used);
	add_u64(tracked, "slots", frame->n_slots);
	add_u64(tracked, "evicted", frame->n_evicted);
	add_u64(tracked, "unnamed", frame->unnamed);
	add_u64(tracked, "missed", frame->missed);
	json_object_object_add(object, "tracked", tracked);
}

static void add_overhead(struct json_object *object,
			 const struct hot_frame *frame)
{
	struct json_object *overhead = json_object_new_object();

	add_u64(overhead, "events", frame->events);
	add_u64(overhead, "run_ns", frame->events * frame->ns_per_event);
	add_u64(overhead, "map_bytes", frame->map_bytes);
	json_object_object_add(object, "overhead", overhead);
}

/* Which machine, and which time that it runs. */
static void add_origin(struct json_object *object)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	struct utsname names;
	char boot_id[64] = "";

	uname(&names);
	add_text(object, "host", names.nodename);
	if (file) {
		if (fgets(boot_id, sizeof(boot_id), file))
			boot_id[strcspn(boot_id, "\n")] = 0;
		fclose(file);
	}
	add_string(object, "boot_id", boot_id);
}

int hot_json_write(FILE *out, struct hot_monitor *monitor,
		   const struct hot_frame *frame, bool ranges)
{
	struct json_object *object = json_object_new_object();
	char ts[FMT_LEN];
	const char *text;
	int err = 0;

	if (!object)
		return -ENOMEM;
	add_string(object, "schema", HOT_JSON_SCHEMA);
	add_origin(object);
	add_string(object, "ts", fmt_rfc3339(ts, frame->wall_ns));
	add_u64(object, "mono_ns", frame->mono_ns);
	add_u64(object, "interval_ms", frame->interval_s * 1000 + 0.5);
	add_rows(object, "files", monitor, &frame->ranking.files);
	if (ranges)
		add_rows(object, "ranges", monitor, &frame->ranking.ranges);
	add_class(object, "metadata", &frame->ranking.classes[HOT_METADATA]);
	add_class(object, "unattributed",
		  &frame->ranking.classes[HOT_UNATTRIBUTED]);
	add_u64(object, "dropped", frame->dropped);
	add_tracked(object, frame);
	add_overhead(object, frame);
	text = json_object_to_json_string_ext(
		object,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		err = -ENOMEM;
	else if (fprintf(out, "%s\n", text) < 0 || fflush(out))
		err = -errno;
	json_object_put(object);
	return err;
}
