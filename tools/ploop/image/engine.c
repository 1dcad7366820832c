// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/engine.h"

#include <errno.h>

#include "ploop/image/descriptor.h"

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

int engine_open_chain(const char *path, const struct chain *chain, size_t level,
		      const struct seats_settings *settings,
		      struct seats **seats, struct image_problem *problem)
{
	const char *files[DESCRIPTOR_MAX_IMAGES] = {0}; /* the oldest first */
	struct ploop_finding finding = {0};
	int err;

	for (size_t i = level; i < chain->n; i++) {
		const struct chain_image *image = &chain->images[i];

		if (image->is_raw)
			return problem_say(
				problem, image->path,
				"disks with a Plain image are not written");
		files[chain->n - 1 - i] = image->path;
	}
	err = seats_open(files, chain->n - level, settings, seats, &finding);
	if (err == -EUCLEAN)
		return say_finding(files[finding.file], &finding, problem);
	return err ? problem_with(problem, path, err) : 0;
}

int engine_open(const char *path, const struct seats_settings *settings,
		struct seats **seats, struct image_problem *problem)
{
	struct chain chain;
	int err = chain_open(path, &chain, problem);

	if (err)
		return err;
	err = engine_open_chain(path, &chain, 0, settings, seats, problem);
	chain_close(&chain);
	return err;
}
