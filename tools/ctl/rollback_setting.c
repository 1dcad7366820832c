// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/rollback_setting.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/sysfs.h"
#include "ctl/job_file.h"
#include "module/fs_status.h"

/* The directory in sysfs of the filesystem with that UUID. False: it is not
 * mounted.
 */
static bool find_directory(const struct decision *decision,
			   char directory[PATH_MAX])
{
	const struct mount_entry *mount;
	struct mount_table *mounts;
	char name[MOUNT_NAME_LEN];

	if (mount_table_read(&mounts))
		return false;
	mount = job_file_mount(mounts, decision->uuid);
	if (mount) {
		mount_name_or_number(mount->dev, name);
		snprintf(directory, PATH_MAX, "%s/%s", FS_STATUS_ROOT, name);
	}
	mount_table_free(mounts);
	return mount;
}

static bool is_of_this_boot(const struct decision *decision)
{
	struct process self;

	return !process_self(&self) && !strcmp(self.boot_id, decision->boot_id);
}

enum rollback_setting_state
rollback_setting_look(const struct decision *decision, __u64 *now)
{
	char directory[PATH_MAX];

	if (!is_of_this_boot(decision) ||
	    !find_directory(decision, directory) ||
	    sysfs_read_u64(directory, decision->tunable, now))
		return ROLLBACK_SETTING_GONE;
	return *now == strtoull(decision->after, NULL, 10)
		       ? ROLLBACK_SETTING_OURS
		       : ROLLBACK_SETTING_CHANGED;
}

static int set(const struct decision *decision, __u64 value)
{
	char directory[PATH_MAX];

	return find_directory(decision, directory)
		       ? sysfs_write_u64(directory, decision->tunable, value)
		       : -ENOENT;
}

enum exit_code rollback_setting(const struct decision *decision, bool dry_run)
{
	__u64 before = strtoull(decision->before, NULL, 10), now = 0;
	int err;

	switch (rollback_setting_look(decision, &now)) {
	case ROLLBACK_SETTING_GONE:
		return log_fail(
			EXIT_FAILED,
			"a setting of frsp.ko lasts until the filesystem is unmounted",
			"d%lld: %s of %s, UUID %s, is not there any more",
			decision->id, decision->tunable, decision->device,
			decision->uuid);
	case ROLLBACK_SETTING_CHANGED:
		return log_fail(
			EXIT_FAILED,
			"a later decision or a person has changed it, or the filesystem was mounted anew: \"frspctl set\" sets it",
			"d%lld: %s is %llu now, and not %s any more",
			decision->id, decision->tunable, now, decision->after);
	case ROLLBACK_SETTING_OURS:
		break;
	}
	err = dry_run ? 0 : set(decision, before);
	if (err)
		return log_fail(EXIT_FAILED, NULL, "d%lld: %s: %s",
				decision->id, decision->tunable,
				strerror(-err));
	printf("%s: %s: %llu -> %llu%s\n", decision->device, decision->tunable,
	       now, before, dry_run ? " (not set)" : "");
	return EXIT_OK;
}
