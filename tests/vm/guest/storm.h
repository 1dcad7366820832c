/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The storm: worker processes change files of an ext4 filesystem while another
 * process disturbs frsp and the filesystem in all ways that an administrator
 * has. Then the storm checks the files, the free-space trees and the disk. This
 * header declares what its files offer each other:
 *
 *   ../storm.c  the options, the scenarios and the steps of a round
 *   files.c     the workers, and a model of each file's content
 *   chaos.c     the disturbances
 *   frsp.c      the module, its sysfs files and its log messages
 *   failslab.c  makes allocations fail
 *   truth.c     compares the trees with ext4's buddies and with the disk
 */
#ifndef STORM_H
#define STORM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define MAX_WORKERS 4
#define MOUNT_POINT "/mnt/storm"

struct scenario {
	const char *name;
	const char *mkfs;  /* options of mke2fs; NULL: none */
	const char *mount; /* options of mount(2); NULL: none */
	u32 size_mib;	   /* at first; chaos.c grows it */
	u32 fill_pct;	   /* above it the workers delete more than usual */
	const char *chaos; /* letters of kinds in chaos.c; NULL: all */
	bool short_run;	   /* part of the short set */
	bool block_maps;   /* frsp steers no file without extents, so its trees
			    * cannot be loaded */
};

/* Memory that all processes share. */
struct shared {
	bool stop;
	u32 failures;
	u32 cap_changes; /* odd: chaos.c is writing the cap */
	u64 ops, enospc, samples, chaos, growths, reloads;
	u64 audits, taken, missed, offered, evictions, drops, placed, commits;
};

extern struct shared *shared;
extern const char *device;	/* /dev/vda */
extern const char *device_name; /* vda */
extern const char *module_path;
extern u32 fail_pct; /* of the allocations fail; 0: none */

/* Prints what is wrong and returns; the scenario fails at its end. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A stream of random numbers; each process has its own. */
struct random {
	u64 state;
};
u32 random_below(struct random *random, u32 limit);
/* 1 to limit; each power of two is equally likely to be the magnitude. */
u32 random_size(struct random *random, u32 limit);

/* files.c */
void files_reset(void);
/* Makes a worker's directories, as long as there is space for them. */
void files_make_dirs(u32 worker);
void files_work(u32 worker, u64 seed, u32 fill_pct);
void files_verify(u32 worker);

/* chaos.c: both functions run until shared->stop. Of the kinds, stock leaves
 * out those that need frsp. */
void chaos_run(u64 seed, bool stock, const char *kinds, u32 max_mib);
/* Checks again and again that the memory in use stays below the cap. */
void cap_watch(void);

/* failslab.c: allocations of extents fail while the switch is on, if the
 * module's slab cache was marked. */
void failslab_mark(void);
void failslab_switch(bool on);

/* frsp.c */
bool frsp_is_loaded(void);
bool frsp_load(void);
void frsp_unload(void);
/* Read and write a file below /sys/fs/ext4/DEV; false: that failed. */
bool frsp_read(const char *file, u64 *value);
bool frsp_write(const char *file, u64 value);
/* Checks the counters and adds them to the sums in shared. To be called before
 * an unload or unmount, which deletes them. */
void frsp_collect(void);
/* Fails on what frsp logged since the last call. */
void frsp_check_log(void);
/* Fails on what the unloaded module left behind. */
void frsp_check_gone(void);

/* truth.c */
/* Compares the trees of the mounted, idle filesystem with
 * /proc/fs/ext4/DEV/mb_groups. */
void truth_in_memory(void);
/* Compares them with the bitmaps on the disk. Nothing may have been written
 * since the mount. */
void truth_on_disk(void);

#endif
