// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin of nbdkit that serves an image: "nbdkit frsp FILE". All
 * connections share one engine, so a flush on one covers the others.
 *
 * The header is looked at before nbdkit goes into the background, so that the
 * user sees what is wrong. The engine, which has threads, is opened by the
 * first connection, which also says whether it may write.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#include "base/fmt.h"
#include "base/version.h"
#include "ploop/image/chain.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/engine.h"
#include "ploop/image/snapshot.h"
#include "ploop/nbd/control.h"
#include "ploop/tier/pair.h"

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL

#define MAX_REQUEST (32 << 20)

#define INTERVAL_S 10

static char *path;	   /* absolute, */
static char *control_path; /* as well; NULL: no control */
static char *slow_path;	   /* of a tier pair */
static struct pair_settings tier = {.interval_s = INTERVAL_S};
static bool has_tier_settings;

static struct seats *seats;
static struct pair *pair; /* then the seats are its */
static bool is_read_only;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static int set_path(char **to, const char *value)
{
	free(*to);
	*to = nbdkit_realpath(value);
	return *to ? 0 : -1;
}

static int wrong_value(const char *key, const char *value, const char *wanted)
{
	nbdkit_error("%s: \"%s\" is not %s", key, value, wanted);
	return -1;
}

static int tier_config(const char *key, const char *value)
{
	has_tier_settings = true;
	if (!strcmp(key, "fast-size"))
		return fmt_parse_bytes(value, &tier.fast_bytes) ||
				       !tier.fast_bytes
			       ? wrong_value(key, value,
					     "bytes, or with K, M, G or T")
			       : 0;
	if (!strcmp(key, "tier-policy"))
		return set_path((char **)&tier.policy, value);
	if (!strcmp(key, "tier-interval"))
		return fmt_parse_seconds(value, &tier.interval_s) ||
				       !(tier.interval_s > 0)
			       ? wrong_value(key, value,
					     "seconds, or with m, h or d")
			       : 0;
	nbdkit_error("unknown parameter \"%s\": there are file, control, "
		     "slow, fast-size, tier-policy and tier-interval",
		     key);
	return -1;
}

static int frsp_config(const char *key, const char *value)
{
	if (!strcmp(key, "file"))
		return set_path(&path, value);
	if (!strcmp(key, "slow"))
		return set_path(&slow_path, value);
	if (!strcmp(key, "control")) {
		free(control_path);
		control_path = nbdkit_absolute_path(value);
		return control_path ? 0 : -1;
	}
	return tier_config(key, value);
}

static int frsp_config_complete(void)
{
	if (path && (slow_path || !has_tier_settings))
		return 0;
	nbdkit_error(
		path ? "name the slow image of the tier pair, too: slow=FILE"
		     : "name an image: nbdkit frsp FILE");
	return -1;
}

static int frsp_get_ready(void)
{
	struct image_problem problem;
	struct chain chain;
	int err = chain_open(path, &chain, &problem);

	if (err) {
		nbdkit_error("%s: %s", problem.path, problem.text);
		return -1;
	}
	chain_close(&chain);
	err = control_path ? control_listen(control_path) : 0;
	if (!err)
		return 0;
	nbdkit_error("%s: %s", control_path, strerror(-err));
	return -1;
}

static int open_pair(const struct seats_settings *settings,
		     struct image_problem *problem)
{
	int err;

	tier.n_seats = settings->n_seats;
	tier.read_only = settings->read_only;
	err = pair_open(path, slow_path, &tier, &pair, problem);
	if (!err)
		seats = pair_seats(pair);
	return err;
}

static int open_seats(bool read_only)
{
	long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	const struct seats_settings settings = {
		.n_seats = n_cpus > 1 ? n_cpus : 1,
		.read_only = read_only,
	};
	struct image_problem problem;
	int err;

	is_read_only = read_only;
	err = slow_path ? open_pair(&settings, &problem)
			: engine_open(path, &settings, &seats, &problem);
	if (!err)
		return 0;
	seats = NULL;
	pair = NULL;
	nbdkit_error("%s: %s; \"frsp-image check\" says more", problem.path,
		     problem.text);
	return -1;
}

static void *frsp_open(int readonly)
{
	int err = 0;

	pthread_mutex_lock(&opening);
	if (!seats)
		err = open_seats(readonly);
	pthread_mutex_unlock(&opening);
	return err ? NULL : NBDKIT_HANDLE_NOT_NEEDED;
}

static void snapshot(const char *disk, FILE *out)
{
	struct image_problem problem;
	struct snapshot snapshot = {.guid = ""};

	if (strcmp(disk, path) != 0)
		fprintf(out, "error %s: the server has %s\n", disk, path);
	else if (!frsp_open(false))
		fprintf(out, "error %s: not opened\n", path);
	else if (is_read_only)
		fprintf(out, "error %s: it is served for reading\n", path);
	else if (!descriptor_is_path(path))
		fprintf(out, "error %s: an image alone has no snapshots\n",
			path);
	else if (snapshot_take_open(path, seats, &snapshot, &problem))
		fprintf(out, "error %s: %s\n", problem.path, problem.text);
	else
		fprintf(out, "ok %s %s\n", snapshot.guid, snapshot.file);
}

static void answer(const char *command, FILE *out)
{
	static const char word[] = "snapshot ";

	if (!strncmp(command, word, strlen(word)))
		snapshot(command + strlen(word), out);
	else
		fprintf(out, "error %s: unknown command\n", command);
}

static int frsp_after_fork(void)
{
	int err = control_start(answer);

	if (err)
		nbdkit_error("%s: %s", control_path, strerror(-err));
	return err;
}

static int close_pair(void)
{
	struct pair_counts counts;

	pair_counts(pair, &counts);
	nbdkit_debug("%llu clusters went up, %llu down, %llu failed",
		     counts.promoted, counts.demoted, counts.failed);
	return pair_close(pair);
}

static void frsp_cleanup(void)
{
	int err = 0;

	control_end();

	if (pair)
		err = close_pair();
	else if (seats)
		err = seats_close(seats);
	if (err)
		nbdkit_error("%s: not closed: %s", path, strerror(-err));
	seats = NULL;
	pair = NULL;
}

static void frsp_unload(void)
{
	control_end();
	free(path);
	free(control_path);
	free(slow_path);
	free((char *)tier.policy);
}

static int64_t frsp_get_size(void *handle)
{
	(void)handle;
	return ploop_disk_bytes(seats_image(seats));
}

static int frsp_block_size(void *handle, uint32_t *minimum, uint32_t *preferred,
			   uint32_t *maximum)
{
	(void)handle;
	*minimum = PLOOP_SECTOR;
	*preferred = 4096;
	*maximum = MAX_REQUEST;
	return 0;
}

static int frsp_can_write(void *handle)
{
	(void)handle;
	return !is_read_only;
}

static int frsp_can_fua(void *handle)
{
	(void)handle;
	return NBDKIT_FUA_NATIVE;
}

static int yes(void *handle)
{
	(void)handle;
	return 1;
}

static int do_request(enum ploop_op op, __u64 offset, __u64 n, void *buffer,
		      uint32_t flags)
{
	int err = seats_do(seats, op, flags & NBDKIT_FLAG_FUA ? PLOOP_FUA : 0,
			   offset, n, buffer);

	if (!err)
		return 0;
	nbdkit_error("%s: %llu bytes at byte %llu: %s", path, n, offset,
		     strerror(-err));
	nbdkit_set_error(-err);
	return -1;
}

static int frsp_pread(void *handle, void *buffer, uint32_t n, uint64_t offset,
		      uint32_t flags)
{
	(void)handle;
	return do_request(PLOOP_READ, offset, n, buffer, flags);
}

static int frsp_pwrite(void *handle, const void *buffer, uint32_t n,
		       uint64_t offset, uint32_t flags)
{
	(void)handle;
	return do_request(PLOOP_WRITE, offset, n, (void *)buffer, flags);
}

static int frsp_flush(void *handle, uint32_t flags)
{
	(void)handle;
	return do_request(PLOOP_FLUSH, 0, 0, NULL, flags);
}

static int frsp_trim(void *handle, uint32_t n, uint64_t offset, uint32_t flags)
{
	(void)handle;
	return do_request(PLOOP_DISCARD, offset, n, NULL, flags);
}

static int frsp_zero(void *handle, uint32_t n, uint64_t offset, uint32_t flags)
{
	(void)handle;
	return do_request(PLOOP_ZERO, offset, n, NULL, flags);
}

static int frsp_extents(void *handle, uint32_t n, uint64_t offset,
			uint32_t flags, struct nbdkit_extents *extents)
{
	const uint64_t end = offset + n;

	(void)handle;
	while (offset < end) {
		unsigned int file;
		__u64 byte, bytes;
		bool is_there = ploop_place(seats_image(seats), offset, &file,
					    &byte, &bytes);

		if (nbdkit_add_extent(extents, offset, bytes,
				      is_there ? 0
					       : NBDKIT_EXTENT_HOLE |
							 NBDKIT_EXTENT_ZERO))
			return -1;
		if (is_there && flags & NBDKIT_FLAG_REQ_ONE)
			break;
		offset += bytes;
	}
	return 0;
}

static struct nbdkit_plugin plugin = {
	.name = "frsp",
	.longname = "images of ploop",
	.version = frsp_version,
	.description = "Serves an image of ploop, or a DiskDescriptor.xml",
	.magic_config_key = "file",
	.config = frsp_config,
	.config_complete = frsp_config_complete,
	.config_help =
		"[file=]FILE           an image of ploop, or a DiskDescriptor.xml\n"
		"control=SOCKET        a socket for \"frsp-image snapshot --control\"\n"
		"slow=FILE             of a tier pair: the image below, on a slow disk\n"
		"fast-size=BYTES       the most that the other one may have\n"
		"tier-policy=FILE      as of \"frspctl plan\", without pins\n"
		"tier-interval=SECONDS between two decisions (default: 10)",
	.get_ready = frsp_get_ready,
	.after_fork = frsp_after_fork,
	.open = frsp_open,
	.cleanup = frsp_cleanup,
	.unload = frsp_unload,
	.get_size = frsp_get_size,
	.block_size = frsp_block_size,
	.can_write = frsp_can_write,
	.can_flush = yes,
	.can_trim = yes,
	.can_zero = yes,
	.can_extents = yes,
	.can_multi_conn = yes,
	.can_fua = frsp_can_fua,
	.pread = frsp_pread,
	.pwrite = frsp_pwrite,
	.flush = frsp_flush,
	.trim = frsp_trim,
	.zero = frsp_zero,
	.extents = frsp_extents,
	.errno_is_preserved = 0,
};

NBDKIT_REGISTER_PLUGIN(plugin)
