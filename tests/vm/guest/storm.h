/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storm: many processes change files of an ext4 while its frsp is disturbed in
 * all ways that an administrator has, and then everything is checked. This
 * header is what its files offer each other:
 *
 *   ../storm.c  the options, the scenarios and the course of a round
 *   files.c     what the processes do, with a model of each file's content
 *   chaos.c     what disturbs them
 *   frsp.c      the module, its sysfs files and its ioctls
 *   failslab.c  allocations that fail
 *   truth.c     what the trees say, held against ext4 and against the disk
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
	u32 size_mib;	   /* at first; chaos grows it */
	u32 fill_pct;	   /* how full the processes make it */
	const char *chaos; /* letters of chaos.c; NULL: all */
	bool short_run;	   /* part of the short set */
	bool block_maps;   /* never steered: nothing can be loaded */
};

/* Shared by all processes. */
struct shared {
	bool stop;
	u32 failures;
	u32 cap_changes; /* odd: one is going on */
	u64 ops, enospc, samples, chaos, growths, reloads;
	u64 audits, taken, missed, offered, evictions, drops, placed, commits;
};

extern struct shared *shared;
extern const char *device;	/* /dev/vda */
extern const char *device_name; /* vda */
extern const char *module_path;
extern u32 fail_pct; /* of allocations; 0: none */

/* Says what is wrong and goes on; the scenario fails in the end. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Random numbers: a stream of its own for each process. */
struct random {
	u64 state;
};
u32 random_below(struct random *random, u32 limit);
/* 1 to limit, small ones as often as large ones by magnitude. */
u32 random_size(struct random *random, u32 limit);

/* files.c */
void files_reset(void);
void files_work(u32 worker, u64 seed, u32 fill_pct);
void files_verify(u32 worker);

/* chaos.c: until shared->stop. */
void chaos_run(u64 seed, const char *kinds, u32 max_mib);
/* The cap holds, whenever it is looked at. */
void cap_watch(void);

/* failslab.c: allocations of extents fail from a switch on to a switch off, of
 * the module that is marked. */
void failslab_mark(void);
void failslab_switch(bool on);

/* frsp.c */
bool frsp_is_loaded(void);
bool frsp_load(void);
void frsp_unload(void);
/* A file below /sys/fs/ext4/DEV; false: it is not there. */
bool frsp_read(const char *file, u64 *value);
bool frsp_write(const char *file, u64 value);
/* Adds the counters to the sums, after which they may vanish; checks them. */
void frsp_collect(void);
/* What the kernel logged about frsp since the last call. */
void frsp_check_log(void);
void frsp_check_gone(void);

/* truth.c */
/* The trees of the mounted, idle filesystem against
 * /proc/fs/ext4/DEV/mb_groups. */
void truth_in_memory(void);
/* And against the bitmaps on the disk, where nothing was written since the
 * mount. */
void truth_on_disk(void);

#endif
