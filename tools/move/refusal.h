/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the mover leaves alone, and why. The kernel refuses some of it, too, but
 * late, with an error that says little, or with a line in its log per call; and
 * some of it the kernel moves although that is harmful. docs/mover.md has the
 * reasons at length.
 */
#ifndef FRSP_MOVE_REFUSAL_H
#define FRSP_MOVE_REFUSAL_H

#include <stdbool.h>
#include <linux/types.h>
#include <sys/stat.h>

enum move_refusal {
	MOVE_ALLOWED,
	/* the filesystem */
	MOVE_NOT_EXT4,
	MOVE_OLD_KERNEL,
	MOVE_READ_ONLY,
	MOVE_NO_JOURNAL,
	MOVE_FAST_COMMIT,
	MOVE_DATA_JOURNAL,
	MOVE_BIGALLOC,
	MOVE_DAX,
	/* the file */
	MOVE_NOT_REGULAR,
	MOVE_IMMUTABLE,
	MOVE_IMMUTABLE_DIR,
	MOVE_APPEND_ONLY,
	MOVE_INLINE,
	MOVE_NO_EXTENTS,
	MOVE_ENCRYPTED,
	MOVE_VERITY,
	MOVE_JOURNALED_FILE,
	MOVE_SYSTEM_FILE,
	MOVE_BOOT,
	MOVE_SWAP,
	MOVE_IN_USE,
	MOVE_EXECUTED,
	MOVE_N_REFUSALS,
};

/* A phrase that goes on after "left alone: ", such as "it is immutable". */
const char *move_refusal_text(enum move_refusal refusal);
/* For programs: a word, such as "immutable"; "none": it is allowed. */
const char *move_refusal_word(enum move_refusal refusal);

struct move_kernel {
	unsigned int version, patch_level, sublevel; /* such as 6, 1, 192 */
};

/*
 * Finds the version. release and build are those of uname(2); signature is the
 * line of /proc/version_signature, which Ubuntu has, or "". Distributions do
 * not keep the sublevel in the release. Example: Debian 12 has the release
 * "6.1.0-40-amd64" and the build "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1
 * (2025-09-20)", so the version is 6.1.153.
 */
struct move_kernel move_kernel_parse(const char *release, const char *build,
				     const char *signature);

/* What matters of a filesystem. */
struct move_fs_facts {
	bool is_ext4, is_read_only;
	bool has_journal, has_fast_commit, has_bigalloc;
	bool journals_data; /* data=journal */
	bool has_dax;
	struct move_kernel kernel;
};

enum move_refusal move_judge_fs(const struct move_fs_facts *facts);

/* What matters of a file. */
struct move_file_facts {
	mode_t mode;
	__u64 ino;
	__u32 flags;	       /* of FS_IOC_GETFLAGS */
	bool is_dir_immutable; /* no donor can be made beside it */
	bool is_below_boot;
	bool is_swap; /* it has a swap signature */
};

enum move_refusal move_judge_file(const struct move_file_facts *facts);

#endif
