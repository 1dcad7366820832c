/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a world is made of, for its files: backend.c and crash_look.c, client.c,
 * world.c. */
#ifndef FRSP_SIM_INSIDE_H
#define FRSP_SIM_INSIDE_H

#include "disk.h"
#include "model.h"
#include "world.h"

#define RUNNERS	 3
#define REQUESTS 8
#define MAX_IOS	 256
/* Entry 1008 is the first one of page 1 of the table. */
#define FIRST_HOT	    1002
#define HOT_CLUSTERS	    12
#define CLUSTERS	    (FIRST_HOT + HOT_CLUSTERS)
#define MAX_CLUSTER_SECTORS 4
/* When the disk has grown there are more, each in a part of the table that is
 * where a slot was. */
#define FIRST_FAR    1600
#define FAR_STRIDE   350
#define FAR_CLUSTERS 4
#define HOT_SECTORS  ((HOT_CLUSTERS + FAR_CLUSTERS) * MAX_CLUSTER_SECTORS)
#define GENERATIONS  3
#define STEPS	     900
#define LOOK_PERCENT 30 /* of the changes: a crash is looked at */
#define STEP_NS	     50000
#define PATIENCE     200000 /* steps, until a hang is one */

struct client {
	struct ploop_request request;
	struct world *world;
	bool is_busy;
	bool after_failed_sync;
	bool is_cut;	/* a shorter disk may not have its sectors */
	bool must_fail; /* it is behind the end */
	__u32 submitted;
	__u32 sector; /* of the hot ones */
	__u32 n_sectors;
	__u64 buffer[HOT_SECTORS * PLOOP_SECTOR / 8];
};

struct world {
	struct chance chance;
	struct disk disk;
	struct model model;
	struct ploop_image *image;
	struct world_report *report;
	enum world_kind kind;
	__u64 now_ns;
	__u32 now; /* steps */
	__u64 last_tag;
	__u32 cluster_sectors;
	__u32 pool_clusters;
	__u32 n_hot;  /* sectors */
	__u32 n_used; /* of these: where the client begins its requests */
	bool is_resizing;
	enum freezing {
		NOT_FROZEN,
		FREEZING, /* asked for */
		FROZEN,
		THAWING,
	} freezing;
	__u32 n_freezes;  /* in this generation */
	bool has_new_top; /* that may become the top */
	bool was_frozen;  /* since first */
	__u32 frozen_at;  /* when the client asked for it */
	__u8 *new_top;
	__u64 new_top_bytes;
	__u8 *old_top; /* below the top, if that was new in the world */
	__u64 old_top_bytes;
	unsigned int top_file;
	__u64 disk_bytes; /* as acknowledged */
	__u64 next_bytes; /* asked for, or 0 */
	__u32 n_resized;  /* in this generation */
	bool may_fail;
	bool is_closing;
	bool was_closed; /* the generation began with a closed image */
	__u8 *first;	 /* the file as it was then */
	__u64 first_bytes;
	__u8 *crash;
	__u64 crash_bytes;
	bool has_lower;		/* a delta below */
	bool lower_is_writable; /* then it has a disk, and lower is as crash */
	struct disk lower_disk;
	__u8 *lower_first;
	__u64 lower_first_bytes;
	bool lower_was_closed;
	bool may_be_below[HOT_CLUSTERS]; /* somebody has asked for it */
	__u32 top_clusters;		 /* at most, or 0 */
	bool is_merging;
	bool is_merged; /* the lower delta is the top */
	bool is_alone;	/* it is opened without the old top */
	__u8 *lower;
	__u64 lower_bytes;
	bool is_below[HOT_CLUSTERS + FAR_CLUSTERS]; /* it has them */
	bool is_awake[RUNNERS];
	__u32 slow_percent; /* of the I/O */
	struct ploop_io *ios[MAX_IOS];
	__u32 n_ios;
	struct client clients[REQUESTS + 1]; /* the last one thaws */
	__u32 n_busy, n_reading;
};

/* The first violation is kept. */
void violation(struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* backend.c: Opens the file in world->crash, and perhaps an empty top above it;
 * NULL: it is refused, which is a violation. */
struct ploop_image *open_crash(struct world *world, bool read_only,
			       bool with_new_top);
/* Of the file of a delta below, which has no disk of its own. */
bool is_lower(const struct world *world, unsigned int file);
/* What the file of a delta has: of the top, what is in world->crash. */
const __u8 *file_of(const struct world *world, unsigned int file, __u64 *n);

/* freeze.c: Whether nothing else that concerns the image as a whole runs, and
 * no discard, of which a part would be another one afterwards. */
bool is_calm(const struct world *world);
bool begin_freeze(struct client *client);
/* Somebody has to, or all others wait. */
void thaw(struct world *world);
void freeze_done(struct client *client, int result);

/* lower.c: The disk of the file. */
struct disk *disk_of(struct world *world, unsigned int file);
struct disk *top_disk(struct world *world);
void lower_begin(struct world *world);
/* The generation that ends now had merged: world->crash is the lower delta's
 * from now on. For the next one, an empty top may come above. */
void lower_next(struct world *world);
void lower_crash(struct world *world);
/* What is marked as closed is as it was. */
void lower_check_closed(struct world *world);
/* As the top when it is frozen; world->lower is what it has. */
void lower_check_frozen(struct world *world);
/* Makes another request of this one, or does nothing. */
bool lower_request(struct client *client);
void lower_done(struct client *client, int result);
/* Whether the error may be. */
bool lower_may_fail(const struct client *client, int result);
/* What a discard does where the lower delta may get the cluster is unknown. */
bool lower_is_unsure(const struct world *world, __u32 sector);

/* crash_look.c: A crash now; what it leaves stays in world->crash. */
void look_at_crash(struct world *world);
/* Where a hot sector is on the disk. */
__u64 hot_byte(const struct world *world, __u32 sector);
/* Hot sectors that a disk of this length has. */
__u32 n_hot(const struct world *world, __u64 disk_bytes);
/* Where the sector is in world->crash; 0 of a file that does not have it. */
__u64 crash_tag(struct world *world, struct ploop_image *image, __u32 sector);

/* client.c: A request of chance. */
void client_begin(struct client *client);
/* Of all of the disk. */
void client_discard(struct client *client);
void client_close(struct client *client);
void client_thaw(struct client *client, bool to_new_top);

#endif
