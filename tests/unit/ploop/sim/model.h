/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each sector of the disk may be: a naive model of what a client knows.
 *
 * A sector has versions: a tag, when its write was submitted and when it was
 * acknowledged. A version is over if another one was submitted after it was
 * acknowledged, and is itself acknowledged. Until a flush, a crash may bring
 * any version back. A flush that was submitted at time T and succeeded makes
 * sure that none comes back that was over at T; a read that is under way may
 * still show it.
 */
#ifndef FRSP_SIM_MODEL_H
#define FRSP_SIM_MODEL_H

#include <stdbool.h>
#include <linux/types.h>

#define MODEL_NEVER    (~0u)
#define MODEL_VERSIONS 128

struct version {
	__u64 tag;
	__u32 submitted;
	__u32 acked;
	bool is_gone; /* for crashes */
	bool is_weak; /* it may have done nothing: others stay as they were */
};

struct model_sector {
	__u32 n;
	struct version versions[MODEL_VERSIONS];
};

struct model {
	__u32 n_sectors;
	struct model_sector *sectors;
};

void model_init(struct model *model, __u32 n_sectors);
void model_exit(struct model *model);
/* The sector is known to be this. */
void model_set(struct model *model, __u32 sector, __u64 tag);
/* Nothing is known of the sector. */
void model_clear(struct model *model, __u32 sector);
/* False: there is no room for one more version. */
bool model_has_room(const struct model *model, __u32 from, __u32 n);
void model_write(struct model *model, __u32 sector, __u64 tag, __u32 now);
/* The write that was submitted then is acknowledged; it is stable by itself. */
void model_ack(struct model *model, __u32 sector, __u32 submitted, __u32 now,
	       bool is_stable);
/* The write that was submitted then may do nothing, and still succeed. */
void model_weaken(struct model *model, __u32 sector, __u32 submitted);
/* A flush that was submitted then has succeeded. */
void model_flush(struct model *model, __u32 submitted);
/* No read is under way: what is gone can be forgotten. */
void model_forget(struct model *model);
/* Whether a read that was submitted then, or a crash, may show this. */
bool model_may_read(const struct model *model, __u32 sector, __u64 tag,
		    __u32 submitted);
bool model_may_be(const struct model *model, __u32 sector, __u64 tag);

#endif
