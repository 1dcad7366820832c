// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ploop/image/descriptor.h"

static int open_raw(struct chain_image *image)
{
	int fd = open(image->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	image->file.fd = fd;
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	image->file.bytes = st.st_size;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

/* Adds an image, which becomes the lowest one. */
static int add_image(struct chain *chain, const char *path, bool is_raw,
		     struct image_problem *problem)
{
	struct chain_image *image = &chain->images[chain->n];
	enum ploop_fault fault = PLOOP_FINE;
	int err;

	*image = (struct chain_image){.is_raw = is_raw, .file.fd = -1};
	chain->n++; /* chain_close() closes what there is of it */
	image->path = strdup(path);
	if (!image->path)
		return problem_with(problem, path, -ENOMEM);
	err = is_raw ? open_raw(image)
		     : image_file_open(path, false, &image->file, &fault);
	if (err == -EBADMSG)
		return problem_say(problem, path, "%s",
				   ploop_fault_text(fault));
	if (!err && !is_raw) {
		image->piece = calloc(1, sizeof(*image->piece));
		err = image->piece ? 0 : -ENOMEM;
	}
	return err ? problem_with(problem, path, err) : 0;
}

/* Takes the sizes of the disk from its top, and compares those below. */
static int compare_sizes(struct chain *chain, struct image_problem *problem)
{
	const struct chain_image *top = chain->images;

	if (top->is_raw) {
		chain->n_sectors =
			(top->file.bytes + PLOOP_SECTOR - 1) / PLOOP_SECTOR;
		return 0;
	}
	chain->n_sectors = top->file.header.n_sectors;
	chain->cluster_sectors = top->file.header.cluster_sectors;
	for (size_t i = 1; i < chain->n; i++) {
		const struct chain_image *image = &chain->images[i];

		if (!image->is_raw && image->file.header.cluster_sectors !=
					      chain->cluster_sectors)
			return problem_say(
				problem, image->path,
				"its clusters have another size than those of %.150s",
				top->path);
	}
	return 0;
}

static int open_images(const char *path, const struct descriptor *descriptor,
		       struct chain *chain, struct image_problem *problem)
{
	const struct descriptor_image *images[DESCRIPTOR_MAX_IMAGES];
	char file[PATH_MAX], wrong[DESCRIPTOR_TEXT];
	int n = descriptor_chain(descriptor, images, wrong), err = 0;

	if (n < 0)
		return problem_say(problem, path, "%s", wrong);
	for (int i = 0; !err && i < n; i++) {
		err = descriptor_file(path, images[i], file, sizeof(file));
		err = err ? problem_with(problem, path, err)
			  : add_image(chain, file, images[i]->is_raw, problem);
	}
	return err;
}

static int open_disk(const char *path, struct chain *chain,
		     struct image_problem *problem)
{
	struct descriptor descriptor;
	int err = descriptor_read(path, &descriptor, problem);

	if (err)
		return err;
	chain->cluster_sectors = descriptor.cluster_sectors;
	err = open_images(path, &descriptor, chain, problem);
	descriptor_free(&descriptor);
	return err;
}

static int begin(struct chain *chain, __u32 cluster_sectors)
{
	*chain = (struct chain){.cluster_sectors = cluster_sectors};
	chain->images = calloc(DESCRIPTOR_MAX_IMAGES, sizeof(*chain->images));
	return chain->images ? 0 : -ENOMEM;
}

int chain_open(const char *path, struct chain *chain,
	       struct image_problem *problem)
{
	int err = begin(chain, 0);

	if (err)
		return problem_with(problem, path, err);
	err = descriptor_is_path(path) ? open_disk(path, chain, problem)
				       : add_image(chain, path, false, problem);
	if (!err)
		err = compare_sizes(chain, problem);
	if (err)
		chain_close(chain);
	return err;
}

int chain_open_raw(const char *path, __u32 cluster_sectors, struct chain *chain,
		   struct image_problem *problem)
{
	int err = begin(chain, cluster_sectors);

	if (err)
		return problem_with(problem, path, err);
	err = add_image(chain, path, true, problem);
	if (!err)
		err = compare_sizes(chain, problem);
	if (err)
		chain_close(chain);
	return err;
}

void chain_close(struct chain *chain)
{
	for (size_t i = 0; i < chain->n; i++) {
		struct chain_image *image = &chain->images[i];

		if (image->file.fd >= 0)
			image_file_close(&image->file);
		free(image->piece);
		free(image->path);
	}
	free(chain->images);
}
