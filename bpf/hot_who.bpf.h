/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds out who caused a bio. hot_who.h has the maps' layouts.
 *
 *   a read, direct I/O   the process that submits the bio
 *   writeback            the process that dirtied the pages, not the kernel
 *                        worker or the fsync() that writes them back
 *
 * For writeback, a program at the tracepoint writeback_dirty_folio notes for
 * each 1-MiB range of a file who dirtied a clean page of it last. Example:
 * process 10 writes a page of range 5 and exits. A kernel worker writes the
 * page back later. The bio is a write of range 5, so it counts for process 10.
 *
 * What cannot be known: if two processes write to the same 1-MiB range, the
 * last one to dirty a clean page gets all of the range's writeback. If more
 * ranges were dirtied than the cache of notes has room for, the writer of some
 * is unknown, and their I/O counts for nobody.
 */
#ifndef FRSP_HOT_WHO_BPF_H
#define FRSP_HOT_WHO_BPF_H

#include "hot_inode.bpf.h"
#include "hot_stats.bpf.h"
#include "hot_who.h"

#define PF_KTHREAD   0x00200000 /* include/linux/sched.h */
#define PF_WQ_WORKER 0x00000020

/* kernel/kthread.c and kernel/workqueue.c: where a worker's queue is. */
struct workqueue_struct___frsp {
	char name[24];
};

struct pool_workqueue___frsp {
	struct workqueue_struct___frsp *wq;
};

struct worker___frsp {
	struct pool_workqueue___frsp *current_pwq;
};

struct kthread___frsp {
	void *data;
};

const volatile __u32 n_writer_sets = 1; /* a power of two */
const volatile __u32 range_pages_shift = 8;

/* Note only who dirties files of this device (s_dev); 0: of all. The reader
 * updates it.
 */
volatile __u32 dirty_dev = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FRSP_HOT_MAX_ACTORS); /* set by the loader */
	__type(key, struct frsp_hot_actor_key);
	__type(value, __u32); /* id */
} hotmon_ids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, FRSP_HOT_MAX_ACTORS); /* set by the loader */
	__type(key, __u32);
	__type(value, struct frsp_hot_actor);
} hotmon_actors SEC(".maps");

/* Ids that are free; the reader fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, FRSP_HOT_MAX_ACTORS); /* set by the loader */
	__uint(key_size, 0);
	__uint(value_size, sizeof(__u32));
} hotmon_free_ids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set by the loader, with n_slots */
	__type(key, __u32);
	__type(value, struct frsp_hot_who);
} hotmon_who SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set by the loader, with n_writer_sets */
	__type(key, __u32);
	__type(value, struct frsp_hot_writers);
} hotmon_writers SEC(".maps");

/* --- the process that runs now -------------------------------------------- */

/* Enters a new actor. Returns its id; 0: there is no room. */
static __noinline __u32 actor_new(const struct frsp_hot_actor_key *key,
				  __u32 kind)
{
	struct frsp_hot_actor *actor;
	__u32 id = 0, index, *known;

	if (bpf_map_pop_elem(&hotmon_free_ids, &id)) {
		stat_add(FRSP_HOT_STAT_NO_ACTOR, 1);
		return 0;
	}
	index = FRSP_HOT_ACTOR_INDEX(id);
	actor = bpf_map_lookup_elem(&hotmon_actors, &index);
	if (!actor)
		return 0;
	actor->key = *key;
	actor->kind = kind;
	actor->last = bpf_jiffies64(); /* or it would be evicted first */
	actor->id = id;
	if (!bpf_map_update_elem(&hotmon_ids, key, &id, BPF_NOEXIST)) {
		stat_add(FRSP_HOT_STAT_ACTORS, 1);
		return id;
	}
	/* another CPU was faster, or there is no memory */
	actor->id = 0;
	bpf_map_push_elem(&hotmon_free_ids, &id, 0);
	known = bpf_map_lookup_elem(&hotmon_ids, key);
	return known ? *known : 0;
}

/* Names the actor by the queue whose work it does: any worker may do any work.
 * Example: "kworker/u8:3" writes for a loop device, and is named "loop0".
 */
static __noinline int name_worker(struct frsp_hot_actor_key *key)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	const struct kthread___frsp *kthread;
	const struct worker___frsp *worker;
	const struct workqueue_struct___frsp *queue;

	if (!key)
		return 0;
	kthread = BPF_CORE_READ(task, worker_private);
	worker = BPF_CORE_READ(kthread, data);
	queue = BPF_CORE_READ(worker, current_pwq, wq);
	bpf_core_read_str(key->comm, sizeof(key->comm), &queue->name);
	return 0;
}

/* Is it root's? Otherwise any user could hide what it does. */
static __always_inline bool is_mover(const struct task_struct *leader,
				     const struct frsp_hot_actor_key *key)
{
	/* static: libbpf would make a map of its own for literals */
	static const char mover[] = FRSP_HOT_MOVER_COMM;

	return !bpf_strncmp(key->comm, sizeof(mover), mover) &&
	       !leader->real_cred->euid.val;
}

/* Looks the process up that runs now, or enters it. Returns its id; 0: there is
 * no room for it.
 */
static __noinline __u32 actor_find(void)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	const struct task_struct *leader = task->group_leader;
	struct frsp_hot_actor_key key = {};
	__u32 kind = FRSP_HOT_PROCESS, *id;

	bpf_probe_read_kernel(key.comm, sizeof(key.comm), leader->comm);
	if (task->flags & PF_KTHREAD)
		kind = FRSP_HOT_KERNEL_THREAD;
	if (task->flags & PF_WQ_WORKER) {
		__builtin_memset(key.comm, 0, sizeof(key.comm));
		name_worker(&key);
	} else {
		key.cgroup = bpf_get_current_cgroup_id();
		key.pid = leader->tgid;
		key.start = leader->start_boottime >> 20;
		if (is_mover(leader, &key))
			kind = FRSP_HOT_MOVER;
	}
	id = bpf_map_lookup_elem(&hotmon_ids, &key);
	return id ? *id : actor_new(&key, kind);
}

/* Returns the actor's entry. NULL: id is 0, or the actor was evicted, and its
 * entry is free or another's.
 */
static __always_inline struct frsp_hot_actor *actor_of(__u32 id)
{
	__u32 index = FRSP_HOT_ACTOR_INDEX(id);
	struct frsp_hot_actor *actor =
		bpf_map_lookup_elem(&hotmon_actors, &index);

	return id && actor && actor->id == id ? actor : NULL;
}

/* What actor_find() depends on, of the process that this CPU looked up last.
 * Most bios in a row are of one process, and a look-up in the hash map takes
 * five times as long as this comparison. cgroups stands for the cgroup.
 */
struct frsp_hot_last_actor {
	__u64 leader; /* address; 0: nothing is known */
	__u64 start;
	__u64 cgroups; /* address */
	__u64 comm[2];
	__u32 id;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frsp_hot_last_actor);
} hotmon_last SEC(".maps");

/* Returns the id of the actor that runs now, and its entry as actor_of() does;
 * 0: there is no room for it. Another program may change the last actor between
 * two lines here (from Linux 7.0 on), so the id is read before the comparison,
 * and once more after it.
 */
static __always_inline __u32 actor_now(struct frsp_hot_actor **actor)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	const struct task_struct *leader = task->group_leader;
	const __u64 *comm = (const __u64 *)&leader->comm;
	volatile struct frsp_hot_last_actor *last;
	__u32 key = 0, id;

	last = bpf_map_lookup_elem(&hotmon_last, &key);
	if (!last || task->flags & PF_WQ_WORKER) {
		id = actor_find();
		*actor = actor_of(id);
		return id;
	}
	id = last->id;
	if (last->leader == (__u64)leader &&
	    last->start == leader->start_boottime &&
	    last->cgroups == (__u64)task->cgroups && last->comm[0] == comm[0] &&
	    last->comm[1] == comm[1] && last->id == id) {
		*actor = actor_of(id);
		if (*actor)
			return id;
	}
	id = actor_find();
	last->leader = 0;
	last->start = leader->start_boottime;
	last->cgroups = (__u64)task->cgroups;
	last->comm[0] = comm[0];
	last->comm[1] = comm[1];
	last->id = id;
	last->leader = (__u64)leader;
	*actor = actor_of(id);
	return id;
}

/* Does a mover run now? */
static __noinline bool mover_runs(void)
{
	struct frsp_hot_actor *actor;

	actor_now(&actor);
	return actor && actor->kind == FRSP_HOT_MOVER;
}

/* Adds a bio to the totals of an actor, or of nobody (NULL). */
static __always_inline void actor_add(struct frsp_hot_actor *actor, bool write,
				      __u64 bytes, __u64 jiffies)
{
	if (!actor) {
		stat_add(FRSP_HOT_STAT_NOBODY_BYTES, bytes);
		return;
	}
	__sync_fetch_and_add(write ? &actor->writes : &actor->reads, 1);
	__sync_fetch_and_add(write ? &actor->write_bytes : &actor->read_bytes,
			     bytes);
	if (actor->last != jiffies)
		actor->last = jiffies;
}

/* Adds the bytes of one range of a bio whose operation counts elsewhere. */
static __always_inline void actor_add_bytes(__u32 id, __u64 bytes)
{
	struct frsp_hot_actor *actor = actor_of(id);

	if (actor)
		__sync_fetch_and_add(&actor->write_bytes, bytes);
	else
		stat_add(FRSP_HOT_STAT_NOBODY_BYTES, bytes);
}

/* --- who dirtied the pages ------------------------------------------------ */

/* The hash of a range: its low bits choose the set, its high bits the entry. */
static __always_inline __u64 written_hash(__u64 ino, __u32 gen, __u32 s_dev,
					  __u64 range)
{
	__u64 hash = ino * 0x9e3779b97f4a7c15ULL;

	hash ^= (((__u64)s_dev << 32 | gen) + range * 0xd6e8feb86659fd93ULL) *
		0xff51afd7ed558ccdULL;
	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ULL;
	return hash ^ hash >> 31;
}

static __always_inline struct frsp_hot_writers *writers_of(__u64 hash)
{
	__u32 set = hash & (n_writer_sets - 1);

	return bpf_map_lookup_elem(&hotmon_writers, &set);
}

static __always_inline __u64 tag_of(__u64 hash)
{
	return hash & ~((1ULL << FRSP_HOT_ACTOR_BITS) - 1);
}

/* Returns who dirtied the range; 0: unknown. */
static __noinline __u32 writer_find(__u64 hash)
{
	struct frsp_hot_writers *writers = writers_of(hash);
	__u32 i;

	if (!writers)
		return 0;
	for (i = 0; i < FRSP_HOT_WRITERS; i++) {
		__u64 entry = writers->entry[i];

		if (entry && tag_of(entry) == tag_of(hash))
			return FRSP_HOT_WHO_ACTOR(entry);
	}
	return 0;
}

/* Notes who dirtied the range. keep: an older note is right. */
static __noinline int writer_note(__u64 hash, __u32 actor, bool keep)
{
	struct frsp_hot_writers *writers = writers_of(hash);
	/* if none is free, any entry may go */
	__u32 i, at = (hash >> 40) & (FRSP_HOT_WRITERS - 1);
	__u64 entry = tag_of(hash) | actor;

	if (!writers)
		return 0;
	for (i = 0; i < FRSP_HOT_WRITERS; i++) {
		__u64 old = writers->entry[i];

		if (old && tag_of(old) == tag_of(hash)) {
			if (old != entry && !keep)
				writers->entry[i] = entry;
			return 0;
		}
		if (!old)
			at = i;
	}
	writers->entry[at & (FRSP_HOT_WRITERS - 1)] = entry;
	return 0;
}

/* The last note that this CPU made. Most pages are dirtied in order, so the
 * next note is usually the same and need not be made again.
 */
struct frsp_hot_last_note {
	__u64 hash;
	__u64 task;    /* address; 0: nothing is known */
	__u64 jiffies; /* a note may be lost to another range later */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frsp_hot_last_note);
} hotmon_noted_by SEC(".maps");

static __always_inline bool is_last_note(__u64 hash)
{
	__u64 task = (__u64)bpf_get_current_task_btf();
	volatile struct frsp_hot_last_note *last;
	__u64 jiffies = bpf_jiffies64();
	__u32 key = 0;

	last = bpf_map_lookup_elem(&hotmon_noted_by, &key);
	if (!last)
		return false;
	if (last->hash == hash && last->task == task &&
	    last->jiffies == jiffies)
		return true;
	last->task = 0; /* so that a half-written note matches nothing */
	last->hash = hash;
	last->jiffies = jiffies;
	last->task = task;
	return false;
}

/* Does the kernel dirty the page again because it could not write it back? Then
 * the process that dirtied it first still counts. Other kernel threads may be
 * the writers: that of a loop device, or of an NFS server.
 */
static __always_inline bool dirties_again(const struct frsp_hot_actor *actor)
{
	/* static: libbpf would make a map of its own for literals */
	static const char flusher[] = "writeback", journal[] = "jbd2/";

	return actor->kind == FRSP_HOT_KERNEL_THREAD &&
	       (!bpf_strncmp(actor->key.comm, sizeof(flusher), flusher) ||
		!bpf_strncmp(actor->key.comm, sizeof(journal) - 1, journal));
}

/* mapping: NULL is possible for the verifier from 6.13 on. */
static __always_inline void note_writer(const struct folio *folio,
					const struct address_space *mapping)
{
	struct frsp_hot_actor *actor;
	const struct inode *inode;
	__u64 hash;
	__u32 id;

	if (!mapping)
		return;
	inode = mapping->host;
	if ((inode->i_mode & S_IFMT) != S_IFREG ||
	    (dirty_dev && inode->i_sb->s_dev != dirty_dev))
		return;
	hash = written_hash(inode->i_ino, inode->i_generation,
			    inode->i_sb->s_dev,
			    folio->index >> range_pages_shift);
	if (is_last_note(hash))
		return;
	id = actor_now(&actor);
	if (!actor)
		return;
	/* or it would leave the table before its pages are written */
	actor->last = bpf_jiffies64();
	writer_note(hash, id, dirties_again(actor));
}

/* --- the actors of a slot ------------------------------------------------- */

/* Takes a newcomer's sectors from the smallest entry; see hot_who.h. */
static __always_inline void who_take(struct frsp_hot_who *who, __u32 actor,
				     __u64 sectors)
{
	__u64 entry = who->top[0], *least = &who->top[0];
	__u32 i;

	for (i = 1; i < FRSP_HOT_WHO; i++)
		if (FRSP_HOT_WHO_SECTORS(who->top[i]) <
		    FRSP_HOT_WHO_SECTORS(entry)) {
			least = &who->top[i];
			entry = *least;
		}
	if (FRSP_HOT_WHO_SECTORS(entry) >= sectors)
		__sync_val_compare_and_swap(
			least, entry, entry - FRSP_HOT_WHO_ENTRY(sectors, 0));
	else
		__sync_val_compare_and_swap(
			least, entry,
			FRSP_HOT_WHO_ENTRY(
				sectors - FRSP_HOT_WHO_SECTORS(entry), actor));
}

/* Adds sectors of an actor that is not the first of the slot. */
static __noinline int who_add_other(__u32 index, __u32 actor, __u64 sectors)
{
	struct frsp_hot_who *who = bpf_map_lookup_elem(&hotmon_who, &index);
	__u32 i;

	if (!who || !actor)
		return 0;
	for (i = 0; i < FRSP_HOT_WHO; i++) {
		__u64 entry = *(volatile __u64 *)&who->top[i];

		if (!entry)
			entry = __sync_val_compare_and_swap(
					&who->top[i], 0,
					FRSP_HOT_WHO_ENTRY(0, actor))
					? *(volatile __u64 *)&who->top[i]
					: FRSP_HOT_WHO_ENTRY(0, actor);
		if (FRSP_HOT_WHO_ACTOR(entry) != actor)
			continue;
		__sync_fetch_and_add(&who->top[i],
				     FRSP_HOT_WHO_ENTRY(sectors, 0));
		return 0;
	}
	who_take(who, actor, sectors);
	return 0;
}

/* Adds sectors of an actor to the slot at index. Mostly the actor is the first
 * of the slot, and that needs no call.
 */
static __always_inline void who_add(__u32 index, __u32 actor, __u64 sectors)
{
	struct frsp_hot_who *who = bpf_map_lookup_elem(&hotmon_who, &index);

	if (who && actor &&
	    FRSP_HOT_WHO_ACTOR(*(volatile __u64 *)&who->top[0]) == actor)
		__sync_fetch_and_add(&who->top[0],
				     FRSP_HOT_WHO_ENTRY(sectors, 0));
	else
		who_add_other(index, actor, sectors);
}

#endif
