// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/dm_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <libdevmapper.h>

/* The major number of device-mapper, which is not fixed; 0: there is none. */
static unsigned int read_major(void)
{
	FILE *file = fopen("/proc/devices", "re");
	unsigned int number, found = 0;
	char line[128], name[64];

	if (!file)
		return 0;
	while (!found && fgets(line, sizeof(line), file))
		if (sscanf(line, "%u %63s", &number, name) == 2 &&
		    !strcmp(name, "device-mapper"))
			found = number;
	fclose(file);
	return found;
}

/* libdevmapper would write to stderr; the caller says what failed. */
__attribute__((format(printf, 5, 6))) static void
drop_message(int level, const char *file, int line, int dm_errno,
	     const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)dm_errno;
	(void)format;
}

static int run(struct dm_task *task, __u32 dev)
{
	struct dm_info info;

	/* secure data: the table of a crypt target has its key */
	if (!dm_task_set_major_minor(task, kdev_major(dev), kdev_minor(dev),
				     0) ||
	    !dm_task_no_open_count(task) || !dm_task_secure_data(task))
		return -EINVAL;
	if (!dm_task_run(task))
		return dm_task_get_errno(task) ? -dm_task_get_errno(task)
					       : -EIO;
	return dm_task_get_info(task, &info) && info.exists ? 0 : -ENXIO;
}

static int add_targets(struct dm_task *task, __u32 dev, struct tier_map *map)
{
	uint64_t start, length;
	char *type, *params;
	void *next = NULL;
	int err = 0;

	do {
		next = dm_get_next_target(task, next, &start, &length, &type,
					  &params);
		if (type) /* a device may have no table yet */
			err = tier_map_add_target(map, dev, start, length, type,
						  params);
	} while (next && !err);
	return err;
}

static int read_table(__u32 dev, struct tier_map *map)
{
	struct dm_task *task;
	int err;

	dm_log_with_errno_init(drop_message);
	errno = 0;
	task = dm_task_create(DM_DEVICE_TABLE);
	if (!task)
		return errno ? -errno : -EIO;
	err = run(task, dev);
	if (!err)
		err = add_targets(task, dev, map);
	dm_task_destroy(task);
	/* an open control device would keep the module from being unloaded */
	dm_lib_release();
	return err;
}

struct tier_source dm_table_source(void)
{
	return (struct tier_source){
		.sys = "/sys",
		.dm_major = read_major(),
		.read_table = read_table,
	};
}
