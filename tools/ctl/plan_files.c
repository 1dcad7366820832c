// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/plan_files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fs/extent_cache.h"
#include "fs/fiemap.h"
#include "fs/quiet_open.h"
#include "fs/tier_part.h"
#include "move/facts.h"
#include "paths/handle.h"

#define MAX_DEPTH 2048 /* a path has at most PATH_MAX / 2 parts */

struct walk {
	const struct plan_files_source *source;
	struct plan_files *files;
	/* the attribute of / and of each directory down to where we are */
	char *pins[MAX_DEPTH];
	size_t depth; /* of .directory */
	void *linked; /* inodes with several names that were seen */
	int err;
};

char *plan_files_pin(const char *path)
{
	char text[16];
	ssize_t len = lgetxattr(path, POLICY_PIN_XATTR, text, sizeof(text) - 1);

	if (len < 0)
		return NULL;
	text[len] = '\0';
	return strdup(text);
}

static void set_pin(struct walk *walk, size_t depth, const char *path)
{
	free(walk->pins[depth]);
	walk->pins[depth] = plan_files_pin(path);
}

/* Reads the attributes of all directories above the first one. */
static void read_pins_above(struct walk *walk)
{
	char *path = strdup(walk->source->directory);

	if (!path) {
		walk->err = -ENOMEM;
		return;
	}
	if (strcmp(path, "/")) {
		set_pin(walk, walk->depth++, "/");
		for (char *p = path; (p = strchr(p + 1, '/'));) {
			*p = '\0';
			set_pin(walk, walk->depth++, path);
			*p = '/';
		}
	}
	free(path);
}

/* --- the ranges of a file ------------------------------------------------- */

static int grow(struct plan_files *files)
{
	__u32 n = files->n_ranges;
	void *more;

	if (n & (n - 1))
		return 0;
	more = reallocarray(files->ranges, n ? 2UL * n : 1,
			    sizeof(*files->ranges));
	if (!more)
		return -ENOMEM;
	files->ranges = more;
	return 0;
}

/* heat: of the range; NULL: it saw no I/O. */
static int add_range(struct walk *walk, struct plan_file *file, __u32 range,
		     const struct tier_part *part, struct plan_heat_range *heat)
{
	const struct plan_files_source *source = walk->source;
	struct plan_files *files = walk->files;
	enum tier_class tier = part->fast >= part->slow ? TIER_FAST : TIER_SLOW;
	__u32 bytes = tier == TIER_FAST ? part->fast : part->slow;
	enum policy_pin pin = file->pinned.pin;
	__u32 number;
	int err;

	if (!bytes || (tier == TIER_SLOW && !heat && pin != POLICY_PIN_FAST &&
		       source->whole_ino != file->ino))
		return 0;
	if (file->refusal != MOVE_ALLOWED)
		pin = POLICY_PIN_NONE;
	err = grow(files);
	if (!err)
		err = policy_add(source->policy, bytes, tier, pin, &number);
	if (err)
		return err;
	files->ranges[files->n_ranges++] =
		(struct plan_file_range){files->n, range, bytes};
	file->n++;
	if (heat)
		heat->number = number;
	return 0;
}

static int add_ranges(struct walk *walk, struct plan_file *file,
		      const struct file_extents *extents)
{
	const struct plan_files_source *source = walk->source;
	const struct plan_heat_file *warm =
		plan_heat_of(source->heat, file->ino, file->generation);
	struct plan_heat_range *heat =
		warm ? &source->heat->ranges[warm->first] : NULL;
	struct plan_heat_range *after = warm ? heat + warm->n : NULL;
	const struct file_extent *last = &extents->extents[extents->n - 1];
	__u64 n = (last->logical + last->bytes + POLICY_RANGE_BYTES - 1) /
		  POLICY_RANGE_BYTES;
	size_t from = 0;
	int err = 0;

	for (__u64 i = 0; i < n && !err; i++) {
		__u64 start = i * POLICY_RANGE_BYTES;
		struct tier_part part =
			tier_part_in(source->tiers, extents, &from, start,
				     start + POLICY_RANGE_BYTES);

		while (heat < after && heat->range < i)
			heat++;
		err = add_range(walk, file, i, &part,
				heat < after && heat->range == i ? heat : NULL);
	}
	return err;
}

/* --- a file --------------------------------------------------------------- */

static enum move_refusal judge(int fd, const char *path)
{
	struct move_file_facts facts;
	char *parent = strndup(path, strrchr(path, '/') - path + 1);
	int dir =
		parent ? open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	enum move_refusal refusal = MOVE_ALLOWED;

	free(parent);
	if (dir < 0)
		return refusal;
	if (!move_file_read(fd, dir, path, &facts))
		refusal = move_judge_file(&facts);
	close(dir);
	return refusal;
}

/* Adds the file if it has ranges that the policy must know. */
static int add_file(struct walk *walk, struct plan_file *file, int fd)
{
	struct plan_files *files = walk->files;
	struct extent_cache_before before = extent_cache_look(fd);
	struct file_extents extents;
	int err = file_extents_peek(fd, 0, ~0ULL >> 1, &extents);

	extent_cache_clear(fd, before);
	if (err == -EOPNOTSUPP || (!err && !extents.n))
		return 0;
	if (err) {
		files->n_unread++;
		return 0;
	}
	file->first = files->n_ranges;
	file->refusal = judge(fd, file->path);
	err = add_ranges(walk, file, &extents);
	file_extents_free(&extents);
	if (err || !file->n)
		return err;
	if (!(files->n & (files->n - 1))) {
		void *more = reallocarray(files->files,
					  files->n ? 2UL * files->n : 1,
					  sizeof(*file));

		if (!more)
			return -ENOMEM;
		files->files = more;
	}
	files->files[files->n++] = *file;
	file->path = NULL; /* the list has it */
	return 0;
}

static int compare_ino(const void *a, const void *b)
{
	const __u64 *one = a, *other = b;

	return *one < *other ? -1 : *one > *other;
}

/* Whether it is another name of a file that was seen. */
static bool is_seen(struct walk *walk, const struct stat *stat)
{
	__u64 *ino, **found;

	if (stat->st_nlink < 2)
		return false;
	ino = malloc(sizeof(*ino));
	if (!ino)
		return false;
	*ino = stat->st_ino;
	found = tsearch(ino, &walk->linked, compare_ino);
	if (!found || *found == ino)
		return false;
	free(ino);
	return true;
}

static void visit_file(struct walk *walk, const FTSENT *entry)
{
	const struct plan_files_source *source = walk->source;
	size_t depth = walk->depth + entry->fts_level;
	struct plan_file file = {.ino = entry->fts_statp->st_ino};
	struct path_inode inode;
	int fd, mount_id;

	if (!entry->fts_statp->st_blocks || is_seen(walk, entry->fts_statp))
		return;
	fd = quiet_open(AT_FDCWD, entry->fts_path, O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0 || path_handle_read(fd, &inode, &mount_id)) {
		if (fd >= 0)
			close(fd);
		walk->files->n_unread++;
		return;
	}
	file.generation = inode.gen;
	set_pin(walk, depth, entry->fts_path);
	file.pinned =
		policy_pin_resolve(source->pins, entry->fts_path,
				   (const char *const *)walk->pins, depth + 1);
	file.path = strdup(entry->fts_path);
	walk->err = file.path ? add_file(walk, &file, fd) : -ENOMEM;
	free(file.path);
	close(fd);
}

static void visit(struct walk *walk, const FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_D:
		set_pin(walk, walk->depth + entry->fts_level, entry->fts_path);
		break;
	case FTS_F:
		visit_file(walk, entry);
		break;
	case FTS_DNR:
	case FTS_ERR:
		walk->files->n_unread++;
		break;
	default:
		break;
	}
}

int plan_files_walk(const struct plan_files_source *source,
		    struct plan_files *files)
{
	char *paths[] = {(char *)source->directory, NULL};
	struct walk *walk = calloc(1, sizeof(*walk));
	FTSENT *entry;
	FTS *fts;

	if (!walk)
		return -ENOMEM;
	walk->source = source;
	walk->files = files;
	read_pins_above(walk);
	fts = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	if (!fts)
		walk->err = -errno;
	while (!walk->err) {
		errno = 0;
		entry = fts_read(fts);
		if (!entry) {
			walk->err = -errno;
			break;
		}
		if (walk->depth + entry->fts_level < MAX_DEPTH)
			visit(walk, entry);
	}
	if (fts)
		fts_close(fts);
	for (size_t i = 0; i < MAX_DEPTH; i++)
		free(walk->pins[i]);
	tdestroy(walk->linked, free);
	int err = walk->err;

	free(walk);
	return err;
}

void plan_files_free(struct plan_files *files)
{
	for (__u32 i = 0; i < files->n; i++)
		free(files->files[i].path);
	free(files->files);
	free(files->ranges);
	*files = (struct plan_files){0};
}
