/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds a filesystem by its identity, device number, disk or UUID, in whatever
 * namespace it is mounted. So the reader knows which filesystem has a device
 * number now, and whether a filesystem that it saw earlier is still there.
 *
 * All superblocks are in a circular list (super_blocks in fs/super.c). The walk
 * begins at the superblock of our own root, which is in the list, and ends when
 * it is back there. It takes no lock. A superblock that is removed from the
 * list meanwhile points to itself (list_del_init()), or anywhere if its memory
 * is used again. Then the walk does not get back to its start, and the reader
 * retries.
 *
 * is_mounted() drops what is in the list and is no mounted superblock: its
 * s_root is not a dentry of the same superblock. That applies to the list's
 * head, and to a superblock that is being unmounted (generic_shutdown_super()).
 *
 * Why not look at the mounts: each would have to be opened, and a mount may be
 * hidden below another one, in another namespace, or never answer.
 */
#ifndef FRSP_HOT_FIND_BPF_H
#define FRSP_HOT_FIND_BPF_H

#include "compat.bpf.h"
#include "hot_inode.bpf.h"
#include "btrfs.h"

#define MAX_SUPERS	  (1U << 20)
#define MAX_MOUNTS	  (1U << 16) /* of one filesystem */
#define BTRFS_SUPER_MAGIC 0x9123683e

struct frsp_super_walk {
	struct frsp_hot_fs_query query;
	__u64 first; /* addresses of struct super_block */
	__u64 next;
	__u64 found; /* the last one visited */
};

struct frsp_mount_walk {
	__u64 next; /* addresses of struct mount */
	__u64 end;
	__u64 own; /* the caller's struct mnt_namespace */
	__u32 where;
};

/* The mounts of a superblock: ___list up to 6.17, ___chain from 6.18 on. */
struct mount___list {
	struct list_head mnt_instance;
} __attribute__((preserve_access_index));

struct super_block___list {
	struct list_head s_mounts;
} __attribute__((preserve_access_index));

struct mount___chain {
	struct mount___chain *mnt_next_for_sb;
} __attribute__((preserve_access_index));

struct super_block___chain {
	struct mount___chain *s_mounts;
} __attribute__((preserve_access_index));

static __always_inline bool is_mounted(const struct super_block *sb)
{
	const struct dentry *root = BPF_CORE_READ(sb, s_root);

	return root && BPF_CORE_READ(root, d_sb) == sb;
}

/* The disk of the superblock; on btrfs one of its disks, by which a reader
 * recognizes the filesystem.
 */
static __always_inline const struct block_device *
disk_of(const struct super_block *sb)
{
	const struct btrfs_fs_info___frsp *btrfs = BPF_CORE_READ(sb, s_fs_info);

	if (BPF_CORE_READ(sb, s_magic) != BTRFS_SUPER_MAGIC)
		return BPF_CORE_READ(sb, s_bdev);
	if (!bpf_core_type_exists(struct btrfs_fs_info___frsp))
		return NULL;
	return BPF_CORE_READ(btrfs, fs_devices, latest_dev, bdev);
}

static __always_inline bool has_all(const struct frsp_hot_fs_query *found,
				    const struct frsp_hot_fs_query *asked)
{
	return (!asked->fs || asked->fs == found->fs) &&
	       (!asked->disk_dev || asked->disk_dev == found->disk_dev) &&
	       (!asked->disk_seq || asked->disk_seq == found->disk_seq) &&
	       (!asked->uuid || asked->uuid == found->uuid);
}

/* Fills in the query if the superblock has all that the query asks for. */
static __always_inline void look_at_super(struct frsp_hot_fs_query *query,
					  const struct super_block *sb)
{
	struct frsp_hot_fs_query found = {};
	const struct block_device *disk;
	__u64 seq;

	found.fs_dev = BPF_CORE_READ(sb, s_dev);
	if (query->fs_dev && found.fs_dev != query->fs_dev)
		return;
	disk = disk_of(sb);
	found.disk_dev = BPF_CORE_READ(disk, bd_dev);
	found.disk_seq = BPF_CORE_READ(disk, bd_disk, diskseq);
	found.uuid = read_uuid(sb);
	seq = found.fs_dev >> 20
		      ? found.disk_seq
		      : BPF_CORE_READ(sb, s_bdi, id) | HOT_FS_SEQ_OF_BDI;
	found.fs = hot_fs_id(seq, found.fs_dev, found.uuid);
	if (!has_all(&found, query) || !is_mounted(sb))
		return;
	found.is_found = 1;
	*query = found;
}

static __always_inline bool mounts_are_chained(void)
{
	return bpf_core_field_exists(struct mount___chain, mnt_next_for_sb);
}

/* The mount of a list entry; 0: the entry could not be read. */
static __always_inline __u64 listed_mount(const struct list_head *entry)
{
	return entry ? (__u64)entry - bpf_core_field_offset(struct mount___list,
							    mnt_instance)
		     : 0;
}

static __always_inline __u64 mount_after(__u64 mount)
{
	struct mount___chain *chained = (void *)mount;
	struct mount___list *listed = (void *)mount;

	return mounts_are_chained()
		       ? (__u64)BPF_CORE_READ(chained, mnt_next_for_sb)
		       : listed_mount(BPF_CORE_READ(listed, mnt_instance.next));
}

/* A mount that is being unmounted has no namespace (umount_tree() in
 * fs/namespace.c). The kernel's own mounts have an error pointer for it
 * (MNT_NS_INTERNAL in fs/mount.h). Neither counts. A mount that has left the
 * list may lead nowhere; then the walk does not reach its end.
 */
static long next_mount(__u32 nth __attribute__((unused)),
		       struct frsp_mount_walk *walk)
{
	const struct mount *mount = (const void *)walk->next;
	__u64 ns;

	if (walk->next == walk->end || !walk->next)
		return 1;
	ns = (__u64)BPF_CORE_READ(mount, mnt_ns);
	if (ns == walk->own)
		walk->where |= FRSP_HOT_FS_HERE;
	else if (ns && ns < -4095ULL)
		walk->where |= FRSP_HOT_FS_THERE;
	walk->next = mount_after(walk->next);
	return 0;
}

/* Where the superblock at this address is mounted: bits FRSP_HOT_FS_HERE and so
 * on.
 */
static __always_inline __u32 where_is_mounted(__u64 super,
					      const struct task_struct *task)
{
	struct super_block___chain *chained = (void *)super;
	struct super_block___list *listed = (void *)super;
	struct frsp_mount_walk walk = {};

	walk.own = (__u64)BPF_CORE_READ(task, nsproxy, mnt_ns);
	if (mounts_are_chained()) {
		walk.next = (__u64)BPF_CORE_READ(chained, s_mounts);
	} else {
		walk.next = listed_mount(BPF_CORE_READ(listed, s_mounts.next));
		walk.end = listed_mount(
			(void *)super +
			bpf_core_field_offset(struct super_block___list,
					      s_mounts));
	}
	bpf_loop(MAX_MOUNTS, next_mount, &walk, 0);
	if (walk.next != walk.end)
		walk.where |= FRSP_HOT_FS_UNSEEN;
	return walk.where;
}

static long next_super(__u32 nth __attribute__((unused)),
		       struct frsp_super_walk *walk)
{
	const struct super_block *sb = (const void *)walk->next;

	look_at_super(&walk->query, sb);
	walk->found = (__u64)sb;
	walk->next = (__u64)BPF_CORE_READ(sb, s_list.next) -
		     bpf_core_field_offset(struct super_block, s_list);
	walk->query.is_complete = walk->next == walk->first;
	return walk->query.is_found || walk->next == walk->first ||
	       walk->next == (__u64)sb;
}

/* The reader runs this. */
SEC("syscall")
int hotmon_find_fs(struct frsp_hot_fs_query *asked)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	struct frsp_super_walk walk = {};

	walk.query.fs = asked->fs;
	walk.query.fs_dev = asked->fs_dev;
	walk.query.disk_dev = asked->disk_dev;
	walk.query.disk_seq = asked->disk_seq;
	walk.query.uuid = asked->uuid;
	walk.query.is_found = opaque_zero;
	walk.query.is_complete = opaque_zero;
	walk.first = (__u64)BPF_CORE_READ(task, fs, root.dentry, d_sb);
	walk.next = walk.first;
	bpf_loop(MAX_SUPERS, next_super, &walk, 0);
	asked->fs = walk.query.fs;
	asked->fs_dev = walk.query.fs_dev;
	asked->disk_dev = walk.query.disk_dev;
	asked->disk_seq = walk.query.disk_seq;
	asked->uuid = walk.query.uuid;
	asked->is_complete = walk.query.is_complete;
	asked->is_found = walk.query.is_found;
	asked->where =
		walk.query.is_found ? where_is_mounted(walk.found, task) : 0;
	return 0;
}

#endif
