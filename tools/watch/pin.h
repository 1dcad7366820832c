/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BPF objects that go on without the program that loaded them: their maps,
 * their links and what readers run are pinned below WATCH_PIN_ROOT, in "v" and
 * the schema's number, a directory per object. Another program finds its maps
 * there and attaches nothing again.
 */
#ifndef FRSP_WATCH_PIN_H
#define FRSP_WATCH_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <bpf/libbpf.h>

#define WATCH_PIN_ROOT "/sys/fs/bpf/frsp"
/* Changes with the layout of any map, with what is counted in it, and with what
 * a program says that readers run (struct frsp_hot_fs_query).
 */
#define WATCH_PIN_SCHEMA 7

/* Whether the object is pinned. False also: another schema is, see below. */
bool watch_pin_is_there(const char *object);

/* Whether the program of a pinned object is attached. */
bool watch_pin_has(const char *object, const char *program);

/* The program of a pinned object, as the one in an object that took its maps
 * names it. File descriptor or -errno.
 */
int watch_pin_program(const char *object, const struct bpf_program *program);

/* A directory of another schema: 0 and its path, or -ENOENT: there is none. */
int watch_pin_other(char *path, size_t size);

/* After open: loads the object with the maps that are pinned, its globals
 * (.rodata, .bss) among them, and without a program. 0, -EPROTO: what is pinned
 * has other globals, or another -errno.
 */
int watch_pin_load(const char *object, struct bpf_object_skeleton *skeleton);

/* One that is loaded and attached. */
struct watch_pin_object {
	const char *name;
	struct bpf_object_skeleton *skeleton;
};

/* All of them or none, and at once: nobody sees a part of them, also when we
 * are killed. 0, -EEXIST: objects of our schema are pinned already, -ENOENT: no
 * BPF filesystem is mounted, or another -errno.
 */
int watch_pin(const struct watch_pin_object *objects, size_t n);

/* What is pinned now, for the next two: a descriptor or -errno. */
int watch_pin_open(void);

/* Whether it was taken away since. A reader has maps of it, but they do not
 * change any more.
 */
bool watch_pin_is_gone(int pins);

/* Who looks after what is pinned, where its maps need that, is who has this
 * lock, until the descriptor is closed. False: another process has it.
 */
bool watch_pin_lock(int pins);

/* Takes all objects of our schema away, at once: their programs end. 0,
 * -ENOENT: none is pinned, or another -errno.
 */
int watch_unpin(void);

#endif
