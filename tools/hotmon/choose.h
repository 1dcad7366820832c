/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds what the options --fs, -D, -c and -p name: a filesystem, a directory, a
 * cgroup, processes. If one is not there, the functions have said so.
 */
#ifndef FRSP_HOTMON_CHOOSE_H
#define FRSP_HOTMON_CHOOSE_H

#include "base/log.h"
#include "hotmon/opts.h"

/* What the user gave to name one filesystem; NULL: all filesystems. */
const char *hotmon_filesystem_spec(const struct hotmon_opts *opts);
enum exit_code hotmon_fail_filesystem(const struct hotmon_opts *opts, int err);

/* Fills in the options of --fs and -D that the mount table gives: the device
 * and mount point of the filesystem, and the resolved path of the directory.
 */
enum exit_code hotmon_choose_filesystem(struct hotmon_opts *opts,
					const struct mount_table *mounts);
enum exit_code hotmon_choose_cgroup(struct hotmon_opts *opts);
enum exit_code hotmon_check_pids(const struct hot_track_options *track);

#endif
