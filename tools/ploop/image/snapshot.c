// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of a snapshot: the new, empty image is on the disk before the
 * descriptor names it. After a crash between both it is a file that nobody
 * needs, and the descriptor is the old one.
 */
#include "ploop/image/snapshot.h"

#include <errno.h>
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

static int push(const char *path, struct descriptor *descriptor,
		const struct descriptor_image *oldest,
		const struct ploop_header *header, struct snapshot *snapshot,
		struct image_problem *problem)
{
	struct descriptor_image next = {0};
	char name[PATH_MAX];
	int err = guid_make(snapshot->guid);

	next.file = name;
	if ((size_t)snprintf(name, sizeof(name), "%s.%s", oldest->file,
			     snapshot->guid) >= sizeof(name))
		err = -ENAMETOOLONG;
	if (!err)
		err = descriptor_file(path, &next, snapshot->file,
				      sizeof(snapshot->file));
	if (err)
		return problem_with(problem, path, err);
	err = image_make(snapshot->file, header, problem);
	if (err)
		return err;
	err = descriptor_push(descriptor, snapshot->guid, name);
	if (!err)
		err = descriptor_write(descriptor, path);
	if (!err)
		return 0;
	unlink(snapshot->file);
	return problem_with(problem, path, err);
}

/* The top is open: freezes it. */
static int freeze(const char *path, struct descriptor *descriptor,
		  const struct descriptor_image *oldest,
		  const struct image_file *top, struct snapshot *snapshot,
		  struct image_problem *problem)
{
	struct ploop_header header;
	enum ploop_fault fault = ploop_header_make(
		top->header.n_sectors, top->header.cluster_sectors, &header);

	if (fault)
		return problem_say(problem, path, "%s",
				   ploop_fault_text(fault));
	return push(path, descriptor, oldest, &header, snapshot, problem);
}

static int take(const char *path, struct descriptor *descriptor,
		struct snapshot *snapshot, struct image_problem *problem)
{
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	char file[PATH_MAX], wrong[DESCRIPTOR_TEXT];
	int n = descriptor_chain(descriptor, chain, wrong), err;
	struct image_file top;

	if (n < 0)
		return problem_say(problem, path, "%s", wrong);
	if (descriptor->n_images == DESCRIPTOR_MAX_IMAGES)
		return problem_say(problem, path, "it has too many images");
	err = descriptor_file(path, chain[0], file, sizeof(file));
	if (err)
		return problem_with(problem, path, err);
	if (chain[0]->is_raw)
		return problem_say(
			problem, file,
			"snapshots of a Plain image are not supported");
	err = open_top(file, &top, problem);
	if (err)
		return err;
	err = freeze(path, descriptor, chain[n - 1], &top, snapshot, problem);
	image_file_close(&top);
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
