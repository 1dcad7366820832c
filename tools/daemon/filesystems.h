/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mounted ext4 filesystems and what frspd does with each. It knows them by
 * the mount table and by their superblocks, which it reads from their devices;
 * no file of a filesystem is open, so all of them can be unmounted at any time.
 */
#ifndef FRSP_DAEMON_FILESYSTEMS_H
#define FRSP_DAEMON_FILESYSTEMS_H

#include "base/day_window.h"
#include "config/config.h"
#include "daemon/say.h"
#include "fs/ext4_super.h"
#include "fs/mount.h"
#include "fs/mount_name.h"
#include "tune/summaries.h"
#include "tune/trees.h"

/* The settings of its relocation, and what was said of it. */
struct relocation_of {
	enum config_tuner tuner;
	double interval_s, run_s;
	__u64 rate;	 /* bytes per second */
	double pressure; /* a share */
	struct day_window window;
	double next_s;	      /* when a plan is due, on CLOCK_MONOTONIC */
	double advised_saves; /* I/Os, by the last advice; 0: none */
	double advised_seeks; /* the same of defragmentation */
	bool paused_told;
	char failure[128]; /* why it could not move, as it was said */
};

/* The settings of the tuner of its trees, and what that has done. */
struct trees_of {
	enum config_tuner tuner;
	struct trees_bounds bounds;
	struct trees_memory memory;
	struct trees_past past;
	bool past_is_read;
	/* of each tunable, what was said last: what the tuner would do, and
	 * that it could not
	 */
	enum trees_scenario advised[TREES_N_TUNABLES];
	bool failure_told;
	/* since frspd knows the filesystem; for the metrics */
	__u64 n_raised, n_lowered;
};

/* What can be set for a filesystem while frspd runs, besides its mode. */
enum filesystem_tuner {
	FS_TUNER_ESCACHE,
	FS_TUNER_SUMMARIES,
	FS_TUNER_TREES,
	FS_TUNER_RELOCATION,
	FS_N_TUNERS,
};

struct filesystem {
	__u32 dev;		       /* kernel dev_t */
	int mount_id;		       /* of the mount at .target */
	char name[MOUNT_NAME_LEN];     /* of its device, for people */
	char target[PATH_MAX];	       /* where it is mounted */
	char uuid[EXT4_UUID_TEXT_LEN]; /* "": its device has not answered yet */
	double looked_s; /* when we read the UUID, on CLOCK_MONOTONIC */
	enum config_mode mode;
	enum config_tuner escache;
	/* These were set by filesystem_set_mode(), filesystem_set_tuner(). */
	bool mode_by_hand, tuner_by_hand[FS_N_TUNERS];
	__u64 escache_bound; /* bytes */
	double escache_cooldown_s;
	bool escache_advised; /* it was said what the tuner would do */
	/* Since when the bound is too small, on CLOCK_MONOTONIC; 0: it is not.
	 */
	double escache_small_s;
	bool escache_small_told;
	enum config_tuner summaries;
	struct summaries_memory trees; /* for daemon/summaries.h */
	bool summaries_advised;
	/* For daemon/state.h: what was asked for, and what has come or is known
	 * not to. Until then nothing new is saved in its place.
	 */
	bool heat_is_asked, heat_is_back;
	bool trees_are_wanted, trees_are_back;
	struct trees_of tree_memory;
	struct relocation_of relocation;
};

struct filesystems {
	struct filesystem *list;
	size_t n;
};

/* Compares the list with the mount table, and says what has come and what is
 * gone. Returns 0 or -ENOMEM.
 */
int filesystems_update(struct filesystems *filesystems,
		       const struct mount_table *mounts,
		       const struct config *config);

/* Gives all filesystems the modes of another configuration, and says whose mode
 * has changed.
 */
void filesystems_configure(struct filesystems *filesystems,
			   const struct config *config);

/* Set the mode, or what a tuner does, and say so. It stays until
 * filesystems_configure(). The text is a value of the setting.
 */
void filesystem_set_mode(struct filesystem *fs, const char *text);
void filesystem_set_tuner(struct filesystem *fs, enum filesystem_tuner which,
			  const char *text);

/* What a tuner does. name: its setting, such as "escache". */
enum config_tuner filesystem_tuner(const struct filesystem *fs,
				   enum filesystem_tuner which);
const char *filesystem_tuner_name(enum filesystem_tuner which);

/* For what is said of a filesystem: its name and UUID. */
struct say_fields filesystem_fields(const struct filesystem *fs);

/* How many have this mode. */
size_t filesystems_count(const struct filesystems *filesystems,
			 enum config_mode mode);

void filesystems_free(struct filesystems *filesystems);

#endif
