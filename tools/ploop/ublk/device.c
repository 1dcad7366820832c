// SPDX-License-Identifier: GPL-2.0-or-later
/* Brings a device of ublk, its queues and the engine together.
 *
 *   new:      image, device, queues, rings fetch, parameters, start
 *   recover:  image, device's size, recover, queues, rings fetch, recovered
 *   close:    stop, image and rings, queues, delete
 *
 * Whoever recovers opens the image first: its lock is free only when all I/O of
 * the killed server has ended, so that none of it comes after ours.
 */
#include "ploop/ublk/device.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "ploop/core/once.h"
#include "ploop/image/chain.h"
#include "ploop/image/engine.h"
#include "ploop/ublk/control.h"
#include "ploop/ublk/queue.h"

#define BUFFER_BYTES (512u << 10) /* the longest request */
#define MAX_DEPTH    64
#define MIN_DEPTH    16
#define ALL_DEPTHS   512 /* of all queues, so at most 256 MiB of buffers */
#define SECTOR_SHIFT 9
#define BLOCK_SHIFT  12
#define MAX_CLEAR    (2u << 20) /* sectors that are discarded at a time: 1 GiB */
#define NAME_BYTES   32
/* A killed process takes a moment until all its I/O has ended. */
#define PATIENCE_S 10
#define TRY_USEC   20000
/* In the half of the device's number that is the server's own: "frsp". */
#define OURS 0x66727370ULL

struct device {
	struct control control;
	struct ublksrv_ctrl_dev_info info;
	char name[NAME_BYTES];
	__u32 top_inode; /* its lower bits */
	unsigned int top_file;
	int fd;
	int gone_fd;
	struct rings *rings;
	struct rings_client client;
	struct settled settled;
	struct queue *queues;
};

/* --- on the rings' threads ---------------------------------------------------
 */

/* The last tag of any queue is gone: the disk is. */
static void tell_gone(struct device *device)
{
	__u64 one = 1;

	while (write(device->gone_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void begin(void *context, unsigned int ring, int error)
{
	struct device *device = context;
	struct queue *queue;

	if (ring >= device->info.nr_hw_queues)
		return;
	queue = &device->queues[ring];
	once_publish(queue->error, error);
	if (!error)
		queue_fetch_all(queue);
}

static void ended(void *context, unsigned int ring, __u64 data, int result)
{
	struct device *device = context;

	if (!queue_take(&device->queues[ring], data, result))
		tell_gone(device);
}

/* --- opening -----------------------------------------------------------------
 */

static bool is_there(void *context, __u64 offset)
{
	struct device *device = context;
	unsigned int file;
	__u64 byte, bytes;

	return ploop_place(rings_image(device->rings), offset, &file, &byte,
			   &bytes) &&
	       file == device->top_file;
}

static int look_at_files(struct device *device, const char *path,
			 struct image_problem *problem)
{
	struct chain chain;
	struct stat st;
	int err = chain_open(path, &chain, problem);

	if (err)
		return err;
	device->top_file = chain.n - 1;
	if (fstat(chain.images[0].file.fd, &st))
		err = problem_with(problem, path, -errno);
	device->top_inode = st.st_ino;
	chain_close(&chain);
	return err;
}

/* wait: another process may be about to end. */
static int open_image(struct device *device, const char *path, bool wait,
		      struct image_problem *problem)
{
	const struct rings_settings settings = {
		.n_rings = device->info.nr_hw_queues,
		.depth = 2 * device->info.queue_depth,
	};
	const double end_s = clock_monotonic_s() + PATIENCE_S;
	const struct ploop_header *header;
	int err;

	for (;;) {
		err = engine_open_rings(path, &settings, &device->rings,
					problem);
		if (err != -EWOULDBLOCK || !wait || clock_monotonic_s() > end_s)
			break;
		usleep(TRY_USEC);
	}
	if (err) {
		device->rings = NULL;
		return err;
	}
	header = ploop_image_header(rings_image(device->rings));
	err = settled_init(&device->settled,
			   ploop_disk_bytes(rings_image(device->rings)),
			   ploop_cluster_bytes(header), is_there, device);
	return err ? problem_with(problem, path, err) : 0;
}

/* The node may come a moment after the device; after a kill it is free when the
 * last file of the other process is closed. */
static int open_device(struct device *device)
{
	const double end_s = clock_monotonic_s() + PATIENCE_S;
	char path[NAME_BYTES];

	snprintf(path, sizeof(path), "/dev/ublkc%u", device->info.dev_id);
	for (;;) {
		device->fd = open(path, O_RDWR | O_CLOEXEC);
		if (device->fd >= 0)
			return 0;
		if ((errno != ENOENT && errno != EBUSY) ||
		    clock_monotonic_s() > end_s)
			return -errno;
		usleep(TRY_USEC);
	}
}

static int make_queues(struct device *device)
{
	const __u16 n = device->info.nr_hw_queues;
	int err = 0;

	device->queues = calloc(n, sizeof(*device->queues));
	if (!device->queues)
		return -ENOMEM;
	for (__u16 i = 0; !err && i < n; i++) {
		struct queue *queue = &device->queues[i];

		*queue = (struct queue){
			.rings = device->rings,
			.settled = &device->settled,
			.number = i,
			.depth = device->info.queue_depth,
		};
		err = queue_make(queue, device->fd,
				 device->info.max_io_buf_bytes);
	}
	return err;
}

/* All that is used later is there: from now on it stays in memory. */
static int fetch(struct device *device)
{
	int err = open_device(device);

	if (!err)
		err = make_queues(device);
	if (!err && mlockall(MCL_CURRENT | MCL_FUTURE))
		err = -errno;
	if (err)
		return err;
	device->client = (struct rings_client){
		.fd = device->fd,
		.context = device,
		.begin = begin,
		.ended = ended,
	};
	rings_attach(device->rings, &device->client);
	return 0;
}

static bool has_failed(void *context)
{
	const struct device *device = context;

	for (__u16 i = 0; i < device->info.nr_hw_queues; i++)
		if (once_see(device->queues[i].error))
			return true;
	return false;
}

/* Clusters whose size is no power of two: the kernel rounds by powers only. */
static __u32 granularity(__u64 cluster_bytes)
{
	return cluster_bytes & -cluster_bytes;
}

static int set_params(struct device *device)
{
	const struct ploop_image *image = rings_image(device->rings);
	struct ublk_params params = {
		.types = UBLK_PARAM_TYPE_BASIC | UBLK_PARAM_TYPE_DISCARD,
		.basic =
			{
				.attrs = UBLK_ATTR_VOLATILE_CACHE |
					 UBLK_ATTR_FUA,
				.logical_bs_shift = SECTOR_SHIFT,
				.physical_bs_shift = BLOCK_SHIFT,
				.io_opt_shift = BLOCK_SHIFT,
				.io_min_shift = BLOCK_SHIFT,
				.max_sectors = device->info.max_io_buf_bytes >>
					       SECTOR_SHIFT,
				.dev_sectors =
					ploop_disk_bytes(image) >> SECTOR_SHIFT,
			},
		.discard =
			{
				.discard_granularity =
					granularity(ploop_cluster_bytes(
						ploop_image_header(image))),
				.max_discard_sectors = MAX_CLEAR,
				.max_write_zeroes_sectors = MAX_CLEAR,
				.max_discard_segments = 1,
			},
	};

	return control_set_params(&device->control, device->info.dev_id,
				  &params);
}

static int start(struct device *device)
{
	int err = fetch(device);

	if (!err)
		err = set_params(device);
	if (!err)
		err = control_start(&device->control, device->info.dev_id,
				    has_failed, device);
	return err;
}

static int open_new(struct device *device, const char *path,
		    struct image_problem *problem)
{
	const long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int err;

	device->info = (struct ublksrv_ctrl_dev_info){
		.nr_hw_queues = n_cpus > 1 ? n_cpus : 1,
		.max_io_buf_bytes = BUFFER_BYTES,
		.dev_id = -1,
		.flags = UBLK_F_USER_RECOVERY | UBLK_F_USER_RECOVERY_REISSUE |
			 UBLK_F_CMD_IOCTL_ENCODE,
		.ublksrv_flags = (__u64)device->top_inode << 32 | OURS,
	};
	device->info.queue_depth = ALL_DEPTHS / device->info.nr_hw_queues;
	if (device->info.queue_depth > MAX_DEPTH)
		device->info.queue_depth = MAX_DEPTH;
	if (device->info.queue_depth < MIN_DEPTH)
		device->info.queue_depth = MIN_DEPTH;
	err = open_image(device, path, false, problem);
	if (err)
		return err;
	err = control_add(&device->control, &device->info);
	if (err) {
		device->info.dev_id = -1;
		return problem_with(problem, CONTROL_PATH, err);
	}
	err = start(device);
	return err ? problem_with(problem, device_name(device), err) : 0;
}

/* --- recovery ----------------------------------------------------------------
 */

/* Not if it has been killed, even if nobody has waited for it yet. */
static bool is_running(pid_t pid)
{
	struct pollfd process = {.events = POLLIN};
	int n;

	process.fd = syscall(SYS_pidfd_open, pid, 0);
	if (process.fd < 0)
		return false;
	n = poll(&process, 1, 0);
	close(process.fd);
	return !n;
}

/* The kernel notices a moment after the kill that nobody serves it. */
static int wait_for_quiet(struct device *device, struct image_problem *problem)
{
	const double end_s = clock_monotonic_s() + PATIENCE_S;
	int err;

	for (;;) {
		err = control_info(&device->control, &device->info);
		if (err == -ENODEV || err == -EINVAL)
			return problem_say(problem, device->name,
					   "there is no such disk of ublk");
		if (err)
			return problem_with(problem, device->name, err);
		if ((__u32)device->info.ublksrv_flags != OURS)
			return problem_say(problem, device->name,
					   "frsp-image did not make it");
		if (device->info.state == UBLK_S_DEV_QUIESCED)
			return 0;
		if (device->info.state != UBLK_S_DEV_LIVE)
			return problem_say(problem, device->name,
					   "it was never started");
		if (is_running(device->info.ublksrv_pid) ||
		    clock_monotonic_s() > end_s)
			return problem_say(problem, device->name,
					   "process %d serves it",
					   device->info.ublksrv_pid);
		usleep(TRY_USEC);
	}
}

static int compare_disk(struct device *device, const char *path,
			struct image_problem *problem)
{
	const __u64 bytes = ploop_disk_bytes(rings_image(device->rings));
	struct ublk_params params = {0};
	int err = control_get_params(&device->control, device->info.dev_id,
				     &params);

	if (err)
		return problem_with(problem, device->name, err);
	if (params.basic.dev_sectors << SECTOR_SHIFT != bytes)
		return problem_say(problem, path,
				   "%s has %llu bytes, and the image %llu",
				   device->name,
				   params.basic.dev_sectors << SECTOR_SHIFT,
				   bytes);
	return 0;
}

static int begin_recovery(struct device *device)
{
	const double end_s = clock_monotonic_s() + PATIENCE_S;
	int err;

	for (;;) {
		err = control_recover(&device->control, device->info.dev_id);
		if (err != -EBUSY || clock_monotonic_s() > end_s)
			return err;
		usleep(TRY_USEC);
	}
}

static int recover(struct device *device, const char *path,
		   struct image_problem *problem)
{
	int err = wait_for_quiet(device, problem);

	if (err)
		return err;
	if (device->info.ublksrv_flags >> 32 != device->top_inode)
		return problem_say(problem, path, "%s is of another file",
				   device->name);
	err = open_image(device, path, true, problem);
	if (!err)
		err = compare_disk(device, path, problem);
	if (err)
		return err;
	err = begin_recovery(device);
	if (!err)
		err = fetch(device);
	if (!err)
		err = control_recovered(&device->control, device->info.dev_id,
					has_failed, device);
	return err ? problem_with(problem, device->name, err) : 0;
}

/* --- all of it ---------------------------------------------------------------
 */

static void set_name(struct device *device)
{
	snprintf(device->name, sizeof(device->name), "/dev/ublkb%u",
		 device->info.dev_id);
}

/* The prctl comes before all threads, also those of io_uring. */
static int open_control(struct device *device, struct image_problem *problem)
{
	int err = 0;

	if (access(CONTROL_PATH, F_OK))
		err = -ENODEV;
	else if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0))
		err = -errno;
	else
		err = control_open(&device->control);
	return err ? problem_with(problem, CONTROL_PATH, err) : 0;
}

static int close_image(struct device *device)
{
	int err = device->rings ? rings_close(device->rings) : 0;

	device->rings = NULL;
	for (__u16 i = 0; device->queues && i < device->info.nr_hw_queues; i++)
		queue_free(&device->queues[i]);
	if (device->fd >= 0)
		close(device->fd);
	return err;
}

static void free_device(struct device *device)
{
	control_close(&device->control);
	settled_free(&device->settled);
	free(device->queues);
	if (device->gone_fd >= 0)
		close(device->gone_fd);
	free(device);
}

/* A disk that is to be recovered stays as it was. */
static void give_up(struct device *device, bool is_new)
{
	if (is_new && device->info.dev_id != (__u32)-1)
		control_stop(&device->control, device->info.dev_id);
	close_image(device);
	if (is_new && device->info.dev_id != (__u32)-1)
		control_delete(&device->control, device->info.dev_id);
	free_device(device);
}

int device_open(const char *path, int number, struct device **opened,
		struct image_problem *problem)
{
	struct device *device = calloc(1, sizeof(*device));
	int err;

	if (!device)
		return problem_with(problem, path, -ENOMEM);
	device->fd = -1;
	device->gone_fd = -1;
	device->info.dev_id = number;
	set_name(device);
	err = open_control(device, problem);
	if (err) {
		free(device);
		return err;
	}
	err = look_at_files(device, path, problem);
	device->gone_fd = eventfd(0, EFD_CLOEXEC);
	if (!err && device->gone_fd < 0)
		err = problem_with(problem, path, -errno);
	if (!err)
		err = number == DEVICE_NEW ? open_new(device, path, problem)
					   : recover(device, path, problem);
	if (err) {
		give_up(device, number == DEVICE_NEW);
		return err;
	}
	set_name(device);
	*opened = device;
	return 0;
}

const char *device_name(const struct device *device)
{
	return device->name;
}

int device_number(const struct device *device)
{
	return device->info.dev_id;
}

unsigned int device_queues(const struct device *device)
{
	return device->info.nr_hw_queues;
}

__u64 device_bytes(const struct device *device)
{
	return ploop_disk_bytes(rings_image(device->rings));
}

bool device_is_claimed(const struct device *device)
{
	int fd = open(device->name, O_RDONLY | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		return errno == EBUSY;
	close(fd);
	return false;
}

int device_gone_fd(const struct device *device)
{
	return device->gone_fd;
}

int device_close(struct device *device, struct image_problem *problem)
{
	const __u32 number = device->info.dev_id;
	int err, image_err;

	err = control_stop(&device->control, number);
	image_err = close_image(device);
	if (!err || err == -ENODEV)
		err = control_delete(&device->control, number);
	if (err == -ENODEV) /* somebody else was faster */
		err = 0;
	if (err)
		problem_with(problem, device->name, err);
	if (image_err)
		err = problem_with(problem, device->name, image_err);
	free_device(device);
	return err;
}
