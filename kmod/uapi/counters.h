/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The files in /sys/fs/ext4/DEV/frsp/, each with one number; docs/sysfs.abi
 * describes them. The lists are macros that take the name of another macro,
 * which they call for each entry.
 */
#ifndef FRSP_COUNTERS_H
#define FRSP_COUNTERS_H

/* clang-format off */
/* Counters only grow. */
#define FRSP_COUNTERS(counter)            \
	counter(goals_offered)            \
	counter(goals_taken)              \
	counter(goals_missed)             \
	counter(goals_failed)             \
	counter(kept_goals)               \
	counter(short_goals)              \
	counter(placed_goals)             \
	counter(stood_aside)              \
	counter(group_reads)              \
	counter(group_loads)              \
	counter(group_reloads)            \
	counter(reload_wait_ns)           \
	counter(evictions)                \
	counter(drops)                    \
	counter(audits)                   \
	counter(audit_mismatches)         \
	counter(bad_groups)               \
	counter(commits_requested)        \
	counter(busy_lost)                \
	counter(exchanges)

/* Gauges show the present state. */
#define FRSP_GAUGES(gauge)                \
	gauge(trees)                      \
	gauge(trees_cached)               \
	gauge(groups)                     \
	gauge(groups_known)               \
	gauge(groups_loaded)              \
	gauge(scan_left)                  \
	gauge(index_bytes)                \
	gauge(busy_extents)               \
	gauge(busy_extents_peak)          \
	gauge(busy_blocks)                \
	gauge(busy_blocks_peak)           \
	gauge(cap_is_given)               \
	gauge(gave_up)
/* clang-format on */

#endif
