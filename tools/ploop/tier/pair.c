// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A cluster is a range of the policy from the first time on that it is used, or
 * is in the fast image. The policy decays what was counted; here is only the
 * difference to the last step. What the fast image got by a write, or gave away
 * because it was full, is told to the policy before it decides.
 */
#include "ploop/tier/pair.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "move/policy.h"
#include "move/policy_config.h"
#include "ploop/image/engine.h"
#include "ploop/image/file.h"

#define NO_RANGE  (~0u)
#define FILE_FAST 1

struct pair {
	struct seats *seats;
	struct policy *policy;
	__u64 cluster_bytes;
	__u64 fast_bytes;
	__u32 n;		   /* clusters */
	__u32 *ranges;		   /* of the clusters, or NO_RANGE */
	__u32 *clusters;	   /* of the ranges */
	struct ploop_heat *seen;   /* at the last step */
	struct policy_io *ios;	   /* since then */
	struct pair_counts counts; /* with lock */
	double interval_s;
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_ending;
};

static bool is_ending(struct pair *pair)
{
	bool is;

	pthread_mutex_lock(&pair->lock);
	is = pair->is_ending;
	pthread_mutex_unlock(&pair->lock);
	return is;
}

/* --- a step ------------------------------------------------------------------
 */

static void count(struct pair *pair)
{
	struct ploop_image *image = seats_image(pair->seats);

	for (__u32 i = 0; i < pair->n; i++) {
		struct ploop_heat now, *seen = &pair->seen[i];

		ploop_heat_read(image, i, &now);
		pair->ios[i] = (struct policy_io){
			.reads = now.reads - seen->reads,
			.writes = now.writes - seen->writes,
			.read_bytes =
				(__u64)(now.read_sectors - seen->read_sectors) *
				PLOOP_SECTOR,
			.write_bytes = (__u64)(now.write_sectors -
					       seen->write_sectors) *
				       PLOOP_SECTOR,
		};
		*seen = now;
	}
}

static bool is_pass(const struct pair *pair, __u32 cluster)
{
	/* before the first one is ~0 */
	return cluster < pair->n && policy_io_is_pass(&pair->ios[cluster]);
}

static int add_range(struct pair *pair, __u32 cluster, enum tier_class tier)
{
	__u32 range;
	int err;

	if (pair->ranges[cluster] != NO_RANGE)
		return 0;
	err = policy_add(pair->policy, pair->cluster_bytes, tier,
			 POLICY_PIN_AUTO, &range);
	if (err)
		return err;
	pair->ranges[cluster] = range;
	pair->clusters[range] = cluster;
	return 0;
}

/* Returns whether the fast image has it. */
static bool tell(struct pair *pair, __u32 cluster, __u64 now_ns)
{
	struct policy_io *io = &pair->ios[cluster];
	bool is_used = io->reads || io->writes, is_fast;
	__u64 byte, bytes;
	unsigned int file;

	is_fast = ploop_place(seats_image(pair->seats),
			      cluster * pair->cluster_bytes, &file, &byte,
			      &bytes) &&
		  file == FILE_FAST;
	if ((!is_fast && !is_used && pair->ranges[cluster] == NO_RANGE) ||
	    add_range(pair, cluster, is_fast ? TIER_FAST : TIER_SLOW))
		return is_fast;
	policy_set_tier(pair->policy, pair->ranges[cluster],
			is_fast ? TIER_FAST : TIER_SLOW);
	io->in_run = is_pass(pair, cluster) &&
		     (is_pass(pair, cluster - 1) || is_pass(pair, cluster + 1));
	if (is_used)
		policy_count(pair->policy, pair->ranges[cluster], io, now_ns);
	return is_fast;
}

static bool move(void *context, const struct policy_decision *decision)
{
	struct pair *pair = context;
	bool is_up = decision->to == TIER_FAST;
	int err;

	if (is_ending(pair))
		return false;
	err = seats_do(pair->seats, is_up ? PLOOP_PROMOTE : PLOOP_DEMOTE, 0,
		       pair->clusters[decision->range] * pair->cluster_bytes,
		       PLOOP_SECTOR, NULL);
	pthread_mutex_lock(&pair->lock);
	if (err)
		pair->counts.failed++;
	else if (is_up)
		pair->counts.promoted++;
	else
		pair->counts.demoted++;
	pthread_mutex_unlock(&pair->lock);
	return !err;
}

void pair_step(struct pair *pair)
{
	__u64 now_ns = clock_ns(CLOCK_MONOTONIC);
	__u64 disk_bytes = pair->n * pair->cluster_bytes, used = 0;
	struct policy_room room = {
		.fast_bytes = pair->fast_bytes ? pair->fast_bytes : disk_bytes,
		.slow_free = disk_bytes,
		.data_bytes = disk_bytes,
	};

	count(pair);
	for (__u32 i = 0; i < pair->n; i++)
		used += tell(pair, i, now_ns) ? pair->cluster_bytes : 0;
	room.fast_free = used < room.fast_bytes ? room.fast_bytes - used : 0;
	policy_step(pair->policy, now_ns, &room, move, pair);
	pthread_mutex_lock(&pair->lock);
	pair->counts.steps++;
	pthread_mutex_unlock(&pair->lock);
}

void pair_counts(struct pair *pair, struct pair_counts *counts)
{
	pthread_mutex_lock(&pair->lock);
	*counts = pair->counts;
	pthread_mutex_unlock(&pair->lock);
}

static void *run(void *context)
{
	struct pair *pair = context;
	__u64 next_ns = clock_ns(CLOCK_MONOTONIC);

	pthread_mutex_lock(&pair->lock);
	while (!pair->is_ending) {
		struct timespec at;

		next_ns += pair->interval_s * 1e9;
		at.tv_sec = next_ns / NSEC_PER_SEC;
		at.tv_nsec = next_ns % NSEC_PER_SEC;
		while (!pair->is_ending &&
		       !pthread_cond_timedwait(&pair->changed, &pair->lock,
					       &at))
			;
		if (pair->is_ending)
			break;
		pthread_mutex_unlock(&pair->lock);
		pair_step(pair);
		next_ns = clock_ns(CLOCK_MONOTONIC);
		pthread_mutex_lock(&pair->lock);
	}
	pthread_mutex_unlock(&pair->lock);
	return NULL;
}

/* --- opening and closing -----------------------------------------------------
 */

static int read_policy(const char *path, struct policy_settings *settings,
		       struct image_problem *problem)
{
	struct policy_config config = {.settings = policy_settings_default()};
	struct ini_error error;
	FILE *in;
	int err;

	*settings = config.settings;
	if (!path)
		return 0;
	in = fopen(path, "re");
	if (!in)
		return problem_with(problem, path, -errno);
	err = policy_config_read(in, &config, &error);
	fclose(in);
	if (err == -EINVAL)
		err = problem_say(problem, path, "line %u: %s", error.line,
				  error.what);
	else if (err)
		problem_with(problem, path, err);
	else if (config.pins.n)
		err = problem_say(problem, path,
				  "pins are for files, not for clusters");
	*settings = config.settings;
	policy_pins_free(&config.pins);
	return err;
}

static int read_header(const char *path, struct ploop_header *header,
		       struct image_problem *problem)
{
	struct image_file file;
	enum ploop_fault fault;
	int err = image_file_open(path, false, &file, &fault);

	if (err == -EBADMSG)
		return problem_say(problem, path, "%s",
				   ploop_fault_text(fault));
	if (err)
		return problem_with(problem, path, err);
	*header = file.header;
	image_file_close(&file);
	return 0;
}

static int check_images(const char *fast, const char *slow,
			struct ploop_header *header,
			struct image_problem *problem)
{
	struct ploop_header below;
	int err = read_header(fast, header, problem);

	if (!err)
		err = read_header(slow, &below, problem);
	if (err)
		return err;
	if (below.n_sectors != header->n_sectors ||
	    below.cluster_sectors != header->cluster_sectors)
		return problem_say(
			problem, slow,
			"its disk or its clusters have another size than those of %.150s",
			fast);
	if (ploop_cluster_bytes(header) > POLICY_RANGE_BYTES)
		return problem_say(problem, fast,
				   "its clusters are larger than 1 MiB");
	return 0;
}

static int open_engine(struct pair *pair, const char *fast, const char *slow,
		       const struct pair_settings *settings,
		       struct image_problem *problem)
{
	struct chain_image images[] = {{.path = (char *)fast},
				       {.path = (char *)slow}};
	const struct chain chain = {.images = images, .n = 2};
	const struct seats_settings seats = {
		.n_seats = settings->n_seats + 1, /* one for the moves */
		.read_only = settings->read_only,
		.lower_is_writable = true,
		.counts_heat = !settings->read_only,
		.top_clusters = settings->fast_bytes / pair->cluster_bytes,
	};

	return engine_open_chain(fast, &chain, 0, &seats, &pair->seats,
				 problem);
}

static int make_pair(struct pair *pair, const struct pair_settings *settings,
		     const struct ploop_header *header)
{
	pthread_condattr_t clock;

	pthread_mutex_init(&pair->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&pair->changed, &clock);
	pthread_condattr_destroy(&clock);
	pair->cluster_bytes = ploop_cluster_bytes(header);
	pair->fast_bytes = settings->fast_bytes;
	pair->interval_s = settings->interval_s;
	if (settings->read_only)
		return 0;
	pair->n = header->n_entries;
	pair->ranges = calloc(pair->n, sizeof(*pair->ranges));
	pair->clusters = calloc(pair->n, sizeof(*pair->clusters));
	pair->seen = calloc(pair->n, sizeof(*pair->seen));
	pair->ios = calloc(pair->n, sizeof(*pair->ios));
	if (!pair->ranges || !pair->clusters || !pair->seen || !pair->ios)
		return -ENOMEM;
	memset(pair->ranges, 0xff, pair->n * sizeof(*pair->ranges));
	return 0;
}

static int start(struct pair *pair, const struct pair_settings *settings)
{
	if (settings->read_only || !(settings->interval_s > 0))
		return 0;
	pair->has_thread = !pthread_create(&pair->thread, NULL, run, pair);
	return pair->has_thread ? 0 : -EAGAIN;
}

static void free_pair(struct pair *pair)
{
	policy_free(pair->policy);
	pthread_cond_destroy(&pair->changed);
	pthread_mutex_destroy(&pair->lock);
	free(pair->ranges);
	free(pair->clusters);
	free(pair->seen);
	free(pair->ios);
	free(pair);
}

int pair_open(const char *fast, const char *slow,
	      const struct pair_settings *settings, struct pair **opened,
	      struct image_problem *problem)
{
	struct policy_settings policy;
	struct ploop_header header;
	struct pair *pair;
	int err = read_policy(settings->policy, &policy, problem);

	if (!err)
		err = check_images(fast, slow, &header, problem);
	if (err)
		return err;
	pair = calloc(1, sizeof(*pair));
	if (!pair)
		return problem_with(problem, fast, -ENOMEM);
	err = make_pair(pair, settings, &header);
	pair->policy = policy_new(&policy);
	if (!err && !pair->policy)
		err = -ENOMEM;
	if (err)
		problem_with(problem, fast, err);
	else
		err = open_engine(pair, fast, slow, settings, problem);
	if (!err && start(pair, settings)) {
		err = problem_with(problem, fast, -ENOMEM);
		seats_close(pair->seats);
	}
	if (err)
		free_pair(pair);
	else
		*opened = pair;
	return err;
}

int pair_close(struct pair *pair)
{
	int err;

	pthread_mutex_lock(&pair->lock);
	pair->is_ending = true;
	pthread_cond_signal(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
	if (pair->has_thread)
		pthread_join(pair->thread, NULL);
	err = seats_close(pair->seats);
	free_pair(pair);
	return err;
}

struct seats *pair_seats(struct pair *pair)
{
	return pair->seats;
}
