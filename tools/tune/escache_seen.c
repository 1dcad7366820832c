// SPDX-License-Identifier: GPL-2.0-or-later
#include "tune/escache_seen.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct seen {
	struct escache_key key;
	__u64 lookups;
	double heat;
	double noted_s, looked_up_s;
	UT_hash_handle hh;
};

struct escache_seen {
	struct seen *list;
};

struct escache_seen *escache_seen_new(void)
{
	return calloc(1, sizeof(struct escache_seen));
}

static void forget(struct escache_seen *seen, struct seen *one)
{
	HASH_DEL(seen->list, one);
	free(one);
}

void escache_seen_free(struct escache_seen *seen)
{
	struct seen *one, *next;

	if (!seen)
		return;
	for (one = seen->list; one; one = next) {
		next = one->hh.next;
		forget(seen, one);
	}
	free(seen);
}

static struct seen *find(struct escache_seen *seen,
			 const struct escache_key *key)
{
	struct seen *one;

	HASH_FIND(hh, seen->list, key, sizeof(*key), one);
	return one;
}

static struct seen *add(struct escache_seen *seen,
			const struct escache_key *key)
{
	struct seen *one = calloc(1, sizeof(*one));

	if (!one)
		return NULL;
	one->key = *key;
	HASH_ADD(hh, seen->list, key, sizeof(one->key), one);
	if (one->hh.tbl)
		return one;
	free(one);
	return NULL;
}

/* The counts begin anew when the programs forget an inode. */
static __u64 grown(const struct seen *one, __u64 lookups)
{
	return lookups >= one->lookups ? lookups - one->lookups : lookups;
}

int escache_seen_note(struct escache_seen *seen, const struct escache_key *key,
		      __u64 entries, __u64 lookups, double now_s,
		      struct escache_inode *inode)
{
	struct seen *one = find(seen, key);
	bool is_new = !one;

	if (is_new)
		one = add(seen, key);
	if (!one)
		return -ENOMEM;
	if (!is_new)
		one->heat *= exp2((one->noted_s - now_s) / ESCACHE_HALF_LIFE_S);
	if (is_new || lookups != one->lookups)
		one->looked_up_s = now_s;
	one->heat += grown(one, lookups);
	one->lookups = lookups;
	one->noted_s = now_s;
	*inode = (struct escache_inode){
		.entries = entries,
		.lookups = lookups,
		.idle_s = now_s - one->looked_up_s,
		.heat = one->heat,
	};
	return 0;
}

void escache_seen_put_off(struct escache_seen *seen,
			  const struct escache_key *key, double now_s)
{
	struct seen *one = find(seen, key);

	if (one)
		one->looked_up_s = now_s;
}

void escache_seen_forget(struct escache_seen *seen, double since_s)
{
	struct seen *one, *next;

	for (one = seen->list; one; one = next) {
		next = one->hh.next;
		if (one->noted_s < since_s)
			forget(seen, one);
	}
}
