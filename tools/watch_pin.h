/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BPF objects that go on without the program that loaded them: their maps and
 * links are pinned below WATCH_PIN_ROOT, in "v" and the schema's number, a
 * directory per object. Another program finds its maps there and attaches
 * nothing again.
 */
#ifndef FRSP_WATCH_PIN_H
#define FRSP_WATCH_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <bpf/libbpf.h>

#define WATCH_PIN_ROOT "/sys/fs/bpf/frsp"
/* Changes with the layout of any map, and with what is counted in it. */
#define WATCH_PIN_SCHEMA 1

/* Whether the object is pinned. False also: another schema is, see below. */
bool watch_pin_is_there(const char *object);

/* A directory of another schema: 0 and its path, or -ENOENT: there is none. */
int watch_pin_other(char *path, size_t size);

/* Before load: takes the maps that are pinned, and loads no program. 0 or
 * -errno.
 */
int watch_pin_reuse(const char *object, struct bpf_object *from);

/* After attach. 0, -EEXIST: it is pinned already, -ENOENT: no BPF filesystem is
 * mounted, or another -errno; then nothing of the object is pinned.
 */
int watch_pin(const char *object, struct bpf_object_skeleton *skeleton);

/* All objects of our schema: they end, unless somebody else has them open. 0,
 * -ENOENT: none is pinned, or another -errno.
 */
int watch_unpin(void);

#endif
