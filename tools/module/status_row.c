// SPDX-License-Identifier: GPL-2.0-or-later
#include "module/status_row.h"

#include <errno.h>
#include <stdio.h>

#include "base/fmt.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/sysfs.h"

/* The mount point of the filesystem, or NULL. Sets *dev if sysfs has it. */
static const char *find_mount(const struct mount_table *mounts,
			      const char *name, __u32 *dev)
{
	const struct mount_entry *mount;
	char dir[128], text[32];

	snprintf(dir, sizeof(dir), "/sys/class/block/%s", name);
	if (sysfs_read_line(dir, "dev", text, sizeof(text)) ||
	    !mount_parse_dev(text, dev))
		return NULL;
	mount = mount_table_by_dev(mounts, *dev);
	return mount ? mount->target : NULL;
}

int status_row_read(struct status_row *row, const struct mount_table *mounts,
		    const char *name, const char **file)
{
	int err = fs_status_read(FS_STATUS_ROOT, name, &row->status, file);

	if (err)
		return fs_status_is_attached(FS_STATUS_ROOT, name) ? err
								   : -ENODEV;
	snprintf(row->name, sizeof(row->name), "%s", name);
	mount_name_for_people(name, row->shown);
	row->mount = find_mount(mounts, name, &row->dev);
	return 0;
}

struct json_object *status_row_json(const struct status_row *row)
{
	struct json_object *object = json_object_new_object();
	double taken_pct = fs_status_taken_pct(&row->status);
	char dev[FMT_LEN];

	if (!object)
		return NULL;
	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(row->dev),
		 kdev_minor(row->dev));
	json_add_string(object, "device", row->name);
	json_add_text(object, "device_name", row->shown);
	json_add_string(object, "dev", dev);
	json_add_text(object, "mount", row->mount);
	json_add_string(object, "steer", fs_status_steering(&row->status));
	if (taken_pct < 0)
		json_object_object_add(object, "taken_pct", NULL);
	else
		json_add_number(object, "taken_pct", taken_pct, 1);
	for (size_t i = 0; i < FS_STATUS_N; i++)
		json_add_u64(object, fs_status_numbers[i].name,
			     fs_status_number(&row->status, i));
	return object;
}

void status_row_of_json(struct json_object *object, struct status_row *row)
{
	const char *dev = json_get_text(object, "dev");

	*row = (struct status_row){.mount = json_get_text(object, "mount")};
	snprintf(row->name, sizeof(row->name), "%s",
		 json_get_text(object, "device") ?: "");
	snprintf(row->shown, sizeof(row->shown), "%s",
		 json_get_text(object, "device_name") ?: "");
	if (dev)
		mount_parse_dev(dev, &row->dev);
	for (size_t i = 0; i < FS_STATUS_N; i++)
		*(__u64 *)((char *)&row->status + fs_status_numbers[i].offset) =
			json_get_u64(object, fs_status_numbers[i].name);
}
