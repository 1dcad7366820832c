/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why data stay where they are, though they were to go elsewhere. */
#ifndef FRSP_MOVE_MISS_H
#define FRSP_MOVE_MISS_H

enum place_miss {
	PLACE_OK,
	PLACE_FULL,	 /* no more space than is to be kept free */
	PLACE_PIECES,	 /* the free space is in too small pieces */
	PLACE_ELSEWHERE, /* ext4 allocated elsewhere, again and again */
	/* of an undo: */
	PLACE_TAKEN,   /* the old place is not free */
	PLACE_CHANGED, /* it is not where the job left it */
};

/* A phrase that goes on after "stays: ", and a word for programs. */
const char *place_miss_text(enum place_miss miss);
const char *place_miss_word(enum place_miss miss);

#endif
