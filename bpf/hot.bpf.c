// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the disk I/O of each file and of each of its 1-MiB ranges.
 *
 * The programs run at the tracepoint block_bio_queue, so they see only real
 * I/O: buffered, direct, mmap and writeback. Reads that the page cache answers
 * do not get there.
 *
 * Each bio counts once for its file and once for every range that it covers. A
 * range gets only the bytes that lie in it. Example: a read of 256 KiB at
 * offset 896 KiB adds
 *
 *   the file   1 read, 256 KiB
 *   range 0    1 read, 128 KiB
 *   range 1    1 read, 128 KiB
 *
 * hot_source.bpf.h finds the file of a bio, hot_table.bpf.h keeps the counts,
 * and hot_once.bpf.h explains why there are two programs. The reader in user
 * space ranks the files and finds their paths.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "hot_source.bpf.h"
#include "hot_once.bpf.h"
#include "hot_find.bpf.h"

#define MAX_PIDS 16
/* A bio is smaller than 4 GiB, and may start in the middle of a range. */
#define MAX_RANGES ((1ULL << 32 >> FRSP_HOT_RANGE_SHIFT) + 1)
#define MAX_PAGES  ((1U << (32 - page_shift)) + 1)

/* Filter by process; 0: off. */
const volatile __u32 filter_n_pids = 0;
const volatile __u32 filter_pids[MAX_PIDS] = {}; /* process ids */

/* Filter by filesystem: the identities (hot_fs.h) of one filesystem and of its
 * disks. The reader updates them, because a filesystem may have another
 * identity after it was mounted again.
 */
const volatile bool filter_fs = false;
volatile __u32 filter_fs_id = 0; /* 0: the filesystem is not mounted */
volatile __u32 filter_disk_ids[1 + FRSP_HOT_EXTRA_DEVS] = {}; /* 0: none */
/* The filesystem has disks that are unknown here (btrfs). */
volatile bool filter_any_disk = false;

/* Filter by cgroup: one cgroup and its descendants. The filter compares the
 * cgroup's name and its parent's id, not its own id. A service that restarts
 * gets a new cgroup with a new id, and its first bio must count already.
 */
const volatile bool filter_cgroup = false;
const volatile int filter_cgroup_level = 0; /* depth, root: 0 */
const volatile char filter_cgroup_name[FRSP_HOT_CGROUP_NAME_LEN] = "";
volatile __u64 filter_cgroup_parent = 0; /* id; the reader updates it */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[FRSP_HOT_CGROUP_NAME_LEN]);
} hotmon_name SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} hotmon_files SEC(".maps");

/* The filesystem, subvolume or disk that an identity in the hot table stands
 * for.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FRSP_HOT_MAX_FS);
	__type(key, __u32);
	__type(value, struct frsp_hot_fs);
} hotmon_fs SEC(".maps");

/* I/O without a file (a class) has only the identity of a disk. It passes if it
 * is on one of the filesystem's disks. The disks of btrfs are unknown here:
 * then such I/O passes on any disk, and the reader sorts it out.
 */
static __always_inline bool fs_wanted(const struct frsp_hot_source *src)
{
	if (src->fs == filter_fs_id)
		return true;
	return src->kind == FRSP_HOT_SOURCE_CLASS &&
	       (filter_any_disk || src->fs == filter_disk_ids[0] ||
		src->fs == filter_disk_ids[1] || src->fs == filter_disk_ids[2]);
}

static __always_inline bool pid_wanted(void)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u32 i;

	for (i = 0; i < filter_n_pids && i < MAX_PIDS; i++)
		if (filter_pids[i] == pid)
			return true;
	return false;
}

static __always_inline struct kernfs_node *ancestor_at(struct cgroup *cgroup,
						       int level)
{
	struct cgroup *ancestor = NULL;

	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
			      (void *)cgroup +
				      bpf_core_field_offset(struct cgroup,
							    ancestors) +
				      level * sizeof(ancestor));
	return BPF_CORE_READ(ancestor, kn);
}

static __always_inline bool has_wanted_name(struct kernfs_node *node)
{
	__u32 key = 0;
	char *name = bpf_map_lookup_elem(&hotmon_name, &key);

	if (!name || bpf_probe_read_kernel_str(name, FRSP_HOT_CGROUP_NAME_LEN,
					       BPF_CORE_READ(node, name)) < 0)
		return false;
	return !bpf_strncmp(name, FRSP_HOT_CGROUP_NAME_LEN,
			    (const char *)filter_cgroup_name);
}

static __always_inline bool cgroup_wanted(struct bio *bio)
{
	struct cgroup *cgroup = BPF_CORE_READ(bio, bi_blkg, blkcg, css.cgroup);
	struct kernfs_node *parent;

	if (!cgroup || BPF_CORE_READ(cgroup, level) < filter_cgroup_level)
		return false;
	if (!filter_cgroup_level)
		return true;
	parent = ancestor_at(cgroup, filter_cgroup_level - 1);
	return BPF_CORE_READ(parent, id) == filter_cgroup_parent &&
	       has_wanted_name(ancestor_at(cgroup, filter_cgroup_level));
}

/* Enters the identity into hotmon_fs. Enters it again if the device number of a
 * subvolume has changed, as it may while no file of the subvolume is open.
 */
static __noinline int note_fs(const struct frsp_hot_source *src)
{
	struct frsp_hot_fs *known =
		bpf_map_lookup_elem(&hotmon_fs, &src->slot_fs);
	struct frsp_hot_fs fs = {
		.fs = src->fs,
		.fs_dev = src->fs_dev,
		.dev = src->dev,
		.subvol = src->subvol,
	};
	const struct inode *inode = src->inode;

	if (known && known->fs_dev == fs.fs_dev && known->dev == fs.dev)
		return 0;
	if (src->kind == FRSP_HOT_SOURCE_FILE)
		bpf_probe_read_kernel_str(fs.fs_type, sizeof(fs.fs_type),
					  BPF_CORE_READ(inode, i_sb, s_type,
							name));
	if (bpf_map_update_elem(&hotmon_fs, &src->slot_fs, &fs, BPF_ANY))
		stat_add(FRSP_HOT_STAT_UNNAMED, 1);
	return 0;
}

/* Sends the reader a directory that has the file. The reader cannot find that
 * out later: with it, the file has a path even when it has left the dentry
 * cache.
 */
static __noinline int announce_file(const struct frsp_hot_source *src)
{
	const struct inode *inode = src->inode, *parent;
	struct hlist_node *alias;
	struct dentry *dentry;
	struct frsp_hot_file *file;

	file = bpf_ringbuf_reserve(&hotmon_files, sizeof(*file), 0);
	if (!file) {
		stat_add(FRSP_HOT_STAT_UNNAMED, 1);
		return 0;
	}
	file->ino = src->ino;
	file->fs = src->slot_fs;
	file->gen = src->gen;
	file->subvol = src->subvol;
	file->fs_dev = src->fs_dev;
	file->parent_ino = 0;
	file->parent_gen = 0;
	file->name[0] = 0;
	bpf_probe_read_kernel_str(file->fs_type, sizeof(file->fs_type),
				  BPF_CORE_READ(inode, i_sb, s_type, name));
	alias = BPF_CORE_READ(inode, i_dentry.first);
	if (alias) {
		dentry = (void *)alias - dentry_alias_offset();
		parent = BPF_CORE_READ(dentry, d_parent, d_inode);
		/* equal: an alias that a file handle made, without a name */
		if (parent != inode) {
			file->parent_ino = BPF_CORE_READ(parent, i_ino);
			file->parent_gen = BPF_CORE_READ(parent, i_generation);
			bpf_probe_read_kernel_str(
				file->name, sizeof(file->name),
				BPF_CORE_READ(dentry, d_name.name));
		}
	}
	bpf_ringbuf_submit(file, 0);
	return 0;
}

/* Visits the ranges of a bio whose bytes are contiguous in the file. */
struct frsp_range_walk {
	struct frsp_hot_key key;
	struct frsp_hot_io io;
	__u64 start; /* file offset of the bytes that are left */
	__u64 end;
};

/* For bpf_loop(): accounts for the next range. Returns 1 after the last one. */
static long account_range(__u32 nth __attribute__((unused)),
			  struct frsp_range_walk *walk)
{
	__u64 range = walk->start >> FRSP_HOT_RANGE_SHIFT;
	__u64 to = (range + 1) << FRSP_HOT_RANGE_SHIFT;

	if (to > walk->end)
		to = walk->end;
	walk->key.range = range;
	walk->io.bytes = to - walk->start;
	hot_account_range(&walk->key, &walk->io);
	walk->start = to;
	return walk->start >= walk->end;
}

static __always_inline void account_linear(struct frsp_range_walk *walk)
{
	if (walk->start >> FRSP_HOT_RANGE_SHIFT ==
	    (walk->end - 1) >> FRSP_HOT_RANGE_SHIFT)
		account_range(0, walk);
	else
		bpf_loop(MAX_RANGES, account_range, walk, 0);
}

/* Visits the pages of a scattered bio (hot_page.bpf.h). Sums up consecutive
 * pages of one range in .ranges.io, so that the bio counts once for the range.
 */
struct frsp_page_walk {
	struct frsp_range_walk ranges;
	struct bio_vec entry;
	__u64 vector; /* address of the next entry */
	__u32 offset; /* of the next byte, in .entry */
	__u32 skip;   /* bytes of the first entry in front of the bio's */
	__u32 left;   /* bytes of the bio that are left */
	bool bounced;
};

static long account_page(__u32 nth __attribute__((unused)),
			 struct frsp_page_walk *walk)
{
	struct frsp_hot_key *key = &walk->ranges.key;
	struct frsp_hot_io *io = &walk->ranges.io;
	struct frsp_page_words words;
	__u32 in_page, bytes, range;

	if (walk->offset >= walk->entry.bv_len) {
		bpf_probe_read_kernel(&walk->entry, sizeof(walk->entry),
				      (void *)walk->vector);
		walk->vector += sizeof(walk->entry);
		walk->offset = walk->skip;
		walk->skip = 0;
	}
	page_place(&words, entry_page(&walk->entry, walk->offset),
		   walk->bounced);
	range = words.index >> (FRSP_HOT_RANGE_SHIFT - page_shift);
	if (range != key->range && io->bytes) {
		hot_account_range(key, io);
		io->bytes = 0;
	}
	/* computed after hot_account(), so that they take no stack during the
	 * call: see page_place()
	 */
	in_page = (walk->entry.bv_offset + walk->offset) & (PAGE_SIZE - 1);
	bytes = PAGE_SIZE - in_page;
	if (bytes > walk->entry.bv_len - walk->offset)
		bytes = walk->entry.bv_len - walk->offset;
	if (bytes > walk->left)
		bytes = walk->left;
	key->range = range;
	io->bytes += bytes;
	walk->offset += bytes;
	walk->left -= bytes;
	return !walk->left || !bytes;
}

static __always_inline void account_scattered(struct frsp_page_walk *walk,
					      const struct frsp_origin *origin)
{
	const struct bio *bio = origin->bio;

	walk->vector =
		(__u64)(BPF_CORE_READ(bio, bi_io_vec) + origin->first_entry);
	walk->left = origin->bytes;
	walk->skip = origin->first_offset;
	walk->offset = opaque_zero;
	walk->entry.bv_len = opaque_zero;
	walk->ranges.io.bytes = opaque_zero;
	bpf_loop(MAX_PAGES, account_page, walk, 0);
	if (walk->ranges.io.bytes)
		hot_account_range(&walk->ranges.key, &walk->ranges.io);
}

/* Of writes, only direct ones are idle (REQ_IDLE): fs/iomap/direct-io.c. */
static __always_inline bool is_direct(const struct bio *bio)
{
	return bio->bi_opf &
	       1U << bpf_core_enum_value(enum req_flag_bits, __REQ_IDLE);
}

#define IS_MOVERS (~0U) /* no actor's id: the I/O does not count */

/* Adds a bio to the totals of the actor that runs now. Returns the actor's id,
 * or IS_MOVERS. A global function: see hot_account().
 */
__noinline __u32 charge_now(const struct frsp_hot_io *io)
{
	struct frsp_hot_actor *actor;
	__u32 id;

	if (!io)
		return 0;
	id = actor_now(&actor);
	if (actor && actor->kind == FRSP_HOT_MOVER)
		return IS_MOVERS;
	actor_add(actor, io->flags & IO_WRITE, io->bytes, io->jiffies);
	return id;
}

/* Adds writeback to the totals of the range's writer. Returns the writer's id,
 * or IS_MOVERS. If nobody knows who dirtied the range, and a mover writes it,
 * then the mover did.
 */
static __always_inline __u32 charge_writer(const struct frsp_hot_key *key,
					   const struct frsp_hot_io *io)
{
	__u32 id = range_writer(key);
	struct frsp_hot_actor *actor = actor_of(id);

	if (actor ? actor->kind == FRSP_HOT_MOVER : mover_runs())
		return IS_MOVERS;
	actor_add(actor, true, io->flags & IO_MANY ? 0 : io->bytes,
		  io->jiffies);
	return id;
}

/* Fills in who caused the I/O. Writeback of several ranges counts as one
 * operation of the first range's writer; credit_writer() adds the bytes of each
 * range. False: a mover did.
 */
static __always_inline bool find_actor(struct frsp_hot_key *key,
				       struct frsp_hot_io *io,
				       const struct frsp_hot_source *src,
				       const struct bio *bio, bool scattered)
{
	__u64 range = src->pos >> FRSP_HOT_RANGE_SHIFT;
	__u32 actor;

	if (io->flags & IO_WRITE && src->kind == FRSP_HOT_SOURCE_FILE &&
	    src->mapping && !is_direct(bio)) {
		key->s_dev = src->fs_dev;
		key->range = range;
		if (scattered ||
		    (src->pos + io->bytes - 1) >> FRSP_HOT_RANGE_SHIFT != range)
			io->flags |= IO_MANY;
		actor = charge_writer(key, io);
	} else {
		actor = charge_now(io);
	}
	if (actor == IS_MOVERS)
		return false;
	if (!(io->flags & IO_MANY))
		io->flags |= actor << IO_ACTOR_SHIFT;
	return true;
}

/* The walk is a variable of this function, so that clang can give it the stack
 * that the search for the source no longer needs: see page_place().
 */
static __always_inline void account(const struct frsp_origin *origin,
				    const struct frsp_hot_source *src,
				    const struct bio *bio, bool write)
{
	struct frsp_page_walk walk = {};
	bool scattered =
		src->kind == FRSP_HOT_SOURCE_FILE && src->mapping &&
		is_scattered(origin, src->pos, src->mapping, src->bounced);
	int result;

	walk.ranges.io.jiffies = bpf_jiffies64();
	walk.ranges.io.heat_time = walk.ranges.io.jiffies >> heat_shift;
	walk.ranges.io.flags = write ? IO_WRITE : 0;
	walk.ranges.io.bytes = origin->bytes;
	walk.ranges.key.ino = src->ino;
	walk.ranges.key.fs = src->slot_fs;
	walk.ranges.key.gen = src->gen;
	if (!find_actor(&walk.ranges.key, &walk.ranges.io, src, bio,
			scattered)) {
		stat_add(FRSP_HOT_STAT_MOVER_BYTES, origin->bytes);
		return;
	}
	walk.ranges.key.range = FRSP_HOT_RANGE_FILE;
	result = hot_account(&walk.ranges.key, &walk.ranges.io);
	if (result == FRSP_HOT_ACCOUNTED_NEW)
		note_fs(src);
	if (src->kind != FRSP_HOT_SOURCE_FILE)
		return;
	if (result == FRSP_HOT_ACCOUNTED_NEW)
		announce_file(src);

	walk.ranges.start = src->pos;
	walk.ranges.end = src->pos + origin->bytes;
	walk.bounced = src->bounced;
	if (scattered)
		account_scattered(&walk, origin);
	else
		account_linear(&walk.ranges);
}

static __always_inline void track_bio(struct bio *bio)
{
	__u32 op = bio->bi_opf & 0xff, size = bio->bi_iter.bi_size;
	struct frsp_hot_source src = {};
	struct frsp_origin origin = {};

	if (!size || (op != REQ_OP_READ && op != REQ_OP_WRITE &&
		      op != REQ_OP_ZONE_APPEND))
		return;
	if (filter_n_pids && !pid_wanted())
		return;
	if (filter_cgroup && !cgroup_wanted(bio))
		return;
	bio_origin(&origin, bio);
	bio_source(&src, &origin, bio->bi_bdev->bd_dev);
	if (src.kind == FRSP_HOT_SOURCE_NONE)
		return;
	if (src.kind == FRSP_HOT_SOURCE_FILE &&
	    (src.pos + size) >> FRSP_HOT_RANGE_SHIFT >= FRSP_HOT_RANGE_FILE) {
		class_source(&src, src.fs_dev, FRSP_HOT_UNATTRIBUTED);
		src.subvol = 0;
	}
	identify(&src, bio);
	if (filter_fs && !fs_wanted(&src))
		return;
	account(&origin, &src, bio, op != REQ_OP_READ);
}

/* Counts the event. True: measure its time (cost.h). */
static __always_inline bool count_event(void)
{
	__u32 key = FRSP_HOT_STAT_EVENTS;
	__u64 *events = bpf_map_lookup_elem(&hotmon_stats, &key);
	__u64 n;

	if (!events)
		return false;
	n = may_be_preempted() ? __sync_fetch_and_add(events, 1) : (*events)++;
	return COST_IS_SAMPLED(n);
}

static __always_inline void see_bio(struct bio *bio)
{
	__u64 start_ns = count_event() ? bpf_ktime_get_ns() : 0;

	track_bio(bio);
	if (start_ns) {
		stat_add(FRSP_HOT_STAT_SAMPLES, 1);
		stat_add(FRSP_HOT_STAT_SAMPLED_NS,
			 bpf_ktime_get_ns() - start_ns);
	}
}

SEC("tp_btf/block_bio_queue")
int BPF_PROG(hotmon_bio_queue, struct bio *bio)
{
	if (!may_be_preempted() || note_bio(bio))
		see_bio(bio);
	return 0;
}

/* Runs after hotmon_bio_queue: programs attach in the order of this file. */
SEC("tp_btf/block_bio_queue")
int BPF_PROG(hotmon_bio_missed, struct bio *bio)
{
	if (may_be_preempted() && !take_note(bio))
		see_bio(bio);
	return 0;
}

SEC("tp_btf/writeback_dirty_folio")
int BPF_PROG(hotmon_dirty, struct folio *folio, struct address_space *mapping)
{
	note_writer(folio, mapping);
	return 0;
}

/* The reader runs this to get the table's clock, as it cannot read jiffies. */
SEC("syscall")
int hotmon_clock(__u64 *jiffies)
{
	*jiffies = bpf_jiffies64();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
