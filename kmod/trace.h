/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frsp's tracepoints: one for each counter of uapi/counters.h that stands for a
 * decision, with the same name. Arguments are scalars only, as the module has
 * no BTF; raw tracepoints get them in the order of TP_PROTO.
 *
 *   dev     device of the filesystem
 *   ino     inode that asks for clusters
 *   group   block group of the filesystem; start: clusters from its first
 *   tree    index of a tree; extents: number of free extents in it
 *   len     clusters; want: clusters that ext4 asked for
 *   kind    enum frsp_pick_kind: 1 ext4's own goal kept, 2 fit, 3 shorter
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM frsp

#if !defined(FRSP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define FRSP_TRACE_H

#include <linux/tracepoint.h>

/* clang-format off: macros that only look like code */

TRACE_EVENT(
	frsp_goals_offered,
	TP_PROTO(dev_t dev, unsigned long ino, u32 want, u32 group, u32 start,
		 u32 len, u32 kind),
	TP_ARGS(dev, ino, want, group, start, len, kind),
	TP_STRUCT__entry(__field(dev_t, dev) __field(unsigned long, ino)
				 __field(u32, want) __field(u32, group)
					 __field(u32, start) __field(u32, len)
						 __field(u32, kind)),
	TP_fast_assign(__entry->dev = dev; __entry->ino = ino;
		       __entry->want = want; __entry->group = group;
		       __entry->start = start; __entry->len = len;
		       __entry->kind = kind;),
	TP_printk("dev %d:%d ino %lu want %u group %u start %u len %u kind %s",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		  __entry->want, __entry->group, __entry->start, __entry->len,
		  __print_symbolic(__entry->kind, {1, "keep"}, {2, "fit"},
				   {3, "short"})));

DECLARE_EVENT_CLASS(
	frsp_goal,
	TP_PROTO(dev_t dev, unsigned long ino, u32 group, u32 start, u32 len),
	TP_ARGS(dev, ino, group, start, len),
	TP_STRUCT__entry(__field(dev_t, dev) __field(unsigned long, ino)
				 __field(u32, group) __field(u32, start)
					 __field(u32, len)),
	TP_fast_assign(__entry->dev = dev; __entry->ino = ino;
		       __entry->group = group; __entry->start = start;
		       __entry->len = len;),
	TP_printk("dev %d:%d ino %lu group %u start %u len %u",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		  __entry->group, __entry->start, __entry->len));

#define FRSP_GOAL_EVENT(name)                                                  \
	DEFINE_EVENT(frsp_goal, name,                                          \
		     TP_PROTO(dev_t dev, unsigned long ino, u32 group,         \
			      u32 start, u32 len),                             \
		     TP_ARGS(dev, ino, group, start, len))
FRSP_GOAL_EVENT(frsp_goals_taken);
FRSP_GOAL_EVENT(frsp_goals_missed);
FRSP_GOAL_EVENT(frsp_placed_goals);

TRACE_EVENT(frsp_stood_aside, TP_PROTO(dev_t dev, unsigned long ino, u32 want),
	    TP_ARGS(dev, ino, want),
	    TP_STRUCT__entry(__field(dev_t, dev) __field(unsigned long, ino)
				     __field(u32, want)),
	    TP_fast_assign(__entry->dev = dev; __entry->ino = ino;
			   __entry->want = want;),
	    TP_printk("dev %d:%d ino %lu want %u", MAJOR(__entry->dev),
		      MINOR(__entry->dev), __entry->ino, __entry->want));

/*
 * ext4 failed with the goal in this group (err: -errno), and was called again
 * with its own goal.
 */
TRACE_EVENT(frsp_goals_failed,
	    TP_PROTO(dev_t dev, unsigned long ino, u32 group, int err),
	    TP_ARGS(dev, ino, group, err),
	    TP_STRUCT__entry(__field(dev_t, dev) __field(unsigned long, ino)
				     __field(u32, group) __field(int, err)),
	    TP_fast_assign(__entry->dev = dev; __entry->ino = ino;
			   __entry->group = group; __entry->err = err;),
	    TP_printk("dev %d:%d ino %lu group %u err %d", MAJOR(__entry->dev),
		      MINOR(__entry->dev), __entry->ino, __entry->group,
		      __entry->err));

/* frsp had ext4 read a group's bitmap; err: 0 or -errno. */
TRACE_EVENT(frsp_group_reads, TP_PROTO(dev_t dev, u32 group, int err),
	    TP_ARGS(dev, group, err),
	    TP_STRUCT__entry(__field(dev_t, dev) __field(u32, group)
				     __field(int, err)),
	    TP_fast_assign(__entry->dev = dev; __entry->group = group;
			   __entry->err = err;),
	    TP_printk("dev %d:%d group %u err %d", MAJOR(__entry->dev),
		      MINOR(__entry->dev), __entry->group, __entry->err));

/* A group was loaded; extents: of its tree now; ns: how long the load took. */
TRACE_EVENT(frsp_group_loads,
	    TP_PROTO(dev_t dev, u32 group, u32 extents, u64 ns),
	    TP_ARGS(dev, group, extents, ns),
	    TP_STRUCT__entry(__field(dev_t, dev) __field(u32, group)
				     __field(u32, extents) __field(u64, ns)),
	    TP_fast_assign(__entry->dev = dev; __entry->group = group;
			   __entry->extents = extents; __entry->ns = ns;),
	    TP_printk("dev %d:%d group %u extents %u ns %llu",
		      MAJOR(__entry->dev), MINOR(__entry->dev), __entry->group,
		      __entry->extents, __entry->ns));

TRACE_EVENT(frsp_evictions, TP_PROTO(dev_t dev, u32 tree, u32 extents),
	    TP_ARGS(dev, tree, extents),
	    TP_STRUCT__entry(__field(dev_t, dev) __field(u32, tree)
				     __field(u32, extents)),
	    TP_fast_assign(__entry->dev = dev; __entry->tree = tree;
			   __entry->extents = extents;),
	    TP_printk("dev %d:%d tree %u extents %u", MAJOR(__entry->dev),
		      MINOR(__entry->dev), __entry->tree, __entry->extents));

/* why: enum frsp_tree_result, 1 no memory or corrupt, 2 ext4 disagrees */
TRACE_EVENT(frsp_drops, TP_PROTO(dev_t dev, u32 tree, u32 extents, u32 why),
	    TP_ARGS(dev, tree, extents, why),
	    TP_STRUCT__entry(__field(dev_t, dev) __field(u32, tree)
				     __field(u32, extents) __field(u32, why)),
	    TP_fast_assign(__entry->dev = dev; __entry->tree = tree;
			   __entry->extents = extents; __entry->why = why;),
	    TP_printk("dev %d:%d tree %u extents %u why %u",
		      MAJOR(__entry->dev), MINOR(__entry->dev), __entry->tree,
		      __entry->extents, __entry->why));

DECLARE_EVENT_CLASS(frsp_group, TP_PROTO(dev_t dev, u32 group),
		    TP_ARGS(dev, group),
		    TP_STRUCT__entry(__field(dev_t, dev) __field(u32, group)),
		    TP_fast_assign(__entry->dev = dev; __entry->group = group;),
		    TP_printk("dev %d:%d group %u", MAJOR(__entry->dev),
			      MINOR(__entry->dev), __entry->group));
DEFINE_EVENT(frsp_group, frsp_audits, TP_PROTO(dev_t dev, u32 group),
	     TP_ARGS(dev, group));
DEFINE_EVENT(frsp_group, frsp_audit_mismatches, TP_PROTO(dev_t dev, u32 group),
	     TP_ARGS(dev, group));
DEFINE_EVENT(frsp_group, frsp_bad_groups, TP_PROTO(dev_t dev, u32 group),
	     TP_ARGS(dev, group));

/* A busy extent has len clusters or more: jbd2 was asked for a commit. */
TRACE_EVENT(frsp_commits_requested, TP_PROTO(dev_t dev, u32 len),
	    TP_ARGS(dev, len),
	    TP_STRUCT__entry(__field(dev_t, dev) __field(u32, len)),
	    TP_fast_assign(__entry->dev = dev; __entry->len = len;),
	    TP_printk("dev %d:%d len %u", MAJOR(__entry->dev),
		      MINOR(__entry->dev), __entry->len));

/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
