// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/disk_facts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/sysfs.h"
#include "fs/mount.h"

static bool read_dev(const char *dir, const char *file, __u32 *dev)
{
	char text[32];

	return !sysfs_read_line(dir, file, text, sizeof(text)) &&
	       mount_parse_dev(text, dev);
}

static bool counts_nothing(const char *dir, const char *file)
{
	__u64 counts;

	return !sysfs_read_u64(dir, file, &counts) && !counts;
}

static void read_below(const char *dir, struct disk_facts *facts)
{
	char path[PATH_MAX], file[sizeof(((struct dirent *)0)->d_name) + 4];
	struct dirent *entry;
	DIR *slaves;

	if (snprintf(path, sizeof(path), "%s/slaves", dir) >= PATH_MAX)
		return;
	slaves = opendir(path);
	if (!slaves)
		return;
	while (facts->n_below < DISK_MAX_BELOW && (entry = readdir(slaves))) {
		snprintf(file, sizeof(file), "%s/dev", entry->d_name);
		if (entry->d_name[0] != '.' &&
		    read_dev(path, file, &facts->below[facts->n_below]))
			facts->n_below++;
	}
	closedir(slaves);
}

int disk_facts_read(const char *sys, __u32 dev, struct disk_facts *facts)
{
	char dir[PATH_MAX];
	__u64 number;
	int err;

	*facts = (struct disk_facts){.disk = dev};
	if (snprintf(dir, sizeof(dir), "%s/dev/block/%u:%u", sys,
		     kdev_major(dev), kdev_minor(dev)) >= PATH_MAX)
		return -ENAMETOOLONG;
	err = sysfs_read_u64(dir, "size", &number);
	if (err)
		return err;
	facts->is_empty = !number;
	if (!sysfs_read_u64(dir, "partition", &number)) {
		facts->uncounted = counts_nothing(dir, "../queue/iostats");
		return read_dev(dir, "../dev", &facts->disk) ? 0 : -EINVAL;
	}
	facts->uncounted = counts_nothing(dir, "queue/iostats");
	read_below(dir, facts);
	if (sysfs_read_line(dir, "loop/backing_file", facts->backing,
			    sizeof(facts->backing)))
		facts->backing[0] = '\0';
	return 0;
}
