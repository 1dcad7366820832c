// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/es_recent.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

/* ext4 needs about 40 ns per inode; 20 to 140 ns were seen. The pause is a
 * hundred times that. It does not depend on how long the last read took, so a
 * slow or busy CPU does not get stale numbers if there are few inodes.
 */
#define REST_S_PER_INODE 4e-6

struct es_recent {
	__u32 dev;
	int err; /* of es_info_read() */
	struct es_info info;
	double due_s; /* before this time .info is reused */
	struct es_recent *next;
};

static struct es_recent *find(struct es_recent *recent, __u32 dev)
{
	while (recent && recent->dev != dev)
		recent = recent->next;
	return recent;
}

static struct es_recent *add(struct es_recent **list, __u32 dev)
{
	struct es_recent *recent = calloc(1, sizeof(*recent));

	if (!recent)
		return NULL;
	recent->dev = dev;
	recent->next = *list;
	*list = recent;
	return recent;
}

int es_recent_read(struct es_recent **list, __u32 dev, const char *name,
		   struct es_info *info)
{
	struct es_recent *recent = find(*list, dev) ?: add(list, dev);
	double now_s = clock_monotonic_s();

	if (!recent)
		return -ENOMEM;
	if (now_s >= recent->due_s) {
		recent->err = es_info_read(ES_INFO_ROOT, name, &recent->info);
		recent->due_s = now_s + recent->info.inodes * REST_S_PER_INODE;
	}
	*info = recent->info;
	return recent->err;
}

void es_recent_forget(struct es_recent **list, __u32 dev)
{
	struct es_recent *recent;

	for (; (recent = *list); list = &recent->next)
		if (recent->dev == dev) {
			*list = recent->next;
			free(recent);
			return;
		}
}

void es_recent_free(struct es_recent **list)
{
	while (*list)
		es_recent_forget(list, (*list)->dev);
}
