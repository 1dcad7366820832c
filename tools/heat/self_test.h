/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests whether hotmon counts exactly on this kernel: it does I/O of known
 * kinds on a scratch file and compares the bytes that were counted with the
 * bytes that were moved. A kernel that hotmon was not tested on may load the
 * programs and still count wrongly.
 */
#ifndef FRSP_HOT_SELF_TEST_H
#define FRSP_HOT_SELF_TEST_H

#include "fs/mount.h"
#include "heat/self_io.h"

#define SELF_TEST_MAX_KINDS 16

enum self_test_verdict {
	SELF_TEST_EXACT,
	SELF_TEST_WRONG,      /* another number of bytes, or in other ranges */
	SELF_TEST_IMPOSSIBLE, /* the filesystem has no such kind of I/O */
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
	bool no_program; /* the BPF programs failed, not the I/O */
};

/*
 * fs: the mounted filesystem that directory is on. The test takes a second or
 * two, 8 MiB of space and some MiB of kernel memory, and leaves nothing behind.
 * Returns 0, an error of hot_track_open(), or an error of the I/O: -ENOSPC,
 * -EROFS, -EACCES and so on. On error, test->no_program says which of the two,
 * and the results are those of the kinds before.
 */
int hot_self_test(const struct mount_entry *fs, const char *directory,
		  struct self_test *test);

#endif
