// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/claims.h"

#include <errno.h>
#include <stdlib.h>

#define WORD_BITS 64

int claims_make(struct claims *claims, __u64 n)
{
	claims->n = n;
	/* calloc() touches no memory of a long array */
	claims->words = calloc(n / WORD_BITS + 1, sizeof(*claims->words));
	return claims->words ? 0 : -ENOMEM;
}

void claims_free(struct claims *claims)
{
	free(claims->words);
	claims->words = NULL;
}

bool claims_add(struct claims *claims, __u64 slot)
{
	__u64 *word = &claims->words[slot / WORD_BITS];
	__u64 bit = 1ULL << slot % WORD_BITS;
	bool is_new = !(*word & bit);

	*word |= bit;
	return is_new;
}

/* The first slot at or behind from whose membership is is_in, or n. */
static __u64 find(const struct claims *claims, __u64 from, bool is_in)
{
	while (from < claims->n) {
		__u64 word = claims->words[from / WORD_BITS];

		word = (is_in ? word : ~word) >> from % WORD_BITS;
		if (word) {
			from += __builtin_ctzll(word);
			break;
		}
		from += WORD_BITS - from % WORD_BITS;
	}
	return from < claims->n ? from : claims->n;
}

__u64 claims_gap(const struct claims *claims, __u64 from, __u64 *first)
{
	*first = find(claims, from, false);
	return find(claims, *first, true) - *first;
}
