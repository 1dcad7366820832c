// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A filesystem gives a file handle to an NFS server, which uses it to find the
 * file again even after a reboot. So a handle has little more in it than the
 * inode number and generation, and we can build it from them:
 *
 *   generic  1 (FILEID_INO32_GEN)   { u32 ino, gen }    ext4 and others
 *   XFS      0x81 (same | 64FLAG)   { u64 ino; u32 gen } also for small numbers
 *   btrfs    0x4d                   { u64 ino, subvolume; u32 gen }, packed
 *   erofs    0x81                   { u32 ino >> 32, ino, gen }, before Linux
 *                                   6.16 the generic one
 *
 * If the type of a filesystem is unknown, we first read the handle of one of
 * its files: type 1 means that the format is the generic one. Even then ESTALE
 * does not prove that a file is gone (FAT finds only cached inodes), so the
 * caller gets EOPNOTSUPP instead.
 *
 * ext4 takes generation 0 in a handle for any generation, and files made by
 * mke2fs -d really have generation 0. So after an open with generation 0 we
 * read the handle of the opened inode, which has its real generation. That does
 * not need a real open, as FS_IOC_GETVERSION does.
 */
#include "paths/handle.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILEID_INO32_GEN 1
#define FILEID_XFS_64	 0x81
#define FILEID_BTRFS	 0x4d
#define MAX_HANDLE_BYTES 128 /* MAX_HANDLE_SZ of Linux */

struct handle {
	struct file_handle head;
	unsigned char bytes[MAX_HANDLE_BYTES];
};

static int encode_generic(struct handle *handle, const struct path_inode *inode)
{
	__u32 words[2] = {(__u32)inode->ino, inode->gen};

	if (inode->ino != words[0])
		return -EOPNOTSUPP;
	handle->head.handle_type = FILEID_INO32_GEN;
	handle->head.handle_bytes = sizeof(words);
	memcpy(handle->head.f_handle, words, sizeof(words));
	return 0;
}

struct xfs_fid {
	__u64 ino;
	__u32 gen;
} __attribute__((packed));

struct btrfs_fid {
	__u64 ino;
	__u64 subvol;
	__u32 gen;
} __attribute__((packed));

static int encode_xfs(struct handle *handle, const struct path_inode *inode)
{
	const struct xfs_fid fid = {inode->ino, inode->gen};

	handle->head.handle_type = FILEID_XFS_64;
	handle->head.handle_bytes = sizeof(fid);
	memcpy(handle->head.f_handle, &fid, sizeof(fid));
	return 0;
}

static int encode_btrfs(struct handle *handle, const struct path_inode *inode)
{
	const struct btrfs_fid fid = {inode->ino, inode->subvol, inode->gen};

	if (!inode->subvol)
		return -EOPNOTSUPP;
	handle->head.handle_type = FILEID_BTRFS;
	handle->head.handle_bytes = sizeof(fid);
	memcpy(handle->head.f_handle, &fid, sizeof(fid));
	return 0;
}

/* The handle has the number of the inode's place on disk (erofs_encode_fh() in
 * fs/erofs/super.c). On 64-bit kernels i_ino is the same number.
 */
static int encode_erofs(struct handle *handle, const struct path_inode *inode)
{
	const __u32 words[3] = {inode->ino >> 32, (__u32)inode->ino,
				inode->gen};

	handle->head.handle_type = FILEID_XFS_64;
	handle->head.handle_bytes = sizeof(words);
	memcpy(handle->head.f_handle, words, sizeof(words));
	return 0;
}

typedef int (*encode_fn)(struct handle *handle, const struct path_inode *inode);

struct handle_format {
	const char *fs_type;
	encode_fn encode;
	encode_fn encode_older; /* for older kernels; NULL: the same */
	bool gen_0_is_any;
};

static const struct handle_format formats[] = {
	{"ext4", encode_generic, NULL, true},
	{"ext3", encode_generic, NULL, true},
	{"ext2", encode_generic, NULL, true},
	{"f2fs", encode_generic, NULL, true},
	{"xfs", encode_xfs, NULL, false},
	{"btrfs", encode_btrfs, NULL, false},
	{"erofs", encode_erofs, encode_generic, false},
};

static const struct handle_format unknown_format = {NULL, encode_generic, NULL,
						    true};

static const struct handle_format *find_format(const char *fs_type)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].fs_type, fs_type))
			return &formats[i];
	return &unknown_format;
}

/* Reads the generic handle of an open file. -EOPNOTSUPP: the handle has another
 * format, or there is none.
 */
static int read_generic(int fd, __u32 words[2])
{
	struct handle handle = {.head.handle_bytes = MAX_HANDLE_BYTES};
	int mount_id;

	if (name_to_handle_at(fd, "", &handle.head, &mount_id, AT_EMPTY_PATH))
		return -errno;
	if (handle.head.handle_type != FILEID_INO32_GEN)
		return -EOPNOTSUPP;
	memcpy(words, handle.head.f_handle, 2 * sizeof(words[0]));
	return 0;
}

static int check_generation(int fd, __u32 gen)
{
	__u32 words[2];
	int err = read_generic(fd, words);

	if (err)
		return err;
	return words[1] == gen ? 0 : -ESTALE;
}

static int open_encoded(int mount_fd, encode_fn encode,
			const struct path_inode *inode)
{
	struct handle handle;
	int err = encode(&handle, inode), fd;

	if (err)
		return err;
	fd = open_by_handle_at(mount_fd, &handle.head, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int path_handle_open(int mount_fd, const char *fs_type,
		     const struct path_inode *inode)
{
	const struct handle_format *format = find_format(fs_type);
	__u32 words[2];
	int fd, err = 0;

	if (!format->fs_type)
		err = read_generic(mount_fd, words);
	if (err)
		return err;
	fd = open_encoded(mount_fd, format->encode, inode);
	if (fd == -ESTALE && format->encode_older)
		fd = open_encoded(mount_fd, format->encode_older, inode);
	if (fd < 0)
		return fd == -ESTALE && !format->fs_type ? -EOPNOTSUPP : fd;
	if (!inode->gen && format->gen_0_is_any)
		err = check_generation(fd, inode->gen);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static bool is_generic(const struct handle *handle,
		       const struct path_inode *inode)
{
	__u32 words[2];

	memcpy(words, handle->head.f_handle, sizeof(words));
	return words[0] == inode->ino && words[1] == inode->gen;
}

/* Also for erofs, where the halves of the number are swapped. */
static bool is_xfs(const struct handle *handle, const struct path_inode *inode)
{
	struct xfs_fid fid;

	memcpy(&fid, handle->head.f_handle, sizeof(fid));
	return (fid.ino == inode->ino ||
		fid.ino == (inode->ino << 32 | inode->ino >> 32)) &&
	       fid.gen == inode->gen;
}

static bool is_btrfs(const struct handle *handle,
		     const struct path_inode *inode)
{
	struct btrfs_fid fid;

	memcpy(&fid, handle->head.f_handle, sizeof(fid));
	return fid.ino == inode->ino && fid.subvol == inode->subvol &&
	       fid.gen == inode->gen;
}

bool path_handle_is(int fd, const struct path_inode *inode, int *mount_id)
{
	struct handle handle = {.head.handle_bytes = MAX_HANDLE_BYTES};

	if (name_to_handle_at(fd, "", &handle.head, mount_id, AT_EMPTY_PATH))
		return false;
	switch (handle.head.handle_type) {
	case FILEID_INO32_GEN:
		return is_generic(&handle, inode);
	case FILEID_XFS_64:
		return is_xfs(&handle, inode);
	case FILEID_BTRFS:
		return is_btrfs(&handle, inode);
	}
	return false;
}

int path_handle_read(int fd, struct path_inode *inode, int *mount_id)
{
	struct handle handle = {.head.handle_bytes = MAX_HANDLE_BYTES};
	struct btrfs_fid btrfs;
	struct xfs_fid xfs;
	__u32 words[2];

	if (name_to_handle_at(fd, "", &handle.head, mount_id, AT_EMPTY_PATH))
		return -errno;
	inode->subvol = 0;
	switch (handle.head.handle_type) {
	case FILEID_INO32_GEN:
		memcpy(words, handle.head.f_handle, sizeof(words));
		inode->gen = words[1];
		return 0;
	case FILEID_XFS_64:
		memcpy(&xfs, handle.head.f_handle, sizeof(xfs));
		inode->gen = xfs.gen;
		return 0;
	case FILEID_BTRFS:
		memcpy(&btrfs, handle.head.f_handle, sizeof(btrfs));
		inode->gen = btrfs.gen;
		inode->subvol = btrfs.subvol;
		return 0;
	}
	return -EOPNOTSUPP;
}

/* Fills in args with an inode's items of one type. */
static int search_tree(int mount_fd, const struct path_inode *inode, __u32 type,
		       struct btrfs_ioctl_search_args *args)
{
	struct btrfs_ioctl_search_key *key = &args->key;

	memset(key, 0, sizeof(*key));
	key->tree_id = inode->subvol;
	key->min_objectid = inode->ino;
	key->max_objectid = inode->ino;
	key->min_type = type;
	key->max_type = type;
	key->max_offset = -1ULL;
	key->max_transid = -1ULL;
	key->nr_items = 64;
	return ioctl(mount_fd, BTRFS_IOC_TREE_SEARCH, args) ? -errno : 0;
}

static int btrfs_generation(int mount_fd, struct path_inode *inode)
{
	struct btrfs_ioctl_search_args args;
	struct btrfs_inode_item item;

	if (search_tree(mount_fd, inode, BTRFS_INODE_ITEM_KEY, &args) ||
	    !args.key.nr_items)
		return -ENOENT;
	memcpy(&item, args.buf + sizeof(struct btrfs_ioctl_search_header),
	       sizeof(item));
	inode->gen = (__u32)le64toh(item.generation);
	return 0;
}

/* Each item has the names of the inode in one directory. */
static int nth_ref(const struct btrfs_ioctl_search_args *args, unsigned int nth,
		   struct path_inode *parent, char *name)
{
	const char *at = args->buf;
	unsigned int i;

	for (i = 0; i < args->key.nr_items; i++) {
		struct btrfs_ioctl_search_header head;
		struct btrfs_inode_ref ref;
		size_t pos = 0, name_len;

		memcpy(&head, at, sizeof(head));
		at += sizeof(head);
		for (; pos + sizeof(ref) <= head.len; pos += name_len) {
			memcpy(&ref, at + pos, sizeof(ref));
			pos += sizeof(ref);
			name_len = le16toh(ref.name_len);
			if (name_len >= PATH_NAME_SIZE ||
			    pos + name_len > head.len)
				return -ENOENT;
			if (nth--)
				continue;
			memcpy(name, at + pos, name_len);
			name[name_len] = 0;
			parent->ino = head.offset;
			return 0;
		}
		at += head.len;
	}
	return -ENOENT;
}

int path_handle_link(int mount_fd, const struct path_inode *inode,
		     unsigned int *nth, struct path_inode *parent, char *name)
{
	struct btrfs_ioctl_search_args args;

	if (!inode->subvol ||
	    search_tree(mount_fd, inode, BTRFS_INODE_REF_KEY, &args) ||
	    nth_ref(&args, *nth, parent, name))
		return -ENOENT;
	parent->subvol = inode->subvol;
	++*nth;
	return btrfs_generation(mount_fd, parent);
}
