// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl escache: shows ext4's cache of extents, loads the extents of files
 * into it, or takes them out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/interrupt.h"
#include "base/json_out.h"
#include "base/output.h"
#include "base/table.h"
#include "ctl/ctl.h"
#include "ctl/fs_tiers.h"
#include "fs/es_info.h"
#include "fs/extent_precache.h"
#include "fs/mount_name.h"
#include "fs/quiet_open.h"
#include "ui/document.h"

#define ESCACHE_SCHEMA	    "frsp.escache/1"
#define ESCACHE_FILE_SCHEMA "frsp.escache-file/1"

/* --- status --------------------------------------------------------------- */

/* A filesystem that is shown. */
struct shown {
	char name[MOUNT_NAME_LEN], people[MOUNT_NAME_LEN];
	const char *target;
	struct es_info info;
};

struct report {
	struct table *table;	       /* NULL: JSON */
	struct json_object *documents; /* an array */
	bool exact;
};

static const struct table_column columns[] = {
	{.title = "DEVICE", .is_text = true},
	{.title = "ENTRIES"},
	{.title = "MEMORY"},
	{.title = "RECLAIMABLE"},
	{.title = "INODES"},
	{.title = "HIT%"},
	{.title = "MOUNT", .is_text = true},
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* -1: nobody has asked yet */
static double hit_percent(const struct es_info *info)
{
	__u64 lookups = info->hits + info->misses;

	return lookups ? 100.0 * info->hits / lookups : -1;
}

static int add_row(const struct report *report, const struct shown *shown)
{
	const struct es_info *info = &shown->info;
	char entries[FMT_LEN], memory[FMT_LEN], reclaimable[FMT_LEN];
	char inodes[FMT_LEN], hits[FMT_LEN] = "idle";
	const char *cells[N_COLUMNS] = {shown->people, entries, memory,
					reclaimable,   inodes,	hits,
					shown->target};

	snprintf(entries, sizeof(entries), "%llu", info->entries);
	fmt_bytes(memory, es_info_bytes(info->entries), report->exact);
	snprintf(reclaimable, sizeof(reclaimable), "%llu", info->reclaimable);
	snprintf(inodes, sizeof(inodes), "%llu", info->inodes);
	if (hit_percent(info) >= 0)
		snprintf(hits, sizeof(hits), "%.1f", hit_percent(info));
	return table_add(report->table, cells);
}

static void add_object(const struct report *report, const struct shown *shown)
{
	struct json_object *object = json_object_new_object();
	const struct es_info *info = &shown->info;

	json_add_text(object, "device", shown->name);
	json_add_text(object, "device_name", shown->people);
	json_add_text(object, "mount", shown->target);
	json_add_u64(object, "entries", info->entries);
	json_add_u64(object, "bytes", es_info_bytes(info->entries));
	json_add_u64(object, "reclaimable", info->reclaimable);
	json_add_u64(object, "reclaimable_inodes", info->inodes);
	json_add_u64(object, "hits", info->hits);
	json_add_u64(object, "misses", info->misses);
	json_object_array_add(report->documents, object);
}

static enum exit_code show(const struct report *report,
			   const struct mount_entry *mount)
{
	struct shown shown = {.target = mount->target};
	int err;

	mount_name_or_number(mount->dev, shown.name);
	mount_name_for_people(shown.name, shown.people);
	err = es_info_read(ES_INFO_ROOT, shown.name, &shown.info);
	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"%s: cannot read " ES_INFO_ROOT
				"/%s/es_shrinker_info: %s",
				shown.people, shown.name, strerror(-err));
	if (!report->table)
		add_object(report, &shown);
	else if (add_row(report, &shown))
		return log_no_memory();
	return EXIT_OK;
}

static enum exit_code show_named(const struct report *report,
				 const struct mount_table *mounts,
				 const char *spec)
{
	const struct mount_entry *mount;
	enum exit_code code = fs_tiers_mount(mounts, spec, &mount);

	if (code != EXIT_OK)
		return code;
	return show(report, mount_table_by_dev(mounts, mount->dev) ?: mount);
}

static enum exit_code show_all(const struct report *report,
			       const struct mount_table *mounts)
{
	const struct mount_entry *mount = NULL;
	enum exit_code code = EXIT_OK, last;
	__u32 dev = 0;

	while ((mount = mount_table_next(mounts, mount))) {
		if (strcmp(mount->fs_type, "ext4") || mount->dev == dev)
			continue;
		dev = mount->dev;
		last = show(report, mount_table_by_dev(mounts, dev) ?: mount);
		if (last != EXIT_OK)
			code = last;
	}
	return code;
}

static enum exit_code print(const struct report *report)
{
	struct json_object *document;

	if (report->table) {
		if (table_lay_out(report->table))
			return log_no_memory();
		if (table_n_rows(report->table))
			table_print(stdout, report->table);
		return EXIT_OK;
	}
	document = document_new(ESCACHE_SCHEMA);
	json_object_object_add(document, "filesystems",
			       json_object_get(report->documents));
	return document_print(document);
}

static enum exit_code status(const struct ctl *ctl)
{
	struct report report = {.exact = ctl->exact};
	enum exit_code code = EXIT_OK, last;
	struct mount_table *mounts;
	int err = mount_table_read(&mounts);

	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	report.documents = json_object_new_array();
	if (!ctl->json)
		report.table = table_new(columns, N_COLUMNS);
	for (int i = 1; i < ctl->n_args; i++) {
		last = show_named(&report, mounts, ctl->args[i]);
		if (last != EXIT_OK)
			code = last;
	}
	if (ctl->n_args == 1)
		code = show_all(&report, mounts);
	last = print(&report);
	table_free(report.table);
	json_object_put(report.documents);
	mount_table_free(mounts);
	return last != EXIT_OK ? last : code;
}

/* --- precache and clear --------------------------------------------------- */

/* What was done to a file. */
struct done {
	const char *path;
	const char *outcome;
	__u64 n; /* extents or entries; 0: nothing was done */
	double seconds;
	char text[128]; /* for people */
};

static enum exit_code tell(const struct ctl *ctl, const struct done *done)
{
	struct json_object *document;

	if (!ctl->json) {
		printf("%s: %s\n", done->path, done->text);
		return EXIT_OK;
	}
	document = document_new(ESCACHE_FILE_SCHEMA);
	json_add_text(document, "path", done->path);
	json_add_string(document, "outcome", done->outcome);
	json_add_u64(document, "entries", done->n);
	json_add_number(document, "seconds", done->seconds, 6);
	return document_print(document);
}

static enum exit_code fail(const char *path, int err)
{
	switch (err) {
	case -ECANCELED:
		return EXIT_OK; /* by Ctrl-C */
	case -EOPNOTSUPP:
		return log_fail(EXIT_FAILED,
				"name files of ext4 that have extents",
				"%s: it has no extents in such a cache", path);
	case -EPERM:
	case -EACCES:
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"%s: not permitted", path);
	}
	return log_fail(EXIT_FAILED, NULL, "%s: %s", path, strerror(-err));
}

static int precache(int fd, struct done *done)
{
	static const char *const words[] = {
		[EXTENT_PRECACHE_DONE] = "loaded",
		[EXTENT_PRECACHE_NOTHING] = "in_inode",
		[EXTENT_PRECACHE_BEFORE] = "loaded_before",
	};
	struct extent_precached precached;
	int err = extent_precache(fd, &precached);
	__u64 leaves = (precached.n_extents + EXTENT_PRECACHE_PER_LEAF - 1) /
		       EXTENT_PRECACHE_PER_LEAF;

	done->outcome = words[precached.outcome];
	done->n = precached.n_extents;
	done->seconds = precached.seconds;
	if (precached.outcome == EXTENT_PRECACHE_NOTHING)
		snprintf(done->text, sizeof(done->text),
			 "nothing to gain: its extents are in the inode");
	else
		snprintf(
			done->text, sizeof(done->text),
			"%llu extents loaded%s in %.3f s; saves at most %llu read%s, at first use",
			done->n,
			precached.outcome == EXTENT_PRECACHE_BEFORE ? " again"
								    : "",
			done->seconds, leaves, fmt_plural(leaves));
	return err;
}

static int clear(int fd, struct done *done)
{
	struct extent_cleared cleared;
	int err = extent_clear(fd, 0, &cleared);

	done->outcome = err == -EBUSY ? "in_use" : "cleared";
	done->n = cleared.n_entries;
	done->seconds = cleared.seconds;
	if (err != -EBUSY) {
		snprintf(done->text, sizeof(done->text),
			 "%llu entries cleared in %.6f s", done->n,
			 done->seconds);
		return err;
	}
	snprintf(
		done->text, sizeof(done->text),
		"left: it has %llu entries, and others have it open, who would wait",
		done->n);
	return 0;
}

static enum exit_code change(const struct ctl *ctl, const char *path,
			     int (*run)(int fd, struct done *done))
{
	struct done done = {.path = path};
	int fd = quiet_open(AT_FDCWD, path, O_NONBLOCK, 0), err;

	if (fd < 0)
		return fail(path, fd);
	err = run(fd, &done);
	close(fd);
	return err ? fail(path, err) : tell(ctl, &done);
}

enum exit_code ctl_escache(const struct ctl *ctl)
{
	static const char hint[] =
		"frspctl escache status [DEV|MOUNT...], precache FILE..., or clear FILE...";
	enum exit_code code = EXIT_OK, last;
	int (*run)(int fd, struct done *done) = NULL;

	if (!strcmp(ctl->args[0], "status"))
		return status(ctl);
	if (!strcmp(ctl->args[0], "precache"))
		run = precache;
	else if (!strcmp(ctl->args[0], "clear"))
		run = clear;
	if (!run)
		return log_fail(EXIT_USAGE, hint,
				"escache: \"%s\" is none of its actions",
				ctl->args[0]);
	if (ctl->n_args == 1)
		return log_fail(EXIT_USAGE, hint, "escache %s: no file",
				ctl->args[0]);
	interrupt_catch();
	for (int i = 1; i < ctl->n_args && !interrupted; i++) {
		last = change(ctl, ctl->args[i], run);
		if (last != EXIT_OK)
			code = last;
	}
	return code;
}
