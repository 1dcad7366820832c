// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "alloc.skel.h"
#include "module/module.h"

static const char *const programs[FRSP_ALLOC_NR_PROGRAMS] = {
	[FRSP_ALLOC_PROGRAM_REQUEST] = "frsp_alloc_request",
	[FRSP_ALLOC_PROGRAM_SEARCH] = "frsp_alloc_search",
	[FRSP_ALLOC_PROGRAM_PREALLOC] = "frsp_alloc_prealloc",
	[FRSP_ALLOC_PROGRAM_DONE] = "frsp_alloc_done",
	[FRSP_ALLOC_PROGRAM_EXTENT] = "frsp_alloc_extent",
	[FRSP_ALLOC_PROGRAM_INDIRECT] = "frsp_alloc_indirect",
	[FRSP_ALLOC_PROGRAM_PICK] = "frsp_alloc_pick",
	[FRSP_ALLOC_PROGRAM_LOAD] = "frsp_alloc_load",
	[FRSP_ALLOC_PROGRAM_EVICT] = "frsp_alloc_evict",
};

struct alloc_watch {
	struct watch base;
	struct frsp_alloc *skel;
	bool frsp;
};

/* frsp.ko has no BTF in which watch_probe() could find its tracepoints. */
static void choose_frsp(struct frsp_alloc *skel)
{
	bool loaded = frsp_module_is_loaded();

	bpf_program__set_autoload(skel->progs.frsp_alloc_pick, loaded);
	bpf_program__set_autoload(skel->progs.frsp_alloc_load, loaded);
	bpf_program__set_autoload(skel->progs.frsp_alloc_evict, loaded);
}

static int load_and_attach(struct alloc_watch *watch)
{
	int err = watch_probe(watch->skel->obj);

	if (err <= 0)
		return err ?: -EOPNOTSUPP;
	choose_frsp(watch->skel);
	watch->base = (struct watch){
		.name = "alloc",
		.skeleton = watch->skel->skeleton,
		.object = watch->skel->obj,
		.costs = watch->skel->maps.frsp_alloc_cost,
		.lost = watch->skel->maps.frsp_alloc_lost,
		.programs = programs,
		.n_programs = FRSP_ALLOC_NR_PROGRAMS,
	};
	err = watch_start(&watch->base);
	watch->frsp =
		watch_has(&watch->base, watch->skel->progs.frsp_alloc_pick);
	return err;
}

int alloc_watch_open(struct alloc_watch **out)
{
	struct alloc_watch *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->skel = frsp_alloc__open();
	err = watch->skel ? load_and_attach(watch) : -errno;
	if (err) {
		alloc_watch_close(watch);
		return err;
	}
	*out = watch;
	return 0;
}

void alloc_watch_close(struct alloc_watch *watch)
{
	if (!watch)
		return;
	frsp_alloc__destroy(watch->skel);
	free(watch);
}

bool alloc_watch_has_frsp(const struct alloc_watch *watch)
{
	return watch->frsp;
}

int alloc_watch_fs(const struct alloc_watch *watch, __u32 dev,
		   struct frsp_alloc_fs *totals)
{
	int err = watch_sum(watch->skel->maps.frsp_alloc_fs, &dev, totals,
			    sizeof(*totals));

	return err == -ENOENT ? 0 : err;
}

void alloc_watch_forget(const struct alloc_watch *watch, __u32 dev)
{
	bpf_map_delete_elem(bpf_map__fd(watch->skel->maps.frsp_alloc_fs), &dev);
}

const struct watch *alloc_watch_base(const struct alloc_watch *watch)
{
	return &watch->base;
}
