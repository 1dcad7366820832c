/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk of ublk, /dev/ublkbN, served from an image by this process.
 *
 * If the process is killed, the disk stays, and whoever uses it waits, until
 * another process recovers it; what was acknowledged is still there then.
 */
#ifndef FRSP_PLOOP_DEVICE_H
#define FRSP_PLOOP_DEVICE_H

#include <stdbool.h>
#include <linux/types.h>

#include "ploop/image/problem.h"

struct device;

#define DEVICE_NEW (-1)
#define DEVICE_MAX 0xfffff /* the highest number, of Linux */

/* Serves the image at path as a new disk, or goes on with the disk that has the
 * number. All memory of the process is locked then. 0 or -errno, and problem
 * says what is wrong:
 * -ENODEV: there is no ublk; -EOPNOTSUPP: it is too old; -EACCES, -EPERM.
 * The caller calls device_close() if it is 0.
 */
int device_open(const char *path, int number, struct device **device,
		struct image_problem *problem);

const char *device_name(const struct device *device); /* "/dev/ublkb0" */
int device_number(const struct device *device);
unsigned int device_queues(const struct device *device);
__u64 device_bytes(const struct device *device);

/* Whether it is mounted, or part of another device. */
bool device_is_claimed(const struct device *device);
/* Can be read when somebody else has stopped the disk. */
int device_gone_fd(const struct device *device);

/* Stops and deletes the disk and closes the image. 0 or -errno, and problem
 * says what is wrong. */
int device_close(struct device *device, struct image_problem *problem);

#endif
