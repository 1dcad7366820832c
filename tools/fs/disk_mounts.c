// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/disk_mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A kept answer. */
struct answer {
	__u32 dev;
	__u32 fs;
	char *path; /* the file that was asked for; NULL: the device itself */
};

struct disk_mounts {
	struct mount_table *table;
	__u64 mark; /* of the table that the answers are from */
	struct answer *answers;
	size_t n;
};

/* A number that changes when a mount of a filesystem on a disk comes or goes.
 * (Containers often mount others.) Ids are used again, but rarely for a
 * filesystem with the same number.
 */
static __u64 mark_of(const struct mount_table *table)
{
	const struct mount_entry *entry = NULL;
	__u64 mark = 1;

	while ((entry = mount_table_next(table, entry)))
		if (mount_entry_is_on_disk(entry))
			mark = mark * 31 +
			       ((__u64)entry->dev << 32 | entry->id);
	return mark;
}

static void forget(struct disk_mounts *mounts)
{
	for (size_t i = 0; i < mounts->n; i++)
		free(mounts->answers[i].path);
	mounts->n = 0;
}

int disk_mounts_open(struct disk_mounts **out)
{
	struct disk_mounts *mounts = calloc(1, sizeof(*mounts));
	int err;

	if (!mounts)
		return -ENOMEM;
	err = mount_table_read(&mounts->table);
	if (err) {
		free(mounts);
		return err;
	}
	mounts->mark = mark_of(mounts->table);
	*out = mounts;
	return 0;
}

void disk_mounts_close(struct disk_mounts *mounts)
{
	if (!mounts)
		return;
	forget(mounts);
	free(mounts->answers);
	mount_table_free(mounts->table);
	free(mounts);
}

int disk_mounts_refresh(struct disk_mounts *mounts)
{
	int err = mount_table_refresh(mounts->table);
	__u64 mark = mark_of(mounts->table);

	if (mark != mounts->mark)
		forget(mounts);
	mounts->mark = mark;
	return err;
}

static bool is_about(const struct answer *answer, __u32 dev, const char *path)
{
	if (answer->dev != dev || !answer->path != !path)
		return false;
	return !path || !strcmp(answer->path, path);
}

static const struct answer *kept(const struct disk_mounts *mounts, __u32 dev,
				 const char *path)
{
	for (size_t i = 0; i < mounts->n; i++)
		if (is_about(&mounts->answers[i], dev, path))
			return &mounts->answers[i];
	return NULL;
}

/* Without memory the question is asked again the next time. */
static void keep(struct disk_mounts *mounts, __u32 dev, const char *path,
		 __u32 fs)
{
	char *copy = path ? strdup(path) : NULL;
	struct answer *more =
		reallocarray(mounts->answers, mounts->n + 1, sizeof(*more));

	if (more)
		mounts->answers = more;
	if (!more || (path && !copy)) {
		free(copy);
		return;
	}
	more[mounts->n++] = (struct answer){dev, fs, copy};
}

__u32 disk_mounts_on(struct disk_mounts *mounts, __u32 dev)
{
	const struct answer *answer = kept(mounts, dev, NULL);
	const struct mount_entry *entry;
	__u32 fs;

	if (answer)
		return answer->fs;
	entry = mount_table_backed_by(mounts->table, dev);
	fs = entry ? entry->dev : 0;
	keep(mounts, dev, NULL, fs);
	return fs;
}

static __u32 ask_file(const struct disk_mounts *mounts, const char *path)
{
	const struct mount_entry *entry;
	char directory[PATH_MAX];
	int err = mount_table_by_spec(mounts->table, path, &entry);

	if (err == -ENOENT && strlen(path) < sizeof(directory)) {
		strcpy(directory, path);
		*(strrchr(directory, '/') ?: directory) = '\0';
		err = mount_table_by_spec(mounts->table,
					  *directory ? directory : "/", &entry);
	}
	return err ? 0 : entry->dev;
}

__u32 disk_mounts_of_file(struct disk_mounts *mounts, __u32 dev,
			  const char *path)
{
	const struct answer *answer = kept(mounts, dev, path);
	__u32 fs;

	if (answer)
		return answer->fs;
	fs = ask_file(mounts, path);
	keep(mounts, dev, path, fs);
	return fs;
}

const struct mount_entry *disk_mounts_entry(const struct disk_mounts *mounts,
					    __u32 fs)
{
	return mount_table_by_dev(mounts->table, fs)
		       ?: mount_table_next_by_dev(mounts->table, fs, NULL);
}
