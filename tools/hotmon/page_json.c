// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/page_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "heat/json.h"
#include "hotmon/advice.h"

#define CELLS 60 /* of the history, 5 s each */

static void add_null(struct json_object *object, const char *key)
{
	json_add_string(object, key, NULL);
}

/* Why something about the file is not known, as one word; NULL: it is known. */
static const char *why(int err)
{
	switch (err) {
	case 0:
		return NULL;
	case -ENODEV:
		return "not_mounted";
	case -ESTALE:
		return "gone";
	case -ETIMEDOUT:
		return "no_answer";
	case -EOPNOTSUPP:
		return "not_supported";
	case -ENODATA:
		return "not_asked";
	case -EINPROGRESS:
		return "counting";
	default:
		return "failed";
	}
}

static void add_names(struct json_object *object, const struct hot_page *page)
{
	struct json_object *names = json_object_new_array_ext(page->n_names);

	json_add_text(object, "path", hot_page_path(page));
	for (__u32 i = 0; i < page->n_names; i++) {
		struct json_object *one = json_object_new_object();

		json_add_text(one, "path", page->names[i]);
		json_object_array_add(names, one);
	}
	json_object_object_add(object, "other_names", names);
}

static void add_tiers(struct json_object *object, const struct hot_page *page)
{
	static const char *const classes[] = {"fast", "slow", NULL};
	struct json_object *tiers = json_object_new_array();
	bool counted = page->extents && !page->extents_state;

	for (unsigned int i = 0; i < page->tiers.n; i++) {
		const struct tier *tier = &page->tiers.tiers[i];
		struct json_object *one = json_object_new_object();

		json_add_text(one, "device", tier->name);
		json_add_text(one, "device_name", tier->shown);
		json_add_string(one, "class", classes[tier->class]);
		json_add_u64(one, "bytes", tier->bytes);
		if (counted)
			json_add_u64(one, "file_bytes",
				     path_extents_count(page->extents)
					     ->tier_bytes[i]);
		else
			add_null(one, "file_bytes");
		json_object_array_add(tiers, one);
	}
	json_object_object_add(object, "tiers", tiers);
}

static void add_facts(struct json_object *object, const struct hot_page *page)
{
	json_add_text(object, "mount", page->mount);
	json_add_text(object, "device", page->fs.fs_dev ? page->device : NULL);
	json_add_text(object, "device_name",
		      page->fs.fs_dev ? page->shown : NULL);
	json_add_string(object, "size_unknown", why(page->stat_err));
	if (page->stat_err) {
		add_null(object, "size");
		add_null(object, "allocated_bytes");
	} else {
		json_add_u64(object, "size", page->st.st_size);
		json_add_u64(object, "allocated_bytes",
			     page->st.st_blocks * 512ULL);
	}
}

static void add_cells(struct json_object *object, const char *key,
		      const double *cells)
{
	struct json_object *array = json_object_new_array_ext(CELLS);
	char text[FMT_LEN];

	for (int i = 0; i < CELLS; i++) {
		if (cells[i] < 0) {
			json_object_array_add(array, NULL);
			continue;
		}
		snprintf(text, sizeof(text), "%.1f", cells[i]);
		json_object_array_add(array,
				      json_object_new_double_s(cells[i], text));
	}
	json_object_object_add(object, key, array);
}

static void add_history(struct json_object *object, const struct hot_page *page,
			const struct hot_history *history, __u64 wall_ns,
			__u64 mono_ns)
{
	static const char *const keys[HOT_HISTORY_NR] = {"read_byte_rates",
							 "write_byte_rates",
							 "read_rates",
							 "write_rates"};
	struct json_object *all = json_object_new_object();
	double cells[CELLS], now_s = mono_ns / 1e9, first_s = -1;
	char ts[FMT_LEN];

	for (int what = 0; what < HOT_HISTORY_NR; what++) {
		first_s = hot_history_cells(history, &page->heat.key, what,
					    now_s, CELLS, cells);
		add_cells(all, keys[what], cells);
	}
	json_add_u64(all, "cell_ms", HOT_HISTORY_S * 1000 / CELLS);
	if (first_s < 0)
		add_null(all, "since");
	else
		json_add_string(
			all, "since",
			fmt_rfc3339(ts, wall_ns - (__u64)((now_s - first_s) *
							  1e9)));
	json_object_object_add(object, "history", all);
}

static void add_who(struct json_object *object, const struct hot_page *page)
{
	struct json_object *array = json_object_new_array_ext(page->who.n);

	for (__u32 i = 0; i < page->who.n; i++)
		json_object_array_add(array, hot_json_who(&page->who.who[i]));
	json_object_object_add(object, "who_by_ranges", array);
}

static void add_ranges(struct json_object *object, const struct hot_page *page,
		       struct hot_sort sort, __u32 max_rows)
{
	const struct file_heat *heat = &page->heat;
	const struct hot_row **order =
		calloc(heat->n_ranges + 1, sizeof(const struct hot_row *));
	struct json_object *array = json_object_new_array();
	__u32 n = heat->n_ranges;

	if (max_rows && n > max_rows)
		n = max_rows;
	if (order) {
		file_heat_order(heat, sort, order);
		for (__u32 i = 0; i < n; i++)
			json_object_array_add(array, hot_json_range(order[i]));
	}
	json_object_object_add(object, "ranges", array);
	free(order);
}

static void add_extents(struct json_object *object, const struct hot_page *page)
{
	static const char *const caches[] = {
		[EXTENT_CACHE_NONE] = NULL,
		[EXTENT_CACHE_CLEARED] = "cleared",
		[EXTENT_CACHE_PRECACHED] = "precached",
		[EXTENT_CACHE_TOO_MANY] = "too_many",
		[EXTENT_CACHE_FAILED] = "failed",
	};
	const struct extent_count *count =
		page->extents ? path_extents_count(page->extents) : NULL;
	struct json_object *one = json_object_new_object();

	json_add_string(object, "extents_unknown", why(page->extents_state));
	if (page->extents_state) {
		json_object_put(one);
		add_null(object, "extents");
		return;
	}
	json_add_u64(one, "extents", count->n_extents);
	json_add_u64(one, "pieces", count->n_pieces);
	json_add_u64(one, "mapped_bytes", count->mapped_bytes);
	json_add_u64(one, "largest_piece_bytes", count->largest_bytes);
	json_add_u64(one, "unwritten_bytes", count->unwritten_bytes);
	json_add_u64(one, "shared_bytes", count->shared_bytes);
	json_add_u64(one, "unplaced_bytes", count->unplaced_bytes);
	json_add_u64(one, "encoded_bytes", count->encoded_bytes);
	json_add_string(one, "extent_cache", caches[count->cache]);
	json_object_object_add(object, "extents", one);
}

static void add_advice(struct json_object *object, const struct hot_page *page)
{
	struct json_object *array = json_object_new_array();
	struct advice list[ADVICE_MAX];
	size_t n = advice_list(page, list);

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_new_object();

		json_add_text(one, "command", list[i].command);
		json_add_string(one, "meaning", list[i].meaning);
		json_object_array_add(array, one);
		free(list[i].command);
	}
	json_object_object_add(object, "commands", array);
}

void page_json_add(struct json_object *document, const struct hot_page *page,
		   const struct hot_history *history, struct hot_sort sort,
		   __u32 max_rows, __u64 wall_ns, __u64 mono_ns)
{
	struct json_object *object = json_object_new_object();

	add_names(object, page);
	json_object_object_add(object, "file", hot_json_row(&page->heat.row));
	json_add_bool(object, "tracked", page->heat.is_tracked);
	add_facts(object, page);
	add_tiers(object, page);
	json_add_bool(object, "has_rates", page->heat.has_rates);
	add_history(object, page, history, wall_ns, mono_ns);
	add_who(object, page);
	add_ranges(object, page, sort, max_rows);
	add_extents(object, page);
	add_advice(object, page);
	json_object_object_add(document, "page", object);
}
