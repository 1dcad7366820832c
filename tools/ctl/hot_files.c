// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Only files that saw I/O are looked at, so the directories are not walked: a
 * file is opened by its inode. Its name is the one that it was opened by; a
 * file whose name the kernel has forgotten is left out until somebody opens it.
 */
#include "ctl/hot_files.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/fs_tiers.h"
#include "ctl/job_file.h"
#include "ctl/journal.h"
#include "ctl/plan_files.h"
#include "ctl/plan_heat.h"
#include "ctl/policy_file.h"
#include "fs/extent_cache.h"
#include "fs/tier_part.h"
#include "move/policy_defrag.h"

#define MAX_DEPTH (PATH_MAX / 2)

struct hot_search {
	const struct ctl *ctl;
	const struct mount_entry *mount;
	struct policy_config config;
	struct fs_tiers found;
	bool has_tiers; /* a fast and a slow one */
	struct plan_heat heat;
	double *bytes;		   /* by file of the heat */
	struct policy_file *files; /* that were found, for the policy */
	char **paths;
	__u64 *inodes;
	size_t n;
};

/* --- one file ------------------------------------------------------------- */

static enum policy_pin find_pin(const struct hot_search *search,
				const char *path)
{
	char copy[PATH_MAX], *pins[MAX_DEPTH] = {plan_files_pin("/")};
	enum policy_pin pin;
	size_t n = 1;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = copy; (p = strchr(p + 1, '/'));) {
		*p = '\0';
		pins[n++] = plan_files_pin(copy);
		*p = '/';
	}
	pins[n++] = plan_files_pin(path);
	pin = policy_pin_resolve(&search->config.pins, path,
				 (const char *const *)pins, n)
		      .pin;
	while (n--)
		free(pins[n]);
	return pin;
}

/* The name that the file was opened by, if it still has it. */
static char *find_path(int fd)
{
	char link[32], path[PATH_MAX];
	struct stat file, named;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0 || fstat(fd, &file))
		return NULL;
	path[len] = '\0';
	if (lstat(path, &named) || named.st_ino != file.st_ino ||
	    named.st_dev != file.st_dev || !S_ISREG(file.st_mode))
		return NULL;
	return strdup(path);
}

static __u64 slow_bytes(const struct hot_search *search,
			const struct file_extents *extents)
{
	size_t from = 0;

	if (!search->has_tiers)
		return file_extents_bytes(extents);
	return tier_part_in(&search->found.tiers, extents, &from, 0, ~0ULL >> 1)
		.slow;
}

/* Extents that follow each other on the disk are one. */
static __u64 count_extents(const struct file_extents *extents)
{
	__u64 n = extents->n > 0;

	for (size_t i = 1; i < extents->n; i++) {
		const struct file_extent *extent = &extents->extents[i];

		n += extent[-1].physical + extent[-1].bytes !=
			     extent->physical ||
		     extent[-1].logical + extent[-1].bytes != extent->logical;
	}
	return n;
}

static int add_file(struct hot_search *search, int fd,
		    const struct plan_heat_file *file, double bytes)
{
	double half_life_s = search->config.settings.half_life_s;
	struct extent_cache_before before = extent_cache_look(fd);
	struct file_extents extents;
	int err = file_extents_peek(fd, 0, ~0ULL >> 1, &extents);
	char *path;

	extent_cache_clear(fd, before);
	if (err == -ENOMEM)
		return err;
	path = err ? NULL : find_path(fd);
	if (path) {
		search->inodes[search->n] = file->ino;
		search->paths[search->n] = path;
		search->files[search->n++] = (struct policy_file){
			.bytes = file_extents_bytes(&extents),
			.extents = count_extents(&extents),
			.slow_bytes = slow_bytes(search, &extents),
			.bytes_per_hour = bytes * M_LN2 * 3600 / half_life_s,
			.last_moved_s = -1,
			.pin = find_pin(search, path),
		};
	}
	if (!err)
		file_extents_free(&extents);
	return 0;
}

static int look_at_files(struct hot_search *search)
{
	const struct plan_heat *heat = &search->heat;
	int err = 0;

	for (size_t i = 0; i < heat->n_files && !err; i++) {
		const struct journal_file file = {
			.ino = heat->files[i].ino,
			.generation = heat->files[i].generation,
		};
		int fd = job_file_open(search->mount, &file);

		if (fd < 0) /* it was deleted, or is being moved */
			continue;
		err = add_file(search, fd, &heat->files[i], search->bytes[i]);
		close(fd);
	}
	return err;
}

/* --- what was moved before ------------------------------------------------ */

static void note_piece(struct hot_search *search,
		       const struct journal_piece *piece, __u64 now_ns)
{
	double ago_s =
		now_ns > piece->done_ns ? (now_ns - piece->done_ns) / 1e9 : 0;

	for (size_t i = 0; i < search->n; i++)
		if (search->inodes[i] == piece->file.ino &&
		    (search->files[i].last_moved_s < 0 ||
		     ago_s < search->files[i].last_moved_s))
			search->files[i].last_moved_s = ago_s;
}

static int read_pieces(struct hot_search *search, struct journal *journal)
{
	__u64 now_ns = clock_ns(CLOCK_REALTIME);
	__u64 since_ns =
		now_ns - (__u64)(search->config.settings.cooldown_s * 1e9);
	char uuid[EXT4_UUID_TEXT_LEN];
	struct journal_piece piece;
	__s64 *ids;
	size_t n;
	int err;

	ext4_super_uuid(&search->found.super, uuid);
	err = journal_moved_since(journal, uuid, since_ns, &ids, &n);
	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		err = journal_read_piece(journal, ids[i], &piece);
		if (err)
			break;
		note_piece(search, &piece, now_ns);
		journal_free_piece(&piece);
	}
	free(ids);
	return err == -ENOENT ? 0 : err; /* its job was dropped meanwhile */
}

static enum exit_code note_past(struct hot_search *search)
{
	struct journal *journal;
	enum exit_code code = ctl_journal_open(search->ctl, &journal);
	int err;

	if (code != EXIT_OK || !journal)
		return code;
	err = read_pieces(search, journal);
	journal_close(journal);
	return err ? ctl_journal_failed(search->ctl, err) : EXIT_OK;
}

/* --- the list ------------------------------------------------------------- */

static enum exit_code choose(struct hot_search *search, struct hot_files *files)
{
	struct policy_defrag *list = calloc(search->n + 1, sizeof(*list));

	files->list = calloc(search->n + 1, sizeof(*files->list));
	if (!list || !files->list) {
		free(list);
		return log_no_memory();
	}
	files->n = search->n
			   ? policy_defrag_list(&search->config.settings,
						search->files, search->n, list)
			   : 0;
	for (size_t i = 0; i < files->n; i++) {
		files->list[i] = (struct hot_file){
			.path = search->paths[list[i].file],
			.extents = search->files[list[i].file].extents,
			.saved = list[i].saved,
			.cost = list[i].cost,
		};
		search->paths[list[i].file] = NULL; /* the list has it */
	}
	free(list);
	return EXIT_OK;
}

static enum exit_code search_files(struct hot_search *search,
				   struct hot_files *files)
{
	size_t n = search->heat.n_files + 1;
	enum exit_code code;

	search->files = calloc(n, sizeof(*search->files));
	search->paths = calloc(n, sizeof(*search->paths));
	search->inodes = calloc(n, sizeof(*search->inodes));
	if (!search->files || !search->paths || !search->inodes ||
	    plan_heat_bytes(&search->heat, search->config.settings.half_life_s,
			    &search->bytes) ||
	    look_at_files(search))
		return log_no_memory();
	code = note_past(search);
	return code == EXIT_OK ? choose(search, files) : code;
}

static enum exit_code find_tiers(struct hot_search *search)
{
	const struct ctl *ctl = search->ctl;
	enum exit_code code = fs_tiers_check(search->mount->dev, ctl->config,
					     &search->has_tiers);

	return code == EXIT_OK
		       ? fs_tiers_find(search->mount->dev,
				       search->has_tiers ? ctl->config : NULL,
				       &search->found)
		       : code;
}

static enum exit_code find(struct hot_search *search,
			   const struct mount_table *mounts, const char *spec,
			   struct hot_files *files)
{
	const struct ctl *ctl = search->ctl;
	enum exit_code code = fs_tiers_mount(mounts, spec, &search->mount);

	if (code != EXIT_OK)
		return code;
	search->mount =
		mount_table_by_dev(mounts, search->mount->dev) ?: search->mount;
	code = policy_file_read(ctl->n_policies ? ctl->policies[0] : NULL,
				&search->config);
	if (code == EXIT_OK)
		code = find_tiers(search);
	if (code != EXIT_OK)
		return code;
	code = plan_heat_open(&search->heat, search->mount, ctl->inputs,
			      ctl->n_inputs);
	if (code == EXIT_OK)
		code = search_files(search, files);
	tiers_free(&search->found.tiers);
	return code;
}

enum exit_code hot_files_find(const struct ctl *ctl, const char *spec,
			      struct hot_files *files)
{
	struct hot_search search = {.ctl = ctl};
	struct mount_table *mounts;
	enum exit_code code;
	int err = mount_table_read(&mounts);

	*files = (struct hot_files){0};
	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	code = find(&search, mounts, spec, files);
	for (size_t i = 0; i < search.n; i++)
		free(search.paths[i]);
	free(search.paths);
	free(search.files);
	free(search.inodes);
	free(search.bytes);
	plan_heat_close(&search.heat);
	policy_pins_free(&search.config.pins);
	mount_table_free(mounts);
	return code;
}

void hot_files_free(struct hot_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->list[i].path);
	free(files->list);
}
