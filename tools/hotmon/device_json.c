// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/device_json.h"

#include "base/fmt.h"
#include "base/json_out.h"
#include "fs/diskstats_json.h"

/* value: negative: not known. It is rounded. */
static void add_whole(struct json_object *object, const char *key, double value)
{
	if (value < 0)
		json_object_object_add(object, key, NULL);
	else
		json_add_u64(object, key, value + 0.5);
}

static struct json_object *names(const struct diskstats_device *const *devices,
				 unsigned int n)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < n; i++)
		json_object_array_add(array,
				      json_object_new_string(devices[i]->name));
	return array;
}

static struct json_object *times_object(const struct device_times *times)
{
	struct json_object *object = json_object_new_object();

	add_whole(object, "p50_ns", times->p50_ns);
	add_whole(object, "p99_ns", times->p99_ns);
	return object;
}

static struct json_object *
requests_object(const struct device_requests *requests)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "requests", requests->n);
	json_add_u64(object, "untimed", requests->untimed);
	json_object_object_add(
		object, "queued",
		times_object(&requests->since[FRSP_DISK_QUEUED]));
	json_object_object_add(
		object, "issued",
		times_object(&requests->since[FRSP_DISK_ISSUED]));
	return object;
}

static void add_latency(struct json_object *object, const char *key,
			const struct device_row *row, enum frsp_disk_op op)
{
	json_object_object_add(
		object, key,
		row->has_requests ? requests_object(&row->ops[op]) : NULL);
}

static struct json_object *device_object(const struct device_row *row)
{
	struct json_object *object = json_object_new_object();
	char dev[FMT_LEN];

	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(row->now->dev),
		 kdev_minor(row->now->dev));
	json_add_string(object, "device", row->now->name);
	json_add_text(object, "device_name", row->now->shown);
	json_add_string(object, "dev", dev);
	json_object_object_add(object, "over", names(row->below, row->n_below));
	json_add_bool(object, "physical", row->is_physical);
	diskstats_json_ops(object, row->has_rates, &row->rates);
	diskstats_json_number(object, "queue", row->has_rates,
			      row->rates.queue);
	json_add_u64(object, "in_flight", row->now->in_flight);
	diskstats_json_number(object, "util_pct", row->has_rates,
			      row->rates.util_pct);
	add_latency(object, "read_latency", row, FRSP_DISK_READ);
	add_latency(object, "write_latency", row, FRSP_DISK_WRITE);
	return object;
}

static struct json_object *fs_object(const struct device_fs *fs)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "mount", fs->mount->target);
	json_add_string(object, "fs_type", fs->mount->fs_type);
	json_object_object_add(object, "on", names(fs->devices, fs->n_devices));
	diskstats_json_ops(object, fs->has_rates, &fs->rates);
	diskstats_json_number(object, "util_pct", fs->has_rates,
			      fs->rates.util_pct);
	return object;
}

static struct json_object *cost_object(const struct device_frame *frame)
{
	struct json_object *object;

	if (frame->err)
		return NULL;
	object = json_object_new_object();
	json_add_u64(object, "events", frame->events);
	json_add_number(object, "ns_per_event", frame->ns_per_event, 1);
	json_add_u64(object, "map_bytes", frame->map_bytes);
	json_add_u64(object, "lost", frame->lost);
	return object;
}

void device_json_add(struct json_object *document,
		     const struct device_frame *frame)
{
	struct json_object *devices = json_object_new_array(),
			   *filesystems = json_object_new_array(),
			   *sum = json_object_new_object();

	for (size_t i = 0; i < frame->n_rows; i++)
		json_object_array_add(devices, device_object(&frame->rows[i]));
	for (size_t i = 0; i < frame->n_filesystems; i++)
		json_object_array_add(filesystems,
				      fs_object(&frame->filesystems[i]));
	diskstats_json_ops(sum, frame->has_physical, &frame->physical);
	json_add_u64(document, "devices_interval_ms",
		     frame->interval_s * 1000 + 0.5);
	json_object_object_add(document, "devices", devices);
	json_object_object_add(document, "filesystem_totals", filesystems);
	json_object_object_add(document, "physical_devices", sum);
	json_object_object_add(document, "latency_overhead",
			       cost_object(frame));
}
