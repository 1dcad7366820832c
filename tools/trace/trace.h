/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recording of heat holds, as the reader (trace/read.h) gives it and the
 * writer (trace/write.h) takes it. trace/format.h describes the bytes.
 *
 * A recording has a list of filesystems, a list of files, and intervals. An
 * interval has a total for each file that was read or written in it, and an
 * access for each of the file's ranges of 1 MiB. Both lists grow while it is
 * read: interval after interval names more of them by index.
 *
 * Example: in 10 s, bios of 4 KiB read range 5 of file 3 twice, and one bio of
 * 1 MiB writes half of range 5 and half of range 6.
 *
 *   access   file 3, range 5   2 reads, 8 KiB   1 write, 512 KiB
 *   access   file 3, range 6   0 reads, 0       1 write, 512 KiB
 *   total    file 3            2 reads, 8 KiB   1 write, 1 MiB
 *
 * So bytes of ranges add up to those of the file, but operations may not.
 */
#ifndef FRSP_TRACE_H
#define FRSP_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define TRACE_RANGE_SHIFT 20		   /* ranges of 1 MiB */
#define TRACE_RANGE_FILE  ((1U << 30) - 1) /* .range of a total */

/* Bounds of each recording. */
#define TRACE_MAX_FS	   4096U
#define TRACE_MAX_FILES	   (1U << 22)
#define TRACE_MAX_ACCESSES (1U << 22) /* and totals, of one interval */
#define TRACE_HOST_LEN	   64	      /* with the final zero */
#define TRACE_BOOT_LEN	   40

enum trace_kind {
	TRACE_OF_FILES, /* hotmon record */
	TRACE_OF_DISKS, /* imported: each file stands for a block device */
	TRACE_NR_KINDS,
};

struct trace_info {
	enum trace_kind kind;
	__u32 half_life_ms; /* of the temperatures: 1 s to 7 d */
	__u64 begin_ns;	    /* since 1970, UTC */
	/* the same moment of CLOCK_MONOTONIC; 0: unknown, as are "" */
	__u64 begin_mono_ns;
	char host[TRACE_HOST_LEN];
	char boot_id[TRACE_BOOT_LEN];
};

/* A filesystem; in an imported recording a disk. */
struct trace_fs {
	__u32 dev;    /* kernel dev_t of its superblock */
	__u32 subdev; /* what stat() shows; only on btrfs another than .dev */
	__u64 bytes;  /* its size; 0: unknown */
	const char *type;  /* such as "ext4", or "disk"; never NULL */
	const char *mount; /* where; "": not mounted, or unknown */
};

enum trace_path_state {
	TRACE_PATH_KNOWN,
	TRACE_PATH_UNKNOWN,
	TRACE_PATH_DELETED,  /* .path: the last one, or NULL */
	TRACE_PATH_INTERNAL, /* of the filesystem itself, such as its journal */
	TRACE_NR_PATH_STATES,
};

/* A file. I/O without one has .ino 0, and FRSP_HOT_GEN() of bpf/hot.h, which
 * says what it was, as .gen.
 */
struct trace_file {
	__u32 fs; /* index */
	__u32 gen;
	__u64 ino;
	enum trace_path_state state;
	__u32 n_links;	  /* names; 0: unknown */
	const char *path; /* NULL: unknown, so far */
};

struct trace_access {
	__u32 file; /* index */
	__u32 range;
	__u32 reads, writes; /* bios that touched it, in the interval */
	__u64 read_bytes, write_bytes;
	/* At the end of the interval, by bpf/heat.h. If nothing was read or
	 * written, the access only says how warm the range was before the
	 * recording.
	 */
	float temperature;
};

struct trace_frame {
	__u64 start_ns, end_ns;		     /* since 1970, UTC */
	const struct trace_access *accesses; /* sorted by (file, range) */
	size_t n;
	const struct trace_access *totals; /* sorted by file */
	size_t n_totals;
	/* Of the interval: bios, and updates of counts that were lost as the
	 * table was full.
	 */
	__u64 bios, lost;
};

#endif
