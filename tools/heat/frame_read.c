// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/frame_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"
#include "heat/actors.h"
#include "heat/metadata.h"
#include "paths/kept.h"

/* An actor in a list, as rows point to it. */
struct kept_actor {
	struct kept_actor *next;
	struct hot_actor actor;
	char cgroup[]; /* "": unknown */
};

struct hot_frame_reader {
	struct hot_rows files, ranges, groups, sums;
	struct hot_metadata *metadata;
	struct path_kept *paths;
	struct kept_actor *actors;
	char untested[16];
};

struct hot_frame_reader *hot_frame_reader_new(void)
{
	struct hot_frame_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->metadata = hot_metadata_new();
	if (!reader->metadata) {
		free(reader);
		return NULL;
	}
	return reader;
}

static void forget(struct hot_frame_reader *reader)
{
	struct kept_actor *actor;

	path_kept_free(&reader->paths);
	while ((actor = reader->actors)) {
		reader->actors = actor->next;
		free(actor);
	}
}

void hot_frame_reader_free(struct hot_frame_reader *reader)
{
	if (!reader)
		return;
	forget(reader);
	hot_metadata_free(reader->metadata);
	free(reader->files.rows);
	free(reader->ranges.rows);
	free(reader->groups.rows);
	free(reader->sums.rows);
	free(reader);
}

/* --- parts of a row ------------------------------------------------------- */

static void read_counts(struct json_object *object, struct hot_row *row)
{
	row->reads = json_get_u64(object, "reads");
	row->writes = json_get_u64(object, "writes");
	row->read_bytes = json_get_u64(object, "read_bytes");
	row->write_bytes = json_get_u64(object, "write_bytes");
	row->reads_per_s = json_get_number(object, "reads_per_s");
	row->writes_per_s = json_get_number(object, "writes_per_s");
	row->read_bytes_per_s = json_get_number(object, "read_bytes_per_s");
	row->write_bytes_per_s = json_get_number(object, "write_bytes_per_s");
	row->temperature = json_get_number(object, "temperature");
	row->n_ranges = json_get_u64(object, "ranges");
	row->range = FRSP_HOT_RANGE_FILE;
}

static __u32 read_dev(struct json_object *object)
{
	const char *text = json_get_text(object, "dev");
	__u32 dev = 0;

	return text && mount_parse_dev(text, &dev) ? dev : 0;
}

/* The state, by the word that says why there is no path. */
static enum path_state state_of(struct json_object *object)
{
	return path_state_of(json_get_text(object, "no_path"));
}

/* .fs stands for the filesystem in keys, as an identity would. */
static void read_file(struct hot_frame_reader *reader,
		      struct json_object *object, struct hot_row *row)
{
	struct path_result file = {
		.path = json_get_text(object, "path"),
		.state = state_of(object),
		.n_links = json_get_u64(object, "links"),
		.fs_type = json_get_text(object, "fs_type"),
	};

	row->ino = json_get_u64(object, "ino");
	row->gen = json_get_u64(object, "gen");
	row->dev = row->fs_dev = row->fs = file.fs_dev = read_dev(object);
	row->file = path_keep(&reader->paths, &file);
}

/* A path that is none of a file: of a directory or mount. */
static void read_path(struct hot_frame_reader *reader, const char *path,
		      const char *fs_type, struct hot_row *row)
{
	const struct path_result file = {
		.path = path,
		.state = path ? PATH_KNOWN : PATH_UNKNOWN,
		.fs_type = fs_type,
	};

	row->file = path_keep(&reader->paths, &file);
}

/* NULL: no memory. */
static const struct hot_actor *read_actor(struct hot_frame_reader *reader,
					  struct json_object *object)
{
	const char *command = json_get_text(object, "command") ?: "";
	const char *cgroup = json_get_text(object, "cgroup") ?: "";
	struct kept_actor *kept = calloc(1, sizeof(*kept) + strlen(cgroup) + 1);
	struct frsp_hot_actor_key *key;

	if (!kept)
		return NULL;
	key = &kept->actor.counts.key;
	strcpy(kept->cgroup, cgroup);
	strncpy(key->comm, command, sizeof(key->comm) - 1);
	key->pid = json_get_u64(object, "pid");
	/* a process has one, also if it is gone */
	key->cgroup = key->pid || *cgroup;
	if (json_get_bool(object, "kernel"))
		kept->actor.counts.kind = FRSP_HOT_KERNEL_THREAD;
	kept->actor.cgroup = *cgroup ? kept->cgroup : NULL;
	kept->next = reader->actors;
	reader->actors = kept;
	return &kept->actor;
}

static int read_who(struct hot_frame_reader *reader, struct json_object *object,
		    struct hot_row *row)
{
	struct json_object *list = json_get_array(object, "who");

	for (size_t i = 0; i < json_count(list) && i < FRSP_HOT_WHO; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		struct hot_row_who *who = &row->who[row->n_who];

		who->actor = read_actor(reader, one);
		if (!who->actor)
			return -ENOMEM;
		who->bytes = json_get_u64(one, "bytes");
		row->n_who++;
	}
	return 0;
}

/* --- rows of each kind ---------------------------------------------------- */

typedef int (*read_row)(struct hot_frame_reader *reader,
			struct json_object *object, enum hot_view view,
			struct hot_row *row);

static int read_file_row(struct hot_frame_reader *reader,
			 struct json_object *object, enum hot_view view,
			 struct hot_row *row)
{
	__u64 range = json_get_u64(object, "offset") >> FRSP_HOT_RANGE_SHIFT;

	read_file(reader, object, row);
	if (view == HOT_VIEW_RANGES)
		row->range = range < FRSP_HOT_RANGE_FILE ? range : 0;
	return read_who(reader, object, row);
}

static int read_metadata_row(struct hot_frame_reader *reader,
			     struct json_object *object, enum hot_view view,
			     struct hot_row *row)
{
	(void)view;
	row->is_metadata = true;
	row->meta = hot_metadata_of(json_get_text(object, "class"));
	row->dev = row->fs_dev = row->fs = read_dev(object);
	read_path(reader, json_get_text(object, "mount"),
		  json_get_text(object, "fs_type"), row);
	return read_who(reader, object, row);
}

static int read_roll_up(struct hot_frame_reader *reader,
			struct json_object *object, enum hot_view view,
			struct hot_row *row)
{
	const char *class = json_get_text(object, "metadata_class");

	(void)view;
	row->n_files = json_get_u64(object, "files");
	row->is_metadata = class != NULL;
	if (class)
		row->meta = hot_metadata_of(class);
	read_path(reader, json_get_text(object, class ? "mount" : "path"), NULL,
		  row);
	return read_who(reader, object, row);
}

static int read_actor_row(struct hot_frame_reader *reader,
			  struct json_object *object, enum hot_view view,
			  struct hot_row *row)
{
	struct json_object *top = json_get_object(object, "top_file");

	read_file(reader, top, row);
	row->file_bytes = json_get_u64(top, "bytes");
	if (view == HOT_VIEW_CGROUPS)
		row->n_processes = json_get_u64(object, "processes");
	row->who[0].actor = read_actor(reader, object);
	row->n_who = 1;
	return row->who[0].actor ? 0 : -ENOMEM;
}

static read_row reader_of(enum hot_view view)
{
	if (!hot_view_is_group(view))
		return read_file_row;
	return hot_view_is_roll_up(view) ? read_roll_up : read_actor_row;
}

/* Reads the array of this name. n_total: 0: as many as it has. */
static int read_rows(struct hot_frame_reader *reader,
		     struct json_object *document, const char *key,
		     enum hot_view view, read_row read, struct hot_rows *rows,
		     __u32 n_total)
{
	struct json_object *list = json_get_array(document, key);
	size_t n = json_count(list);
	int err = 0;

	free(rows->rows);
	*rows = (struct hot_rows){.rows = calloc(n + 1, sizeof(*rows->rows))};
	if (!rows->rows)
		return -ENOMEM;
	for (size_t i = 0; !err && i < n; i++) {
		struct json_object *object = json_object_array_get_idx(list, i);
		struct hot_row *row = &rows->rows[rows->n_rows++];

		read_counts(object, row);
		err = read(reader, object, view, row);
	}
	rows->n_total = n_total > n ? n_total : n;
	return err;
}

/* --- the frame ------------------------------------------------------------ */

static void read_class(struct json_object *document, const char *key,
		       struct hot_row *class)
{
	read_counts(json_get_object(document, key), class);
}

static void read_statistics(struct hot_frame_reader *reader,
			    struct json_object *document,
			    const struct hot_frame_more *more,
			    struct hot_frame *frame)
{
	struct json_object *tracked = json_get_object(document, "tracked");
	struct json_object *overhead = json_get_object(document, "overhead");
	const char *untested = json_get_text(document, "untested_kernel");

	frame->mono_ns = json_get_u64(document, "mono_ns");
	frame->interval_s = json_get_u64(document, "interval_ms") / 1e3;
	frame->dropped = json_get_u64(document, "dropped");
	frame->nobody_bytes = json_get_u64(document, "nobody_bytes");
	frame->mover_bytes = json_get_u64(document, "mover_bytes");
	frame->n_used = json_get_u64(tracked, "slots_used");
	frame->n_slots = json_get_u64(tracked, "slots");
	frame->n_evicted = json_get_u64(tracked, "evicted");
	frame->unnamed = json_get_u64(tracked, "unnamed");
	frame->missed = json_get_u64(tracked, "missed");
	frame->processes_lost = json_get_u64(tracked, "processes_lost");
	frame->pinned = json_get_bool(tracked, "pinned");
	frame->events = json_get_u64(overhead, "events");
	frame->map_bytes = json_get_u64(overhead, "map_bytes");
	frame->events_per_s = more->events_per_s;
	frame->ns_per_event = more->ns_per_event;
	frame->naming_percent = -1;
	if (untested)
		snprintf(reader->untested, sizeof(reader->untested), "%s",
			 untested);
	frame->untested = untested ? reader->untested : NULL;
}

static int read_all_rows(struct hot_frame_reader *reader,
			 struct json_object *document,
			 const struct hot_frame_more *more, enum hot_view view)
{
	__u32 n_files =
		json_get_u64(json_get_object(document, "tracked"), "files");
	int err = read_rows(reader, document, "files", HOT_VIEW_FILES,
			    read_file_row, &reader->files, n_files);

	if (!err)
		err = read_rows(reader, document, "ranges", HOT_VIEW_RANGES,
				read_file_row, &reader->ranges, more->n_ranges);
	if (!err)
		err = read_rows(reader, document, "metadata_classes",
				HOT_VIEW_FILES, read_metadata_row,
				&reader->sums, 0);
	if (!err && hot_view_is_group(view))
		err = read_rows(reader, document, hot_view_names[view], view,
				reader_of(view), &reader->groups,
				more->n_groups);
	return err;
}

int hot_frame_read(struct hot_frame_reader *reader,
		   struct json_object *document,
		   const struct hot_frame_more *more,
		   const struct hot_frame_request *request,
		   struct hot_frame *frame)
{
	const struct hot_rows none = {0};
	int err;

	forget(reader);
	*frame = (struct hot_frame){.wall_ns = more->wall_ns,
				    .view = request->view};
	read_statistics(reader, document, more, frame);
	err = read_all_rows(reader, document, more, request->view);
	if (err)
		return err;
	read_class(document, "metadata",
		   &frame->ranking.classes[FRSP_HOT_METADATA]);
	read_class(document, "unattributed",
		   &frame->ranking.classes[FRSP_HOT_UNATTRIBUTED]);
	read_class(document, "swap", &frame->ranking.classes[FRSP_HOT_SWAP]);
	frame->ranking.files = reader->files;
	frame->ranking.ranges = reader->ranges;
	frame->metadata = reader->sums;
	if (hot_view_is_group(request->view))
		frame->groups = reader->groups;
	return hot_metadata_merge(reader->metadata, &reader->files,
				  request->no_metadata ? &none : &reader->sums,
				  request->filter, request->sort,
				  request->max_rows, &frame->listed);
}
