// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <bpf/bpf.h>

#include "disk.skel.h"

#define SPARE_DISKS 8

static const char *const programs[FRSP_DISK_NR_PROGRAMS] = {
	[FRSP_DISK_PROGRAM_COMPLETE] = "frsp_disk_complete",
};

struct disk_watch {
	struct watch base;
	struct frsp_disk *skel;
};

static int load_and_attach(struct disk_watch *watch, size_t n_disks)
{
	struct bpf_map *disks = watch->skel->maps.frsp_disk_disks;
	int err = watch_probe(watch->skel->obj);

	if (err <= 0)
		return err ?: -EOPNOTSUPP;
	err = bpf_map__set_max_entries(disks, 2 * n_disks + SPARE_DISKS);
	if (err)
		return err;
	watch->base = (struct watch){
		.name = "disk",
		.skeleton = watch->skel->skeleton,
		.object = watch->skel->obj,
		.costs = watch->skel->maps.frsp_disk_cost,
		.lost = watch->skel->maps.frsp_disk_lost,
		.programs = programs,
		.n_programs = FRSP_DISK_NR_PROGRAMS,
	};
	return watch_start(&watch->base);
}

int disk_watch_open(size_t n_disks, struct disk_watch **out)
{
	struct disk_watch *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->skel = frsp_disk__open();
	err = watch->skel ? load_and_attach(watch, n_disks) : -errno;
	if (err) {
		disk_watch_close(watch);
		return err;
	}
	*out = watch;
	return 0;
}

void disk_watch_close(struct disk_watch *watch)
{
	if (!watch)
		return;
	frsp_disk__destroy(watch->skel);
	free(watch);
}

int disk_watch_read(const struct disk_watch *watch, __u32 dev,
		    struct frsp_disk_times *totals)
{
	int err = watch_sum(watch->skel->maps.frsp_disk_disks, &dev, totals,
			    sizeof(*totals));

	return err == -ENOENT ? 0 : err;
}

void disk_watch_forget(const struct disk_watch *watch, __u32 dev)
{
	bpf_map_delete_elem(bpf_map__fd(watch->skel->maps.frsp_disk_disks),
			    &dev);
}

const struct watch *disk_watch_base(const struct disk_watch *watch)
{
	return &watch->base;
}
