/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp.ko, seen from user space: whether it is loaded, its version, its device.
 */
#ifndef FRSP_MODULE_H
#define FRSP_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#define FRSP_MODULE_DIR "/sys/module/frsp"

bool frsp_module_is_loaded(void);

/* The version of the loaded module. 0; -ENOENT: it is not loaded; or another
 * -errno.
 */
int frsp_module_version(char *version, size_t size);

/*
 * Opens FRSP_DEVICE. Returns a file descriptor; -ENOENT: the module is not
 * loaded; -EACCES or -EPERM; -EPROTO: the ABI versions differ; or another
 * -errno.
 */
int frsp_module_open(void);

#endif
