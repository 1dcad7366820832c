// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "model.h"

void model_init(struct model *model, __u32 n_sectors)
{
	model->n_sectors = n_sectors;
	model->sectors = calloc(n_sectors, sizeof(*model->sectors));
	if (!model->sectors)
		abort();
}

void model_exit(struct model *model)
{
	free(model->sectors);
}

void model_set(struct model *model, __u32 sector, __u64 tag)
{
	model->sectors[sector].n = 1;
	model->sectors[sector].versions[0] = (struct version){.tag = tag};
}

void model_clear(struct model *model, __u32 sector)
{
	model->sectors[sector].n = 0;
}

bool model_has_room(const struct model *model, __u32 from, __u32 n)
{
	for (__u32 i = from; i < from + n; i++)
		if (model->sectors[i].n == MODEL_VERSIONS)
			return false;
	return true;
}

void model_write(struct model *model, __u32 sector, __u64 tag, __u32 now)
{
	struct model_sector *one = &model->sectors[sector];

	one->versions[one->n++] = (struct version){
		.tag = tag, .submitted = now, .acked = MODEL_NEVER};
}

/* Whether a version that was acknowledged before the time came after it. */
static bool is_over(const struct model_sector *one,
		    const struct version *version, __u32 time)
{
	for (__u32 i = 0; i < one->n; i++)
		if (one->versions[i].acked < time &&
		    !one->versions[i].is_weak &&
		    version->acked < one->versions[i].submitted)
			return true;
	return false;
}

void model_ack(struct model *model, __u32 sector, __u32 submitted, __u32 now,
	       bool is_stable)
{
	struct model_sector *one = &model->sectors[sector];

	for (__u32 i = 0; i < one->n; i++)
		if (one->versions[i].submitted == submitted) {
			one->versions[i].acked = now;
			is_stable &= !one->versions[i].is_weak;
		}
	for (__u32 i = 0; i < one->n && is_stable; i++)
		one->versions[i].is_gone |= one->versions[i].acked < submitted;
}

void model_weaken(struct model *model, __u32 sector, __u32 submitted)
{
	struct model_sector *one = &model->sectors[sector];

	for (__u32 i = 0; i < one->n; i++)
		if (one->versions[i].submitted == submitted)
			one->versions[i].is_weak = true;
}

void model_flush(struct model *model, __u32 submitted)
{
	for (__u32 i = 0; i < model->n_sectors; i++) {
		struct model_sector *one = &model->sectors[i];

		for (__u32 j = 0; j < one->n; j++)
			one->versions[j].is_gone |=
				is_over(one, &one->versions[j], submitted);
	}
}

void model_forget(struct model *model)
{
	for (__u32 i = 0; i < model->n_sectors; i++) {
		struct model_sector *one = &model->sectors[i];
		__u32 kept = 0;

		for (__u32 j = 0; j < one->n; j++)
			if (!one->versions[j].is_gone)
				one->versions[kept++] = one->versions[j];
		one->n = kept;
	}
}

bool model_may_be(const struct model *model, __u32 sector, __u64 tag)
{
	const struct model_sector *one = &model->sectors[sector];

	for (__u32 i = 0; i < one->n; i++)
		if (one->versions[i].tag == tag && !one->versions[i].is_gone)
			return true;
	return false;
}

bool model_may_read(const struct model *model, __u32 sector, __u64 tag,
		    __u32 submitted)
{
	const struct model_sector *one = &model->sectors[sector];

	for (__u32 i = 0; i < one->n; i++)
		if (one->versions[i].tag == tag &&
		    !is_over(one, &one->versions[i], submitted))
			return true;
	return false;
}
