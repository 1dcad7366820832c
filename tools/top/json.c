// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/output.h"
#include "fs/diskstats_json.h"
#include "heat/json.h"
#include "heat/remote.h"
#include "top/es_json.h"
#include "watch/tested.h"

static const char *const kind_names[FRSP_ALLOC_NR_KINDS] = {
	[FRSP_ALLOC_DATA] = "data",
	[FRSP_ALLOC_METADATA] = "metadata",
	[FRSP_ALLOC_PREALLOCATED] = "preallocated",
	[FRSP_ALLOC_FAILED] = "failed",
};

static void add_dev(struct json_object *object, __u32 dev)
{
	char text[FMT_LEN];

	snprintf(text, sizeof(text), "%u:%u", kdev_major(dev), kdev_minor(dev));
	json_add_string(object, "dev", text);
}

static struct json_object *kind_object(const struct frsp_alloc_fs *alloc,
				       int kind)
{
	struct json_object *object = json_object_new_object();
	__u64 calls = 0;

	for (size_t i = 0; i < LOG2_NS_BUCKETS; i++)
		calls += alloc->latency[kind][i];
	json_add_u64(object, "calls", calls);
	json_add_u64(object, "latency_ns", alloc->latency_ns[kind]);
	json_add_histogram(object, "latency", alloc->latency[kind],
			   LOG2_NS_BUCKETS);
	return object;
}

static struct json_object *alloc_object(const struct frsp_alloc_fs *alloc)
{
	struct json_object *object = json_object_new_object();

	for (int kind = 0; kind < FRSP_ALLOC_NR_KINDS; kind++)
		json_object_object_add(object, kind_names[kind],
				       kind_object(alloc, kind));
	json_add_u64(object, "searches", alloc->searches);
	json_add_u64(object, "requested_clusters", alloc->requested_clusters);
	json_add_u64(object, "obtained_clusters", alloc->obtained_clusters);
	json_add_u64(object, "shorter", alloc->shorter);
	json_add_u64(object, "goals_taken", alloc->goals_taken);
	json_add_u64(object, "goals_missed", alloc->goals_missed);
	json_add_u64(object, "groups_scanned", alloc->groups_scanned);
	json_add_u64(object, "extents_found", alloc->extents_found);
	json_add_histogram(object, "requested", alloc->requested,
			   LOG2_LEN_BUCKETS);
	json_add_histogram(object, "obtained", alloc->obtained,
			   LOG2_LEN_BUCKETS);
	json_add_histogram(object, "criteria", alloc->criteria,
			   FRSP_ALLOC_NR_CRITERIA);
	json_add_histogram(object, "scanned", alloc->scanned,
			   FRSP_ALLOC_SCAN_BUCKETS);
	return object;
}

static struct json_object *busy_object(const struct frsp_busy_fs *busy)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "extents", busy->extents);
	json_add_u64(object, "blocks", busy->blocks);
	json_add_u64(object, "peak_extents", busy->peak_extents);
	json_add_u64(object, "peak_blocks", busy->peak_blocks);
	json_add_u64(object, "freed_extents", busy->freed_extents);
	json_add_u64(object, "freed_blocks", busy->freed_blocks);
	json_add_u64(object, "forced", busy->forced);
	json_add_u64(object, "reused", busy->reused);
	json_add_u64(object, "trimmed", busy->trimmed);
	json_add_u64(object, "lifetime_ns", busy->lifetime_ns);
	json_add_histogram(object, "lifetimes", busy->lifetimes,
			   LOG2_NS_BUCKETS);
	return object;
}

static struct json_object *frsp_events_object(const struct frsp_alloc_fs *alloc)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "kept", alloc->picks[FRSP_ALLOC_PICK_KEPT]);
	json_add_u64(object, "fit", alloc->picks[FRSP_ALLOC_PICK_FIT]);
	json_add_u64(object, "short", alloc->picks[FRSP_ALLOC_PICK_SHORT]);
	json_add_histogram(object, "picked", alloc->picked, LOG2_LEN_BUCKETS);
	json_add_u64(object, "load_ns", alloc->load_ns);
	json_add_histogram(object, "loads", alloc->loads, LOG2_NS_BUCKETS);
	json_add_u64(object, "evictions", alloc->evictions);
	json_add_u64(object, "evicted_extents", alloc->evicted_extents);
	return object;
}

static struct json_object *disk_object(const struct diskstats_rates *rates)
{
	struct json_object *object = json_object_new_object();

	diskstats_json_ops(object, true, rates);
	diskstats_json_number(object, "queue", true, rates->queue);
	diskstats_json_number(object, "util_pct", true, rates->util_pct);
	return object;
}

static struct json_object *status_object(const struct fs_status *status)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "steer", fs_status_steering(status));
	for (size_t i = 0; i < FS_STATUS_N; i++)
		json_add_u64(object, fs_status_numbers[i].name,
			     fs_status_number(status, i));
	return object;
}

/* A value per flexible group; null: unknown. */
static struct json_object *map_array(const struct fs_map *map,
				     double (*value)(const struct fs_map *map,
						     __u32 first, __u32 end))
{
	struct json_object *array = json_object_new_array();

	for (__u32 first = 0; first < map->n_groups;
	     first += map->groups_per_flex) {
		double one = value(map, first, first + map->groups_per_flex);
		char text[FMT_LEN];

		snprintf(text, sizeof(text), "%.3f", one);
		json_object_array_add(
			array,
			one < 0 ? NULL : json_object_new_double_s(one, text));
	}
	return array;
}

static double flex_heat(const struct fs_map *map, const struct heat_map *heat,
			__u32 first)
{
	return heat_map_value(heat, first, first + map->groups_per_flex);
}

/* The temperature of each flexible group, relative to the hottest one. */
static struct json_object *heat_array(const struct fs_map *map,
				      const struct heat_map *heat)
{
	struct json_object *array = json_object_new_array();
	double hottest = 0;

	for (__u32 first = 0; first < map->n_groups;
	     first += map->groups_per_flex)
		hottest = fmax(hottest, flex_heat(map, heat, first));
	for (__u32 first = 0; first < map->n_groups;
	     first += map->groups_per_flex) {
		double one =
			hottest > 0 ? flex_heat(map, heat, first) / hottest : 0;
		char text[FMT_LEN];

		snprintf(text, sizeof(text), "%.3f", one);
		json_object_array_add(array,
				      json_object_new_double_s(one, text));
	}
	return array;
}

/* For each flexible group, an array of the numbers of its tiers. */
static struct json_object *tier_array(const struct fs_map *map,
				      const struct tiers *tiers)
{
	struct json_object *array = json_object_new_array();

	for (__u32 first = 0; first < map->n_groups;
	     first += map->groups_per_flex) {
		struct json_object *those = json_object_new_array();
		__u64 start, stop, in;

		fs_map_span(map, first, first + map->groups_per_flex, &start,
			    &stop);
		for (in = tiers_in(tiers, start, stop); in; in &= in - 1)
			json_object_array_add(
				those,
				json_object_new_int(__builtin_ctzll(in)));
		json_object_array_add(array, those);
	}
	return array;
}

static struct json_object *extents_array(const struct tiers *tiers,
					 unsigned int tier)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < tiers->n_extents; i++) {
		const struct tier_extent *extent = &tiers->extents[i];
		struct json_object *object;

		if (extent->tier != tier)
			continue;
		object = json_object_new_object();
		json_add_u64(object, "start", extent->start);
		json_add_u64(object, "bytes", extent->bytes);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *tiers_array(const struct tiers *tiers)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < tiers->n; i++) {
		const struct tier *tier = &tiers->tiers[i];
		struct json_object *object = json_object_new_object();

		json_add_string(object, "device", tier->name);
		add_dev(object, tier->dev);
		json_add_u64(object, "bytes", tier->bytes);
		if (tier->class == TIER_UNKNOWN)
			json_object_object_add(object, "rotational", NULL);
		else
			json_add_bool(object, "rotational",
				      tier->class == TIER_SLOW);
		json_object_object_add(object, "extents",
				       extents_array(tiers, i));
		json_object_array_add(array, object);
	}
	return array;
}

static void add_tiers(struct json_object *object, const struct top_fs *fs)
{
	json_object_object_add(object, "tier",
			       tier_array(fs->map->groups, fs->tiers));
	json_object_object_add(object, "tiers", tiers_array(fs->tiers));
	json_add_string(object, "tiers_error",
			fs->tiers_err ? strerror(-fs->tiers_err) : NULL);
}

static struct json_object *map_object(const struct top_fs *fs)
{
	const struct disk_map *map = fs->map;
	struct json_object *object;

	if (!map)
		return NULL;
	object = json_object_new_object();
	json_add_u64(object, "flex_bytes", fs_map_flex_bytes(map->groups));
	json_object_object_add(object, "fullness",
			       map_array(map->groups, fs_map_fullness));
	json_object_object_add(object, "fragmentation",
			       map_array(map->groups, fs_map_fragmentation));
	json_object_object_add(object, "warmth",
			       heat_array(map->groups, map->heat));
	add_tiers(object, fs);
	return object;
}

/* frspd's own document has more than the frame that we made of it. What
 * hot_json_add() has added follows the head.
 */
static void take_document(struct json_object *object,
			  const struct hot_remote *remote)
{
	bool is_head = true;

	json_object_object_foreach(hot_remote_document(remote), key, value)
	{
		is_head &= strcmp(key, "interval_ms") != 0;
		if (!is_head)
			json_object_object_add(object, key,
					       json_object_get(value));
	}
}

static struct json_object *heat_object(const struct top_model *model,
				       const struct top_frame *frame,
				       bool ranges)
{
	struct json_object *object;

	if (!frame->has_heat)
		return NULL;
	object = json_object_new_object();
	if (frame->is_remote)
		take_document(object, hot_monitor_remote(top_model_hot(model)));
	else
		hot_json_add(object, &frame->heat, ranges);
	return object;
}

static struct json_object *fs_object(const struct top_fs *fs, bool with_map)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "device", fs->name);
	json_add_text(object, "device_name", fs->shown);
	add_dev(object, fs->dev);
	json_add_string(object, "fs_type", fs->fs_type);
	json_add_text(object, "mount", fs->mount);
	json_add_u64(object, "bytes", fs->bytes);
	json_add_u64(object, "free_bytes", fs->free_bytes);
	json_object_object_add(object, "disk",
			       fs->has_disk ? disk_object(&fs->disk) : NULL);
	json_object_object_add(object, "frsp",
			       fs->has_status ? status_object(&fs->status)
					      : NULL);
	json_object_object_add(object, "alloc",
			       fs->has_alloc ? alloc_object(&fs->alloc) : NULL);
	json_object_object_add(object, "frsp_events",
			       fs->has_events ? frsp_events_object(&fs->alloc)
					      : NULL);
	if (with_map)
		json_object_object_add(object, "map", map_object(fs));
	json_object_object_add(object, "escache",
			       fs->has_es ? es_json(fs) : NULL);
	json_object_object_add(object, "busy",
			       fs->has_busy ? busy_object(&fs->busy) : NULL);
	return object;
}

static void add_programs(struct json_object *array, const struct watch *watch)
{
	for (__u32 i = 0; i < watch->n_programs; i++) {
		struct json_object *object = json_object_new_object();
		struct frsp_cost cost = {0};

		watch_cost(watch, i, &cost);
		json_add_string(object, "name", watch->programs[i]);
		json_add_u64(object, "events", cost.events);
		json_add_number(object, "ns_per_event", watch_cost_ns(&cost),
				1);
		json_object_array_add(array, object);
	}
}

static struct json_object *overhead_object(const struct top_model *model,
					   const struct top_frame *frame)
{
	struct json_object *object = json_object_new_object();
	struct json_object *programs = json_object_new_array();
	const struct watch *watch;

	for (size_t i = 0; (watch = top_model_watch(model, i)); i++)
		add_programs(programs, watch);
	json_object_object_add(object, "programs", programs);
	json_add_u64(object, "map_bytes", frame->map_bytes);
	return object;
}

struct top_request top_json_request(const struct top_view *view)
{
	struct top_request request = top_view_request(view, TOP_HEAT_ROWS);

	request.es_now = true;
	return request;
}

void top_json_look_up(struct top_model *model, struct top_frame *frame,
		      const struct top_view *view)
{
	for (size_t i = 0; i < frame->n_fs; i++) {
		top_model_name_inodes(model, frame, &frame->fs[i]);
		if (view->screen == TOP_MAP)
			top_model_map(model, &frame->fs[i], true);
	}
	if (view->screen != TOP_HEAT)
		return;
	top_heat_look_up(model, frame, view);
	/* the document has the files without the metadata among them */
	hot_monitor_name(top_model_hot(model), &frame->heat.ranking.files, 0,
			 frame->heat.ranking.files.n_rows);
}

int top_json_write(FILE *out, const struct top_model *model,
		   const struct top_frame *frame, const struct top_view *view)
{
	struct json_object *document =
		json_document(TOP_JSON_SCHEMA, frame->wall_ns, frame->mono_ns);
	struct json_object *array = json_object_new_array_ext(frame->n_fs);
	int err;

	if (!document)
		return -ENOMEM;
	json_add_string(document, "untested_kernel", tested_untested());
	json_add_u64(document, "interval_ms", frame->interval_s * 1000 + 0.5);
	for (size_t i = 0; i < frame->n_fs; i++)
		json_object_array_add(array,
				      fs_object(&frame->fs[i],
						view->screen == TOP_MAP));
	json_object_object_add(document, "filesystems", array);
	if (view->screen == TOP_HEAT)
		json_object_object_add(document, "heat",
				       heat_object(model, frame, view->ranges));
	json_add_u64(document, "lost", frame->lost);
	json_object_object_add(document, "overhead",
			       overhead_object(model, frame));
	err = json_print(out, document);
	return err ?: output_flush(out);
}
