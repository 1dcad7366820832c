/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp.ko as user space finds it: loaded or not, its version, its device. */
#ifndef FRSP_MODULE_H
#define FRSP_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#define FRSP_MODULE_DIR "/sys/module/frsp"

bool frsp_module_is_loaded(void);

/* Of the module that is loaded. 0, -ENOENT: none is, or another -errno. */
int frsp_module_version(char *version, size_t size);

/*
 * Opens FRSP_DEVICE. A file descriptor, -ENOENT: the module is not loaded,
 * -EACCES or -EPERM, -EPROTO: its ABI is not ours, or another -errno.
 */
int frsp_module_open(void);

#endif
