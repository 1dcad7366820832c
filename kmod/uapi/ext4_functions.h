/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The functions of ext4 that frsp.ko hooks or calls; the tools check whether
 * the running kernel has them. The lists are macros that take the names of
 * other macros, which they call for each function of that kind.
 *
 * This is not an ABI: the lists follow ext4 and frsp.ko, and change with them.
 */
#ifndef FRSP_EXT4_FUNCTIONS_H
#define FRSP_EXT4_FUNCTIONS_H

/* clang-format off */
/*
 * frsp.ko hooks the functions in this order, and unhooks them in the reverse
 * order (hook.c). Those that are observed come before those that are replaced:
 * without an observer, the trees of free space would miss changes.
 */
#define FRSP_HOOKS(observed, replaced)              \
	observed(mb_mark_used)                      \
	observed(mb_free_blocks)                    \
	observed(ext4_mb_generate_buddy)            \
	observed(ext4_mark_group_bitmap_corrupted)  \
	observed(ext4_process_freed_data)           \
	observed(ext4_swap_extents)                 \
	replaced(ext4_register_sysfs)               \
	replaced(ext4_unregister_sysfs)             \
	replaced(ext4_mb_regular_allocator)
/* clang-format on */

/* Hooked only while a file needs it. */
#define FRSP_HOOK_OF_CLOSES(observed) observed(ext4_release_file)

/* Called, and not hooked. */
#define FRSP_INIT_GROUP(called) called(ext4_mb_init_group)

#endif
