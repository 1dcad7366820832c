// SPDX-License-Identifier: GPL-2.0-or-later
/* Each command is one entry of a ring of its own, whose entries are long enough
 * for it (SQE128), and waits for its end. */
#include "ploop/ublk/control.h"

#include <errno.h>
#include <stdint.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define NO_QUEUE ((__u16) - 1)
#define NEEDED                                                                 \
	(UBLK_F_USER_RECOVERY | UBLK_F_USER_RECOVERY_REISSUE |                 \
	 UBLK_F_CMD_IOCTL_ENCODE)
#define LOOK_NSEC 100000000 /* between two looks whether it has failed */

static int submit(struct control *control, __u32 op,
		  const struct ublksrv_ctrl_cmd *command)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&control->ring);
	int n;

	if (!sqe)
		return -EBUSY;
	memset(sqe, 0, 2 * sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = control->fd;
	sqe->cmd_op = op;
	sqe->user_data = ++control->n_commands;
	memcpy(sqe->cmd, command, sizeof(*command));
	n = io_uring_submit(&control->ring);
	return n < 0 ? n : 0;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

/* Does the command, unless has_failed() says that it will never end. Then its
 * result may come later, and belongs to nobody. */
static int run_watched(struct control *control, __u32 op,
		       const struct ublksrv_ctrl_cmd *command,
		       bool (*has_failed)(void *context), void *context)
{
	struct __kernel_timespec most = {.tv_nsec = LOOK_NSEC};
	struct io_uring_cqe *cqe;
	int err = submit(control, op, command);

	while (!err) {
		err = io_uring_wait_cqe_timeout(&control->ring, &cqe, &most);
		if (!err) {
			const bool is_ours =
				cqe->user_data == control->n_commands;
			const int result = cqe->res;

			io_uring_cqe_seen(&control->ring, cqe);
			if (is_ours)
				return result;
		} else if (err == -EINTR || err == -ETIME) {
			err = has_failed(context) ? -EIO : 0;
		}
	}
	return err;
}

static int run(struct control *control, __u32 op,
	       const struct ublksrv_ctrl_cmd *command)
{
	return run_watched(control, op, command, never, NULL);
}

static struct ublksrv_ctrl_cmd command_for(__u32 device, const void *buffer,
					   __u16 bytes)
{
	return (struct ublksrv_ctrl_cmd){
		.dev_id = device,
		.queue_id = NO_QUEUE,
		.addr = (__u64)(uintptr_t)buffer,
		.len = bytes,
	};
}

static int check_features(struct control *control)
{
	__u64 features = 0;
	struct ublksrv_ctrl_cmd command =
		command_for(-1, &features, UBLK_FEATURES_LEN);
	int err = run(control, UBLK_U_CMD_GET_FEATURES, &command);

	/* before Linux 6.5 there was no such command */
	if (err == -EPERM || err == -EACCES)
		return err;
	return err || (features & NEEDED) != NEEDED ? -EOPNOTSUPP : 0;
}

int control_open(struct control *control)
{
	int err;

	control->n_commands = 0;
	control->fd = open(CONTROL_PATH, O_RDWR | O_CLOEXEC);
	if (control->fd < 0)
		return -errno;
	err = io_uring_queue_init(4, &control->ring, IORING_SETUP_SQE128);
	if (err) {
		close(control->fd);
		return err;
	}
	err = check_features(control);
	if (err)
		control_close(control);
	return err;
}

void control_close(struct control *control)
{
	io_uring_queue_exit(&control->ring);
	close(control->fd);
}

int control_add(struct control *control, struct ublksrv_ctrl_dev_info *info)
{
	struct ublksrv_ctrl_cmd command =
		command_for(info->dev_id, info, sizeof(*info));

	return run(control, UBLK_U_CMD_ADD_DEV, &command);
}

int control_info(struct control *control, struct ublksrv_ctrl_dev_info *info)
{
	struct ublksrv_ctrl_cmd command =
		command_for(info->dev_id, info, sizeof(*info));

	return run(control, UBLK_U_CMD_GET_DEV_INFO, &command);
}

int control_set_params(struct control *control, __u32 device,
		       struct ublk_params *params)
{
	struct ublksrv_ctrl_cmd command =
		command_for(device, params, sizeof(*params));

	params->len = sizeof(*params);
	return run(control, UBLK_U_CMD_SET_PARAMS, &command);
}

int control_get_params(struct control *control, __u32 device,
		       struct ublk_params *params)
{
	struct ublksrv_ctrl_cmd command =
		command_for(device, params, sizeof(*params));

	params->len = sizeof(*params);
	return run(control, UBLK_U_CMD_GET_PARAMS, &command);
}

/* The kernel wants to know the server's process. */
static struct ublksrv_ctrl_cmd command_of_us(__u32 device)
{
	struct ublksrv_ctrl_cmd command = command_for(device, NULL, 0);

	command.data[0] = getpid();
	return command;
}

int control_start(struct control *control, __u32 device,
		  bool (*has_failed)(void *context), void *context)
{
	struct ublksrv_ctrl_cmd command = command_of_us(device);

	return run_watched(control, UBLK_U_CMD_START_DEV, &command, has_failed,
			   context);
}

int control_stop(struct control *control, __u32 device)
{
	struct ublksrv_ctrl_cmd command = command_for(device, NULL, 0);

	return run(control, UBLK_U_CMD_STOP_DEV, &command);
}

int control_delete(struct control *control, __u32 device)
{
	struct ublksrv_ctrl_cmd command = command_for(device, NULL, 0);

	return run(control, UBLK_U_CMD_DEL_DEV, &command);
}

int control_recover(struct control *control, __u32 device)
{
	struct ublksrv_ctrl_cmd command = command_of_us(device);

	return run(control, UBLK_U_CMD_START_USER_RECOVERY, &command);
}

int control_recovered(struct control *control, __u32 device,
		      bool (*has_failed)(void *context), void *context)
{
	struct ublksrv_ctrl_cmd command = command_of_us(device);

	return run_watched(control, UBLK_U_CMD_END_USER_RECOVERY, &command,
			   has_failed, context);
}
