/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a request, for the files of the core that do them. */
#ifndef FRSP_PLOOP_REQUEST_H
#define FRSP_PLOOP_REQUEST_H

#include "ploop/core/image.h"

/* Of a request of the engine's own: it may be behind the end of the disk. */
#define REQUEST_BEHIND 0x80

/* What of a request lies in one cluster. */
struct part {
	const struct view *view;
	struct delta *top;
	__u32 cluster;
	__u64 from; /* within the cluster */
	__u64 bytes;
	bool is_whole; /* all of the cluster that the disk has */
};

static inline struct ploop_image *
request_image(const struct ploop_request *request)
{
	return request->runner->image;
}

void request_end(struct ploop_request *request, int result);
/* Does the parts that are left. */
void request_go_on(struct ploop_request *request);
/* The same for who waited, unless the answer is an error. */
void request_resume(struct ploop_request *request);

/* Whether a delta below the top has the cluster. */
bool request_is_below(const struct view *view, __u32 cluster);

/* cow.c: Writes the part of a cluster that only a lower delta has, or zeros it;
 * the request goes on by itself. */
void cow_start(struct ploop_request *request, const struct part *part);
/* The claim of the cluster; NULL: the request waits, and is resumed to try it
 * again. */
struct claim *cow_claim(struct ploop_image *image, __u32 cluster,
			struct ploop_request *request,
			void (*resume)(struct ploop_request *request));
/* Asks for a claim that somebody has on a cluster from this one on; step() is
 * called when it is free. False: nobody has one. */
bool cow_wait(struct ploop_image *image, __u32 first,
	      struct ploop_request *request,
	      void (*step)(struct ploop_request *request));
/* Gives the claim back; who waited looks at the table again. */
void cow_release(struct ploop_image *image, struct claim *claim);
/* With the lock of cow held: whether anybody has a claim. */
bool cow_is_claimed(const struct cow *cow);
/* With the lock of cow held; NULL: nobody has it. */
struct claim *cow_find(struct cow *cow, __u32 cluster);
/* merge.c: True if the top gets no cluster now: the request goes on later. */
bool merge_holds(struct ploop_request *request);
/* Claims and their buffers for a disk of so many deltas. 0 or -ENOMEM. */
int cow_init(struct ploop_image *image, unsigned int n_deltas);

#endif
