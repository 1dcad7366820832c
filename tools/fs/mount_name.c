// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/mount_name.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sysfs.h"

int mount_name_of(__u32 dev, char *name, size_t size)
{
	char link[64], path[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", kdev_major(dev),
		 kdev_minor(dev));
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return -errno;
	path[len] = '\0';
	snprintf(name, size, "%s", basename(path));
	return 0;
}

void mount_name_or_number(__u32 dev, char name[MOUNT_NAME_LEN])
{
	if (mount_name_of(dev, name, MOUNT_NAME_LEN))
		snprintf(name, MOUNT_NAME_LEN, "%u:%u", kdev_major(dev),
			 kdev_minor(dev));
}

void mount_name_for_people(const char *name, char shown[MOUNT_NAME_LEN])
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "/sys/class/block/%s", name);
	if (!sysfs_read_line(dir, "dm/name", shown, MOUNT_NAME_LEN) && *shown)
		return;
	snprintf(shown, MOUNT_NAME_LEN, "%s", name);
	for (char *c = shown; (c = strchr(c, '!'));)
		*c = '/';
}

/* Sets dev to MAJOR:MINOR of the device of device-mapper with this name. */
static int find_mapped(const char *name, char *dev, size_t size)
{
	char path[PATH_MAX], found[MOUNT_NAME_LEN];
	DIR *all = opendir("/sys/class/block");
	struct dirent *entry;
	int err = -ENOENT;

	while (all && err && (entry = readdir(all))) {
		if (strncmp(entry->d_name, "dm-", 3))
			continue;
		snprintf(path, sizeof(path), "/sys/class/block/%s",
			 entry->d_name);
		if (!sysfs_read_line(path, "dm/name", found, sizeof(found)) &&
		    !strcmp(found, name))
			err = sysfs_read_line(path, "dev", dev, size);
	}
	if (all)
		closedir(all);
	return err;
}

int mount_name_find(const struct mount_table *mounts, const char *spec,
		    const struct mount_entry **out)
{
	char dir[PATH_MAX], dev[32];

	snprintf(dir, sizeof(dir), "/sys/class/block/%s", spec);
	if (!strchr(spec, '/') &&
	    (!sysfs_read_line(dir, "dev", dev, sizeof(dev)) ||
	     !find_mapped(spec, dev, sizeof(dev))))
		spec = dev;
	return mount_table_by_spec(mounts, spec, out);
}
