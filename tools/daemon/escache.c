// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel does not say which inodes have entries, so we know only those that
 * were looked up since the programs run, and only as long as these remember
 * them. Such an inode is in memory, so opening it reads nothing from the disk;
 * it is opened by its number and closed at once, by the process aside.
 */
#include "daemon/escache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "daemon/decide.h"
#include "fs/es_info.h"
#include "fs/extent_precache.h"
#include "tune/escache_seen.h"
#include "watch/es.h"

#define ROUND_S	  10
#define MAX_FILES 500 /* that are cleared in a round */
/* FILEID_INO32_GEN, include/linux/exportfs.h: number and generation */
#define HANDLE_TYPE 1

/* A filesystem that is looked at. */
struct round {
	struct filesystem *fs;
	double now_s;
	struct escache_key *keys; /* of the files in inodes */
	struct escache_inode *inodes;
	size_t *chosen;
	size_t n;
	struct es_info info;
};

/* --- clearing a file, aside ----------------------------------------------- */

struct clear_query {
	char target[PATH_MAX];
	int mount_id;
	__u32 ino, gen;
	__u64 entries; /* that it has */
	struct extent_cleared cleared;
};

static int open_inode(const struct clear_query *query)
{
	const struct mount_entry entry = {.target = query->target,
					  .id = query->mount_id};
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + 8];
	} at = {.handle = {.handle_bytes = 8, .handle_type = HANDLE_TYPE}};
	int mount = mount_entry_open(&entry), fd;

	if (mount < 0)
		return mount;
	memcpy(at.handle.f_handle, &query->ino, 4);
	memcpy(at.handle.f_handle + 4, &query->gen, 4);
	fd = open_by_handle_at(mount, &at.handle,
			       O_RDONLY | O_NONBLOCK | O_NOATIME | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(mount);
	return fd;
}

static int clear_aside(void *message, int *no_fd)
{
	struct clear_query *query = message;
	int fd = open_inode(query), err;

	(void)no_fd;
	if (fd < 0)
		return fd;
	err = extent_clear(fd, query->entries, &query->cleared);
	close(fd);
	return err;
}

/* Returns how many entries went. A file that was not cleared is put off. */
static __u64 clear_file(struct escache_tuner *tuner, const struct round *round,
			size_t i)
{
	const struct escache_key *key = &round->keys[i];
	struct clear_query query = {
		.mount_id = round->fs->mount_id,
		.ino = key->ino,
		.gen = key->gen,
		.entries = round->inodes[i].entries,
	};

	snprintf(query.target, sizeof(query.target), "%s", round->fs->target);
	if (!aside(clear_aside, &query, sizeof(query), round->fs->mount_id,
		   NULL))
		return query.cleared.n_entries;
	escache_seen_put_off(tuner->seen, key, round->now_s);
	return 0;
}

/* --- what is said --------------------------------------------------------- */

static void say_round(const struct say_kind *kind, const struct round *round,
		      __u64 after, const char *text)
{
	char before_text[24], after_text[24];
	struct say_fields fields = filesystem_fields(round->fs);

	snprintf(before_text, sizeof(before_text), "%llu", round->info.entries);
	snprintf(after_text, sizeof(after_text), "%llu", after);
	fields.before = before_text;
	fields.after = after_text;
	say(kind, &fields, "%s: %s", round->fs->name, text);
}

/* Clearing must not be taken back, but it can be explained. */
static int decide_to_clear(const struct round *round,
			   const struct escache_choice *choice,
			   struct decision *decision)
{
	*decision = (struct decision){
		.tuner = DECISION_OF_ESCACHE,
		.tunable = "entries",
		.scenario = "the cache of extents is above its bound",
	};
	snprintf(decision->before, sizeof(decision->before), "%llu",
		 round->info.entries);
	snprintf(decision->after, sizeof(decision->after), "%llu",
		 round->info.entries - choice->entries);
	snprintf(
		decision->figures, sizeof(decision->figures),
		"bound %llu entries, looked up within %g s %llu, to be cleared %llu of %zu cold files",
		es_info_fitting(round->fs->escache_bound),
		round->fs->escache_cooldown_s, choice->hot, choice->entries,
		choice->n);
	return decide(round->fs, decision);
}

static void apply(struct escache_tuner *tuner, const struct round *round,
		  const struct escache_choice *choice)
{
	__u64 cleared = 0, n = 0, entries;
	struct decision decision;
	char text[160];

	if (decide_to_clear(round, choice, &decision))
		return;
	for (size_t i = 0; i < choice->n && i < MAX_FILES && !interrupted;
	     i++) {
		entries = clear_file(tuner, round, round->chosen[i]);
		cleared += entries;
		n += entries > 0;
	}
	if (!n) {
		decide_failed(&decision);
		return;
	}
	snprintf(
		text, sizeof(text),
		"its cache of extents has %llu entries, the bound is %llu: cleared %llu entries of %llu cold files",
		round->info.entries, es_info_fitting(round->fs->escache_bound),
		cleared, n);
	snprintf(decision.after, sizeof(decision.after), "%llu",
		 round->info.entries > cleared ? round->info.entries - cleared
					       : 0);
	decide_say(&say_cleared, round->fs, &decision, "%s", text);
}

/* Once, until it is below its bound again. */
static void advise(const struct round *round,
		   const struct escache_choice *choice)
{
	char text[160];

	if (round->fs->escache_advised)
		return;
	round->fs->escache_advised = true;
	snprintf(
		text, sizeof(text),
		"its cache of extents has %llu entries, the bound is %llu: \"escache = apply\" would clear %llu entries of %zu cold files",
		round->info.entries, es_info_fitting(round->fs->escache_bound),
		choice->entries, choice->n);
	say_round(&say_advice, round, round->info.entries - choice->entries,
		  text);
}

/* A scan makes many files look hot for a while. So it is said only when it
 * lasts.
 */
static void note_too_small(const struct round *round,
			   const struct escache_choice *choice)
{
	struct filesystem *fs = round->fs;
	char text[160];

	if (!choice->is_too_small) {
		fs->escache_small_s = 0;
		fs->escache_small_told = false;
		return;
	}
	if (!fs->escache_small_s)
		fs->escache_small_s = round->now_s;
	if (fs->escache_small_told ||
	    round->now_s < fs->escache_small_s + 3 * fs->escache_cooldown_s)
		return;
	fs->escache_small_told = true;
	snprintf(
		text, sizeof(text),
		"a bound of %llu entries cannot be kept: %llu are in use, and as many cold ones protect them",
		es_info_fitting(fs->escache_bound), choice->hot);
	say_round(&say_advice, round, round->info.entries, text);
}

/* --- a round -------------------------------------------------------------- */

static int make_room(struct round *round, const struct es_watch *watch)
{
	struct es_row row;
	size_t n = 0;

	while (es_watch_inode(watch, n, &row))
		n++;
	round->keys = calloc(n + 1, sizeof(*round->keys));
	round->inodes = calloc(n + 1, sizeof(*round->inodes));
	round->chosen = calloc(n + 1, sizeof(*round->chosen));
	return round->keys && round->inodes && round->chosen ? 0 : -ENOMEM;
}

static int list_inodes(struct escache_tuner *tuner, struct round *round,
		       const struct es_watch *watch)
{
	struct es_row row;
	int err = 0;

	round->n = 0;
	for (__u32 i = 0; !err && es_watch_inode(watch, i, &row); i++) {
		struct escache_key *key = &round->keys[round->n];

		/* an inode of 4 billion and more is not one of ext4 */
		if (row.inode.dev != round->fs->dev || !row.counts.entries ||
		    row.inode.ino != (__u32)row.inode.ino)
			continue;
		*key = (struct escache_key){row.inode.ino, row.inode.dev,
					    row.inode.gen};
		err = escache_seen_note(tuner->seen, key, row.counts.entries,
					row.counts.hits + row.counts.misses,
					round->now_s,
					&round->inodes[round->n++]);
	}
	return err;
}

static int tune(struct escache_tuner *tuner, struct round *round,
		const struct es_watch *watch)
{
	char name[MOUNT_NAME_LEN];
	struct escache_choice choice;
	struct escache_state state = {
		.bound = es_info_fitting(round->fs->escache_bound),
		.cooldown_s = round->fs->escache_cooldown_s,
	};
	int err = list_inodes(tuner, round, watch);

	mount_name_or_number(round->fs->dev, name);
	if (err || es_info_read(ES_INFO_ROOT, name, &round->info))
		return err;
	state.entries = round->info.entries;
	state.reclaimable = round->info.reclaimable;
	choice = escache_choose(round->inodes, round->n, &state, round->chosen);
	note_too_small(round, &choice);
	if (state.entries <= state.bound)
		round->fs->escache_advised = false;
	if (!choice.n)
		return 0;
	if (round->fs->escache == CONFIG_TUNER_APPLY)
		apply(tuner, round, &choice);
	else
		advise(round, &choice);
	return 0;
}

static int look_at_all(struct escache_tuner *tuner, struct es_watch *watch,
		       struct filesystems *filesystems, double now_s)
{
	struct round round = {.now_s = now_s};
	int err = make_room(&round, watch);

	for (size_t i = 0; !err && i < filesystems->n; i++) {
		round.fs = &filesystems->list[i];
		if (round.fs->mode != CONFIG_OFF &&
		    round.fs->escache != CONFIG_TUNER_OBSERVE)
			err = tune(tuner, &round, watch);
	}
	free(round.keys);
	free(round.inodes);
	free(round.chosen);
	escache_seen_forget(tuner->seen, now_s);
	return err;
}

int escache_tick(struct escache_tuner *tuner, struct es_watch *watch,
		 struct filesystems *filesystems)
{
	double now_s = clock_monotonic_s();
	int err;

	if (!watch || now_s < tuner->next_s)
		return 0;
	tuner->next_s = now_s + ROUND_S;
	if (!tuner->seen)
		tuner->seen = escache_seen_new();
	err = tuner->seen ? es_watch_refresh(watch) : -ENOMEM;
	return err ?: look_at_all(tuner, watch, filesystems, now_s);
}

void escache_end(struct escache_tuner *tuner)
{
	escache_seen_free(tuner->seen);
	*tuner = (struct escache_tuner){0};
}
