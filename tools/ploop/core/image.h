/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an open image is made of; only for the files of the core.
 *
 *   image    what all share. Runners read state and view without a lock
 *   view     the deltas that make the disk, and its length; replaced as a whole
 *   runner   one queue: its inbox, and the I/O it has begun, by phase
 *   keeper   on runner 0: whatever concerns the image as a whole, one at a time
 *
 * Locks, from the outer to the inner: cow.lock, a page's lock, slots.lock.
 */
#ifndef FRSP_PLOOP_IMAGE_H
#define FRSP_PLOOP_IMAGE_H

#include "ploop/core/demote.h"
#include "ploop/core/engine.h"
#include "ploop/core/lower.h"
#include "ploop/core/merge.h"
#include "ploop/core/once.h"
#include "ploop/core/relief.h"
#include "ploop/core/slots.h"
#include "ploop/core/table.h"

#define PLOOP_MAX_DELTAS 64
#define KEEPER_COPIES	 32 /* pages of the table written at a time */
#define KEEPER_PUNCHES	 16 /* at a time */
#define COW_CLAIMS	 16 /* clusters copied at a time */
#define IMAGE_ZERO_BYTES (64u << 10)
#define NSEC_PER_MSEC	 1000000ULL

enum image_state {
	IMAGE_READ_ONLY,
	IMAGE_UNMARKED, /* the file does not say yet that it is in use */
	IMAGE_OPEN,	/* it does, on stable storage: it may change */
	IMAGE_FREEZING, /* changes wait; what has begun goes on */
	IMAGE_FROZEN,	/* the file says that it is closed; changes wait */
	IMAGE_BROKEN,	/* a sync or a write of the table failed: for good */
};

struct delta {
	unsigned int file;
	struct ploop_header header; /* as it was opened */
	struct table table;
};

struct view {
	__u64 disk_bytes;
	unsigned int n_deltas;
	struct delta *deltas[PLOOP_MAX_DELTAS];
};

/* A runner counts the I/O that it has begun, in the phase of that time. The
 * keeper's grace asks each for a new phase, and is over when each has none left
 * of the old one. There is one grace at a time, so two phases are enough. */
struct ploop_runner {
	struct ploop_inbox inbox; /* written by all threads */
	struct ploop_image *image __attribute__((aligned(128)));
	struct ploop_work *ready; /* taken from the inbox */
	unsigned int index;
	__u32 phase; /* 0 or 1 */
	__u64 under_way[2];
	struct ploop_heat *heat; /* NULL: nobody counts */
	bool grace_waits;
	struct ploop_work grace;
} __attribute__((aligned(128)));

struct waiting {
	struct ploop_work *first;
	struct ploop_work **end;
};

static inline void waiting_init(struct waiting *waiting)
{
	waiting->first = NULL;
	waiting->end = &waiting->first;
}

static inline void waiting_put(struct waiting *waiting, struct ploop_work *work)
{
	work->next = NULL;
	*waiting->end = work;
	waiting->end = &work->next;
}

/* All of from, which is then empty. */
static inline void waiting_take(struct waiting *taken, struct waiting *from)
{
	waiting_init(taken);
	if (from->first)
		*taken = *from;
	waiting_init(from);
}

/* The right to copy or move a cluster; the lock of cow guards what comes up to
 * waiting, and the rest belongs to who has the claim. */
struct claim {
	bool is_taken;
	bool is_overtaken; /* of a move: somebody has written meanwhile */
	bool is_blocking;  /* of a move: writers wait */
	__u32 cluster;
	struct waiting waiting; /* for this cluster */
	const struct delta *top;
	__u64 from; /* the part of the request */
	__u64 bytes;
	__u32 slot;
	__u8 *buffer;
};

struct cow {
	struct ploop_lock lock;
	unsigned int n_claims;
	bool keeps_one; /* of these for demotions */
	struct claim claims[COW_CLAIMS + 1];
	struct waiting waiting; /* for any claim */
};

/* What a request may wait for; the keeper provides it. */
enum want {
	WANT_MARK,   /* in_use on stable storage */
	WANT_SLOTS,  /* something in the pool */
	WANT_COMMIT, /* all that is done, on stable storage */
	WANT_GRACE,  /* the end of all I/O that began before */
	WANT_RESIZE, /* its turn to grow, shrink, compact, freeze, demote or
		      * merge */
	WANT_THAW,
	WANT_TOP, /* a cluster of the top, while it is merged */
	WANT_CLOSE,
	WANTS
};

/* A word to the keeper that is left once, however often it is said, until the
 * keeper takes it up. */
struct nudge {
	struct ploop_work work;
	bool is_said;
	bool is_heard; /* the keeper's */
};

struct keeper {
	struct waiting waiting[WANTS];
	struct nudge dirty; /* the table has changed */
	struct nudge low;   /* the pool runs low */
	bool is_marking;
	bool is_extending;
	bool needs_commit; /* slots wait for one */
	bool is_closing;
	unsigned int n_punching;
	int extend_error;
	unsigned int grace_left; /* runners */
	struct waiting grace_batch;
	__u64 deadline_ns; /* of the delayed writeback */
	__u64 delay_ns;
	__u32 pool_clusters;
	int error;		       /* why the image is broken */
	struct ploop_request *resizes; /* whose turn it is for WANT_RESIZE */

	/* the commit that runs */
	bool is_committing;
	struct waiting batch;
	__u32 cursor; /* the next page to look at */
	bool is_strict;
	unsigned int n_copies;
	unsigned int n_writing;
	int write_error;
	__u8 *copies; /* KEEPER_COPIES pages */
	struct ploop_io copy_ios[KEEPER_COPIES];
	struct ploop_io io; /* sync, extension, header: one at a time */
	struct ploop_io extend_io;
	struct ploop_io punch_ios[KEEPER_PUNCHES];
	struct ploop_io *idle_punches;
};

/* move.c: the one that runs. */
struct move {
	struct ploop_request request;
	__u32 cluster;
	__u32 from; /* slots */
	__u32 to;
	unsigned int tries;
	struct table_page *page;
	void (*done)(struct ploop_image *image, int result);
};

/* grow.c: the one that runs. */
struct grow {
	struct ploop_request own; /* for what it does itself */
	struct view *longer;	  /* with the table as it will be, */
	struct view *view;	  /* and with the length */
	struct delta *delta;
	__u32 *next;
	__u32 capacity;
	__u32 reserved;
	__u32 cursor;
	bool waits_for_punches; /* goes on when none is under way */
	__u32 first;		/* cluster behind the end */
	__u32 n_hidden; /* clusters there that only lower deltas have, */
	struct slot_list hidden; /* and what they will have in the top */
};

/* shrink.c: the one that runs. */
struct shrink {
	struct ploop_request own;
	struct view *view; /* with the table as it will be */
};

/* compact.c: the one that runs. */
struct compact {
	struct ploop_request own;
	void (*stage)(struct ploop_image *image); /* waits for the keeper */
	__u32 *owners; /* the cluster of each slot, as it was at the start */
	__u32 n;
	__u32 cursor;
	__u32 end; /* where the file will be cut */
};

/* freeze.c */
struct freeze {
	struct ploop_request own;
	struct ploop_request *request; /* whom it answers */
	struct view *view;	       /* with the new top, or NULL, */
	struct slots slots;	       /* and its slots */
};

/* Memory of an image. */
struct piece {
	struct piece *next;
	void *memory;
	size_t bytes;
};

struct ploop_image {
	const struct ploop_ops *ops;
	void *context;
	struct view *view;
	__u32 state;
	bool was_in_use;
	unsigned int n_runners;
	struct ploop_runner *runners;
	struct slots slots; /* of the delta on top */
	struct keeper keeper;
	struct cow cow;
	struct move move;
	struct grow grow;
	struct shrink shrink;
	struct freeze freeze;
	struct compact compact;
	struct lower lower;
	struct demote demote;
	struct merge merge;
	struct relief relief;
	__u32 n_heat; /* clusters that are counted */
	struct ploop_counts counts;
	__u8 *zeroes; /* IMAGE_ZERO_BYTES */
	struct piece *memory;
};

#define image_count(image, name)                                               \
	__atomic_fetch_add(&(image)->counts.name, 1, __ATOMIC_RELAXED)

static inline struct delta *image_top(const struct ploop_image *image)
{
	const struct view *view = once_see(image->view);

	return view->deltas[view->n_deltas - 1];
}

static inline void image_lock(struct ploop_image *image,
			      struct ploop_lock *lock)
{
	image->ops->lock(image->context, lock);
}

static inline void image_unlock(struct ploop_image *image,
				struct ploop_lock *lock)
{
	image->ops->unlock(image->context, lock);
}

/* memory.c: Zeroed, until ploop_free() or image_release(). */
void *image_allocate(struct ploop_image *image, size_t bytes);
void image_release(struct ploop_image *image, void *memory);

/* runner.c: Leaves work for a runner, from any thread. */
void runner_post(struct ploop_runner *runner, struct ploop_work *work);
/* Begins an I/O that uses a mapping, and counts it until runner_io_end(). */
void runner_io(struct ploop_request *request,
	       void (*done)(struct ploop_io *io, int result));
void runner_io_end(struct ploop_request *request);
/* Asks for a new phase; keeper_grace_end() gets the work when the old is over. */
void runner_grace(struct ploop_work *work);

/* request.c */
void request_start(struct ploop_work *work);

/* keeper.c: Lets a request wait; resume() is called on its runner when what it
 * wants is there, or not to be had: request->error. */
void keeper_ask(struct ploop_request *request, enum want want,
		void (*resume)(struct ploop_request *request));
/* From any thread. */
void keeper_nudge(struct ploop_image *image, struct nudge *nudge);
/* Prepares the keeper of a new image. */
void keeper_init(struct ploop_image *image,
		 const struct ploop_settings *settings);
/* Starts whatever can be started now. */
void keeper_go(struct ploop_image *image);
/* Looks at the clock. */
void keeper_tick(struct ploop_image *image);
/* All that wait get the answer. */
void keeper_answer(struct waiting *waiting, int error);
void keeper_reply(struct ploop_request *request, int error);
void keeper_submit(struct ploop_image *image, struct ploop_io *io,
		   void (*done)(struct ploop_io *io, int result));
/* A sync or a write of the table failed: nothing changes any more. */
void keeper_break(struct ploop_image *image, int error);
void keeper_take_up(struct nudge *nudge);
/* The request that had its turn for WANT_RESIZE has ended. */
void keeper_resized(struct ploop_image *image, int error);
/* Whether a request runs that changes the length of the file or the disk. */
bool keeper_resizes(const struct ploop_image *image);

/* grow.c: Begins; goes on if it waits for punches to end. */
void grow_start(struct ploop_image *image, __u64 bytes);
void grow_go(struct ploop_image *image);
/* shrink.c */
void shrink_start(struct ploop_image *image, __u64 bytes);
/* freeze.c: The image is frozen, or open for a request that thaws. */
void freeze_start(struct ploop_image *image, unsigned int file);
void freeze_thaw(struct ploop_image *image);
/* open.c: Reads the empty image that may become the top; fills in slots. 0 or
 * -errno. */
int open_new_top(struct ploop_image *image, unsigned int file,
		 struct delta **delta, struct slots *slots);
/* compact.c: as grow.c. */
void compact_start(struct ploop_image *image);
void compact_go(struct ploop_image *image);

/* merge.c: the same. */
void merge_start(struct ploop_image *image);
void merge_go(struct ploop_image *image);

/* relief.c: Whether there will be a slot for those that wait. */
bool relief_comes(struct ploop_image *image);

/* heat.c: 0 or -ENOMEM. */
int heat_init(struct ploop_image *image);

/* commit.c */
void commit_start(struct ploop_image *image);

/* reclaim.c: Takes a slot for a first write; PLOOP_NO_SLOT: the pool is empty. */
__u32 reclaim_take(struct ploop_image *image);
/* Its entry has been cleared or replaced, and the page's lock is still held. */
void reclaim_free(struct ploop_image *image, __u32 slot);
/* A commit has begun; has ended well. */
void reclaim_commit_begins(struct ploop_image *image);
void reclaim_committed(struct ploop_image *image);
/* Begins graces and punches, and fills the pool if it is low. */
void reclaim_go(struct ploop_image *image);
void reclaim_grace_end(struct ploop_work *work);
bool reclaim_is_idle(const struct ploop_image *image);

/* mark.c: Writes that the image is in use; then that it is not. */
void mark_start(struct ploop_image *image);
void mark_close(struct ploop_image *image);
/* One more than the last slot that an entry names, or that is not for entries. */
__u32 image_used_end(const struct ploop_image *image);

#endif
