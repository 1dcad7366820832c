// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image resize and compact: the engine does the work, so a crash at any
 * step leaves the image as it was, or as it shall be.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "ploop/image/chain.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/engine.h"
#include "ploop/tool/tool.h"
#include "ui/document.h"

#define RESIZE_SCHEMA  "frsp.image-resize/1"
#define COMPACT_SCHEMA "frsp.image-compact/1"

/* Does one request, and closes the engine. */
static int do_and_close(const char *path, struct seats *seats, enum ploop_op op,
			__u64 offset, struct image_problem *problem)
{
	int err = seats_do(seats, op, 0, offset, 0, NULL);
	int close_err = seats_close(seats);

	err = err ? err : close_err;
	if (err == -EFBIG)
		return problem_say(
			problem, path,
			"its clusters are too small for a disk of that size");
	if (err == -EOPNOTSUPP)
		return problem_say(
			problem, path,
			"its format extension is where the longer table will be");
	return err ? problem_with(problem, path, err) : 0;
}

/* The newest image has the new length: the descriptor follows. */
static int resize_descriptor(const char *path, __u64 bytes,
			     struct image_problem *problem)
{
	struct descriptor descriptor;
	int err = descriptor_read(path, &descriptor, problem);

	if (err)
		return err;
	descriptor_resize(&descriptor, bytes / PLOOP_SECTOR);
	err = descriptor_write(&descriptor, path);
	descriptor_free(&descriptor);
	return err ? problem_with(problem, path, err) : 0;
}

static int resize(const char *path, struct seats *seats, __u64 bytes,
		  struct image_problem *problem)
{
	const __u64 now = ploop_disk_bytes(seats_image(seats));
	int err;

	if (bytes == now)
		seats_close(seats);
	err = bytes == now
		      ? 0
		      : do_and_close(path, seats,
				     bytes > now ? PLOOP_GROW : PLOOP_SHRINK,
				     bytes, problem);
	if (!err && descriptor_is_path(path))
		err = resize_descriptor(path, bytes, problem);
	return err;
}

static enum exit_code report_size(const struct ctl *ctl, __u64 bytes)
{
	struct json_object *document;
	char disk[FMT_LEN];

	if (!ctl->json) {
		printf("%s: a disk of %s\n", ctl->args[0],
		       fmt_bytes(disk, bytes, false));
		return EXIT_OK;
	}
	document = document_new(RESIZE_SCHEMA);
	json_add_text(document, "path", ctl->args[0]);
	json_add_u64(document, "disk_bytes", bytes);
	return document_print(document);
}

enum exit_code image_resize_command(const struct ctl *ctl)
{
	const struct seats_settings settings = {.n_seats = 1};
	const char *path = ctl->args[0], *size = ctl->args[1];
	struct image_problem problem;
	struct seats *seats;
	__u64 bytes, now;
	int err;

	if (fmt_parse_bytes(size, &bytes) || !bytes || bytes % PLOOP_SECTOR)
		return log_fail(
			EXIT_USAGE,
			"a multiple of 512 bytes, or a number with K, M, G or T",
			"SIZE: \"%s\" is not a size of a disk", size);
	err = engine_open(path, &settings, &seats, &problem);
	if (err)
		return image_failed(&problem, err);
	now = ploop_disk_bytes(seats_image(seats));
	if (bytes < now && !ctl->shrink) {
		seats_close(seats);
		return log_fail(
			EXIT_FAILED,
			"make filesystem and partitions smaller first, then add --shrink",
			"%s: the disk has %llu bytes; what is behind the new end would be lost",
			path, now);
	}
	err = resize(path, seats, bytes, &problem);
	return err ? image_failed(&problem, err) : report_size(ctl, bytes);
}

/* What the images of the disk take on the host. */
static int host_bytes(const char *path, __u64 *bytes,
		      struct image_problem *problem)
{
	struct chain chain;
	struct stat st;
	int err = chain_open(path, &chain, problem);

	if (err)
		return err;
	*bytes = 0;
	for (size_t i = 0; i < chain.n; i++)
		if (!fstat(chain.images[i].file.fd, &st))
			*bytes += st.st_blocks * 512ULL;
	chain_close(&chain);
	return 0;
}

static enum exit_code report_freed(const struct ctl *ctl, __u64 before,
				   __u64 after)
{
	const __u64 freed = before > after ? before - after : 0;
	char now[FMT_LEN], less[FMT_LEN];
	struct json_object *document;

	if (!ctl->json) {
		printf("%s: takes %s, %s less than before\n", ctl->args[0],
		       fmt_bytes(now, after, ctl->exact),
		       fmt_bytes(less, freed, ctl->exact));
		return EXIT_OK;
	}
	document = document_new(COMPACT_SCHEMA);
	json_add_text(document, "path", ctl->args[0]);
	json_add_u64(document, "host_bytes", after);
	json_add_u64(document, "freed_bytes", freed);
	return document_print(document);
}

enum exit_code image_compact_command(const struct ctl *ctl)
{
	const struct seats_settings settings = {.n_seats = 1};
	const char *path = ctl->args[0];
	struct image_problem problem;
	struct seats *seats;
	__u64 before, after;
	int err = host_bytes(path, &before, &problem);

	if (!err)
		err = engine_open(path, &settings, &seats, &problem);
	if (!err)
		err = do_and_close(path, seats, PLOOP_COMPACT, 0, &problem);
	if (!err)
		err = host_bytes(path, &after, &problem);
	return err ? image_failed(&problem, err)
		   : report_freed(ctl, before, after);
}
