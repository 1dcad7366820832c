// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl save and restore: carry what frsp.ko knows about block groups over a
 * remount.
 *
 * Example: frsp.ko knows that group 7 has 100 free clusters, and that its
 * longest free extent has 60. "save" writes that to a file. After the next
 * mount frsp.ko does not know the group. "restore" hands it the entry, and
 * frsp.ko takes it if the group still has 100 free clusters.
 *
 * An entry is a hint. A wrong one does no harm: frsp.ko checks its numbers, and
 * ext4 checks each goal that frsp.ko offers. But an entry from another
 * filesystem would be taken if the groups have the same number of free clusters
 * by chance. So "restore" compares the UUIDs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ctl/ctl.h"
#include "ctl/target.h"
#include "module/summaries.h"

static enum exit_code write_summary(const char *path,
				    const struct summary *summary)
{
	size_t len;
	void *data;
	int err = summary_encode(summary, &data, &len);

	if (!err) {
		err = file_replace(path, data, len);
		free(data);
	}
	if (!err)
		return EXIT_OK;
	return log_fail(err == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
			"name a file on a filesystem with free space",
			"cannot write %s: %s", path,
			err == -EINVAL ? "it is not a regular file"
				       : strerror(-err));
}

static enum exit_code save(const struct ctl_target *target, const char *path)
{
	struct ctl_session session;
	struct ext4_super super;
	struct summary summary;
	enum exit_code code;
	int err;

	code = ctl_session_open(target, &session);
	if (code != EXIT_OK)
		return code;
	code = ctl_target_super(target, &super);
	if (code != EXIT_OK)
		goto out;
	memcpy(summary.uuid, super.uuid, sizeof(summary.uuid));
	summary.n_groups = super.n_groups;
	summary.group_clusters = super.group_clusters;
	err = summaries_export(session.device, session.fs, &summary);
	if (err) {
		code = ctl_ioctl_failed(target, "cannot export", err);
	} else {
		summary_prune(&summary);
		code = write_summary(path, &summary);
	}
	free(summary.groups);
	if (code == EXIT_OK)
		printf("%s: %u of %u groups saved\n", target->shown, summary.n,
		       summary.n_groups);
out:
	ctl_session_close(&session);
	return code;
}

enum exit_code ctl_save(const struct ctl *ctl)
{
	struct ctl_target target;
	enum exit_code code = ctl_target_find(ctl->args[0], &target);

	if (code != EXIT_OK)
		return code;
	code = save(&target, ctl->args[1]);
	ctl_target_release(&target);
	return code;
}

static enum exit_code read_summary(const char *path, struct summary *summary)
{
	const char *why;
	size_t len;
	void *data;
	int err = file_read(path, SUMMARY_FILE_MAX, &data, &len);

	if (err)
		return log_fail(err == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
				"name a file that \"frspctl save\" has written",
				"cannot read %s: %s", path,
				err == -EINVAL ? "it is not a regular file"
					       : strerror(-err));
	err = summary_decode(data, len, summary);
	free(data);
	switch (err) {
	case 0:
		return EXIT_OK;
	case -EINVAL:
		why = "not a file of \"frspctl save\"";
		break;
	case -EPROTONOSUPPORT:
		why = "written by another version of frspctl";
		break;
	case -EBADMSG:
		why = "damaged";
		break;
	default:
		why = strerror(-err);
	}
	return log_fail(
		EXIT_FAILED,
		"save again while the filesystem is mounted; until then frsp.ko reads groups as it needs them",
		"%s: %s", path, why);
}

static enum exit_code check_same(const struct ctl_target *target,
				 const char *path,
				 const struct summary *summary)
{
	struct ext4_super super;
	enum exit_code code = ctl_target_super(target, &super);

	if (code != EXIT_OK)
		return code;
	/* not the number of groups: a resize changes it */
	if (!memcmp(super.uuid, summary->uuid, sizeof(super.uuid)) &&
	    super.group_clusters == summary->group_clusters)
		return EXIT_OK;
	return log_fail(EXIT_FAILED,
			"restore the file that was saved from this one",
			"%s: saved from another filesystem than %s", path,
			target->shown);
}

static enum exit_code restore(const struct ctl_target *target, const char *path,
			      const struct summary *summary)
{
	struct ctl_session session;
	enum exit_code code;
	long taken;

	code = ctl_session_open(target, &session);
	if (code != EXIT_OK)
		return code;
	code = check_same(target, path, summary);
	if (code != EXIT_OK)
		goto out;
	taken = summaries_import(session.device, session.fs, summary);
	if (taken < 0)
		code = ctl_ioctl_failed(target, "cannot import", taken);
	else
		printf("%s: %ld groups taken, %ld skipped: changed since, or known already\n",
		       target->shown, taken, summary->n - taken);
out:
	ctl_session_close(&session);
	return code;
}

enum exit_code ctl_restore(const struct ctl *ctl)
{
	struct ctl_target target;
	struct summary summary;
	enum exit_code code = read_summary(ctl->args[1], &summary);

	if (code != EXIT_OK)
		return code;
	code = ctl_target_find(ctl->args[0], &target);
	if (code == EXIT_OK) {
		code = restore(&target, ctl->args[1], &summary);
		ctl_target_release(&target);
	}
	free(summary.groups);
	return code;
}
