// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/fs_tiers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <blkid.h>

#include "fs/dm_table.h"
#include "fs/tier_config.h"
#include "fs/tier_space.h"

/* Whether a section such as "UUID=..." or "/dev/vg/data" is for the filesystem.
 */
static bool is_meant(void *context, const char *section)
{
	const struct fs_tiers *found = context;
	char uuid[EXT4_UUID_TEXT_LEN];
	struct stat stat_;

	ext4_super_uuid(&found->super, uuid);
	if (!strncmp(section, "UUID=", 5))
		return !strcasecmp(section + 5, uuid);
	return !stat(section, &stat_) && S_ISBLK(stat_.st_mode) &&
	       kdev_from_user(stat_.st_rdev) == found->dev;
}

static enum exit_code print_error(const char *path, int err,
				  const struct ini_error *error)
{
	if (err != -EINVAL)
		return log_fail(EXIT_FAILED, NULL, "%s: %s", path,
				strerror(-err));
	return log_fail(EXIT_FAILED, error->remedy, "%s:%u: %s", path,
			error->line, error->what);
}

/* Reads the file. Leaves .tiers.n 0 if that has no section for the filesystem,
 * and need not: unless it is given, and must_have.
 */
static enum exit_code from_config(const char *config, bool must_have,
				  struct fs_tiers *found)
{
	const char *path = config ?: TIER_CONFIG_FILE;
	const struct tier_config_fs fs = {
		.is_meant = is_meant,
		.context = found,
		.bytes = found->super.n_blocks * found->super.block_bytes,
		.dev = found->dev,
		.name = found->name,
		.shown = found->shown,
	};
	struct ini_error error;
	FILE *in = fopen(path, "re");
	char uuid[EXT4_UUID_TEXT_LEN];
	int err;

	if (!in && errno == ENOENT && !config)
		return EXIT_OK;
	if (!in)
		return log_fail(EXIT_FAILED, "frspctl(8), TIERS, shows one",
				"%s: %s", path, strerror(errno));
	err = tier_config_read(in, &fs, &found->tiers, &error);
	fclose(in);
	if (err)
		return print_error(path, err, &error);
	found->is_configured = found->tiers.n;
	if (found->tiers.n || !config || !must_have)
		return EXIT_OK;
	ext4_super_uuid(&found->super, uuid);
	tiers_free(&found->tiers);
	return log_fail(EXIT_FAILED,
			"its section begins with [UUID=...] or [/dev/...]",
			"%s: no section for %s, UUID %s", path, found->shown,
			uuid);
}

static int begin(__u32 dev, struct fs_tiers *found)
{
	*found = (struct fs_tiers){.dev = dev};
	mount_name_or_number(dev, found->name);
	mount_name_for_people(found->name, found->shown);
	return ext4_super_read_dev(dev, &found->super);
}

/* Makes the disks below it the tiers. */
static int from_disks(struct fs_tiers *found)
{
	struct tier_source source = dm_table_source();

	tiers_free(&found->tiers);
	return tiers_read(&source, found->dev, &found->tiers);
}

enum exit_code fs_tiers_find(__u32 dev, const char *config,
			     struct fs_tiers *found)
{
	enum exit_code code;
	int err = begin(dev, found);

	if (err == -EPERM) /* by DevicePolicy= of a unit, and in containers */
		return log_fail(
			EXIT_PERMISSION,
			"run it as root outside of a container, and of a cgroup that forbids devices",
			"%s: cannot read the superblock: %s", found->shown,
			strerror(-err));
	if (err)
		return log_fail(err == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
				err == -EACCES ? "run it as root, with sudo"
					       : "its device must be in /dev",
				"%s: cannot read the superblock: %s",
				found->shown, strerror(-err));
	code = from_config(config, true, found);
	if (code != EXIT_OK || found->is_configured)
		return code;
	err = from_disks(found);
	if (err)
		return log_fail(EXIT_FAILED,
				"name its tiers in " TIER_CONFIG_FILE,
				"%s: cannot find the disks below it: %s",
				found->shown, strerror(-err));
	return EXIT_OK;
}

static bool has_class(const struct tiers *tiers, enum tier_class class)
{
	for (unsigned int i = 0; i < tiers->n; i++)
		if (tiers->tiers[i].class == class)
			return true;
	return false;
}

enum exit_code fs_tiers_check(__u32 dev, const char *config, bool *has_both)
{
	struct fs_tiers found;
	enum exit_code code;

	*has_both = false;
	if (begin(dev, &found))
		return EXIT_OK;
	code = from_config(config, false, &found);
	if (code != EXIT_OK)
		return code;
	if (found.is_configured || !from_disks(&found))
		*has_both = has_class(&found.tiers, TIER_FAST) &&
			    has_class(&found.tiers, TIER_SLOW);
	tiers_free(&found.tiers);
	return EXIT_OK;
}

const struct mount_entry *fs_tiers_next(const struct mount_table *mounts,
					const struct mount_entry *after)
{
	__u32 dev = after ? after->dev : 0;

	while ((after = mount_table_next(mounts, after)))
		if (!strcmp(after->fs_type, "ext4") && after->dev != dev &&
		    mount_entry_is_reachable(mounts, after))
			return after;
	return NULL;
}

enum exit_code fs_tiers_mount(const struct mount_table *mounts,
			      const char *spec,
			      const struct mount_entry **mount)
{
	static const char hint[] =
		"name a mounted ext4 filesystem: \"findmnt -t ext4\" lists them";
	int err = mount_name_find(mounts, spec, mount);

	if (err)
		return log_fail(EXIT_FAILED, hint, "%s: %s", spec,
				mount_spec_error(err));
	if (strcmp((*mount)->fs_type, "ext4"))
		return log_fail(EXIT_FAILED, hint, "%s: %s is %s, not ext4",
				spec, (*mount)->target, (*mount)->fs_type);
	return EXIT_OK;
}

static int open_device(__u32 dev)
{
	char *node = blkid_devno_to_devname(kdev_to_user(dev));
	int fd = node ? open(node, O_RDONLY | O_CLOEXEC) : -1;
	int err = node ? -errno : -ENODEV;

	free(node);
	return fd < 0 ? err : fd;
}

enum exit_code fs_tiers_free(const struct mount_entry *mount,
			     const struct fs_tiers *found,
			     __u64 free_bytes[TIER_MAX])
{
	int fs = mount_entry_open(mount);
	int device = fs < 0 ? fs : open_device(found->dev);
	int err = device < 0 ? device : 0;
	struct tier_space space;

	if (!err)
		err = tier_space_read(fs, device, found->name, &found->super,
				      &found->tiers, &space);
	if (fs >= 0)
		close(fs);
	if (device >= 0)
		close(device);
	if (err)
		return log_fail(err == -EPERM || err == -EACCES
					? EXIT_PERMISSION
					: EXIT_FAILED,
				"run it as root, with sudo",
				"%s: cannot find out what is free: %s",
				mount->target, strerror(-err));
	memcpy(free_bytes, space.bytes, sizeof(space.bytes));
	return EXIT_OK;
}
