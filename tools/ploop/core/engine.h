/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image engine: a disk of clusters in an image file, for many runners.
 *
 * A runner is a queue with one thread, or whatever else calls its functions
 * one at a time. A request runs on one runner from its start to its end. The
 * engine does no I/O by itself: it asks a backend (struct ploop_ops), which
 * tells the end of each I/O on the runner that asked. So the same code runs on
 * threads with pread(), on io_uring, and in a simulator that owns the order of
 * everything. Nothing is allocated after ploop_open().
 *
 *     ploop_open(&ops, context, &settings, &image, &finding);
 *     request.op = PLOOP_WRITE; request.offset = ...; request.done = ...;
 *     ploop_post(ploop_runner(image, n), &request);      from any thread
 *     ploop_run(ploop_runner(image, n), ~0u);            on the runner's thread
 *     ...
 *     request.op = PLOOP_CLOSE; ploop_post(...);         when nothing runs
 *     ploop_free(image);
 *
 * docs/image.md has the design and what it promises.
 */
#ifndef FRSP_PLOOP_ENGINE_H
#define FRSP_PLOOP_ENGINE_H

#include <stddef.h>

#include "ploop/core/format.h"
#include "ploop/core/inbox.h"

struct claim;
struct ploop_image;
struct ploop_runner;

/* --- what the engine asks of a backend ------------------------------------- */

enum ploop_io_kind {
	PLOOP_IO_READ, /* bytes beyond the end of the file read as zeros */
	PLOOP_IO_WRITE,
	PLOOP_IO_SYNC,	 /* all writes that ended are on stable storage */
	PLOOP_IO_ZERO,	 /* the range reads as zeros; its space is given back */
	PLOOP_IO_EXTEND, /* the file gets longer, by zeros: offset + bytes */
	PLOOP_IO_TRUNCATE, /* the file ends at offset */
};

/* One I/O. The backend calls done() on the runner, never inside submit(), with
 * 0 or -errno; it sends a short read or write again by itself. */
struct ploop_io {
	enum ploop_io_kind kind;
	unsigned int file; /* 0: the lowest delta */
	unsigned int runner;
	__u64 offset;
	__u64 bytes;
	void *buffer;
	void (*done)(struct ploop_io *io, int result);
	void *owner;	       /* the engine's */
	struct ploop_io *next; /* the backend's, until done(), as all below */
	struct ploop_work ended;
	int result;
};

/* Guards a few instructions, never an I/O. All zeros: free. */
struct ploop_lock {
	__u32 word;
};

struct ploop_ops {
	void (*submit)(void *context, struct ploop_io *io);
	/* Reads at once, while the image is opened; 0 or -errno. */
	int (*read_now)(void *context, unsigned int file, void *buffer,
			size_t bytes, __u64 offset);
	__u64 (*file_bytes)(void *context, unsigned int file);
	/* Zeroed, aligned for I/O; NULL: no memory. */
	void *(*allocate)(void *context, size_t bytes);
	void (*release)(void *context, void *memory, size_t bytes);
	__u64 (*now_ns)(void *context);
	void (*lock)(void *context, struct ploop_lock *lock);
	void (*unlock)(void *context, struct ploop_lock *lock);
	/* The runner shall call ploop_run() soon. From any thread. */
	void (*wake)(void *context, unsigned int runner);
};

/* --- requests --------------------------------------------------------------- */

enum ploop_op {
	PLOOP_READ,
	PLOOP_WRITE,
	PLOOP_ZERO,    /* the range reads as zeros afterwards */
	PLOOP_DISCARD, /* whole clusters of the range read as zeros afterwards,
			* unless a lower delta has them; the rest stays */
	PLOOP_FLUSH,
	PLOOP_GROW, /* the disk gets as long as offset says. Later requests may
		     * use the rest, which reads as zeros. -EFBIG: the format
		     * cannot; -EINVAL: it is longer already; -EOPNOTSUPP: the
		     * format extension is in the way */
	PLOOP_SHRINK,  /* the disk ends at offset; what is behind is lost. From
			* its begin on, requests beyond that end fail, also those
			* under way. -EINVAL: it is that short already */
	PLOOP_COMPACT, /* the file gets as short as it can be now */
	PLOOP_FREEZE,  /* changes wait until a thaw. At its end all is on stable
			* storage, and the image says that it is closed. offset:
			* the file of a new, empty image that may become the
			* top, or 0. -EUCLEAN: it is not empty, or of another
			* size; -EOPNOTSUPP: the delta below may be written */
	PLOOP_THAW,    /* changes go on: offset 0: as before; 1: in the new top,
			* and the old one never changes again. -EINVAL: not
			* frozen, or without that file */
	PLOOP_PROMOTE, /* the top has the clusters of the range, if any delta
			* has; they stay below, too */
	/* These two need a lower delta that may be written; -EOPNOTSUPP: there
	 * is none, or it is too short. Of a broken one -EIO; the top goes on. */
	PLOOP_DEMOTE, /* the clusters of the range move from the top to the
		       * lower delta */
	PLOOP_MERGE,  /* all of the top moves to the lower delta, which is the
		       * top then. What was acknowledged before is stable there,
		       * and the old top is empty: nobody needs it any more */
	PLOOP_CLOSE,  /* alone: no other request runs or comes any more */
};

#define PLOOP_FUA      1 /* stable at the end of the request */
#define PLOOP_PREFLUSH 2 /* a flush comes first */

/* All of it belongs to the engine from ploop_post() to done(). */
struct ploop_request {
	enum ploop_op op;
	unsigned int flags;
	__u64 offset; /* offset and bytes are multiples of PLOOP_SECTOR */
	__u64 bytes;
	void *buffer;
	/* 0 or -errno. -EINVAL: not aligned or beyond the end of the disk,
	 * which may have become shorter: then some of it may be done.
	 * -EROFS: opened for reading. -EIO also of a change after a failed
	 * sync or write of the table: nothing changes any more. */
	void (*done)(struct ploop_request *request, int result);

	/* the engine's */
	struct ploop_work work;
	struct ploop_io io;
	struct ploop_runner *runner;
	void (*resume)(struct ploop_request *request);
	struct claim *claim;
	__u64 at; /* bytes that are done */
	int error;
	__u32 want;
	__u32 phase;
};

/* --- images ----------------------------------------------------------------- */

struct ploop_settings {
	unsigned int n_runners;
	unsigned int n_files; /* deltas; the last one is written */
	bool read_only;
	bool lower_is_writable; /* the delta below the top is demoted to */
	bool counts_heat;	/* ploop_heat_read() */
	/* 0, or the most that the file of the top may have, unless it has more.
	 * When it is full, clusters are demoted to a lower delta that may be
	 * written; without one, first writes fail with -ENOSPC. */
	__u32 top_clusters;
	__u32 pool_clusters; /* kept ready for first writes; 0 = 128 MiB */
	__u32 writeback_ms;  /* until a changed table is written; 0 = 1 s */
};

/* Why an image is not opened: the fault, and where it is. */
struct ploop_finding {
	enum ploop_fault fault;
	unsigned int file;
	__u32 entry; /* for faults of entries */
};

/* Reads and checks headers and tables; changes nothing. -EUCLEAN: see finding.
 * An image that was not closed needs nothing else. */
int ploop_open(const struct ploop_ops *ops, void *context,
	       const struct ploop_settings *settings,
	       struct ploop_image **image, struct ploop_finding *finding);
void ploop_free(struct ploop_image *image);

__u64 ploop_disk_bytes(const struct ploop_image *image);
/* After a PLOOP_GROW, data_off is still the old one. */
const struct ploop_header *ploop_image_header(const struct ploop_image *image);
/* Whether it was opened after a crash. */
bool ploop_image_was_in_use(const struct ploop_image *image);

struct ploop_runner *ploop_runner(struct ploop_image *image,
				  unsigned int index);

/* Starts a request. ploop_submit(): on the runner's thread. */
void ploop_submit(struct ploop_runner *runner, struct ploop_request *request);
void ploop_post(struct ploop_runner *runner, struct ploop_request *request);

/* Does what other runners or threads have left for this one, and what its time
 * has come for, most messages at most. Returns how many there were. */
unsigned int ploop_run(struct ploop_runner *runner, unsigned int most);
/* When it is to run at the latest, by now_ns(); ~0ULL: not before a wake(). */
__u64 ploop_deadline_ns(struct ploop_runner *runner);

/* No message waits. From any thread; one that comes now may be missed. */
bool ploop_is_idle(struct ploop_runner *runner);

/* Where a byte of the disk is: true and the file and byte there, or false. For
 * a map of the image; bytes gets how many follow alike, within a cluster. */
bool ploop_place(struct ploop_image *image, __u64 offset, unsigned int *file,
		 __u64 *byte, __u64 *bytes);

/* Counts of I/O since the opening; each may wrap around. */
struct ploop_heat {
	__u32 reads, writes;
	__u32 read_sectors, write_sectors;
};

/* From any thread. False: the cluster is not counted. */
bool ploop_heat_read(struct ploop_image *image, __u32 cluster,
		     struct ploop_heat *sum);

struct ploop_counts {
	__u64 flushes;	    /* FLUSH, FUA, PREFLUSH */
	__u64 commits;	    /* rounds that wrote the table and synced */
	__u64 syncs;	    /* in all */
	__u64 strict_syncs; /* before the table, for copied clusters */
	__u64 table_writes; /* pages */
	__u64 allocations;
	__u64 copies; /* from a lower delta */
	__u64 moves;
	__u64 demotions;
	__u64 lower_syncs;
	__u64 frees;
	__u64 punches;
	__u64 lost; /* slots that could not be punched: free at the next opening
		     */
	__u64 extensions;
	__u64 pool_waits; /* first writes that found the pool empty */
};

void ploop_counts_read(struct ploop_image *image, struct ploop_counts *counts);

#endif
