// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The source is read twice. The first time gives each range a number and tells
 * the size of the data, of which the fast tier may be a share; the second time
 * the players play. All that costs is done once per range that saw I/O in an
 * interval, and once per player.
 */
#include "simulate/simulate.h"

#include <errno.h>
#include <stdlib.h>

#include "simulate/perfect.h"
#include "simulate/range_index.h"

#define MINUTE_NS 60000000000ULL
#define HOUR_NS	  (SIM_PERFECT_S * 1000000000ULL)

/* Somebody who plays: one entry, or one of the others. */
struct seat {
	struct sim_player player;
	struct sim_world world;
	__u8 *pins;
	size_t size; /* of score.points */
	struct sim_score score;
};

struct simulation {
	const struct sim_source *source;
	struct range_index index;
	struct sim_report *report;
	struct seat *seats; /* perfect has none */
	size_t n_seats;
	struct sim_perfect perfect;
	struct sim_score perfect_score;
	size_t perfect_size;
	size_t hour_point; /* the first point of the present hour */
	__u64 hour_ns, hour_ios, hour_late_ios, late_ns;
	/* the present interval */
	struct sim_interval interval;
	__u32 *ranges;
	struct policy_io *ios;
	__u8 *is_fast, *is_scored;
	size_t size;
};

static const struct sim_player_kind *const others[] = {&sim_never, &sim_lru,
						       &sim_2013};

#define N_OTHERS (sizeof(others) / sizeof(others[0]))

/* --- the source ----------------------------------------------------------- */

static bool has_io(const struct trace_access *access)
{
	return access->reads || access->writes;
}

static int read_all(struct simulation *sim)
{
	struct sim_report *report = sim->report;
	struct trace_frame frame;
	int got, err;

	while ((got = sim->source->next(sim->source->context, &frame)) > 0) {
		if (!report->intervals++)
			report->begin_ns = frame.start_ns;
		report->end_ns = frame.end_ns;
		for (size_t i = 0; i < frame.n; i++) {
			const struct trace_access *access = &frame.accesses[i];
			__u32 number;

			if (!has_io(access))
				continue;
			err = range_index_get(&sim->index, access->file,
					      access->range, &number);
			if (err)
				return err;
			report->ios += (__u64)access->reads + access->writes;
		}
	}
	if (got < 0)
		return got;
	report->ranges = sim->index.n;
	report->data_bytes = (__u64)report->ranges * POLICY_RANGE_BYTES;
	return report->ios ? 0 : -ENODATA;
}

static int make_room(struct simulation *sim, size_t n)
{
	__u32 *ranges;
	struct policy_io *ios;
	__u8 *is_fast, *is_scored;

	if (n <= sim->size)
		return 0;
	ranges = reallocarray(sim->ranges, n, sizeof(*ranges));
	if (ranges)
		sim->ranges = ranges;
	ios = reallocarray(sim->ios, n, sizeof(*ios));
	if (ios)
		sim->ios = ios;
	is_fast = realloc(sim->is_fast, n);
	if (is_fast)
		sim->is_fast = is_fast;
	is_scored = realloc(sim->is_scored, n);
	if (is_scored)
		sim->is_scored = is_scored;
	if (!ranges || !ios || !is_fast || !is_scored)
		return -ENOMEM;
	sim->size = n;
	return 0;
}

static bool is_scored(const struct simulation *sim, __u32 file)
{
	const struct sim_source *source = sim->source;

	return !source->is_scored || source->is_scored(source->context, file);
}

/* Makes the frame the present interval. */
static int take_frame(struct simulation *sim, const struct trace_frame *frame)
{
	const struct trace_access *last = NULL;
	int err = make_room(sim, frame->n);
	size_t n = 0;

	for (size_t i = 0; !err && i < frame->n; i++) {
		const struct trace_access *access = &frame->accesses[i];
		struct policy_io *io = &sim->ios[n];

		if (!has_io(access))
			continue;
		err = range_index_get(&sim->index, access->file, access->range,
				      &sim->ranges[n]);
		*io = (struct policy_io){
			.reads = access->reads,
			.writes = access->writes,
			.read_bytes = access->read_bytes,
			.write_bytes = access->write_bytes,
		};
		if (last && last->file == access->file &&
		    last->range + 1 == access->range && policy_io_is_pass(io) &&
		    policy_io_is_pass(io - 1))
			io[0].in_run = io[-1].in_run = true;
		sim->is_scored[n] = is_scored(sim, access->file);
		last = access;
		n++;
	}
	sim->interval = (struct sim_interval){
		.start_ns = frame->start_ns,
		.end_ns = frame->end_ns,
		.ranges = sim->ranges,
		.ios = sim->ios,
		.is_scored = sim->is_scored,
		.n = n,
	};
	return err;
}

/* --- who plays ------------------------------------------------------------ */

/* The pins of all ranges: of an entry by its rules, else only what cannot move.
 */
static __u8 *make_pins(const struct simulation *sim,
		       const struct policy_pins *pins)
{
	const struct sim_source *source = sim->source;
	__u8 *made = calloc(sim->index.n + 1UL, 1);

	for (__u32 i = 0; made && i < sim->index.n; i++) {
		__u32 file = sim->index.files[i];
		const char *path = source->path && pins
					   ? source->path(source->context, file)
					   : NULL;

		if (source->is_movable &&
		    !source->is_movable(source->context, file))
			made[i] = POLICY_PIN_NONE;
		else if (i && sim->index.files[i - 1] == file)
			made[i] = made[i - 1];
		else if (path)
			made[i] = policy_pin_resolve(pins, path, NULL, 0).pin;
	}
	return made;
}

static int sit_down(struct simulation *sim, struct seat *seat,
		    const struct sim_player_kind *kind, const char *name,
		    const struct policy_config *config)
{
	const struct policy_settings *settings = &config->settings;
	__u64 fast =
		policy_amount_of(settings->fast_size, sim->report->data_bytes);

	seat->pins = make_pins(sim, kind == &sim_policy ? &config->pins : NULL);
	if (fast > sim->report->data_bytes && kind != &sim_policy)
		fast = sim->report->data_bytes;
	seat->world = (struct sim_world){
		.n_ranges = sim->index.n,
		.n_fast = fast / POLICY_RANGE_BYTES,
		.pins = seat->pins,
	};
	seat->player.kind = kind;
	seat->player.moves.by_range = calloc(sim->index.n + 1UL, sizeof(__u32));
	if (!seat->pins || !seat->player.moves.by_range)
		return -ENOMEM;
	seat->player.state = kind->begin(&seat->world, settings);
	if (!seat->player.state)
		return -ENOMEM;
	seat->score = (struct sim_score){
		.name = name,
		.fast_bytes = (__u64)seat->world.n_fast * POLICY_RANGE_BYTES,
	};
	return 0;
}

static int sit_all_down(struct simulation *sim, const struct sim_entry *entries,
			size_t n)
{
	int err = 0;

	sim->seats = calloc(n + N_OTHERS, sizeof(*sim->seats));
	if (!sim->seats)
		return -ENOMEM;
	sim->n_seats = n + N_OTHERS;
	for (size_t i = 0; !err && i < sim->n_seats; i++)
		err = i < n ? sit_down(sim, &sim->seats[i], &sim_policy,
				       entries[i].name, entries[i].config)
			    : sit_down(sim, &sim->seats[i], others[i - n],
				       others[i - n]->word, entries[0].config);
	if (err)
		return err;
	sim->perfect_score = (struct sim_score){
		.name = "perfect",
		.moves_free = true,
		.fast_bytes = sim->seats[n].score.fast_bytes,
	};
	return sim_perfect_begin(&sim->perfect, &sim->seats[n].world);
}

/* --- the score ------------------------------------------------------------ */

/* The point of this minute since the begin, which is the last. NULL: no memory.
 */
static struct sim_point *point_at(const struct simulation *sim,
				  struct sim_score *score, size_t *size)
{
	__u64 ns = sim->interval.start_ns;
	struct sim_point *more;

	ns -= (ns - sim->report->begin_ns) % MINUTE_NS;
	if (score->n_points &&
	    score->points[score->n_points - 1].start_ns >= ns)
		return &score->points[score->n_points - 1];
	if (score->n_points == *size) {
		size_t wanted = *size ? 2 * *size : 256;

		more = reallocarray(score->points, wanted, sizeof(*more));
		if (!more)
			return NULL;
		score->points = more;
		*size = wanted;
	}
	more = &score->points[score->n_points++];
	*more = (struct sim_point){.start_ns = ns};
	return more;
}

static int play(struct simulation *sim, struct seat *seat)
{
	const struct sim_interval *interval = &sim->interval;
	struct sim_score *score = &seat->score;
	struct sim_point *point = point_at(sim, score, &seat->size);
	__u64 ios = 0, fast_ios = 0, moved = seat->player.moves.bytes;
	bool is_late = interval->start_ns >= sim->late_ns;
	int err;

	if (!point)
		return -ENOMEM;
	err = seat->player.kind->play(&seat->player, interval, sim->is_fast);
	if (err)
		return err;
	for (size_t i = 0; i < interval->n; i++) {
		const struct policy_io *io = &interval->ios[i];
		__u64 n = (__u64)io->reads + io->writes;

		if (!interval->is_scored[i])
			continue;
		ios += n;
		if (!sim->is_fast[i])
			continue;
		fast_ios += n;
		score->io_written_bytes += io->write_bytes;
	}
	score->ios += ios;
	score->fast_ios += fast_ios;
	point->ios += ios;
	point->fast_ios += fast_ios;
	if (is_late) {
		score->late_ios += ios;
		score->late_fast_ios += fast_ios;
		score->late_moved_bytes += seat->player.moves.bytes - moved;
	}
	return 0;
}

/* Ends the hour of perfect, and spreads its share over the minutes. */
static void end_hour(struct simulation *sim)
{
	struct sim_score *score = &sim->perfect_score;
	__u64 fast_ios = sim_perfect_hour(&sim->perfect);
	double share = sim->hour_ios ? (double)fast_ios / sim->hour_ios : 0;

	score->fast_ios += fast_ios;
	score->late_ios += sim->hour_late_ios;
	score->late_fast_ios += sim->hour_late_ios * share + 0.5;
	for (; sim->hour_point < score->n_points; sim->hour_point++) {
		struct sim_point *point = &score->points[sim->hour_point];

		point->fast_ios = point->ios * share;
	}
	sim->hour_ios = sim->hour_late_ios = 0;
}

static int play_perfect(struct simulation *sim)
{
	const struct sim_interval *interval = &sim->interval;
	struct sim_score *score = &sim->perfect_score;
	struct sim_point *point;
	__u64 ios = 0;

	if (interval->start_ns - sim->hour_ns >= HOUR_NS) {
		end_hour(sim);
		sim->hour_ns +=
			(interval->start_ns - sim->hour_ns) / HOUR_NS * HOUR_NS;
	}
	point = point_at(sim, score, &sim->perfect_size);
	if (!point)
		return -ENOMEM;
	for (size_t i = 0; i < interval->n; i++)
		if (interval->is_scored[i])
			ios += (__u64)interval->ios[i].reads +
			       interval->ios[i].writes;
	point->ios += ios;
	score->ios += ios;
	sim->hour_ios += ios;
	if (interval->start_ns >= sim->late_ns)
		sim->hour_late_ios += ios;
	sim_perfect_add(&sim->perfect, interval);
	return 0;
}

static int play_all(struct simulation *sim)
{
	struct trace_frame frame;
	int got, err;

	err = sim->source->rewind(sim->source->context);
	if (err)
		return err;
	sim->hour_ns = sim->report->begin_ns;
	sim->late_ns = sim->report->end_ns -
		       (sim->report->end_ns - sim->report->begin_ns) / 4;
	while ((got = sim->source->next(sim->source->context, &frame)) > 0) {
		err = take_frame(sim, &frame);
		for (size_t i = 0; !err && i < sim->n_seats; i++)
			err = play(sim, &sim->seats[i]);
		if (!err)
			err = play_perfect(sim);
		if (err)
			return err;
	}
	end_hour(sim);
	return got;
}

static void finish(struct sim_score *score,
		   const struct policy_settings *settings)
{
	double slow = score->ios - score->fast_ios +
		      score->moves * settings->move_cost;

	score->latency_s = (score->fast_ios * settings->fast_latency_s +
			    slow * settings->slow_latency_s) /
			   score->ios;
}

static void count_moves(struct sim_score *score, const struct sim_moves *moves,
			__u32 n_ranges)
{
	score->moves = moves->n;
	score->moved_bytes = moves->bytes;
	score->move_written_bytes = moves->fast_bytes;
	for (__u32 i = 0; i < n_ranges; i++) {
		score->moved_ranges += moves->by_range[i] != 0;
		if (moves->by_range[i] > score->most_moves)
			score->most_moves = moves->by_range[i];
	}
}

/* Hands the scores over to the report. */
static int make_report(struct simulation *sim, const struct sim_entry *entries,
		       size_t n)
{
	struct sim_report *report = sim->report;

	report->scores = calloc(sim->n_seats + 1, sizeof(*report->scores));
	if (!report->scores)
		return -ENOMEM;
	for (size_t i = 0; i < sim->n_seats; i++) {
		struct seat *seat = &sim->seats[i];

		count_moves(&seat->score, &seat->player.moves, sim->index.n);
		finish(&seat->score, &entries[i < n ? i : 0].config->settings);
		report->scores[report->n++] = seat->score;
		seat->score.points = NULL;
	}
	finish(&sim->perfect_score, &entries[0].config->settings);
	report->scores[report->n++] = sim->perfect_score;
	sim->perfect_score.points = NULL;
	return 0;
}

static void clear(struct simulation *sim)
{
	for (size_t i = 0; i < sim->n_seats; i++) {
		struct seat *seat = &sim->seats[i];

		if (seat->player.state)
			seat->player.kind->end(seat->player.state);
		free(seat->player.moves.by_range);
		free(seat->pins);
		free(seat->score.points);
	}
	free(sim->seats);
	free(sim->perfect_score.points);
	sim_perfect_end(&sim->perfect);
	range_index_free(&sim->index);
	free(sim->ranges);
	free(sim->ios);
	free(sim->is_fast);
	free(sim->is_scored);
}

int simulate(const struct sim_source *source, const struct sim_entry *entries,
	     size_t n, struct sim_report *report)
{
	struct simulation sim = {.source = source, .report = report};
	int err;

	*report = (struct sim_report){0};
	err = read_all(&sim);
	if (!err)
		err = sit_all_down(&sim, entries, n);
	if (!err)
		err = play_all(&sim);
	if (!err)
		err = make_report(&sim, entries, n);
	clear(&sim);
	if (err)
		sim_report_free(report);
	return err;
}

void sim_report_free(struct sim_report *report)
{
	for (size_t i = 0; i < report->n; i++)
		free(report->scores[i].points);
	free(report->scores);
	*report = (struct sim_report){0};
}
