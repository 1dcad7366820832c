// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Example: a machine boots. frspd sees sda1, and a child copies its file of
 * heat to a memory file, from which frspd warms the hot table. 10 minutes later
 * another child walks through the table, which it shares with frspd, and writes
 * the file anew.
 *
 * Heat that is put back never adds to what a file has by now: heat/state.h. So
 * it does no harm when frspd was killed, and its programs went on counting.
 */
#include "daemon/state.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/fmt.h"
#include "daemon/state_files.h"
#include "heat/monitor_parts.h"

#define USUAL_DIRECTORY "/var/lib/frspd"
#define HANG_S		30   /* then a child is left behind */
#define END_MS		2000 /* how long the end waits for the files */
/* After so many half-lives a millionth is left. */
#define OLD_HALF_LIVES 20
#define ROOM_PERCENT   70 /* of the table, as heat/evict.c leaves */

/* What a child has found out. */
struct state_result {
	int heat_err, trees_err;
	__u32 n_taken, n_skipped;
};

struct state_child {
	pid_t pid;
	double since_s;
	bool is_save;
	/* Of a restore: */
	bool has_heat;
	int heat_fd;
	struct state_result *result; /* in memory that the child shares */
	struct state_fs fs;
};

/* --- children ------------------------------------------------------------- */

static void free_child(struct state *state)
{
	struct state_child *child = state->child;

	if (child->heat_fd >= 0)
		close(child->heat_fd);
	if (child->result)
		munmap(child->result, sizeof(*child->result));
	free(child);
	state->child = NULL;
}

static int new_child(struct state *state, bool is_save)
{
	struct state_child *child = calloc(1, sizeof(*child));

	if (!child)
		return -ENOMEM;
	state->child = child;
	child->is_save = is_save;
	child->since_s = clock_monotonic_s();
	child->heat_fd = -1;
	child->result =
		mmap(NULL, sizeof(*child->result), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (child->result != MAP_FAILED)
		return 0;
	child->result = NULL;
	free_child(state);
	return -ENOMEM;
}

static void tell_saved(struct state *state, int err)
{
	if (err && err != state->told_err)
		say(&say_not_saved, NULL,
		    "%s: what is known cannot be kept: %s", state->directory,
		    strerror(-err));
	state->told_err = err;
}

/* --- saving --------------------------------------------------------------- */

static struct state_fs state_fs_of(const struct filesystem *fs,
				   struct hot_track *track)
{
	struct frsp_hot_fs_query query = {.fs_dev = fs->dev};
	struct state_fs of = {
		.dev = fs->dev,
		.mount_id = fs->mount_id,
		.with_trees = fs->summaries == CONFIG_TUNER_APPLY &&
			      fs->trees_are_back,
	};

	strcpy(of.target, fs->target);
	strcpy(of.uuid, fs->uuid);
	if (!hot_track_find_fs(track, &query))
		of.identity = query.fs;
	of.keep_heat = !fs->heat_is_back;
	return of;
}

static struct state_fs *list_all(const struct filesystems *filesystems,
				 struct hot_track *track, size_t *n)
{
	struct state_fs *list = calloc(filesystems->n + 1, sizeof(*list));

	*n = 0;
	for (size_t i = 0; list && i < filesystems->n; i++)
		if (filesystems->list[i].mode != CONFIG_OFF &&
		    *filesystems->list[i].uuid)
			list[(*n)++] =
				state_fs_of(&filesystems->list[i], track);
	return list;
}

/* systemd names all directories of the unit, with colons between them; among
 * several, ours is the usual one.
 */
static const char *state_directory(void)
{
	const char *given = getenv("STATE_DIRECTORY");

	return given && !strchr(given, ':') ? given : USUAL_DIRECTORY;
}

static int save_in_child(const struct state *state, const struct state_fs *list,
			 size_t n, const struct state_heat *heat)
{
	if ((mkdir(state_directory(), 0700) && errno != EEXIST) ||
	    (mkdir(state->directory, 0700) && errno != EEXIST))
		return errno;
	return -state_files_save(state->directory, list, n, heat);
}

static int start_save(struct state *state,
		      const struct filesystems *filesystems,
		      struct hot_monitor *monitor)
{
	struct hot_track *track = hot_monitor_parts(monitor).track;
	struct state_heat heat = {.table = hot_track_table(track),
				  .wall_ns = clock_ns(CLOCK_REALTIME)};
	int err = hot_track_clock(track, &heat.clock) ?: new_child(state, true);
	struct state_fs *list;
	size_t n;

	if (err)
		return err;
	list = list_all(filesystems, track, &n);
	if (!list) {
		free_child(state);
		return -ENOMEM;
	}
	state->child->pid = child_fork("frspd-state", -1);
	if (!state->child->pid)
		_exit(save_in_child(state, list, n, &heat));
	free(list);
	if (state->child->pid > 0)
		return 0;
	tell_saved(state, -errno);
	free_child(state);
	return 0;
}

/* --- restoring ------------------------------------------------------------ */

static int start_restore(struct state *state, struct filesystem *fs,
			 struct hot_monitor *monitor, bool with_trees)
{
	int err = new_child(state, false);
	struct state_child *child = state->child;

	if (err)
		return err;
	child->fs = state_fs_of(fs, hot_monitor_parts(monitor).track);
	child->fs.with_trees = with_trees;
	child->has_heat = !fs->heat_is_back;
	child->heat_fd = memfd_create("frspd-heat", MFD_CLOEXEC);
	child->pid = child->heat_fd < 0
			     ? -1
			     : child_fork("frspd-state", child->heat_fd);
	if (!child->pid) {
		if (child->has_heat)
			child->result->heat_err = state_files_read_heat(
				state->directory, &child->fs, child->heat_fd);
		if (with_trees)
			child->result->trees_err = state_files_restore_trees(
				state->directory, &child->fs,
				&child->result->n_taken,
				&child->result->n_skipped);
		_exit(0);
	}
	if (child->pid < 0)
		free_child(state);
	return 0;
}

static void pass_over(const struct state *state, const struct filesystem *fs,
		      const char *kind, const char *why)
{
	const struct say_fields fields = filesystem_fields(fs);

	say(&say_unusable, &fields, "%s/%s.%s: %s, and passed over",
	    state->directory, fs->uuid, kind, why);
}

static int decode(int fd, const struct state_fs *fs, struct heat_state *heat)
{
	struct ext4_super super;
	char uuid[EXT4_UUID_TEXT_LEN];
	struct stat st;
	void *data;
	int err;

	if (fstat(fd, &st) || !st.st_size)
		return -EBADMSG;
	data = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	err = heat_state_decode(data, st.st_size, heat);
	munmap(data, st.st_size);
	if (err)
		return err;
	memcpy(super.uuid, heat->uuid, sizeof(super.uuid));
	ext4_super_uuid(&super, uuid);
	if (!strcmp(uuid, fs->uuid))
		return 0;
	free(heat->entries);
	return -ESTALE;
}

static __u32 identity_of(const struct hot_track *track, __u32 dev)
{
	struct frsp_hot_fs_query query = {.fs_dev = dev};

	return hot_track_find_fs(track, &query) ? 0 : query.fs;
}

/* Returns how many slots were taken into use, or -errno. */
static long put_heat(struct hot_track *track, __u32 dev,
		     const struct heat_state *heat, double age_s)
{
	const struct hot_table *table = hot_track_table(track);
	const struct frsp_hot_fs known = {.fs = identity_of(track, dev),
					  .fs_dev = dev,
					  .dev = dev,
					  .fs_type = "ext4"};
	__u64 stats[FRSP_HOT_NR_STATS], used, most;
	struct hot_clock clock;
	int err =
		hot_track_clock(track, &clock) ?: hot_track_stats(track, stats);
	__u32 n;

	if (err || !known.fs)
		return err;
	used = stats[FRSP_HOT_STAT_SLOTS] - stats[FRSP_HOT_STAT_EVICTED];
	most = (__u64)table->n_slots * ROOM_PERCENT / 100;
	hot_track_keep_fs(track, known.fs, &known);
	n = heat_state_put(table, &clock, known.fs, heat,
			   exp2(-age_s / HOT_TRACK_DEFAULT_HALF_LIFE_S),
			   used < most ? most - used : 0);
	return hot_track_add_used(track, n) ?: (long)n;
}

static void restore_heat(const struct state *state, const struct filesystem *fs,
			 struct hot_track *track)
{
	const struct say_fields fields = filesystem_fields(fs);
	const struct state_child *child = state->child;
	struct heat_state heat;
	double age_s;
	long n = 0;
	int err = child->result->heat_err
			  ?: decode(child->heat_fd, &child->fs, &heat);

	if (err) {
		if (state_files_why(err))
			pass_over(state, fs, "heat", state_files_why(err));
		return;
	}
	age_s = ((double)clock_ns(CLOCK_REALTIME) - heat.saved_ns) / 1e9;
	age_s = age_s < 0 ? 0 : age_s;
	if (age_s > OLD_HALF_LIVES * HOT_TRACK_DEFAULT_HALF_LIFE_S)
		pass_over(state, fs, "heat", "it is too old");
	else if (hot_track_tends(track))
		n = put_heat(track, fs->dev, &heat, age_s);
	free(heat.entries);
	if (n > 0)
		say(&say_heat_back, &fields,
		    "%s: what was hot %.0f s ago is so again: %ld file%s and ranges",
		    fs->name, age_s, n, fmt_plural(n));
}

static void tell_trees(const struct state *state, const struct filesystem *fs)
{
	const struct state_result *result = state->child->result;
	const struct say_fields fields = filesystem_fields(fs);

	if (state_files_why(result->trees_err))
		pass_over(state, fs, "trees",
			  state_files_why(result->trees_err));
	else if (!result->trees_err)
		say(&say_trees_back, &fields,
		    "%s: frsp.ko has taken what was saved of %u block groups, and passed over %u",
		    fs->name, result->n_taken, result->n_skipped);
}

/* has_ended: false: the child hangs, so there is nothing to wait for. */
static void finish_restore(const struct state *state,
			   const struct filesystems *filesystems,
			   struct hot_monitor *monitor, bool has_ended)
{
	const struct state_fs *fs = &state->child->fs;

	/* it may be gone by now, or another one */
	for (size_t i = 0; i < filesystems->n; i++) {
		struct filesystem *now = &filesystems->list[i];

		if (now->dev != fs->dev || strcmp(now->uuid, fs->uuid))
			continue;
		if (state->child->has_heat && has_ended)
			restore_heat(state, now,
				     hot_monitor_parts(monitor).track);
		if (fs->with_trees && has_ended)
			tell_trees(state, now);
		now->heat_is_back |= state->child->has_heat;
		now->trees_are_back |= fs->with_trees;
	}
}

/* --- both ----------------------------------------------------------------- */

/* False: the child still runs. */
static bool is_done(struct state *state, const struct filesystems *filesystems,
		    struct hot_monitor *monitor)
{
	struct state_child *child = state->child;
	int status;

	if (!child)
		return true;
	if (!waitpid(child->pid, &status, WNOHANG)) {
		if (clock_monotonic_s() < child->since_s + HANG_S)
			return false;
		child_end(child->pid);
		if (child->is_save)
			tell_saved(state, -ETIMEDOUT);
		else
			finish_restore(state, filesystems, monitor, false);
	} else if (!child->is_save) {
		finish_restore(state, filesystems, monitor, true);
	} else {
		tell_saved(state,
			   WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO);
	}
	free_child(state);
	return true;
}

void state_begin(struct state *state, const struct config *config)
{
	*state = (struct state){0};
	snprintf(state->directory, sizeof(state->directory), "%s/filesystems",
		 state_directory());
	state->next_s =
		clock_monotonic_s() + config_seconds(config, "state_interval");
}

int state_tick(struct state *state, const struct config *config,
	       struct filesystems *filesystems, struct hot_monitor *monitor)
{
	double now_s = clock_monotonic_s();

	if (!is_done(state, filesystems, monitor))
		return 0;
	for (size_t i = 0; i < filesystems->n; i++) {
		struct filesystem *fs = &filesystems->list[i];
		bool with_trees = fs->trees_are_wanted;

		if (fs->mode == CONFIG_OFF || !*fs->uuid ||
		    (fs->heat_is_asked && !with_trees))
			continue;
		fs->heat_is_asked = true;
		fs->trees_are_wanted = false;
		return start_restore(state, fs, monitor, with_trees);
	}
	if (now_s < state->next_s)
		return 0;
	state->next_s = now_s + config_seconds(config, "state_interval");
	return start_save(state, filesystems, monitor);
}

void state_end(struct state *state, struct filesystems *filesystems,
	       struct hot_monitor *monitor)
{
	const struct timespec ms = {.tv_nsec = 1000000};
	int n = 0;

	if (state->child) {
		child_end(state->child->pid);
		free_child(state);
	}
	if (!start_save(state, filesystems, monitor))
		while (!is_done(state, filesystems, monitor) && n++ < END_MS)
			nanosleep(&ms, NULL);
	if (state->child)
		free_child(state);
}
