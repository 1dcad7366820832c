/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pins BPF objects, so that they go on counting without the process that loaded
 * them. Another process takes their maps and attaches nothing.
 *
 * Each object has a directory in WATCH_PIN_ROOT/v<schema>, with its maps, the
 * links of its programs, and the programs that readers run. For example:
 *
 *   hot/hotmon_table       a map
 *   hot/hotmon_bio_queue   a link
 *   hot/hotmon_find_fs     a program that readers run
 *   by-frspd/              empty: the daemon has pinned all this, and unpins it
 */
#ifndef FRSP_WATCH_PIN_H
#define FRSP_WATCH_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <bpf/libbpf.h>

#define WATCH_PIN_ROOT "/sys/fs/bpf/frsp"
/* Raise it when the layout of a map changes, or what a map counts, or the
 * interface of a program that readers run (struct frsp_hot_fs_query).
 */
#define WATCH_PIN_SCHEMA 10

/* Whether the object is pinned in our schema. */
bool watch_pin_is_there(const char *object);

/* Whether the program of a pinned object is attached. */
bool watch_pin_has(const char *object, const char *program);

/* The pinned program that has the name of program, which is not loaded itself.
 * Returns a file descriptor or -errno.
 */
int watch_pin_program(const char *object, const struct bpf_program *program);

/* Finds pins of another schema. Returns 0 and the path of their directory, or
 * -ENOENT: there are none.
 */
int watch_pin_other(char *path, size_t size);

/* Call it after open. It loads the object without programs and with the pinned
 * maps, which include the globals (.rodata, .bss). Returns 0, -EPROTO: the
 * pinned globals have another size, or another -errno.
 */
int watch_pin_load(const char *object, struct bpf_object_skeleton *skeleton);

/* An object that is loaded and attached. */
struct watch_pin_object {
	const char *name;
	struct bpf_object_skeleton *skeleton;
};

/* Pins all of the objects or none, at once: no other process sees a part of
 * them, even if we are killed. owner: the daemon that pins them; NULL: a
 * person. Returns 0, -EEXIST: objects of our schema are already pinned,
 * -ENOENT: no BPF filesystem is mounted, or another -errno.
 */
int watch_pin(const struct watch_pin_object *objects, size_t n,
	      const char *owner);

/* Whether what is pinned now in our schema was pinned for this owner. */
bool watch_pin_is_of(const char *owner);

/* Opens the directory of what is pinned now, for the next two functions.
 * Returns a file descriptor or -errno.
 */
int watch_pin_open(void);

/* Whether that was unpinned since watch_pin_open(). A reader still has the
 * maps, but they do not change any more.
 */
bool watch_pin_is_gone(int pins);

/* Takes the lock of the process that maintains the pinned maps (heat/track.h),
 * until pins is closed. Returns false if another process has the lock.
 */
bool watch_pin_lock(int pins);

/* Unpins all objects of our schema at once, which detaches their programs.
 * Returns 0, -ENOENT: none is pinned, or another -errno.
 */
int watch_unpin(void);

#endif
