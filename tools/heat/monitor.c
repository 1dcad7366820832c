// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sample refreshes the mount table, follows the filesystem and the cgroup of
 * the options, receives announcements of files, ranks the table and evicts if
 * the table is nearly full. hot_monitor_tend() does the same without ranking.
 * hot_monitor_name() looks up the paths of the rows that will be shown.
 */
#include "heat/monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "heat/actors.h"
#include "heat/evict.h"
#include "heat/file_paths.h"
#include "heat/fs_follow.h"
#include "heat/fs_identity.h"
#include "heat/fs_room.h"
#include "heat/metadata.h"
#include "heat/monitor_parts.h"
#include "heat/recorder.h"
#include "heat/remote.h"
#include "heat/replay.h"
#include "heat/roll_up.h"
#include "heat/statistics.h"
#include "paths/answers.h"
#include "paths/kept.h"
#include "paths/places.h"

/* How many files paths and directories are summed up over. A look-up of a path
 * takes some microseconds.
 */
#define ROLLED_FILES 4096

struct hot_monitor {
	struct hot_remote *remote; /* NULL: all of the rest is used */
	struct hot_track *track;
	struct hot_rank *rank;
	struct hot_latency *latency;
	struct hot_actors *actors;
	struct hot_rolled_up *rolled;
	struct hot_metadata *metadata;
	__u32 evict_hand; /* of hot_evict() */
	struct mount_table *mounts;
	struct file_paths *paths;
	struct path_kept *kept;		     /* .file of the latest rows */
	struct path_answers below, matching; /* .directory, .filter */
	char *directory;
	char *filter;	 /* of the latest frame's request; NULL: none */
	__u32 shown_dev; /* .fs_dev of the same; 0: all */
	struct cgroup_ref *cgroup; /* track only this one; NULL: all */
	bool cgroup_gone;
	struct fs_identities *identities;
	struct hot_recorder *recorder; /* NULL: none */
	struct path_key *new_files;    /* for it: since it was last tended */
	size_t n_new;
	struct fs_follow follow; /* if .one_fs */
	bool one_fs;		 /* .fs_dev of hot_monitor_options is set */
	__u32 only_dev;		 /* as in hot_monitor_options */
	double last_s;		 /* monotonic time of the last frame */
	__u64 last_events;
	__u64 map_bytes;
};

/* For hot_rank_refresh(): the classes of a baseline are not shown. */
static bool no_class(void *context __attribute__((unused)),
		     __u32 fs __attribute__((unused)))
{
	return false;
}

/* The identity of .only_dev, which all rows must have; 0: any. */
static __u32 only_fs(const struct hot_monitor *monitor)
{
	struct frsp_hot_fs_query query = {.fs_dev = monitor->only_dev};

	if (!monitor->only_dev)
		return 0;
	/* if nothing has this number, take an identity that no slot has */
	return hot_track_find_fs(monitor->track, &query) ? ~0U : query.fs;
}

/* Reads the tables once, so that the rates of the first frame begin now. Needed
 * for pinned programs, which have counted before.
 */
static int take_baseline(struct hot_monitor *monitor)
{
	const struct hot_request nothing = {.max_rows = 1,
					    .only_fs = only_fs(monitor)};
	struct hot_ranking ranking = {0};
	__u64 stats[FRSP_HOT_NR_STATS];
	struct hot_clock clock;
	int err;

	err = hot_track_clock(monitor->track, &clock);
	if (!err)
		err = hot_track_stats(monitor->track, stats);
	if (err)
		return err;
	monitor->last_events = stats[FRSP_HOT_STAT_EVENTS];
	hot_actors_sample(monitor->actors, 1);
	return hot_rank_refresh(monitor->rank, hot_track_table(monitor->track),
				&clock, &nothing, no_class, &ranking);
}

static int open_parts(struct hot_monitor *monitor,
		      const struct hot_monitor_options *options)
{
	struct hot_track_options track = options->track;
	struct file_paths_options paths;
	const struct hot_table *table;
	int err;

	if (options->directory) {
		monitor->directory = strdup(options->directory);
		if (!monitor->directory)
			return -ENOMEM;
	}
	if (options->track.cgroup) {
		monitor->cgroup = malloc(sizeof(*monitor->cgroup));
		if (!monitor->cgroup)
			return -ENOMEM;
		*monitor->cgroup = *options->track.cgroup;
	}
	track.one_fs = options->fs_dev;
	err = options->replay
		      ? hot_track_of_replay(options->replay, &monitor->track)
		      : hot_track_open(&track, &monitor->track);
	if (!err && options->fs_dev)
		err = fs_follow_begin(&monitor->follow, monitor->track,
				      monitor->mounts, options->fs_dev);
	if (err)
		return err;
	monitor->identities =
		fs_identities_new(monitor->track, monitor->mounts);
	if (!monitor->identities)
		return -ENOMEM;
	table = hot_track_table(monitor->track);
	monitor->rank = hot_rank_new(table->n_slots);
	if (!monitor->rank)
		return -ENOMEM;
	monitor->actors = hot_actors_new(monitor->track);
	monitor->rolled = hot_rolled_up_new();
	monitor->latency = hot_latency_new();
	monitor->metadata = hot_metadata_new();
	if (!monitor->actors || !monitor->rolled || !monitor->latency ||
	    !monitor->metadata)
		return -ENOMEM;
	hot_latency_turn(monitor->latency, options->latency);
	paths = (struct file_paths_options){
		.max_files = table->n_slots,
		.prefer = monitor->directory ?: options->prefer,
		.no_scan = options->no_scan || options->replay,
		.replay = options->replay,
	};
	err = file_paths_new(&paths, monitor->identities, monitor->mounts,
			     &monitor->paths);
	if (err)
		return err;
	monitor->map_bytes = hot_track_map_bytes(monitor->track);
	monitor->last_s = clock_monotonic_s();
	return hot_track_is_pinned(monitor->track) ? take_baseline(monitor) : 0;
}

int hot_monitor_open(const struct hot_monitor_options *options,
		     struct mount_table *mounts, struct hot_monitor **out)
{
	struct hot_monitor *monitor = calloc(1, sizeof(*monitor));
	int err;

	if (!monitor) {
		mount_table_free(mounts);
		return -ENOMEM;
	}
	monitor->mounts = mounts;
	monitor->remote = options->remote;
	monitor->one_fs = options->fs_dev;
	monitor->only_dev = options->only_dev;
	err = monitor->remote ? 0 : open_parts(monitor, options);
	if (err) {
		hot_monitor_close(monitor);
		return err;
	}
	*out = monitor;
	return 0;
}

void hot_monitor_close(struct hot_monitor *monitor)
{
	if (!monitor)
		return;
	path_answers_forget_all(&monitor->below);
	path_answers_forget_all(&monitor->matching);
	path_kept_free(&monitor->kept);
	file_paths_free(monitor->paths);
	hot_rolled_up_free(monitor->rolled);
	hot_metadata_free(monitor->metadata);
	hot_actors_free(monitor->actors);
	hot_rank_free(monitor->rank);
	hot_latency_free(monitor->latency);
	fs_identities_free(monitor->identities);
	hot_track_close(monitor->track);
	mount_table_free(monitor->mounts);
	free(monitor->new_files);
	free(monitor->directory);
	free(monitor->filter);
	free(monitor->cgroup);
	free(monitor);
}

static bool is_below(const struct hot_monitor *monitor,
		     const struct path_key *key __attribute__((unused)),
		     const struct path_result *file)
{
	return file->path && path_is_below(file->path, monitor->directory);
}

/* People filter what they see, so the text of a row decides, but its remarks do
 * not.
 */
static bool is_matching(const struct hot_monitor *monitor,
			const struct path_key *key,
			const struct path_result *file)
{
	const struct fs_identity identity =
		fs_identity_get(monitor->identities, key->fs);
	char text[PATH_LABEL_LEN];

	if (file->path)
		path_escape(file->path, text, sizeof(text));
	else
		path_label(file, key->ino, identity.fs.dev, key->gen, text,
			   sizeof(text));
	return strcasestr(text, monitor->filter);
}

/* A question about files that their paths decide. */
struct question {
	struct path_answers *answers;
	void (*get)(struct file_paths *paths, const struct path_key *key,
		    struct path_result *result);
	bool (*decide)(const struct hot_monitor *monitor,
		       const struct path_key *key,
		       const struct path_result *file);
};

/* The first answer is kept: it does not change when the file is moved. If the
 * path is not known, it may become known later.
 */
static bool passes(struct hot_monitor *monitor, const struct path_key *key,
		   const struct question *question)
{
	struct path_result file;
	bool answer;

	if (path_answers_get(question->answers, key, &answer))
		return answer;
	question->get(monitor->paths, key, &file);
	answer = question->decide(monitor, key, &file);
	if (file.path)
		path_answers_put(question->answers, key, answer);
	return answer;
}

/* For hot_rank_refresh(): whether the slot's file is shown. */
static bool is_wanted(void *context, const struct frsp_hot_slot *slot)
{
	struct hot_monitor *monitor = context;
	const struct path_key key = {slot->ino, slot->fs, slot->gen};
	const struct question below = {&monitor->below, file_paths_get,
				       is_below};
	/* each letter that is typed asks about all files */
	const struct question matching = {&monitor->matching,
					  file_paths_get_any, is_matching};

	if (monitor->shown_dev &&
	    fs_identity_get(monitor->identities, slot->fs).fs.fs_dev !=
		    monitor->shown_dev)
		return false;
	if (monitor->directory && !passes(monitor, &key, &below))
		return false;
	return !monitor->filter || passes(monitor, &key, &matching);
}

/* For hot_rank_refresh(). A device below another one (device mapper, MD)
 * carries no filesystem: its I/O was counted on the upper device. If only one
 * filesystem is tracked and BPF does not know its disks (btrfs), BPF counts the
 * classes of all disks, and this picks those of the filesystem.
 */
static bool class_is_wanted(void *context, __u32 fs)
{
	return hot_monitor_counts_class(context, fs);
}

bool hot_monitor_counts_class(const struct hot_monitor *monitor, __u32 fs)
{
	const struct fs_identity identity =
		fs_identity_get(monitor->identities, fs);
	const struct mount_entry *entry =
		fs_identity_mount(monitor->identities, &identity);

	if (!entry)
		return false;
	if (monitor->shown_dev && entry->dev != monitor->shown_dev)
		return false;
	if (monitor->one_fs)
		return monitor->follow.is_there &&
		       entry->dev == monitor->follow.was.fs_dev;
	return !monitor->only_dev || entry->dev == monitor->only_dev;
}

/* For name_new(). Without memory, the file gets its path with the interval. */
static void note_new(struct hot_monitor *monitor,
		     const struct frsp_hot_file *file)
{
	size_t n = monitor->n_new;
	struct path_key *more = monitor->new_files;

	if (!(n & (n - 1)))
		more = reallocarray(more, n ? 2 * n : 1, sizeof(*more));
	if (!more)
		return;
	monitor->new_files = more;
	more[monitor->n_new++] =
		(struct path_key){file->ino, file->fs, file->gen};
}

/* Has new files recorded with their paths: not while announcements are read, as
 * there is room for so many only.
 */
static void name_new(struct hot_monitor *monitor)
{
	for (size_t i = 0; monitor->recorder && i < monitor->n_new; i++)
		hot_recorder_name(monitor->recorder, &monitor->new_files[i]);
	monitor->n_new = 0;
}

static void announce(void *context, const struct frsp_hot_file *file)
{
	struct hot_monitor *monitor = context;

	path_cache_announce(file_paths_cache(monitor->paths), file);
	if (monitor->recorder)
		note_new(monitor, file);
}

static void forget_slot(void *context, __u32 index,
			const struct frsp_hot_slot *slot)
{
	struct hot_monitor *monitor = context;
	const struct path_key key = {slot->ino, slot->fs, slot->gen};

	hot_rank_forget(monitor->rank, index);
	if (monitor->recorder)
		hot_recorder_forget(monitor->recorder, index, slot);
	if (FRSP_HOT_TAG_RANGE(slot->tag) != FRSP_HOT_RANGE_FILE)
		return;
	file_paths_forget(monitor->paths, &key);
	path_answers_forget(&monitor->below, &key);
	path_answers_forget(&monitor->matching, &key);
}

/* Records how many slots were evicted since the start. A killed reader may have
 * evicted more than it recorded. So if no slot was taken into use during our
 * eviction, the number is computed from the slots in use instead.
 */
static int tell_evicted(struct hot_monitor *monitor,
			const struct hot_evict_result *result,
			const __u64 before[FRSP_HOT_NR_STATS])
{
	__u64 after[FRSP_HOT_NR_STATS];
	__u64 taken = before[FRSP_HOT_STAT_SLOTS];
	__u64 evicted = before[FRSP_HOT_STAT_EVICTED] + result->n_emptied;
	int err;

	err = hot_track_stats(monitor->track, after);
	if (err)
		return err;
	if (after[FRSP_HOT_STAT_SLOTS] == taken && result->n_in_use <= taken)
		evicted = taken - result->n_in_use;
	return hot_track_set_evicted(monitor->track, evicted);
}

/* Evicts if a table is nearly full. Call it after the frame was sampled: the
 * frame still shows the files that are evicted.
 */
static int make_room(struct hot_monitor *monitor, const struct hot_clock *clock,
		     const __u64 stats[FRSP_HOT_NR_STATS])
{
	const struct hot_table *table = hot_track_table(monitor->track);
	const struct hot_evict_hooks hooks = {.evicted = forget_slot,
					      .context = monitor};
	struct hot_evict_result result;

	hot_actors_make_room(monitor->actors);
	if (!hot_evict_is_due(table, stats[FRSP_HOT_STAT_SLOTS] -
					     stats[FRSP_HOT_STAT_EVICTED]) ||
	    !hot_track_tends(monitor->track))
		return 0;
	if (hot_evict(table, clock, &hooks, &monitor->evict_hand, &result))
		return 0; /* if the table gets full, .dropped shows it */
	fs_room_make(monitor->track);
	return tell_evicted(monitor, &result, stats);
}

static void fill_statistics(struct hot_monitor *monitor,
			    struct hot_frame *frame,
			    const __u64 stats[FRSP_HOT_NR_STATS])
{
	const struct hot_replay *replay = hot_track_replay(monitor->track);
	double now_s;

	if (replay) {
		hot_replay_statistics(frame, replay);
		hot_statistics(frame, monitor->track, stats);
		return;
	}
	frame->wall_ns = clock_ns(CLOCK_REALTIME);
	frame->mono_ns = clock_ns(CLOCK_MONOTONIC);
	now_s = frame->mono_ns / 1e9;
	frame->interval_s = now_s - monitor->last_s;
	hot_statistics(frame, monitor->track, stats);
	frame->events_per_s =
		(frame->events - monitor->last_events) / frame->interval_s;
	frame->map_bytes = monitor->map_bytes;
	frame->cgroup_gone = monitor->cgroup_gone;
	frame->fs_gone = monitor->one_fs && !monitor->follow.is_there;
	frame->naming_percent = file_paths_percent(monitor->paths);
	monitor->last_s = now_s;
	monitor->last_events = frame->events;
}

static void follow(struct hot_monitor *monitor)
{
	if (hot_track_replay(monitor->track))
		return;
	/* on error, go on with the old table */
	mount_table_refresh(monitor->mounts);
	if (monitor->one_fs)
		fs_follow(&monitor->follow, monitor->track, monitor->mounts);
	if (!monitor->cgroup)
		return;
	monitor->cgroup_gone = !cgroup_follow(monitor->cgroup);
	if (!monitor->cgroup_gone)
		hot_track_follow(monitor->track, monitor->cgroup);
}

int hot_monitor_tend(struct hot_monitor *monitor)
{
	__u64 stats[FRSP_HOT_NR_STATS] = {0};
	struct hot_clock clock;
	int err;

	if (monitor->remote)
		return 0;
	if (hot_track_is_gone(monitor->track))
		return -ECANCELED;
	follow(monitor);
	hot_latency_tend(monitor->latency);
	err = hot_track_files(monitor->track, announce, monitor);
	name_new(monitor);
	file_paths_tend(monitor->paths);
	if (!err)
		err = hot_track_stats(monitor->track, stats);
	if (!err)
		err = hot_track_clock(monitor->track, &clock);
	return err ?: make_room(monitor, &clock, stats);
}

/* Fills in what hot_rank leaves empty. */
static void fill_rows(struct hot_monitor *monitor, struct hot_rows *rows)
{
	for (__u32 i = 0; i < rows->n_rows; i++) {
		struct hot_row *row = &rows->rows[i];
		const struct fs_identity identity =
			fs_identity_get(monitor->identities, row->fs);

		row->dev = identity.fs.dev;
		row->fs_dev = identity.is_there ? identity.fs.fs_dev : 0;
		hot_latency_fill(monitor->latency, row->ino, row->fs, row->gen,
				 row->times);
		if (!row->n_processes)
			hot_actors_fill(monitor->actors, row);
	}
}

static bool has_tree(const struct hot_frame_request *request)
{
	return request->tree && request->view == HOT_VIEW_DIRECTORIES;
}

static void cut(struct hot_rows *rows, __u32 max_rows)
{
	if (max_rows && rows->n_rows > max_rows)
		rows->n_rows = max_rows;
}

/* Makes the rows of metadata and puts them among the files, if they are wanted.
 * They are below no directory, so none is shown with .directory.
 */
static int list_rows(struct hot_monitor *monitor,
		     const struct hot_request *request, bool no_metadata,
		     struct hot_frame *frame)
{
	const struct hot_rows none = {0};
	int err;

	fill_rows(monitor, &frame->ranking.files);
	fill_rows(monitor, &frame->ranking.ranges);
	fill_rows(monitor, &frame->ranking.metadata);
	hot_metadata_place(&frame->ranking.metadata, monitor->identities,
			   &monitor->kept);
	err = hot_metadata_sum(monitor->metadata, &frame->ranking.metadata,
			       request->sort, &frame->metadata);
	if (err)
		return err;
	return hot_metadata_merge(
		monitor->metadata, &frame->ranking.files,
		no_metadata || monitor->directory ? &none : &frame->metadata,
		monitor->filter, request->sort, request->max_rows,
		&frame->listed);
}

/* Ranks the groups of a view. Sums over files are of the ROLLED_FILES first
 * files; the frame then shows as many of these as the request wants.
 */
static int rank_groups(struct hot_monitor *monitor,
		       const struct hot_frame_request *request,
		       struct hot_frame *frame)
{
	struct hot_rows *files = &frame->ranking.files;
	int err;

	frame->view = request->view;
	frame->groups = (struct hot_rows){0};
	if (!hot_view_is_group(request->view))
		return 0;
	if (!hot_view_is_roll_up(request->view)) {
		err = hot_actors_rank(monitor->actors, request->view,
				      request->sort, request->max_rows,
				      &frame->groups);
		if (!err)
			fill_rows(monitor, &frame->groups);
		return err;
	}
	if (has_tree(request)) {
		hot_monitor_name(monitor, files, 0, files->n_rows);
		return hot_dir_tree_make(request->tree, files, request->sort,
					 request->max_rows, &frame->groups);
	}
	hot_monitor_name(monitor, &frame->listed, 0, frame->listed.n_rows);
	err = hot_roll_up(monitor->rolled, &frame->listed, request->view,
			  request->sort, request->max_rows, &frame->groups);
	cut(&frame->listed, request->max_rows);
	cut(files, request->max_rows);
	return err;
}

/* Takes over the filter of a request. Returns 0 or -ENOMEM. */
static int choose(struct hot_monitor *monitor,
		  const struct hot_frame_request *request)
{
	const char *filter = request->filter ?: "";

	monitor->shown_dev = request->fs_dev;
	if (!strcmp(monitor->filter ?: "", filter))
		return 0;
	path_answers_forget_all(&monitor->matching);
	free(monitor->filter);
	monitor->filter = *filter ? strdup(filter) : NULL;
	return *filter && !monitor->filter ? -ENOMEM : 0;
}

static bool is_chosen(const struct hot_monitor *monitor)
{
	return monitor->directory || monitor->filter || monitor->shown_dev;
}

int hot_monitor_sample(struct hot_monitor *monitor,
		       const struct hot_frame_request *request,
		       struct hot_frame *frame)
{
	struct hot_request ranking = {
		.sort = request->sort,
		.max_rows = request->max_rows,
		.ranges = request->ranges,
		.only_fs = only_fs(monitor),
		.latency = monitor->latency,
		.context = monitor,
	};
	__u64 stats[FRSP_HOT_NR_STATS];
	struct hot_clock clock;
	int err;

	if (monitor->remote)
		return hot_remote_sample(monitor->remote, request, frame);
	if (hot_track_is_gone(monitor->track))
		return -ECANCELED;
	err = choose(monitor, request);
	if (err)
		return err;
	ranking.wanted = is_chosen(monitor) ? is_wanted : NULL;
	follow(monitor);
	path_kept_free(&monitor->kept);
	path_cache_next_frame(file_paths_cache(monitor->paths));
	fs_identities_next_frame(monitor->identities);
	err = hot_track_files(monitor->track, announce, monitor);
	if (!err)
		err = hot_track_stats(monitor->track, stats);
	if (!err)
		err = hot_track_clock(monitor->track, &clock);
	if (err)
		return err;
	fill_statistics(monitor, frame, stats);
	ranking.interval_s = frame->interval_s;
	hot_latency_turn(monitor->latency, request->latency);
	err = hot_latency_sample(monitor->latency, frame->interval_s,
				 &frame->latency);
	if (err)
		return err;
	if (has_tree(request) ||
	    (hot_view_is_roll_up(request->view) && ranking.max_rows &&
	     ranking.max_rows < ROLLED_FILES))
		ranking.max_rows = ROLLED_FILES;
	hot_actors_sample(monitor->actors, frame->interval_s);
	if (hot_track_replay(monitor->track))
		hot_rank_rebase(
			monitor->rank,
			hot_replay_now(hot_track_replay(monitor->track)).before);
	err = hot_rank_refresh(monitor->rank, hot_track_table(monitor->track),
			       &clock, &ranking, class_is_wanted,
			       &frame->ranking);
	if (err)
		return err;
	err = list_rows(monitor, &ranking, request->no_metadata, frame);
	if (!err)
		err = rank_groups(monitor, request, frame);
	return err ?: make_room(monitor, &clock, stats);
}

void hot_monitor_name(struct hot_monitor *monitor, const struct hot_rows *rows,
		      __u32 from, __u32 n)
{
	for (__u32 i = from; i < rows->n_rows && i - from < n; i++) {
		struct hot_row *row = &rows->rows[i];
		const struct path_key key = {row->ino, row->fs, row->gen};
		struct path_result file;

		if (row->file)
			continue;
		file = (struct path_result){.state = PATH_UNKNOWN};
		if (row->ino)
			file_paths_get(monitor->paths, &key, &file);
		row->file = path_keep(&monitor->kept, &file);
	}
}

struct hot_monitor_parts hot_monitor_parts(const struct hot_monitor *monitor)
{
	return (struct hot_monitor_parts){
		.track = monitor->track,
		.actors = monitor->actors,
		.identities = monitor->identities,
		.mounts = monitor->mounts,
		.paths = file_paths_cache(monitor->paths),
		.file_paths = monitor->paths,
	};
}

void hot_monitor_set_recorder(struct hot_monitor *monitor,
			      struct hot_recorder *recorder)
{
	monitor->recorder = recorder;
}

struct hot_remote *hot_monitor_remote(const struct hot_monitor *monitor)
{
	return monitor->remote;
}

struct bpf_object_skeleton *
hot_monitor_skeleton(const struct hot_monitor *monitor)
{
	return hot_track_skeleton(monitor->track);
}
