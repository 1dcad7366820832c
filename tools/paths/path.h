/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From inode number to path. What BPF announces about a file is remembered;
 * the path is looked up when it is shown, so it is never older than the frame.
 * Where the filesystem does not answer, it is unknown.
 */
#ifndef FRSP_PATH_H
#define FRSP_PATH_H

#include <stddef.h>
#include <linux/types.h>

#include "bpf/hot.h"
#include "fs/mount.h"

enum path_state {
	PATH_KNOWN,
	PATH_DELETED,	     /* .path was the last one known, or is NULL */
	PATH_UNKNOWN,	     /* none was found */
	PATH_OTHER_MOUNT_NS, /* not mounted in our mount namespace */
	PATH_OUTSIDE,	     /* of what is mounted here */
	PATH_COVERED,	     /* by another mount */
	PATH_NO_ANSWER,	     /* from its filesystem */
	/* .path was the last one known, or is NULL: */
	PATH_DETACHED,	  /* mounted nowhere, but in use */
	PATH_NOT_MOUNTED, /* nowhere */
};

struct path_result {
	const char *path; /* NULL: unknown. Valid until the next call */
	enum path_state state;
	unsigned int n_links; /* 0: unknown, or deleted */
	const char *fs_type;  /* NULL: unknown */
	__u32 fs_dev;	      /* kernel dev_t, as in mountinfo; 0: unknown */
	int hang_id;	      /* for aside(), of .path; 0: none */
};

struct path_key {
	__u64 ino;
	/* What tells filesystems and subvolumes apart: an identity of
	 * bpf/hot_fs.h; for who has none the kernel dev_t of the superblock.
	 */
	__u32 fs;
	__u32 gen;
};

struct path_cache;

/* table: must outlive the cache; refresh it as often as wanted. max_files: how
 * many announcements are kept, about 200 bytes each.
 */
int path_cache_new(const struct mount_table *table, size_t max_files,
		   struct path_cache **out);
void path_cache_free(struct path_cache *cache);

/* Paths are those at or below this directory, where a file has one there: of a
 * file that is seen through several mounts, as the user names it. 0 or -errno.
 */
int path_cache_prefer(struct path_cache *cache, const char *directory);

/* Without memory for it the file stays unannounced. */
void path_cache_announce(struct path_cache *cache,
			 const struct frsp_hot_file *file);
void path_cache_forget(struct path_cache *cache, const struct path_key *key);

/* Without looking: what was announced or found of the file is kept. */
bool path_cache_has(const struct path_cache *cache, const struct path_key *key);

/* Fills in the last path that was found, of a filesystem that is not to be
 * asked, and this state.
 */
void path_cache_get_last(const struct path_cache *cache,
			 const struct path_key *key, enum path_state state,
			 struct path_result *result);

/* path may be the file's: if it leads to it when path_cache_get() looks. */
void path_cache_suggest(struct path_cache *cache, const struct path_key *key,
			const char *path);
size_t path_cache_count(const struct path_cache *cache);

/* From now on each path is looked up once, until the next frame; and one that
 * was looked up shortly before, a second at most, is taken as it was. A deleted
 * file is looked for every ten seconds, one without a path every eight. All
 * together take some 2 s: then what was found before is taken, or nothing.
 */
void path_cache_next_frame(struct path_cache *cache);

/* Looks the path up: now, or earlier in this frame. A file that was never
 * announced is found if its dentry is cached (not on btrfs). Returns 0, or
 * -EPERM without CAP_DAC_READ_SEARCH; in both cases result is filled in.
 */
int path_cache_get(struct path_cache *cache, const struct path_key *key,
		   struct path_result *result);

/* Why the file is not at .path, in a word for programs; NULL: it is. */
const char *path_missing(const struct path_result *result);

/* What a person sees: the path, or <ino 1234 gen 5678 dev 8:1>, and what there
 * is to say about it. Bytes that could upset a terminal are written as \ooo,
 * and so are the backslash and what the locale has no character for. Cut at
 * len - 1 bytes, never inside of a character. Returns the length that the whole
 * has.
 */
#define PATH_LABEL_LEN (4 * 4096 + 64) /* is always enough */
size_t path_label(const struct path_result *result, __u64 ino, __u32 dev,
		  __u32 gen, char *buf, size_t len);

/* The same of a path that is known. */
size_t path_escape(const char *path, char *buf, size_t len);

#endif
