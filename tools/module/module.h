/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp.ko, seen from user space: whether it is loaded, its version, its device
 * and the calls of that.
 */
#ifndef FRSP_MODULE_H
#define FRSP_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "uapi/frsp.h"

#define FRSP_MODULE_DIR "/sys/module/frsp"

bool frsp_module_is_loaded(void);

/* Whether there is a frsp.ko for the running kernel: one of those that it is
 * tested on (kmod/dkms.conf), not PREEMPT_RT, and the right machine. On others
 * programs do not propose to load it.
 */
bool frsp_module_is_for_this_kernel(void);

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

/*
 * The calls of uapi/frsp.h. device: from frsp_module_open(); fs: a file
 * descriptor in the filesystem. They fill in .size and .fd; the other fields
 * are the caller's. 0 or -errno.
 */
int frsp_module_free_extents(int device, int fs,
			     struct frsp_ioc_free_extents *call);
int frsp_module_place(int device, int file, const struct frsp_range *ranges,
		      unsigned int n);
int frsp_module_export(int device, int fs, struct frsp_ioc_summary *call);
int frsp_module_import(int device, int fs, struct frsp_ioc_summary *call);

#endif
