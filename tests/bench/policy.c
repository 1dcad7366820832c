// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy [OPTION...] [NAME...]: plays made-up heat to the policy, and beside it
 * to lru, 2013 and perfect (tools/simulate/). NAME: only scenarios whose name
 * contains one of these.
 *
 *   -p FILE   settings of the policy
 *   -n N      ranges, default 20000
 *   -i N      operations per second, default 400
 *   -t HOURS  default 24
 *   -s SEED   default 1
 *
 * A line is a scenario. The shares are those of I/Os in the last quarter of the
 * time: by who knows all probabilities but no more (law); by who knows each
 * coming hour (perfect); by who knows that, and moves no more than the budget
 * of the policy (budgeted); and so on. For a hot set that shifts, minutes is
 * how long the slowest shift takes until the share is 95 % of what it is in the
 * end. For a scan, the second line is about the I/O beside it: the share with
 * the scan, that of perfect, and that of the same policy without the scan.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "budgeted.h"
#include "move/policy.h"
#include "synthetic.h"

static const struct scenario scenarios[] = {
	{.name = "zipf 0.6", .zipf = 0.6, .write_percent = 10},
	{.name = "zipf 0.99", .zipf = 0.99, .write_percent = 10},
	{.name = "zipf 1.2", .zipf = 1.2, .write_percent = 10},
	{.name = "shifting",
	 .hot_part = 0.009,
	 .hot_share = 0.9,
	 .shift_s = 6 * 3600,
	 .write_percent = 10},
	{.name = "scan, 128K",
	 .zipf = 0.99,
	 .write_percent = 10,
	 .scan_part = 0.5,
	 .scan_s = 4 * 3600,
	 .scan_io = 131072},
	{.name = "scan, 4K",
	 .zipf = 0.99,
	 .write_percent = 10,
	 .scan_part = 0.5,
	 .scan_s = 4 * 3600,
	 .scan_io = 4096},
	{.name = "write-heavy", .zipf = 0.99, .write_percent = 80},
	{.name = "too large",
	 .hot_part = 0.4,
	 .hot_share = 0.95,
	 .write_percent = 10},
};

#define N_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

struct options {
	struct policy_config config;
	uint32_t n_ranges;
	double ops_per_s, hours;
	uint64_t seed;
};

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "policy: %s\n", what);
	exit(1);
}

static double cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

struct timed {
	struct synthetic synthetic;
	double making_s; /* CPU seconds for making the heat up */
};

static int next(void *context, struct trace_frame *frame)
{
	struct timed *timed = context;
	double began_s = cpu_s();
	int got = synthetic_next(&timed->synthetic, frame);

	timed->making_s += cpu_s() - began_s;
	return got;
}

/* Not the scan. */
static bool is_beside(void *context, uint32_t file)
{
	(void)context;
	return file < SYNTHETIC_SCANNED;
}

static struct timed begin(const struct options *options,
			  const struct scenario *scenario)
{
	struct timed timed = {.synthetic = {
				      .scenario = scenario,
				      .n_ranges = options->n_ranges,
				      .ops_per_s = options->ops_per_s,
				      .interval_s = 10,
				      .hours = options->hours,
				      .seed = options->seed,
			      }};

	synthetic_begin(&timed.synthetic);
	return timed;
}

/* is_scored: of struct sim_source. Returns the CPU seconds, without those for
 * making the heat up.
 */
static double play(const struct options *options,
		   const struct scenario *scenario,
		   bool (*is_scored)(void *context, uint32_t file),
		   struct sim_report *report)
{
	struct timed timed = begin(options, scenario);
	const struct sim_source source = {
		.next = next,
		.rewind = synthetic_rewind, /* .synthetic comes first */
		.is_scored = is_scored,
		.context = &timed,
	};
	const struct sim_entry entry = {"policy", &options->config};
	double began_s = cpu_s();

	if (simulate(&source, &entry, 1, report))
		die("the simulation failed");
	synthetic_end(&timed.synthetic);
	return cpu_s() - began_s - timed.making_s;
}

/* What the law allows, and perfect knowledge within the policy's budget. */
static void play_bounds(const struct options *options,
			const struct scenario *scenario,
			const struct sim_report *report, double *law,
			double *within_budget)
{
	struct timed timed = begin(options, scenario);
	uint32_t n_fast = report->scores[0].fast_bytes / POLICY_RANGE_BYTES;
	uint64_t budget = policy_amount_of(options->config.settings.budget,
					   report->data_bytes) /
			  POLICY_RANGE_BYTES;

	*law = synthetic_best(&timed.synthetic, n_fast);
	*within_budget = budgeted_play(&timed.synthetic, n_fast, budget);
	synthetic_end(&timed.synthetic);
}

static double late_share(const struct sim_score *score)
{
	return score->late_ios ? (double)score->late_fast_ios / score->late_ios
			       : 0;
}

static double share(const struct sim_point *points, size_t n)
{
	double ios = 0, fast_ios = 0;

	for (size_t i = 0; i < n; i++) {
		ios += points[i].ios;
		fast_ios += points[i].fast_ios;
	}
	return ios > 0 ? fast_ios / ios : 0;
}

/* The minutes after a shift until a minute has 95 % of the share that the last
 * hour before the next one has. The worst of all shifts but the first, which
 * finds the tier empty.
 */
static double worst_shift(const struct sim_score *score, double shift_s)
{
	size_t step = shift_s / 60, worst = 0;

	for (size_t at = step; at + step <= score->n_points; at += step) {
		const struct sim_point *points = score->points + at;
		double goal = share(points + step - 60, 60) * 0.95;
		size_t i = 0;

		while (i < step && share(points + i, 1) < goal)
			i++;
		if (i + 1 > worst)
			worst = i + 1;
	}
	return worst;
}

/* What the scan does to the I/O beside it. */
static void print_beside(const struct options *options,
			 const struct scenario *scenario,
			 const struct sim_report *all)
{
	struct scenario alone = *scenario;
	struct options same = *options;
	struct sim_report with, without;
	double share, share_without;

	play(options, scenario, is_beside, &with);
	/* the same ranges, as large a fast tier, the same budget; no scan */
	alone.scan_part = 0;
	alone.scan_io = 0;
	same.n_ranges -= options->n_ranges * scenario->scan_part;
	same.config.settings.fast_size =
		(struct policy_amount){all->scores[0].fast_bytes, false};
	same.config.settings.budget = (struct policy_amount){
		policy_amount_of(options->config.settings.budget,
				 all->data_bytes),
		false};
	play(&same, &alone, NULL, &without);
	share = late_share(&with.scores[0]);
	share_without = late_share(&without.scores[0]);
	printf("  I/O beside the scan: %.3f fast, %.3f of perfect; without the scan %.3f, so %.2f %% lost\n",
	       share, share / late_share(&with.scores[4]), share_without,
	       100 * (1 - share / share_without));
	sim_report_free(&with);
	sim_report_free(&without);
}

static void print_row(const struct options *options,
		      const struct scenario *scenario)
{
	const struct sim_score *score;
	struct sim_report report;
	double seconds = play(options, scenario, NULL, &report);
	double hours = options->hours / 4, law, within_budget, share;

	play_bounds(options, scenario, &report, &law, &within_budget);
	score = report.scores; /* policy, never, lru, 2013, perfect */
	share = late_share(&score[0]);
	printf("%-12s %6.3f %7.3f %8.3f %6.3f %6.3f %6.3f  %6.3f %6.3f %6.3f  %6.2f %8.2f %8.2f "
	       "%8.2f %4u %6.1f",
	       scenario->name, law, late_share(&score[4]), within_budget, share,
	       late_share(&score[2]), late_share(&score[3]),
	       share / late_share(&score[4]), share / within_budget,
	       share / law,
	       100.0 * score[0].late_moved_bytes / report.data_bytes / hours,
	       score[0].moved_bytes / 0x1p30, score[2].moved_bytes / 0x1p30,
	       score[3].moved_bytes / 0x1p30, score[0].most_moves, seconds);
	if (scenario->shift_s)
		printf("  minutes %.0f",
		       worst_shift(&score[0], scenario->shift_s));
	putchar('\n');
	if (scenario->scan_io)
		print_beside(options, scenario, &report);
	fflush(stdout);
	sim_report_free(&report);
}

static void read_config(const char *path, struct policy_config *config)
{
	struct ini_error error;
	FILE *in = fopen(path, "re");

	if (!in)
		die(path);
	if (policy_config_read(in, config, &error))
		die(error.what);
	fclose(in);
}

static bool is_wanted(const char *name, char **names)
{
	bool is_any = !*names;

	for (; *names; names++)
		is_any |= strstr(name, *names) != NULL;
	return is_any;
}

int main(int argc, char **argv)
{
	struct options options = {
		.config.settings = policy_settings_default(),
		.n_ranges = 20000,
		.ops_per_s = 400,
		.hours = 24,
		.seed = 1,
	};

	for (int c; (c = getopt(argc, argv, "p:n:i:t:s:")) >= 0;) {
		if (c == 'p')
			read_config(optarg, &options.config);
		else if (c == 'n')
			options.n_ranges = strtoul(optarg, NULL, 10);
		else if (c == 'i')
			options.ops_per_s = strtod(optarg, NULL);
		else if (c == 't')
			options.hours = strtod(optarg, NULL);
		else if (c == 's')
			options.seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	if (options.n_ranges < 1000 || options.ops_per_s <= 0 ||
	    options.hours <= 0)
		die("at least 1000 ranges, operations and hours");
	printf("%-12s %6s %7s %8s %6s %6s %6s  %6s %6s %6s  %6s %8s %8s %8s %4s %6s\n",
	       "share of", "law", "perfect", "budgeted", "policy", "lru",
	       "2013", "/perf.", "/budg.", "/law", "%/hour", "GiB", "lru GiB",
	       "2013 GiB", "max", "cpu s");
	for (size_t i = 0; i < N_SCENARIOS; i++)
		if (is_wanted(scenarios[i].name, argv + optind))
			print_row(&options, &scenarios[i]);
	policy_pins_free(&options.config.pins);
	return 0;
}
