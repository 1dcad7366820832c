// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/filesystems.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/aside.h"
#include "base/clock.h"
#include "base/fmt.h"
#include "daemon/say.h"

/* How long we wait before we ask a device again that has no superblock for us. */
#define ASK_AGAIN_S 60

/* A question to the process aside, and its answer. */
struct superblock {
	__u32 dev;
	struct ext4_super super;
};

static int read_superblock(void *message, int *fd)
{
	struct superblock *superblock = message;

	(void)fd;
	return ext4_super_read_dev(superblock->dev, &superblock->super);
}

/* A device that does not answer may hang the process aside, but not us: as long
 * as it hangs, further questions fail at once.
 */
static void read_uuid(const struct filesystem *fs, char *uuid)
{
	struct superblock superblock = {.dev = fs->dev};

	*uuid = '\0';
	if (!aside(read_superblock, &superblock, sizeof(superblock),
		   fs->mount_id, NULL))
		ext4_super_uuid(&superblock.super, uuid);
}

/* For config_mode(). */
static bool is_meant(void *context, const char *section)
{
	const struct filesystem *fs = context;
	struct stat st;

	if (!strncmp(section, "UUID=", 5))
		return !strcasecmp(section + 5, fs->uuid);
	return !stat(section, &st) && S_ISBLK(st.st_mode) &&
	       kdev_from_user(st.st_rdev) == fs->dev;
}

struct say_fields filesystem_fields(const struct filesystem *fs)
{
	return (struct say_fields){.fs = fs->name,
				   .uuid = *fs->uuid ? fs->uuid : NULL};
}

static void say_new(const struct filesystem *fs)
{
	struct say_fields fields = filesystem_fields(fs);

	fields.after = config_mode_word(fs->mode);
	say(&say_seen, &fields, "%s is mounted at %s: mode %s", fs->name,
	    fs->target, fields.after);
}

static void say_lost(const struct filesystem *fs)
{
	struct say_fields fields = filesystem_fields(fs);

	fields.before = config_mode_word(fs->mode);
	say(&say_gone, &fields, "%s is not mounted any more", fs->name);
}

static double seconds_of(const struct config *config, const char *name,
			 struct filesystem *fs)
{
	double seconds = 0;

	fmt_parse_seconds(config_text_of(config, name, is_meant, fs), &seconds);
	return seconds;
}

static __u64 bytes_of(const struct config *config, const char *name,
		      struct filesystem *fs)
{
	__u64 bytes = 0;

	fmt_parse_bytes(config_text_of(config, name, is_meant, fs), &bytes);
	return bytes;
}

static enum config_tuner tuner_of(const struct config *config, const char *name,
				  struct filesystem *fs)
{
	return config_tuner_of(config_text_of(config, name, is_meant, fs));
}

static void choose_relocation(struct filesystem *fs,
			      const struct config *config)
{
	struct relocation_of *relocation = &fs->relocation;

	relocation->interval_s = seconds_of(config, "relocation_interval", fs);
	relocation->run_s = seconds_of(config, "relocation_run", fs);
	relocation->rate = bytes_of(config, "relocation_rate", fs);
	relocation->pressure = config_share_of(
		config_text_of(config, "relocation_pressure", is_meant, fs));
	day_window_parse(config_text_of(config, "relocation_window", is_meant,
					fs),
			 &relocation->window);
}

static void choose_trees(struct filesystem *fs, const struct config *config)
{
	struct trees_bounds *bounds = &fs->tree_memory.bounds;

	bounds->min_cap = bytes_of(config, "trees_min", fs);
	bounds->max_cap = bytes_of(config, "trees_max", fs);
	fmt_parse_u64(config_text_of(config, "trees_level", is_meant, fs),
		      TREES_LEVELS - 1, &bounds->max_level);
	bounds->pressure = config_share_of(
		config_text_of(config, "trees_pressure", is_meant, fs));
	bounds->quiet_s = seconds_of(config, "trees_quiet", fs);
}

static const struct {
	const char *name;
	size_t offset; /* of its enum config_tuner in a filesystem */
} tuners[FS_N_TUNERS] = {
	[FS_TUNER_ESCACHE] = {"escache", offsetof(struct filesystem, escache)},
	[FS_TUNER_SUMMARIES] = {"summaries",
				offsetof(struct filesystem, summaries)},
	[FS_TUNER_TREES] = {"trees",
			    offsetof(struct filesystem, tree_memory.tuner)},
	[FS_TUNER_RELOCATION] = {"relocation",
				 offsetof(struct filesystem, relocation.tuner)},
};

static enum config_tuner *tuner_in(const struct filesystem *fs,
				   enum filesystem_tuner which)
{
	return (enum config_tuner *)((char *)fs + tuners[which].offset);
}

enum config_tuner filesystem_tuner(const struct filesystem *fs,
				   enum filesystem_tuner which)
{
	return *tuner_in(fs, which);
}

const char *filesystem_tuner_name(enum filesystem_tuner which)
{
	return tuners[which].name;
}

static void choose_tuners(struct filesystem *fs, const struct config *config)
{
	for (int i = 0; i < FS_N_TUNERS; i++)
		if (!fs->tuner_by_hand[i])
			*tuner_in(fs, i) = tuner_of(config, tuners[i].name, fs);
	choose_trees(fs, config);
	fs->escache_bound = bytes_of(config, "escache_bound", fs);
	fs->escache_cooldown_s = seconds_of(config, "escache_cooldown", fs);
	choose_relocation(fs, config);
}

/* Advice that was given is given again: it may be other advice now. */
static void forget_advice(struct filesystem *fs)
{
	fs->escache_advised = false;
	fs->summaries_advised = false;
	fs->escache_small_s = 0;
	fs->escache_small_told = false;
	memset(fs->tree_memory.advised, 0, sizeof(fs->tree_memory.advised));
	fs->tree_memory.failure_told = false;
	fs->relocation.next_s = 0;
	fs->relocation.advised_saves = 0;
	fs->relocation.advised_seeks = 0;
	fs->relocation.paused_told = false;
	*fs->relocation.failure = '\0';
}

static void take_mode(struct filesystem *fs, enum config_mode mode)
{
	struct say_fields fields = filesystem_fields(fs);

	if (mode == fs->mode)
		return;
	fields.before = config_mode_word(fs->mode);
	fields.after = config_mode_word(mode);
	fs->mode = mode;
	say(&say_mode, &fields, "%s: mode %s, which was %s", fs->name,
	    fields.after, fields.before);
}

static void choose_mode(struct filesystem *fs, const struct config *config)
{
	choose_tuners(fs, config);
	if (!fs->mode_by_hand)
		take_mode(fs, config_mode(config, is_meant, fs));
}

void filesystem_set_mode(struct filesystem *fs, const char *text)
{
	fs->mode_by_hand = true;
	take_mode(fs, config_mode_of(text));
}

void filesystem_set_tuner(struct filesystem *fs, enum filesystem_tuner which,
			  const char *text)
{
	enum config_tuner *now = tuner_in(fs, which);
	enum config_tuner tuner = config_tuner_of(text);
	struct say_fields fields = filesystem_fields(fs);

	fs->tuner_by_hand[which] = true;
	if (tuner == *now)
		return;
	fields.before = config_tuner_word(*now);
	fields.after = config_tuner_word(tuner);
	*now = tuner;
	forget_advice(fs);
	say(&say_mode, &fields, "%s: %s %s, which was %s", fs->name,
	    tuners[which].name, fields.after, fields.before);
}

static struct filesystem *find(struct filesystems *filesystems, __u32 dev)
{
	for (size_t i = 0; i < filesystems->n; i++)
		if (filesystems->list[i].dev == dev)
			return &filesystems->list[i];
	return NULL;
}

static void forget(struct filesystems *filesystems, struct filesystem *fs)
{
	say_lost(fs);
	*fs = filesystems->list[--filesystems->n];
}

static void look_at(struct filesystem *fs, const struct mount_entry *entry)
{
	char name[MOUNT_NAME_LEN];

	*fs = (struct filesystem){
		.dev = entry->dev,
		.mount_id = entry->id,
		.looked_s = clock_monotonic_s(),
	};
	mount_name_or_number(fs->dev, name);
	mount_name_for_people(name, fs->name);
	snprintf(fs->target, sizeof(fs->target), "%s", entry->target);
	read_uuid(fs, fs->uuid);
}

static int add(struct filesystems *filesystems, const struct mount_entry *entry,
	       const struct config *config)
{
	struct filesystem *more = reallocarray(
		filesystems->list, filesystems->n + 1, sizeof(*more));
	struct filesystem *fs;

	if (!more)
		return -ENOMEM;
	filesystems->list = more;
	fs = &more[filesystems->n++];
	look_at(fs, entry);
	fs->mode = config_mode(config, is_meant, fs);
	choose_tuners(fs, config);
	say_new(fs);
	return 0;
}

/* Linux gives the number of a mount that is gone to the next one, so after any
 * change the filesystem may be another.
 */
static bool is_known(const struct filesystem *fs,
		     const struct mount_table *mounts,
		     const struct mount_entry *entry)
{
	if (fs->mount_id != entry->id ||
	    fs->looked_s < mount_table_changed_s(mounts))
		return false;
	return *fs->uuid || clock_monotonic_s() < fs->looked_s + ASK_AGAIN_S;
}

/* The filesystem is mounted elsewhere, or another one is on its device now.
 * Most often neither is so: something else was mounted. So what was said of the
 * filesystem stays said.
 */
static int look_again(struct filesystems *filesystems, struct filesystem *fs,
		      const struct mount_entry *entry,
		      const struct config *config)
{
	struct filesystem now;

	look_at(&now, entry);
	if (*fs->uuid && *now.uuid && strcmp(fs->uuid, now.uuid)) {
		forget(filesystems, fs);
		return add(filesystems, entry, config);
	}
	fs->mount_id = now.mount_id;
	fs->looked_s = now.looked_s;
	memcpy(fs->name, now.name, sizeof(fs->name));
	memcpy(fs->target, now.target, sizeof(fs->target));
	if (*now.uuid)
		memcpy(fs->uuid, now.uuid, sizeof(fs->uuid));
	choose_mode(fs, config);
	return 0;
}

static void forget_unmounted(struct filesystems *filesystems,
			     const struct mount_table *mounts)
{
	for (size_t i = filesystems->n; i--;) {
		struct filesystem *fs = &filesystems->list[i];
		const struct mount_entry *entry =
			mount_table_next_by_dev(mounts, fs->dev, NULL);

		if (!entry || strcmp(entry->fs_type, "ext4"))
			forget(filesystems, fs);
	}
}

int filesystems_update(struct filesystems *filesystems,
		       const struct mount_table *mounts,
		       const struct config *config)
{
	const struct mount_entry *entry = NULL, *shown;
	int err = 0;

	forget_unmounted(filesystems, mounts);
	while (!err && (entry = mount_table_next(mounts, entry))) {
		struct filesystem *fs;

		if (strcmp(entry->fs_type, "ext4"))
			continue;
		shown = mount_table_by_dev(mounts, entry->dev) ?: entry;
		fs = find(filesystems, entry->dev);
		if (!fs)
			err = add(filesystems, shown, config);
		else if (!is_known(fs, mounts, shown))
			err = look_again(filesystems, fs, shown, config);
	}
	return err;
}

void filesystems_configure(struct filesystems *filesystems,
			   const struct config *config)
{
	for (size_t i = 0; i < filesystems->n; i++) {
		struct filesystem *fs = &filesystems->list[i];

		forget_advice(fs);
		fs->mode_by_hand = false;
		memset(fs->tuner_by_hand, 0, sizeof(fs->tuner_by_hand));
		choose_mode(fs, config);
	}
}

size_t filesystems_count(const struct filesystems *filesystems,
			 enum config_mode mode)
{
	size_t n = 0;

	for (size_t i = 0; i < filesystems->n; i++)
		n += filesystems->list[i].mode == mode;
	return n;
}

void filesystems_free(struct filesystems *filesystems)
{
	free(filesystems->list);
	*filesystems = (struct filesystems){0};
}
