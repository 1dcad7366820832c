/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who caused the I/O: what bpf/hot_who.bpf.h and its reader share.
 *
 * An actor is a process with one command in one cgroup. A process that executes
 * another program becomes another actor, so "sh" is not charged for what "dd"
 * does under the same process id.
 *
 * hotmon_actors is an array of actors. An actor's id, 24 bits, is its index in
 * the low FRSP_HOT_ACTOR_INDEX_BITS bits, and above them how often that index
 * has had another actor before. An id of an actor that was evicted is thus no
 * longer the id of the entry: the reader sees that the actor has gone. Id 0 is
 * nobody.
 *
 * hotmon_who has an entry for each slot of the hot table, at the same index. It
 * has room for FRSP_HOT_WHO actors, each with the sectors that it moved. With
 * up to that many actors the numbers are exact. With more, a newcomer takes
 * from the smallest entry (after Misra and Gries, 1982), so that an actor with
 * most of the I/O is always found. What the entries lack of the slot's bytes is
 * that of others.
 *
 * Example: three actors have 8, 6 and 2 sectors of a file. A fourth writes one
 * sector: 8, 6 and 1. It writes three more: the third entry is taken over, with
 * 2 sectors. The slot counts 20 sectors, the entries show 16: others have 4.
 */
#ifndef FRSP_HOT_WHO_H
#define FRSP_HOT_WHO_H

#define FRSP_HOT_ACTOR_BITS	  24
#define FRSP_HOT_ACTOR_INDEX_BITS 12
#define FRSP_HOT_MAX_ACTORS	  (1U << FRSP_HOT_ACTOR_INDEX_BITS)
#define FRSP_HOT_ACTOR_INDEX(id)  ((id) & (FRSP_HOT_MAX_ACTORS - 1))
/* The id of the next actor with the same index; not 0 for index 0, as that is
 * never used.
 */
#define FRSP_HOT_ACTOR_NEXT(id)                                                \
	(((id) + FRSP_HOT_MAX_ACTORS) & ((1U << FRSP_HOT_ACTOR_BITS) - 1))

#define FRSP_HOT_COMM_LEN 16 /* TASK_COMM_LEN */

struct frsp_hot_actor_key {
	char comm[FRSP_HOT_COMM_LEN]; /* of the process, or the work queue */
	__u64 cgroup; /* id in the cgroup2 hierarchy; 0: a work queue */
	__u32 pid;    /* of the initial pid namespace; 0: a work queue */
	__u32 start;  /* when it started: ns since boot >> 20, low bits */
};

/* The name of a process that moves data (tools/move/own_io.h). What it reads
 * and writes says nothing about what is hot, so it does not count.
 */
#define FRSP_HOT_MOVER_COMM "frsp-mover"

enum frsp_hot_actor_kind {
	FRSP_HOT_PROCESS,
	FRSP_HOT_KERNEL_THREAD,
	FRSP_HOT_MOVER, /* root's process with the name above */
};

struct frsp_hot_actor {
	struct frsp_hot_actor_key key;
	__u32 id;    /* 0: the entry is free */
	__u32 kind;  /* enum frsp_hot_actor_kind */
	__u64 reads; /* bios */
	__u64 writes;
	__u64 read_bytes;
	__u64 write_bytes;
	__u64 last; /* jiffies of its last I/O */
};

#define FRSP_HOT_WHO 3 /* actors of a slot */

/* An entry: the actor's id in the low FRSP_HOT_ACTOR_BITS bits, above them the
 * sectors of 512 bytes. 0: free.
 */
struct frsp_hot_who {
	__u64 top[FRSP_HOT_WHO];
};

#define FRSP_HOT_WHO_ACTOR(entry)                                              \
	((__u32)((entry) & ((1U << FRSP_HOT_ACTOR_BITS) - 1)))
#define FRSP_HOT_WHO_SECTORS(entry) ((entry) >> FRSP_HOT_ACTOR_BITS)
#define FRSP_HOT_WHO_ENTRY(sectors, actor)                                     \
	((__u64)(sectors) << FRSP_HOT_ACTOR_BITS | (actor))

/* Who last dirtied a 1-MiB range of a file in the page cache: a set-associative
 * cache, 8 entries to a line. An entry has the actor's id in the low 24 bits
 * and a hash of the range above them. 0: free.
 */
#define FRSP_HOT_WRITERS 8
struct frsp_hot_writers {
	__u64 entry[FRSP_HOT_WRITERS];
};

#endif
