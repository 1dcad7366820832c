// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of a snapshot: the new, empty image is on the disk before the
 * descriptor names it. After a crash between both it is a file that nobody
 * needs, and the descriptor is the old one.
 */
#include "ploop/image/snapshot.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ploop/image/chain.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/file.h"
#include "ploop/image/writer.h"

#define FIRST_FILE "root.hds"

int image_make(const char *path, const struct ploop_header *header,
	       struct image_problem *problem)
{
	struct writer *writer;
	int err = writer_begin(path, header, &writer);

	if (!err)
		err = writer_end(writer);
	return err ? problem_with(problem, path, err) : 0;
}

int disk_make(const char *path, const struct ploop_header *header,
	      struct image_problem *problem)
{
	const struct descriptor_image first = {.file = (char *)FIRST_FILE};
	struct descriptor descriptor;
	char file[PATH_MAX];
	int err = descriptor_file(path, &first, file, sizeof(file));

	if (!err && !access(path, F_OK))
		err = -EEXIST;
	if (err)
		return problem_with(problem, path, err);
	err = image_make(file, header, problem);
	if (err)
		return err;
	err = descriptor_make(header->n_sectors, header->cluster_sectors,
			      FIRST_FILE, &descriptor);
	if (!err) {
		err = descriptor_write(&descriptor, path);
		descriptor_free(&descriptor);
	}
	if (!err)
		return 0;
	unlink(file);
	return problem_with(problem, path, err);
}

/* Opens the top, so that nobody else opens it meanwhile. */
static int open_top(const char *path, struct image_file *top,
		    struct image_problem *problem)
{
	enum ploop_fault fault;
	int err = image_file_open(path, true, top, &fault);

	if (err == -EBADMSG)
		return problem_say(problem, path, "%s",
				   ploop_fault_text(fault));
	if (err)
		return problem_with(problem, path, err);
	if (!ploop_was_in_use(&top->header))
		return 0;
	image_file_close(top);
	return problem_say(problem, path, "it was not closed");
}

/* What puts the new image into the descriptor. */
struct naming {
	const char *path;
	struct descriptor *descriptor;
	const struct snapshot *snapshot;
	char name[PATH_MAX]; /* of the new image */
	bool may_be_named;   /* on the disk */
};

static int name_it(void *context)
{
	struct naming *naming = context;
	int err = descriptor_push(naming->descriptor, naming->snapshot->guid,
				  naming->name);

	if (err)
		return err;
	naming->may_be_named = true;
	return descriptor_write(naming->descriptor, naming->path);
}

/* Makes the new, empty image beside the others. */
static int make_next(struct naming *naming,
		     const struct descriptor_image *oldest, __u64 n_sectors,
		     __u32 cluster_sectors, struct snapshot *snapshot,
		     struct image_problem *problem)
{
	struct descriptor_image next = {.file = naming->name};
	struct ploop_header header;
	enum ploop_fault fault =
		ploop_header_make(n_sectors, cluster_sectors, &header);
	int err = guid_make(snapshot->guid);

	if (fault)
		return problem_say(problem, naming->path, "%s",
				   ploop_fault_text(fault));
	if ((size_t)snprintf(naming->name, sizeof(naming->name), "%s.%s",
			     oldest->file,
			     snapshot->guid) >= sizeof(naming->name))
		err = -ENAMETOOLONG;
	if (!err)
		err = descriptor_file(naming->path, &next, snapshot->file,
				      sizeof(snapshot->file));
	if (err)
		return problem_with(problem, naming->path, err);
	return image_make(snapshot->file, &header, problem);
}

/* The naming has ended with this. A file that a descriptor may name stays: it
 * is empty. */
static int named(const struct naming *naming, int err,
		 struct image_problem *problem)
{
	if (!err)
		return 0;
	if (!naming->may_be_named)
		unlink(naming->snapshot->file);
	if (err == -EMLINK)
		return problem_say(problem, naming->path,
				   "a server cannot open more images");
	return problem_with(problem, naming->path, err);
}

/* The newest and the oldest image of a disk of which a snapshot can be taken. 0
 * or -EBADMSG. */
static int find_ends(const char *path, const struct descriptor *descriptor,
		     const struct descriptor_image **top,
		     const struct descriptor_image **oldest,
		     struct image_problem *problem)
{
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	char wrong[DESCRIPTOR_TEXT];
	int n = descriptor_chain(descriptor, chain, wrong);

	if (n < 0)
		return problem_say(problem, path, "%s", wrong);
	if (descriptor->n_images == DESCRIPTOR_MAX_IMAGES)
		return problem_say(problem, path, "it has too many images");
	if (chain[0]->is_raw)
		return problem_say(
			problem, path,
			"snapshots of a Plain image are not supported");
	*top = chain[0];
	*oldest = chain[n - 1];
	return 0;
}

static int take(const char *path, struct descriptor *descriptor,
		struct snapshot *snapshot, struct image_problem *problem)
{
	struct naming naming = {path, descriptor, snapshot, "", false};
	const struct descriptor_image *newest, *oldest;
	int err = find_ends(path, descriptor, &newest, &oldest, problem);
	struct image_file top;
	char file[PATH_MAX];

	if (err)
		return err;
	err = descriptor_file(path, newest, file, sizeof(file));
	if (err)
		return problem_with(problem, path, err);
	err = open_top(file, &top, problem);
	if (err)
		return err;
	err = make_next(&naming, oldest, top.header.n_sectors,
			top.header.cluster_sectors, snapshot, problem);
	if (!err)
		err = named(&naming, name_it(&naming), problem);
	image_file_close(&top);
	return err;
}

static int take_open(const char *path, struct descriptor *descriptor,
		     struct seats *seats, struct snapshot *snapshot,
		     struct image_problem *problem)
{
	const struct ploop_image *image = seats_image(seats);
	struct naming naming = {path, descriptor, snapshot, "", false};
	const struct descriptor_image *top, *oldest;
	int err = find_ends(path, descriptor, &top, &oldest, problem);

	if (err)
		return err;
	err = make_next(&naming, oldest, ploop_disk_bytes(image) / PLOOP_SECTOR,
			ploop_image_header(image)->cluster_sectors, snapshot,
			problem);
	if (err)
		return err;
	err = seats_snapshot(seats, snapshot->file, name_it, &naming);
	return named(&naming, err, problem);
}

int snapshot_take_open(const char *path, struct seats *seats,
		       struct snapshot *snapshot, struct image_problem *problem)
{
	struct descriptor descriptor;
	int err = descriptor_read(path, &descriptor, problem);

	if (err)
		return err;
	err = take_open(path, &descriptor, seats, snapshot, problem);
	descriptor_free(&descriptor);
	return err;
}

int snapshot_take(const char *path, struct snapshot *snapshot,
		  struct image_problem *problem)
{
	struct descriptor descriptor;
	struct chain chain;
	int err = chain_open(path, &chain, problem);

	if (err)
		return err;
	chain_close(&chain); /* all images are there */
	err = descriptor_read(path, &descriptor, problem);
	if (err)
		return err;
	err = take(path, &descriptor, snapshot, problem);
	descriptor_free(&descriptor);
	return err;
}
