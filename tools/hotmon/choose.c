// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/choose.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/aside.h"
#include "base/log.h"
#include "fs/cgroup.h"
#include "fs/mount_name.h"

/* For aside(): resolves the symbolic links of a path. */
static int resolve_path(void *message, int *fd)
{
	char *path = message, resolved[PATH_MAX];

	(void)fd;
	if (!realpath(path, resolved))
		return -errno;
	strcpy(path, resolved);
	return 0;
}

const char *hotmon_filesystem_spec(const struct hotmon_opts *opts)
{
	return opts->fs ?: opts->monitor.directory;
}

enum exit_code hotmon_fail_filesystem(const struct hotmon_opts *opts, int err)
{
	return log_fail(
		EXIT_FAILED,
		"name a mounted filesystem that is on a disk: findmnt --real lists them",
		"%s: %s", hotmon_filesystem_spec(opts), mount_spec_error(err));
}

enum exit_code hotmon_choose_filesystem(struct hotmon_opts *opts,
					const struct mount_table *mounts)
{
	const struct mount_entry *entry;
	const char *spec = hotmon_filesystem_spec(opts);
	char resolved[PATH_MAX];
	int err;

	if (!spec)
		return EXIT_OK;
	err = opts->fs ? mount_name_find(mounts, spec, &entry)
		       : mount_table_by_spec(mounts, spec, &entry);
	if (err)
		return hotmon_fail_filesystem(opts, err);
	opts->monitor.fs_dev = entry->dev;
	opts->monitor.prefer = strdup(entry->target); /* never freed */
	if (!opts->monitor.directory)
		return EXIT_OK;
	/* it fits, as mount_table_by_spec() has accepted it */
	strcpy(resolved, opts->monitor.directory);
	err = aside(resolve_path, resolved, sizeof(resolved), entry->hang_id,
		    NULL);
	if (err)
		return log_fail(EXIT_FAILED, "name an existing directory",
				"%s: %s", opts->monitor.directory,
				mount_spec_error(err));
	opts->monitor.directory = strdup(resolved); /* never freed */
	return opts->monitor.directory
		       ? EXIT_OK
		       : log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
}

struct cgroup_query {
	char spec[PATH_MAX];
	struct cgroup_ref cgroup;
};

/* For aside(): finds the cgroup of a query. */
static int find_cgroup(void *message, int *fd)
{
	struct cgroup_query *query = message;

	(void)fd;
	return cgroup_find(query->spec, &query->cgroup);
}

static enum exit_code fail_for_cgroup(const char *cgroup, int err)
{
	switch (err) {
	case -ENOTUNIQ:
		return log_fail(
			EXIT_FAILED,
			"name it by its path: systemd-cgls lists the cgroups",
			"cgroup %s: several have this name", cgroup);
	case -EXDEV:
		return log_fail(
			EXIT_FAILED,
			"name a cgroup of the controller blkio (version 2: io), or use --group=cgroup",
			"cgroup %s: the kernel charges I/O to another hierarchy than this",
			cgroup);
	case -EOPNOTSUPP:
		return log_fail(
			EXIT_FAILED,
			"run it outside of a container, where the hierarchy of the controller blkio (version 2: io) is mounted",
			"cgroup %s: the root of the cgroups is not in sight",
			cgroup);
	default:
		return log_fail(EXIT_FAILED, "systemd-cgls lists the cgroups",
				"cgroup %s: %s", cgroup, strerror(-err));
	}
}

enum exit_code hotmon_choose_cgroup(struct hotmon_opts *opts)
{
	struct cgroup_query query;
	static struct cgroup_ref cgroup; /* the options point to it */
	int err;

	if (!opts->cgroup)
		return EXIT_OK;
	err = strlen(opts->cgroup) < sizeof(query.spec) ? 0 : -ENAMETOOLONG;
	if (!err) {
		strcpy(query.spec, opts->cgroup);
		err = aside(find_cgroup, &query, sizeof(query), 0, NULL);
	}
	if (err)
		return fail_for_cgroup(opts->cgroup, err);
	cgroup = query.cgroup;
	if (!cgroup.has_io)
		log_warn(
			"cgroup %s: the io controller is off for it, so its I/O is charged to a cgroup above it and not shown",
			opts->cgroup);
	opts->monitor.track.cgroup = &cgroup;
	return EXIT_OK;
}

/* Inode of /proc/self/ns/pid: PROC_PID_INIT_INO of the kernel's proc_ns.h. In
 * another namespace the numbers of -p cannot be looked up.
 */
#define INITIAL_PID_NS 0xeffffffcU

enum exit_code hotmon_check_pids(const struct hot_track_options *track)
{
	struct stat ns;

	if (stat("/proc/self/ns/pid", &ns) || ns.st_ino != INITIAL_PID_NS)
		return EXIT_OK;
	for (__u32 i = 0; i < track->n_pids; i++)
		if (kill(track->pids[i], 0) && errno == ESRCH)
			return log_fail(EXIT_FAILED,
					"\"ps -e\" lists the processes",
					"-p %u: %s", track->pids[i],
					strerror(ESRCH));
	return EXIT_OK;
}
