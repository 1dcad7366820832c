/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /dev/ublk-control: makes, starts, stops and deletes devices of ublk. */
#ifndef FRSP_PLOOP_CONTROL_H
#define FRSP_PLOOP_CONTROL_H

#include <liburing.h>
#include <stdbool.h>

#include "ploop/ublk/abi.h"

#define CONTROL_PATH "/dev/ublk-control"

struct control {
	int fd;
	struct io_uring ring;
	__u64 n_commands; /* the number of the last one */
};

/* All return 0 or -errno. */

/* -EOPNOTSUPP: ublk is too old. The caller closes the control if it is 0. */
int control_open(struct control *control);
void control_close(struct control *control);

/* Makes a device as info says; the kernel answers in it: the number, too. */
int control_add(struct control *control, struct ublksrv_ctrl_dev_info *info);
/* What the device with the number info->dev_id is. */
int control_info(struct control *control, struct ublksrv_ctrl_dev_info *info);
int control_set_params(struct control *control, __u32 device,
		       struct ublk_params *params);
int control_get_params(struct control *control, __u32 device,
		       struct ublk_params *params);

/* Waits until all queues have fetched: then the disk is there. has_failed():
 * whether that will never be; then -EIO.
 */
int control_start(struct control *control, __u32 device,
		  bool (*has_failed)(void *context), void *context);
/* The disk vanishes; what is under way ends before. */
int control_stop(struct control *control, __u32 device);
/* Waits until nobody has the device's file open. */
int control_delete(struct control *control, __u32 device);

/* A device that nobody serves any more. Between the two the queues fetch. */
int control_recover(struct control *control, __u32 device);
int control_recovered(struct control *control, __u32 device,
		      bool (*has_failed)(void *context), void *context);

#endif
