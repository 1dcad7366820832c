// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/latency.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "latency.skel.h"

/* Entries per system call: 110 KB. The call needs room for all entries of a
 * bucket of the hash map, which are few.
 */
#define BATCH 64

static const char *const programs[FRSP_LATENCY_NR_PROGRAMS] = {
	[FRSP_LATENCY_PROGRAM_COMPLETE] = "frsp_latency_complete",
};

struct latency_watch {
	struct watch base;
	struct frsp_latency *skel;
};

struct batch {
	struct frsp_latency_key keys[BATCH];
	struct frsp_latency_times values[BATCH];
};

static int load_and_attach(struct latency_watch *watch)
{
	int err = watch_probe(watch->skel->obj);

	if (err <= 0)
		return err ?: -EOPNOTSUPP;
	watch->skel->rodata->page_shift = __builtin_ctzl(sysconf(_SC_PAGESIZE));
	watch->skel->rodata->have_rdonly_cast =
		watch_kernel_has("bpf_rdonly_cast");
	watch->base = (struct watch){
		.name = "latency",
		.skeleton = watch->skel->skeleton,
		.object = watch->skel->obj,
		.costs = watch->skel->maps.frsp_latency_cost,
		.lost = watch->skel->maps.frsp_latency_lost,
		.programs = programs,
		.n_programs = FRSP_LATENCY_NR_PROGRAMS,
	};
	return watch_start(&watch->base);
}

int latency_watch_open(struct latency_watch **out)
{
	struct latency_watch *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->skel = frsp_latency__open();
	err = watch->skel ? load_and_attach(watch) : -errno;
	if (err) {
		latency_watch_close(watch);
		return err;
	}
	*out = watch;
	return 0;
}

void latency_watch_close(struct latency_watch *watch)
{
	if (!watch)
		return;
	frsp_latency__destroy(watch->skel);
	free(watch);
}

__u64 latency_watch_made(const struct latency_watch *watch)
{
	return watch->skel->bss->frsp_latency_made;
}

int latency_watch_each(const struct latency_watch *watch,
		       int (*visit)(void *context,
				    const struct frsp_latency_key *key,
				    const struct frsp_latency_times *latency),
		       void *context)
{
	int map = bpf_map__fd(watch->skel->maps.frsp_latency_files);
	struct batch *batch = malloc(sizeof(*batch));
	__u32 at = 0, n = BATCH;
	bool first = true;
	int err = batch ? 0 : -ENOMEM, end = 0;

	while (!err && !end) {
		n = BATCH;
		end = bpf_map_lookup_batch(map, first ? NULL : &at, &at,
					   batch->keys, batch->values, &n,
					   NULL);
		first = false;
		if (end && end != -ENOENT) /* -ENOENT: these are the last */
			err = end;
		for (__u32 i = 0; !err && i < n; i++)
			err = visit(context, &batch->keys[i],
				    &batch->values[i]);
	}
	free(batch);
	return err;
}

bool latency_watch_forget(const struct latency_watch *watch,
			  const struct frsp_latency_key *key)
{
	return !bpf_map_delete_elem(
		bpf_map__fd(watch->skel->maps.frsp_latency_files), key);
}

const struct watch *latency_watch_base(const struct latency_watch *watch)
{
	return &watch->base;
}
