/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the path of a file from its inode number. The cache remembers what BPF
 * announced about the file, but looks the path up only when it is shown. If
 * the filesystem does not answer, the path is unknown.
 *
 * The files of this folder, in the order in which a look-up goes through them:
 *
 *   path.c    what is known already: the cache
 *   look.c    all mounts of the filesystem, one after the other
 *   find.c    one mount, in another process, as it may hang (base/aside.h)
 *   handle.c  the inode and its parents as file handles
 *   places.c  the paths that the mount table gives to a path of one mount
 *   kept.c    results that outlive the next look-up
 *   label.c   the text for people
 *
 * Files that have no path after that are searched for in their filesystem's
 * directories: naming.c decides when and for which files, scan.c does it.
 * inode.c asks a file by its number for more than its path, extents.c counts
 * its extents.
 */
#ifndef FRSP_PATH_H
#define FRSP_PATH_H

#include <stddef.h>
#include <linux/types.h>

#include "bpf/hot.h"
#include "fs/mount.h"

enum path_state {
	PATH_KNOWN,
	PATH_DELETED,	     /* .path: the last known one, or NULL */
	PATH_UNKNOWN,	     /* no path was found */
	PATH_OTHER_MOUNT_NS, /* not mounted in our mount namespace */
	PATH_OUTSIDE,	     /* in a part that is not mounted here */
	PATH_COVERED,	     /* hidden by another mount */
	PATH_NO_ANSWER,	     /* its filesystem does not answer */
	PATH_INTERNAL,	     /* of ext4 itself, such as its journal: no path */
	/* .path of these two is the last known one, or NULL: */
	PATH_DETACHED,	  /* mounted nowhere, but in use (umount -l) */
	PATH_NOT_MOUNTED, /* mounted nowhere, not in use */
};

struct path_result {
	const char *path; /* NULL: unknown. Valid until the next call */
	enum path_state state;
	/* Names. A directory has one, although stat() counts the ".." in its
	 * directories, too. 0: unknown, or deleted.
	 */
	unsigned int n_links;
	const char *fs_type; /* NULL: unknown */
	__u32 fs_dev;	     /* kernel dev_t, as in mountinfo; 0: unknown */
	int hang_id;	     /* the mount of .path, for aside(); 0: none */
};

struct path_key {
	__u64 ino;
	/* Distinguishes filesystems and btrfs subvolumes: an identity of
	 * bpf/hot_fs.h. A caller without identities uses the kernel dev_t of
	 * the superblock.
	 */
	__u32 fs;
	__u32 gen;
};

struct path_cache;

/* table: must outlive the cache; the caller may refresh it at any time.
 * max_files: how many files the cache keeps, about 200 bytes each.
 */
int path_cache_new(const struct mount_table *table, size_t max_files,
		   struct path_cache **out);
void path_cache_free(struct path_cache *cache);

/* Prefers paths at or below this directory. So a file that several mounts show
 * gets the path that the user expects. 0 or -errno.
 */
int path_cache_prefer(struct path_cache *cache, const char *directory);

/* If memory runs out, the file stays unannounced. */
void path_cache_announce(struct path_cache *cache,
			 const struct frsp_hot_file *file);
void path_cache_forget(struct path_cache *cache, const struct path_key *key);

/* True if the cache has an entry for the file. Looks nothing up. */
bool path_cache_has(const struct path_cache *cache, const struct path_key *key);

/* For a file whose filesystem must not be asked: fills in this state and, if it
 * is PATH_DETACHED or PATH_NOT_MOUNTED, the last path that was found.
 */
void path_cache_get_last(const struct path_cache *cache,
			 const struct path_key *key, enum path_state state,
			 struct path_result *result);

/* path may be the file's path: the next path_cache_get() checks that. */
void path_cache_suggest(struct path_cache *cache, const struct path_key *key,
			const char *path);
size_t path_cache_count(const struct path_cache *cache);

/* Starts a frame. In each frame a path is looked up at most once, and a recent
 * result is reused: a path for 0.9 s, "deleted" for 10 s (0.9 s while the file
 * is open), "not found" for up to 8 s. All look-ups of a frame together take
 * about 2 s at most; after that the cache returns old results, or none.
 */
void path_cache_next_frame(struct path_cache *cache);

/* Looks the path up, or reuses a recent result. A file that was never announced
 * is found only if its dentry is cached (not on btrfs). Returns 0, or -EPERM
 * without CAP_DAC_READ_SEARCH; in both cases result is filled in.
 */
int path_cache_get(struct path_cache *cache, const struct path_key *key,
		   struct path_result *result);

/* Why the file is not at .path, as one word for programs; NULL: it is there. */
const char *path_missing(const struct path_result *result);

/* The state of such a word, of NULL, too. Of another word: PATH_UNKNOWN. */
enum path_state path_state_of(const char *missing);

/* The text for people: the path, or <ino 1234 gen 5678 dev 8:1> if it is
 * unknown, or <ext4 journal, dev 8:1> for an inode of ext4 itself; followed by
 * remarks such as " (deleted)". Bytes that could upset a terminal, the
 * backslash, and characters that the locale lacks are written as
 * \ooo. The text is cut at len - 1 bytes, never inside a character. Returns the
 * length of the whole text.
 */
#define PATH_LABEL_LEN (4 * 4096 + 64) /* is always enough */
size_t path_label(const struct path_result *result, __u64 ino, __u32 dev,
		  __u32 gen, char *buf, size_t len);

/* Writes a path with the same escapes, cut in the same way. */
size_t path_escape(const char *path, char *buf, size_t len);

#endif
