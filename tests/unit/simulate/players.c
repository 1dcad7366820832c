// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the policies that ours is compared with. */
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "simulate/perfect.h"
#include "simulate/player.h"
#include "suite.h"

#define S	1000000000ULL
#define N	8192
#define MINUTES 60

/* A player in a world, and its interval of 10 s. */
struct game {
	struct sim_world world;
	__u8 pins[N];
	__u32 by_range[N];
	struct sim_player player;
	__u32 ranges[N];
	struct policy_io ios[N];
	__u8 is_fast[N], is_scored[N];
	struct sim_interval interval;
};

static struct game *begin(const struct sim_player_kind *kind, __u32 n_ranges,
			  __u32 n_fast)
{
	struct policy_settings settings = policy_settings_default();
	struct game *game = calloc(1, sizeof(*game));

	assert_non_null(game);
	game->world = (struct sim_world){n_ranges, n_fast, game->pins};
	game->player.kind = kind;
	game->player.moves.by_range = game->by_range;
	game->player.state = kind->begin(&game->world, &settings);
	assert_non_null(game->player.state);
	game->interval = (struct sim_interval){
		.start_ns = 50 * S,
		.end_ns = 60 * S,
		.ranges = game->ranges,
		.ios = game->ios,
		.is_scored = game->is_scored,
	};
	memset(game->is_scored, 1, sizeof(game->is_scored));
	return game;
}

static void end(struct game *game)
{
	game->player.kind->end(game->player.state);
	free(game);
}

static void use(struct game *game, __u32 range, __u32 reads, __u32 writes)
{
	size_t i = game->interval.n++;

	game->ranges[i] = range;
	game->ios[i] = (struct policy_io){reads, writes, reads * 4096ULL,
					  writes * 4096ULL, false};
}

static void play(struct game *game)
{
	assert_int_equal(game->player.kind->play(&game->player, &game->interval,
						 game->is_fast),
			 0);
	game->interval.n = 0;
	game->interval.start_ns += 10 * S;
	game->interval.end_ns += 10 * S;
}

/* Uses the ranges of the text, each a digit; what was fast gets a +. */
static void lru_use(struct game *game, const char *text, const char *wanted)
{
	char found[64] = "";
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		use(game, text[i] - '0', 1, 0);
	play(game);
	for (size_t i = 0; i < n; i++)
		strcat(found, game->is_fast[i] ? "+" : "-");
	assert_string_equal(found, wanted);
}

static void test_lru(void **state)
{
	struct game *game = begin(&sim_lru, 10, 3);

	(void)state;
	lru_use(game, "0", "-");
	lru_use(game, "01", "+-");
	lru_use(game, "2", "-");
	lru_use(game, "0", "+"); /* from the oldest: 1 2 0 */
	assert_int_equal(game->player.moves.n, 3);
	lru_use(game, "3", "-"); /* 2 0 3 */
	lru_use(game, "1", "-"); /* 0 3 1 */
	lru_use(game, "0123", "++-+");
	assert_int_equal(game->by_range[1], 3); /* in, out, in */
	assert_int_equal(game->player.moves.bytes,
			 game->player.moves.n * POLICY_RANGE_BYTES);
	end(game);
}

static void test_lru_pinned(void **state)
{
	struct game *game = begin(&sim_lru, 10, 3);

	(void)state;
	game->pins[4] = POLICY_PIN_NONE;
	lru_use(game, "4", "-");
	lru_use(game, "4", "-");
	end(game);
	game = begin(&sim_lru, 10, 0);
	lru_use(game, "1", "-");
	lru_use(game, "1", "-");
	end(game);
}

/* Against a list that is searched. */
static void test_lru_random(void **state)
{
	enum { RANGES = 50, FAST = 12 };
	struct game *game = begin(&sim_lru, RANGES, FAST);
	__u32 list[FAST] = {0}, n = 0; /* the oldest first */

	(void)state;
	random_seed();
	for (int step = 0; step < 20000; step++) {
		__u32 range = random_below(1 + random_below(RANGES)), i = 0;

		use(game, range, 1, 0);
		play(game);
		while (i < n && list[i] != range)
			i++;
		assert_int_equal(game->is_fast[0], i < n);
		if (i == n && n == FAST)
			i = 0;
		if (i < n)
			memmove(&list[i], &list[i + 1],
				(--n - i) * sizeof(*list));
		list[n++] = range;
	}
	end(game);
}

static void test_never(void **state)
{
	struct game *game = begin(&sim_never, 10, 3);

	(void)state;
	game->is_fast[0] = 1;
	lru_use(game, "0", "-");
	lru_use(game, "0", "-");
	assert_int_equal(game->player.moves.n, 0);
	end(game);
}

/* Plays until the range is fast. Returns the minutes. */
static unsigned int minutes_until_fast(__u32 reads, __u32 writes, int hours)
{
	struct game *game = begin(&sim_2013, 4, 4);
	unsigned int intervals = 0;

	do {
		use(game, 1, reads, writes);
		play(game);
	} while (!game->is_fast[0] && intervals++ < hours * 360U);
	end(game);
	return intervals / 6;
}

/* A range that is read and written has the threshold of 150 after 2816
 * accesses, so 100 per interval are enough after 5 minutes. One that is only
 * read is at most at 141, wherever its count is; so it takes hours until the
 * threshold is as low.
 */
static void test_2013_threshold(void **state)
{
	unsigned int minutes = minutes_until_fast(100, 20, 1);

	(void)state;
	assert_in_range(minutes, 5, 12);
	minutes = minutes_until_fast(100, 0, 24);
	assert_in_range(minutes, 4 * 60, 8 * 60);
}

/* At most 250 per pass, of 120 s. From 75 % on the threshold rises at each
 * pass, so soon nothing is hot enough.
 */
static void test_2013_pass(void **state)
{
	struct game *game = begin(&sim_2013, 2000, 1000);
	__u64 moves = 0;

	(void)state;
	for (int minute = 0; minute < MINUTES * 6; minute++) {
		__u64 before = game->player.moves.n;

		for (__u32 i = 0; i < 1500; i++)
			use(game, i, 50, 10);
		play(game);
		assert_true(game->player.moves.n - before <= 500);
		moves = game->player.moves.n;
	}
	assert_in_range(moves, 750, 750 + 3 * 500);
	end(game);
}

/* As the wrapped count makes it cold, a range that is hot leaves. */
static void test_2013_wraps(void **state)
{
	unsigned int wrapped = minutes_until_fast(4096, 4096, 2);

	(void)state;
	assert_true(wrapped >= 120);
}

static int by_falling(const void *a, const void *b)
{
	const __u32 *one = a, *other = b;

	return (*one < *other) - (*one > *other);
}

/* Against a sorted list. */
static void test_perfect(void **state)
{
	struct game *game = begin(&sim_never, 500, 0);
	struct sim_perfect perfect;

	(void)state;
	random_seed();
	game->pins[0] = POLICY_PIN_NONE;
	assert_int_equal(sim_perfect_begin(&perfect, &game->world), 0);
	for (int hour = 0; hour < 300; hour++) {
		__u32 counts[500] = {0}, fits = random_below(520);
		__u32 most = 1 + random_below(40);
		__u64 best = 0;

		for (int i = 0; i < 3; i++) {
			for (__u32 range = 0; range < 500; range++) {
				__u32 n = random_below(most);

				if (!n || random_below(3) == 0)
					continue;
				use(game, range, n / 2, n - n / 2);
				counts[range] += range ? n : 0;
			}
			sim_perfect_add(&perfect, &game->interval);
			game->interval.n = 0;
		}
		qsort(counts, 500, sizeof(*counts), by_falling);
		for (__u32 i = 0; i < fits && i < 500; i++)
			best += counts[i];
		game->world.n_fast = fits;
		assert_int_equal(sim_perfect_hour(&perfect), best);
	}
	sim_perfect_end(&perfect);
	end(game);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lru),
		cmocka_unit_test(test_lru_pinned),
		cmocka_unit_test(test_lru_random),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_2013_threshold),
		cmocka_unit_test(test_2013_pass),
		cmocka_unit_test(test_2013_wraps),
		cmocka_unit_test(test_perfect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
