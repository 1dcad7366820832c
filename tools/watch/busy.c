// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programs for ext4 only count right together, and so do those for XFS. So
 * each of the two sets is loaded as a whole or not at all.
 */
#include "watch/busy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "busy.skel.h"

static const char *const programs[FRSP_BUSY_NR_PROGRAMS] = {
	[FRSP_BUSY_PROGRAM_COMMIT] = "frsp_busy_commit",
	[FRSP_BUSY_PROGRAM_FLAGS] = "frsp_busy_flags",
	[FRSP_BUSY_PROGRAM_FREE] = "frsp_busy_free",
	[FRSP_BUSY_PROGRAM_XFS_CLEAR] = "frsp_busy_xfs_clear",
	[FRSP_BUSY_PROGRAM_XFS_REUSE_PART] = "frsp_busy_xfs_reuse_part",
	[FRSP_BUSY_PROGRAM_XFS_REUSE_BTREE] = "frsp_busy_xfs_reuse_btree",
	[FRSP_BUSY_PROGRAM_XFS_REUSE_AGFL] = "frsp_busy_xfs_reuse_agfl",
	[FRSP_BUSY_PROGRAM_XFS_REUSE_BLOCK] = "frsp_busy_xfs_reuse_block",
	[FRSP_BUSY_PROGRAM_XFS_BEGIN] = "frsp_busy_xfs_begin",
	[FRSP_BUSY_PROGRAM_XFS_TRIM] = "frsp_busy_xfs_trim",
	[FRSP_BUSY_PROGRAM_XFS_FORCE] = "frsp_busy_xfs_force",
	[FRSP_BUSY_PROGRAM_XFS_FORCE_NEAR] = "frsp_busy_xfs_force_near",
	[FRSP_BUSY_PROGRAM_XFS_FORCE_SIZE] = "frsp_busy_xfs_force_size",
};

struct busy_watch {
	struct watch base;
	struct frsp_busy *skel;
	bool ext4, xfs;
};

/* Call it after watch_probe(), which may have turned some of the programs off:
 * then it turns all of them off. Returns whether they are on.
 */
static bool all_or_none(struct bpf_program *const *of_fs, size_t n)
{
	bool all = true;

	for (size_t i = 0; i < n; i++)
		all &= bpf_program__autoload(of_fs[i]);
	for (size_t i = 0; i < n; i++)
		bpf_program__set_autoload(of_fs[i], all);
	return all;
}

static void choose_ext4(struct busy_watch *watch)
{
	struct bpf_program *const of_ext4[] = {
		watch->skel->progs.frsp_busy_commit,
		watch->skel->progs.frsp_busy_flags,
		watch->skel->progs.frsp_busy_free,
	};

	watch->ext4 = all_or_none(of_ext4, 3);
}

/* The reuse of busy blocks is seen at the tracepoint xfs_btree_alloc_block if
 * the kernel has it, else (6.1) at the end of the function
 * xfs_extent_busy_reuse(). So one of these two programs is needed.
 */
static void choose_xfs(struct busy_watch *watch)
{
	struct bpf_program *btree =
		watch->skel->progs.frsp_busy_xfs_reuse_btree;
	bool has_btree = bpf_program__autoload(btree);
	struct bpf_program *const of_xfs[] = {
		watch->skel->progs.frsp_busy_xfs_clear,
		watch->skel->progs.frsp_busy_xfs_reuse_part,
		watch->skel->progs.frsp_busy_xfs_begin,
		watch->skel->progs.frsp_busy_xfs_trim,
		watch->skel->progs.frsp_busy_xfs_force,
		watch->skel->progs.frsp_busy_xfs_force_near,
		watch->skel->progs.frsp_busy_xfs_force_size,
		has_btree ? btree
			  : watch->skel->progs.frsp_busy_xfs_reuse_block,
		watch->skel->progs.frsp_busy_xfs_reuse_agfl,
	};
	char type[32];

	watch->xfs = all_or_none(of_xfs, sizeof(of_xfs) / sizeof(*of_xfs)) &&
		     watch_tracepoint_argument("xfs_extent_busy", 0, type,
					       sizeof(type));
	if (has_btree || !watch->xfs)
		bpf_program__set_autoload(
			watch->skel->progs.frsp_busy_xfs_reuse_block, false);
	watch->skel->rodata->has_xfs_groups =
		watch->xfs && !strcmp(type, "xfs_group");
}

static int load_and_attach(struct busy_watch *watch)
{
	int err = watch_probe(watch->skel->obj);

	if (err < 0)
		return err;
	choose_ext4(watch);
	choose_xfs(watch);
	if (!watch->ext4 && !watch->xfs)
		return -EOPNOTSUPP;
	watch->base = (struct watch){
		.name = "busy",
		.skeleton = watch->skel->skeleton,
		.object = watch->skel->obj,
		.lost = watch->skel->maps.frsp_busy_lost,
		.costs = watch->skel->maps.frsp_busy_cost,
		.programs = programs,
		.n_programs = FRSP_BUSY_NR_PROGRAMS,
	};
	err = watch_start(&watch->base);
	watch->ext4 =
		watch_has(&watch->base, watch->skel->progs.frsp_busy_free);
	watch->xfs =
		watch_has(&watch->base, watch->skel->progs.frsp_busy_xfs_clear);
	return err;
}

int busy_watch_open(struct busy_watch **out)
{
	struct busy_watch *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->skel = frsp_busy__open();
	err = watch->skel ? load_and_attach(watch) : -errno;
	if (err) {
		busy_watch_close(watch);
		return err;
	}
	*out = watch;
	return 0;
}

void busy_watch_close(struct busy_watch *watch)
{
	if (!watch)
		return;
	frsp_busy__destroy(watch->skel);
	free(watch);
}

bool busy_watch_has(const struct busy_watch *watch, bool is_ext4)
{
	return is_ext4 ? watch->ext4 : watch->xfs;
}

/* A value of the map begins with struct frsp_busy_fs. Private members of the
 * BPF program follow.
 */
int busy_watch_fs(const struct busy_watch *watch, __u32 dev,
		  struct frsp_busy_fs *totals)
{
	const struct bpf_map *map = watch->skel->maps.frsp_busy_fs;
	void *value = malloc(bpf_map__value_size(map));
	int err;

	*totals = (struct frsp_busy_fs){0};
	if (!value)
		return -ENOMEM;
	err = bpf_map_lookup_elem_flags(bpf_map__fd(map), &dev, value,
					BPF_F_LOCK);
	if (!err)
		memcpy(totals, value, sizeof(*totals));
	free(value);
	return err == -ENOENT ? 0 : err;
}

void busy_watch_forget(const struct busy_watch *watch, __u32 dev)
{
	bpf_map_delete_elem(bpf_map__fd(watch->skel->maps.frsp_busy_fs), &dev);
}

const struct watch *busy_watch_base(const struct busy_watch *watch)
{
	return &watch->base;
}
