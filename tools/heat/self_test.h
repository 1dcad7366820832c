/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether hotmon counts exactly on this kernel: I/O of known kinds is done on a
 * scratch file, and what was counted for it is compared. A kernel that hotmon
 * was not tested on may load its programs and still count wrongly; this tells.
 */
#ifndef FRSP_HOT_SELF_TEST_H
#define FRSP_HOT_SELF_TEST_H

#include "fs/mount.h"
#include "heat/self_io.h"

#define SELF_TEST_MAX_KINDS 16

enum self_test_verdict {
	SELF_TEST_EXACT,
	SELF_TEST_WRONG,      /* other bytes, or at another place in the file */
	SELF_TEST_IMPOSSIBLE, /* the filesystem does not do this kind of I/O */
};

struct self_test_result {
	const char *kind;
	enum self_test_verdict verdict;
	__u64 done_bytes;
	__u64 counted_bytes;
	__u32 wrong_ranges; /* of SELF_IO_RANGES; the rest is exact */
};

struct self_test {
	struct self_test_result results[SELF_TEST_MAX_KINDS];
	size_t n_results;
	size_t n_wrong;
	bool no_program; /* the error is of hot_track_open(), not of the I/O */
};

/*
 * fs: the mounted filesystem that directory is on. Takes a second or two, 8 MiB
 * of space and some MiB of kernel memory; leaves nothing. 0, an error of
 * hot_track_open(), or of the I/O: -ENOSPC, -EROFS, -EACCES ...; then test says
 * which, and how far it came.
 */
int hot_self_test(const struct mount_entry *fs, const char *directory,
		  struct self_test *test);

#endif
