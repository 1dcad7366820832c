// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/engine.h"

#include <errno.h>

#include "ploop/io/file.h"

/* Says where the finding is: of an entry, if it is about one. */
static int say_finding(const char *path, const struct ploop_finding *finding,
		       struct image_problem *problem)
{
	if (finding->fault >= PLOOP_ENTRY_IN_TABLE)
		return problem_say(problem, path,
				   "entry %u of the block table %s",
				   finding->entry,
				   ploop_fault_text(finding->fault));
	return problem_say(problem, path, "%s",
			   ploop_fault_text(finding->fault));
}

/* One of seats and rings, the other is NULL. */
struct opening {
	const struct seats_settings *seats_settings;
	struct seats **seats;
	const struct rings_settings *rings_settings;
	struct rings **rings;
};

static int open_files(const char *const *files, size_t n,
		      const struct opening *opening,
		      struct ploop_finding *finding)
{
	if (opening->seats)
		return seats_open(files, n, opening->seats_settings,
				  opening->seats, finding);
	return rings_open(files, n, opening->rings_settings, opening->rings,
			  finding);
}

static int open_chain(const char *path, const struct chain *chain, size_t level,
		      const struct opening *opening,
		      struct image_problem *problem)
{
	const char *files[IMAGE_MAX_FILES] = {0}; /* the oldest first */
	struct ploop_finding finding = {0};
	int err;

	if (chain->n > IMAGE_MAX_FILES)
		return problem_say(
			problem, path,
			"it has %zu images, and a disk of more than %d is not written: convert it to one",
			chain->n, IMAGE_MAX_FILES);
	for (size_t i = level; i < chain->n; i++) {
		const struct chain_image *image = &chain->images[i];

		if (image->is_raw)
			return problem_say(
				problem, image->path,
				"disks with a Plain image are not written");
		files[chain->n - 1 - i] = image->path;
	}
	err = open_files(files, chain->n - level, opening, &finding);
	if (err == -EUCLEAN)
		return say_finding(files[finding.file], &finding, problem);
	return err ? problem_with(problem, path, err) : 0;
}

int engine_open_chain(const char *path, const struct chain *chain, size_t level,
		      const struct seats_settings *settings,
		      struct seats **seats, struct image_problem *problem)
{
	const struct opening opening = {
		.seats_settings = settings,
		.seats = seats,
	};

	return open_chain(path, chain, level, &opening, problem);
}

static int open_path(const char *path, const struct opening *opening,
		     struct image_problem *problem)
{
	struct chain chain;
	int err = chain_open(path, &chain, problem);

	if (err)
		return err;
	err = open_chain(path, &chain, 0, opening, problem);
	chain_close(&chain);
	return err;
}

int engine_open(const char *path, const struct seats_settings *settings,
		struct seats **seats, struct image_problem *problem)
{
	const struct opening opening = {
		.seats_settings = settings,
		.seats = seats,
	};

	return open_path(path, &opening, problem);
}

int engine_open_rings(const char *path, const struct rings_settings *settings,
		      struct rings **rings, struct image_problem *problem)
{
	const struct opening opening = {
		.rings_settings = settings,
		.rings = rings,
	};

	return open_path(path, &opening, problem);
}
