// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The child writes to memory that it shares with us. To end it, we first ask:
 * so it can still clear what FIEMAP has loaded into ext4's cache. Only if it
 * does not end soon is it killed.
 */
#include "paths/extents.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"

#define STALLED_S 10
#define ASK_MS	  200

struct shared {
	struct extent_count count;
	int err; /* of the whole */
	bool has_err;
};

struct path_extents {
	struct shared *shared;
	pid_t child; /* 0: has ended */
	__u64 n_seen;
	double seen_s; /* when the count last grew */
	int err;       /* once .child is 0 */
};

__attribute__((noreturn)) static void work(const struct path_inode_query *query,
					   const struct tiers *tiers,
					   struct shared *shared)
{
	int fd = path_inode_open(query);

	shared->err =
		fd < 0 ? fd : extent_count_file(fd, tiers, &shared->count);
	__atomic_store_n(&shared->has_err, true, __ATOMIC_RELEASE);
	_exit(0);
}

int path_extents_start(const struct path_inode_query *query,
		       const struct tiers *tiers, struct path_extents **out)
{
	struct path_extents *extents = calloc(1, sizeof(*extents));
	int err;

	if (!extents)
		return -ENOMEM;
	extents->shared =
		mmap(NULL, sizeof(*extents->shared), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (extents->shared == MAP_FAILED) {
		err = -errno;
		free(extents);
		return err;
	}
	extents->seen_s = clock_monotonic_s();
	extents->child = child_fork("hotmon-extents", -1);
	if (!extents->child)
		work(query, tiers, extents->shared);
	if (extents->child > 0) {
		*out = extents;
		return 0;
	}
	err = -errno;
	extents->child = 0;
	path_extents_free(extents);
	return err;
}

static void end(struct path_extents *extents)
{
	const struct timespec ms = {.tv_nsec = 1000000};
	bool has_ended = false;

	__atomic_store_n(&extents->shared->count.stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < ASK_MS && !has_ended; i++) {
		has_ended = child_has_ended(extents->child);
		if (!has_ended)
			nanosleep(&ms, NULL);
	}
	if (!has_ended)
		child_end(extents->child);
	extents->child = 0;
}

void path_extents_free(struct path_extents *extents)
{
	if (!extents)
		return;
	if (extents->child)
		end(extents);
	munmap(extents->shared, sizeof(*extents->shared));
	free(extents);
}

static bool is_stalled(struct path_extents *extents)
{
	double now_s = clock_monotonic_s();
	__u64 n = extents->shared->count.n_extents;

	if (n != extents->n_seen) {
		extents->n_seen = n;
		extents->seen_s = now_s;
	}
	return now_s - extents->seen_s > STALLED_S;
}

int path_extents_state(struct path_extents *extents)
{
	if (!extents->child)
		return extents->err;
	if (child_has_ended(extents->child)) {
		bool has_err = __atomic_load_n(&extents->shared->has_err,
					       __ATOMIC_ACQUIRE);

		extents->child = 0;
		extents->err = has_err ? extents->shared->err : -EIO;
		return extents->err;
	}
	if (!is_stalled(extents))
		return -EINPROGRESS;
	end(extents);
	extents->err = -ETIMEDOUT;
	return extents->err;
}

const struct extent_count *
path_extents_count(const struct path_extents *extents)
{
	return &extents->shared->count;
}
