// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/es_json.h"

#include "base/json_out.h"

static const char *const insert_names[FRSP_ES_NR_INSERTS] = {
	[FRSP_ES_INSERT_WRITTEN] = "written",
	[FRSP_ES_INSERT_UNWRITTEN] = "unwritten",
	[FRSP_ES_INSERT_DELAYED] = "delayed",
	[FRSP_ES_INSERT_HOLE] = "hole",
};

static const char *const top_names[ES_NR_ORDERS] = {
	[ES_BY_ENTRIES] = "top_entries",
	[ES_BY_MISSES] = "top_misses",
};

static void add_counts(struct json_object *object, __u64 hits, __u64 misses)
{
	json_add_u64(object, "lookups", hits + misses);
	json_add_u64(object, "hits", hits);
	json_add_u64(object, "misses", misses);
}

static struct json_object *inserts_object(const struct frsp_es_fs *totals)
{
	struct json_object *object = json_object_new_object();

	for (int kind = 0; kind < FRSP_ES_NR_INSERTS; kind++)
		json_add_u64(object, insert_names[kind], totals->inserts[kind]);
	return object;
}

static struct json_object *shrinker_object(const struct frsp_es_fs *totals)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "runs", totals->runs);
	json_add_u64(object, "asked", totals->asked);
	json_add_u64(object, "freed", totals->freed);
	json_add_u64(object, "skipped_inodes", totals->skipped);
	json_add_u64(object, "retried", totals->retried);
	json_add_u64(object, "run_ns", totals->run_ns);
	json_add_histogram(object, "run", totals->run, LOG2_NS_BUCKETS);
	return object;
}

static struct json_object *now_object(const struct es_info *info)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "entries", info->entries);
	json_add_u64(object, "reclaimable", info->reclaimable);
	json_add_u64(object, "delayed", es_info_delayed(info));
	json_add_u64(object, "reclaimable_inodes", info->inodes);
	return object;
}

static struct json_object *inodes_object(const struct es_cache *cache)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "tracked", cache->n_tracked);
	json_add_u64(object, "evicted", cache->n_evicted);
	return object;
}

static struct json_object *row_object(const struct es_row *row,
				      const struct path_result *file)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "ino", row->inode.ino);
	json_add_u64(object, "gen", row->inode.gen);
	json_add_text(object, "path", file->path);
	json_add_bool(object, "deleted", file->state == PATH_DELETED);
	json_add_u64(object, "entries", row->counts.entries);
	add_counts(object, row->counts.hits, row->counts.misses);
	return object;
}

static struct json_object *top_array(const struct top_fs *fs,
				     enum es_order order)
{
	const struct es_top *top = &fs->es.top[order];
	struct json_object *array = json_object_new_array_ext(top->n_rows);

	for (size_t i = 0; i < top->n_rows; i++)
		json_object_array_add(array,
				      row_object(&top->rows[i],
						 fs->es_files[order][i]));
	return array;
}

struct json_object *es_json(const struct top_fs *fs)
{
	const struct es_cache *cache = &fs->es;
	struct json_object *object = json_object_new_object();

	add_counts(object, cache->totals.hits, cache->totals.misses);
	json_object_object_add(object, "inserts",
			       inserts_object(&cache->totals));
	json_add_u64(object, "cached", cache->totals.cached);
	json_add_u64(object, "removals", cache->totals.removals);
	json_object_object_add(object, "shrinker",
			       shrinker_object(&cache->totals));
	json_object_object_add(object, "now",
			       cache->has_info ? now_object(&cache->info)
					       : NULL);
	json_object_object_add(object, "inodes", inodes_object(cache));
	for (int order = 0; order < ES_NR_ORDERS; order++)
		json_object_object_add(object, top_names[order],
				       top_array(fs, order));
	return object;
}
