// SPDX-License-Identifier: GPL-2.0-or-later
/* The choice of an extent, by tables and at its bounds. */
#include "pick_model.h"
#include "tree_text.h"

/* --- tables --------------------------------------------------------------- */

struct pick_case {
	const char *name;
	const char *text;
	const char *states;
	struct frsp_request request;
	bool allow_short;
	struct {
		u32 start, len;
	} offer;	       /* len 0: none */
	struct frsp_room room; /* owner 0: none */
	enum frsp_pick_kind kind;
	u32 start, len;
};

/* near is ext4's goal, which continues the file */
#define GOAL .goal_here = true, .goal_exact = true

#define FIVE_OF_4 "....#....#....#....#....#"
#define FOUR_OF_3 "...#...#...#...#"

/* clang-format off */
static const struct pick_case pick_cases[] = {
	/* ext4's own goal */
	{"goal free", "..#....#", "L", {.len = 2, .near = 5, GOAL},
	 .kind = FRSP_PICK_KEEP, .start = 5, .len = 2},
	{"goal free at the start", "..#....#", "L", {.len = 4, .near = 3, GOAL},
	 .kind = FRSP_PICK_KEEP, .start = 3, .len = 4},
	{"goal not exact", "..#....#", "L", {.len = 2, .near = 5, .goal_here = true},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"goal not exact, at the start", "..#....#", "L", {.len = 2, .near = 3, .goal_here = true},
	 .kind = FRSP_PICK_KEEP, .start = 3, .len = 2},
	{"goal reserved", "..#....#", "L", {.len = 2, .near = 5, GOAL, .reserved = 8},
	 .kind = FRSP_PICK_KEEP, .start = 5, .len = 2},
	{"reserved", "..#....#", "L", {.len = 2, .near = 0, .reserved = 1},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 2},
	{"reserved in part", "..#....#", "L", {.len = 2, .near = 0, .reserved = 5},
	 .kind = FRSP_PICK_FIT, .start = 5, .len = 2},
	{"all reserved", "..#....#", "L", {.len = 2, .near = 0, .reserved = 8}, true,
	 .kind = FRSP_PICK_NONE},
	{"short, the front reserved", "..#....#", "L", {.len = 5, .min_len = 1, .reserved = 5}, true,
	 .kind = FRSP_PICK_SHORT, .start = 5, .len = 2},
	{"goal too short", "..#....#", "L", {.len = 3, .near = 5, GOAL},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 3},
	{"goal in use", "..#....#", "L", {.len = 2, .near = 2, GOAL},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"no goal", "..#....#", "L", {.len = 2, .near = 5},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"goal in a summary", "#....###", "S", {.len = 2, .near = 2, GOAL},
	 .kind = FRSP_PICK_KEEP, .start = 2, .len = 2},
	{"goal not in the summary", "#....#..", "S", {.len = 2, .near = 6, GOAL},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"goal in front of a summary", "#....###", "S", {.len = 2, .near = 0, GOAL},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"goal in a second group's summary", "########|#....###", "LS",
	 {.len = 2, .near = 10, GOAL},
	 .kind = FRSP_PICK_KEEP, .start = 10, .len = 2},
	{"goal not beyond its group", "####....|....####", "LL",
	 {.len = 6, .near = 6, GOAL}, .kind = FRSP_PICK_NONE},
	{"goal in an offer", "#......#", "L", {.len = 2, .near = 3, GOAL},
	 .offer = {.start = 4, .len = 1}, .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"goal behind an offer", "#......#", "L", {.len = 2, .near = 3, GOAL},
	 .offer = {.start = 1, .len = 2}, .kind = FRSP_PICK_KEEP, .start = 3, .len = 2},
	{"goal in front of an offer", "#......#", "L", {.len = 2, .near = 3, GOAL},
	 .offer = {.start = 5, .len = 2}, .kind = FRSP_PICK_KEEP, .start = 3, .len = 2},
	{"goal aligned", "........|........", "LL",
	 {.len = 4, .near = 8, GOAL, .stripe = 4},
	 .kind = FRSP_PICK_KEEP, .start = 8, .len = 4},
	{"goal not aligned", "........|........", "LL",
	 {.len = 4, .near = 9, GOAL, .stripe = 4, .stripe_only = true},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 4},
	{"goal that goes on, not aligned", "........|........", "LL",
	 {.len = 4, .near = 9, GOAL, .stripe = 4},
	 .kind = FRSP_PICK_KEEP, .start = 9, .len = 4},
	{"goal that begins, not aligned", "........|#.......", "LL",
	 {.len = 4, .near = 9, .goal_here = true, .stripe = 4},
	 .kind = FRSP_PICK_FIT, .start = 12, .len = 4},
	{"goal aligned with a phase", "........|........", "LL",
	 {.len = 4, .near = 9, GOAL, .stripe = 4, .stripe_phase = 3},
	 .kind = FRSP_PICK_KEEP, .start = 9, .len = 4},

	/* the best fit */
	{"exact", "...#.....#..#...", "L", {.len = 2}, .kind = FRSP_PICK_FIT, .start = 10, .len = 2},
	{"the shortest that is enough", ".....#....#.#...", "L", {.len = 2},
	 .kind = FRSP_PICK_FIT, .start = 13, .len = 2},
	{"only the nearest are compared", FIVE_OF_4 FIVE_OF_4 FIVE_OF_4 "....#..#", "L",
	 {.len = 2}, .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"the last that is compared", FIVE_OF_4 FIVE_OF_4 FIVE_OF_4 "..#....#", "L",
	 {.len = 2}, .kind = FRSP_PICK_FIT, .start = 75, .len = 2},
	{"in reach", "...#...##..#...#", "L", {.len = 2, .near = 3, .reach = 5},
	 .kind = FRSP_PICK_FIT, .start = 9, .len = 2},
	{"out of reach", "...#...##..#...#", "L", {.len = 2, .near = 3, .reach = 4},
	 .kind = FRSP_PICK_FIT, .start = 4, .len = 2},
	{"reach is from the nearest on", "###...##..#...#.", "L", {.len = 2, .near = 0, .reach = 5},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 2},
	{"reach is from the nearest with room on", ".#.#...##..#...#", "L", {.len = 2, .near = 0, .reach = 5},
	 .kind = FRSP_PICK_FIT, .start = 9, .len = 2},
	{"reach in front", "..##...#...#####", "L", {.len = 2, .near = 11, .reach = 9},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"out of reach in front", "..##...#...#####", "L", {.len = 2, .near = 11, .reach = 8},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 2},
	{"not in a group to avoid", ".....#..|#####..#|#####...", "LLL", {.len = 2, .near = 8, .avoid = 2},
	 .kind = FRSP_PICK_FIT, .start = 6, .len = 2},
	{"not in two of them", ".....#..|#####..#|#####...", "LLL", {.len = 2, .near = 8, .avoid = 3},
	 .kind = FRSP_PICK_FIT, .start = 21, .len = 2},
	{"the goal in a group to avoid", "..#....#", "L", {.len = 2, .near = 5, GOAL, .avoid = 1},
	 .kind = FRSP_PICK_KEEP, .start = 5, .len = 2},
	{"a summary to avoid", "...#####|#....###", "SS", {.len = 2, .avoid = 1},
	 .kind = FRSP_PICK_FIT, .start = 9, .len = 2},
	{"short, in a group to avoid", "...#####|#..#####", "LL",
	 {.len = 5, .min_len = 1, .avoid = 1}, true,
	 .kind = FRSP_PICK_SHORT, .start = 9, .len = 2},
	{"all to avoid", "..#....#|##..####", "LL", {.len = 2, .avoid = 3}, true,
	 .kind = FRSP_PICK_NONE},
	{"what is too short does not count", "...."
	 "#.#.#.#.#.#.#.#.#.#.#.#.#.#.#.#.#..##", "L",
	 {.len = 2}, .kind = FRSP_PICK_FIT, .start = 37, .len = 2},
	{"nothing is enough", "...#.....#..#...", "L", {.len = 6}, .kind = FRSP_PICK_NONE},
	{"all of the longest", "...#.....#..#...", "L", {.len = 5},
	 .kind = FRSP_PICK_FIT, .start = 4, .len = 5},
	{"nearest behind", "..#..#..#..#####", "L", {.len = 2, .near = 5},
	 .kind = FRSP_PICK_FIT, .start = 6, .len = 2},
	{"nearest in front", "..#..#..####..##", "L", {.len = 2, .near = 8},
	 .kind = FRSP_PICK_FIT, .start = 6, .len = 2},
	{"nearest is the last", "..#..#..####..##", "L", {.len = 2, .near = 15},
	 .kind = FRSP_PICK_FIT, .start = 12, .len = 2},
	{"nearest is the first", "..#..#..####..##", "L", {.len = 2, .near = 0},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"equally near: behind", "..#####..#######", "L", {.len = 1, .near = 4},
	 .kind = FRSP_PICK_FIT, .start = 7, .len = 1},
	{"nearest in another group", "..######|########|.#####..", "LLL", {.len = 2, .near = 20},
	 .kind = FRSP_PICK_FIT, .start = 22, .len = 2},
	{"length goes before nearness", "...#####|########|..######", "LLL", {.len = 2, .near = 0},
	 .kind = FRSP_PICK_FIT, .start = 16, .len = 2},
	{"one group only", "#####...|...#####", "LL", {.len = 4}, .kind = FRSP_PICK_NONE},

	/* summaries come after extents, the nearest group first */
	{"extent before summary", "........|..######", "LS", {.len = 2, .near = 9},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"summary for what no extent has", "...#####|......##", "LS", {.len = 4},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 4},
	{"nearest summary behind", "....####|########|.....###", "SLS", {.len = 2, .near = 12},
	 .kind = FRSP_PICK_FIT, .start = 16, .len = 2},
	{"nearest summary in front", "########|.....###|########|########|..######", "LSLLS",
	 {.len = 2, .near = 16}, .kind = FRSP_PICK_FIT, .start = 8, .len = 2},
	{"own summary", "....####|..######|....####", "SSS", {.len = 2, .near = 12},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 2},
	{"summary at the far end", "########|########|########|..######", "LLLS", {.len = 2, .near = 0},
	 .kind = FRSP_PICK_FIT, .start = 24, .len = 2},
	{"summary at the near end", "..######|########|########|########", "SLLL", {.len = 2, .near = 31},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"unknown and bad groups", "........|........|.#.#.#.#", "UBL", {.len = 2}, .kind = FRSP_PICK_NONE},

	/* the stripe */
	{"aligned in an extent", "#...........####", "L", {.len = 4, .stripe = 4},
	 .kind = FRSP_PICK_FIT, .start = 4, .len = 4},
	{"aligned in a longer extent", "#....###|........", "LL", {.len = 4, .stripe = 4},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 4},
	{"phase", "................", "L", {.len = 4, .stripe = 4, .stripe_phase = 1},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 4},
	{"not aligned anywhere", "#......#|#......#", "LL", {.len = 4, .stripe = 8}, .kind = FRSP_PICK_NONE},
	{"aligned in a summary", "#.......", "S", {.len = 4, .stripe = 4},
	 .kind = FRSP_PICK_FIT, .start = 4, .len = 4},
	{"stripe shorter than the request", "#........#######", "L", {.len = 4, .stripe = 2},
	 .kind = FRSP_PICK_FIT, .start = 2, .len = 4},

	/* the offers of others */
	{"behind an offer", "#......#", "L", {.len = 2}, .offer = {.start = 1, .len = 2},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 2},
	{"in front of an offer", "#......#", "L", {.len = 2}, .offer = {.start = 3, .len = 4},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"offer touches in front", "##....##", "L", {.len = 4}, .offer = {.start = 0, .len = 2},
	 .kind = FRSP_PICK_FIT, .start = 2, .len = 4},
	{"offer touches behind", "##....##", "L", {.len = 4}, .offer = {.start = 6, .len = 2},
	 .kind = FRSP_PICK_FIT, .start = 2, .len = 4},
	{"offer of the last cluster", "##....##", "L", {.len = 4}, .offer = {.start = 5, .len = 1}, .kind = FRSP_PICK_NONE},
	{"no room beside the offer", "#...#.....######", "L", {.len = 3}, .offer = {.start = 2, .len = 1},
	 .kind = FRSP_PICK_FIT, .start = 5, .len = 3},
	{"next of equal length", "...#...#...#####", "L", {.len = 3, .near = 3}, .offer = {.start = 4, .len = 3},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 3},
	{"offer in a summary", "......##", "S", {.len = 3}, .offer = {.start = 0, .len = 1},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 3},
	{"aligned behind an offer", "#...........####", "L", {.len = 4, .stripe = 4}, .offer = {.start = 4, .len = 1},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 4},

	/* a fit longer than the request, and the rooms of others */
	{"room for more", "....#.......#...", "L", {.len = 2, .fit = 5},
	 .kind = FRSP_PICK_FIT, .start = 5, .len = 2},
	{"room for exactly more", "....#.....#...##", "L", {.len = 2, .fit = 5},
	 .kind = FRSP_PICK_FIT, .start = 5, .len = 2},
	{"no room for more", "....#.....#...##", "L", {.len = 2, .fit = 6}, .kind = FRSP_PICK_NONE},
	{"a wish", "...#.....#...###", "L", {.len = 2, .wish = 4},
	 .kind = FRSP_PICK_FIT, .start = 4, .len = 2},
	{"a wish: the shortest that has it", "......#.....#.##", "L", {.len = 2, .wish = 4},
	 .kind = FRSP_PICK_FIT, .start = 7, .len = 2},
	{"a wish that none has", "..#...#..#######", "L", {.len = 2, .wish = 4},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 2},
	{"a wish that only one far away has", FOUR_OF_3 FOUR_OF_3 FOUR_OF_3 FOUR_OF_3 "......##", "L",
	 {.len = 2, .wish = 4}, .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"a wish of less is none", "..#....###", "L", {.len = 2, .fit = 2, .wish = 1},
	 .kind = FRSP_PICK_FIT, .start = 0, .len = 2},
	{"a wish, and an offer in it", "......#.....####", "L", {.len = 2, .wish = 5}, .offer = {.start = 2, .len = 1},
	 .kind = FRSP_PICK_FIT, .start = 7, .len = 2},
	{"room for less is none", "..#...##", "L", {.len = 3, .fit = 2},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 3},
	{"room for more in a summary", "#.......", "S", {.len = 2, .fit = 5},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"room, but an offer in it", "......#.......##", "L", {.len = 2, .fit = 5}, .offer = {.start = 4, .len = 1},
	 .kind = FRSP_PICK_FIT, .start = 7, .len = 2},
	{"behind the room of another", "#......#", "L", {.len = 2}, .room = {7, 1, 3},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 2},
	{"in front of the room of another", "#......#", "L", {.len = 2}, .room = {7, 3, 5},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"all is the room of another", "#......#", "L", {.len = 2}, .room = {7, 0, 8}, .kind = FRSP_PICK_NONE},
	{"in its own room", "#......#", "L", {.len = 2, .owner = 7}, .room = {7, 0, 8},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"rooms are taken", "#......#", "L", {.len = 2, .take_rooms = true}, .room = {7, 0, 8},
	 .kind = FRSP_PICK_FIT, .start = 1, .len = 2},
	{"the goal in the room of another", "#......#", "L", {.len = 2, .near = 3, GOAL}, .room = {7, 0, 8},
	 .kind = FRSP_PICK_KEEP, .start = 3, .len = 2},
	{"aligned behind the room of another", "#...........####", "L", {.len = 4, .stripe = 4}, .room = {7, 4, 5},
	 .kind = FRSP_PICK_FIT, .start = 8, .len = 4},
	{"short in the room of another", "#......#", "L", {.len = 8, .min_len = 2}, true, .room = {7, 0, 8},
	 .kind = FRSP_PICK_SHORT, .start = 1, .len = 6},

	/* less than wanted, at the goal */
	{"goal short", "..#....#", "L", {.len = 3, .near = 5, GOAL, .goal_short = true},
	 .kind = FRSP_PICK_KEEP, .start = 5, .len = 2},
	{"goal short of one", "..#....#", "L", {.len = 3, .near = 6, GOAL, .goal_short = true},
	 .kind = FRSP_PICK_KEEP, .start = 6, .len = 1},
	{"goal short of none", "..#....#", "L", {.len = 3, .near = 7, GOAL, .goal_short = true},
	 .kind = FRSP_PICK_FIT, .start = 3, .len = 3},
	{"goal short, and an offer behind it", "..#....#", "L", {.len = 3, .near = 5, GOAL, .goal_short = true},
	 .offer = {.start = 7, .len = 1}, .kind = FRSP_PICK_KEEP, .start = 5, .len = 2},
	{"goal short, and an offer in it", "..#....#", "L", {.len = 2, .near = 6, GOAL, .goal_short = true},
	 .offer = {.start = 6, .len = 1}, .kind = FRSP_PICK_FIT, .start = 0, .len = 2},

	/* less than wanted */
	{"short is not allowed", "..#...##", "L", {.len = 4, .min_len = 2}, .kind = FRSP_PICK_NONE},
	{"short", "..#...##", "L", {.len = 4, .min_len = 2}, true,
	 .kind = FRSP_PICK_SHORT, .start = 3, .len = 3},
	{"short of exactly the least", "..#...##", "L", {.len = 4, .min_len = 3}, true,
	 .kind = FRSP_PICK_SHORT, .start = 3, .len = 3},
	{"too short", "..#..###", "L", {.len = 4, .min_len = 3}, true, .kind = FRSP_PICK_NONE},
	{"fit goes before short", "..#...#.....####", "L", {.len = 4, .min_len = 2}, true,
	 .kind = FRSP_PICK_FIT, .start = 7, .len = 4},
	{"short: nearest of equal length", "..#..#..#..#####", "L", {.len = 4, .min_len = 1, .near = 6}, true,
	 .kind = FRSP_PICK_SHORT, .start = 6, .len = 2},
	{"short: in a summary", "..######|...#####", "LS", {.len = 4, .min_len = 1}, true,
	 .kind = FRSP_PICK_SHORT, .start = 8, .len = 3},
	{"short: extent before summary", "...#####|...#####", "SL", {.len = 4, .min_len = 1}, true,
	 .kind = FRSP_PICK_SHORT, .start = 8, .len = 3},
	{"short: behind an offer", "........", "L", {.len = 8, .min_len = 1}, true, .offer = {.start = 2, .len = 2},
	 .kind = FRSP_PICK_SHORT, .start = 4, .len = 4},
	{"short: nothing behind the offer", "....#..#", "L", {.len = 8, .min_len = 1}, true, .offer = {.start = 3, .len = 1},
	 .kind = FRSP_PICK_SHORT, .start = 5, .len = 2},
	{"short: not aligned, not whole", "#......#", "L", {.len = 4, .min_len = 2, .stripe = 8}, true,
	 .kind = FRSP_PICK_SHORT, .start = 4, .len = 3},
	{"short of one", ".#.#.#.#", "L", {.len = 2, .min_len = 1, .near = 3}, true,
	 .kind = FRSP_PICK_SHORT, .start = 4, .len = 1},
	{"one is never short", "########", "L", {.len = 1, .min_len = 1}, true, .kind = FRSP_PICK_NONE},

	{"an empty tree", "########|########", "LL", {.len = 1}, true, .kind = FRSP_PICK_NONE},
};
/* clang-format on */

static void test_picks(void **state)
{
	struct frsp_choice choice;
	struct model model;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pick_cases); i++) {
		const struct pick_case *c = &pick_cases[i];

		text_to_model(&model, c->text, c->states);
		n_offers = 0;
		if (c->offer.len)
			offer(&model, c->offer.start, c->offer.len);
		if (c->room.owner)
			room(&model, c->room.owner, c->room.start, c->room.end);
		choice = frsp_pick(model.tree, &c->request, c->allow_short);
		expect(&choice, c->kind, c->start, c->len, c->name);
		model_destroy(&model);
	}
}

/* While a group is LOADING, what is below the mark can be chosen. */
static void test_while_loading(void **state)
{
	struct frsp_request request = {.len = 3};
	struct frsp_choice choice;
	struct model model;

	(void)state;
	n_offers = 0;
	text_to_model(&model, "...#....|########", "UL");
	assert_true(model_build_begin(&model, 0));
	choice = frsp_pick(model.tree, &request, true);
	expect(&choice, FRSP_PICK_NONE, 0, 0, "nothing yet");
	assert_int_equal(model_build_step(&model, 6), 1);
	choice = frsp_pick(model.tree, &request, true);
	expect(&choice, FRSP_PICK_FIT, 0, 3, "below the mark");
	model_destroy(&model);
}

/* A tree of n extents that are of no use to others, and a long one far away. */
static void far_model(struct model *model, u32 n)
{
	model_init(model, 1, 4 * n + 16, 4 * n + 16);
	n_offers = 0;
	for (u32 i = 0; i < n; i++) {
		memset(model->in_use + 4 * i, false, 3);
		offer(model, 4 * i, 3);
	}
	memset(model->in_use + 4 * n + 4, false, 9);
	model_load(model, 0);
}

/* As many extents as a walk tries are of no use. */
static void test_tries(void **state)
{
	struct frsp_request request = {.len = 3, .min_len = 1};
	struct frsp_choice choice;
	struct model model;

	(void)state;
	far_model(&model, FRSP_PICK_TRIES - 1);
	choice = frsp_pick(model.tree, &request, false);
	expect(&choice, FRSP_PICK_FIT, 4 * FRSP_PICK_TRIES, 3, "the last try");
	model_destroy(&model);

	far_model(&model, FRSP_PICK_TRIES);
	choice = frsp_pick(model.tree, &request, false);
	expect(&choice, FRSP_PICK_NONE, 0, 0, "too many");
	choice = frsp_pick(model.tree, &request, true);
	expect(&choice, FRSP_PICK_SHORT, 4 * FRSP_PICK_TRIES + 11, 2, "end");
	model_destroy(&model);
}

/* What is reserved costs no visit: the best fit of all is too far away. */
static void test_reserved_is_passed(void **state)
{
	const u32 reserved = 8 * FRSP_PICK_VISITS, step = 100;
	const u32 first = 2 * reserved + 1;
	const u32 end = first + (FRSP_PICK_NEAR + 4) * step;
	struct frsp_request request = {.len = 3, .reserved = reserved};
	struct frsp_choice choice;
	struct model model;

	(void)state;
	n_offers = 0;
	model_init(&model, 1, end + 8, end + 8);
	for (u32 i = 0; i < reserved; i += 4)
		memset(model.in_use + i, false, 3);
	for (u32 i = first; i < end; i += step)
		memset(model.in_use + i, false, 9);
	memset(model.in_use + end, false, 3);
	model_load(&model, 0);
	for (u32 near = 0; near <= reserved; near += reserved) {
		request.near = near;
		choice = frsp_pick(model.tree, &request, false);
		expect(&choice, FRSP_PICK_FIT, first, 3, "nearest");
	}
	model_destroy(&model);
}

/*
 * So many extents that are too short; behind them the nearest with room, with
 * the best fit out of its reach.
 */
static struct frsp_choice pick_behind(u32 n, u32 len)
{
	const u32 clusters = 300 * n + 1000;
	struct frsp_request request = {.len = 257, .reach = 300};
	struct frsp_choice choice;
	struct model model;

	n_offers = 0;
	model_init(&model, 1, clusters, clusters);
	for (u32 i = 0; i < n; i++)
		memset(model.in_use + 300 * i, false, len);
	memset(model.in_use + 300 * n, false, 258);
	memset(model.in_use + 300 * n + 700, false, 257);
	model_load(&model, 0);
	choice = frsp_pick(model.tree, &request, false);
	model_destroy(&model);
	return choice;
}

/*
 * What is too short costs no visit, however many there are. Only those do that
 * are nearly long enough (256 and 257 are of one class), but for the one at the
 * goal.
 */
static void test_short_are_passed(void **state)
{
	const u32 n = FRSP_PICK_VISITS;
	struct frsp_choice choice;

	(void)state;
	choice = pick_behind(3 * n, 255);
	expect(&choice, FRSP_PICK_FIT, 300 * 3 * n, 257, "too short");
	choice = pick_behind(n, 256);
	expect(&choice, FRSP_PICK_FIT, 300 * n, 257, "the last visit");
	choice = pick_behind(n + 1, 256);
	expect(&choice, FRSP_PICK_FIT, 300 * (n + 1) + 700, 257, "by length");
}

/* So many short extents are not aligned that only a long one can be. */
static void test_stripe_beyond_visits(void **state)
{
	const u32 n = 2 * FRSP_PICK_VISITS, clusters = 16 * n, far = n - 9;
	struct frsp_request request = {.len = 8, .stripe = 8};
	struct frsp_choice choice;
	struct model model;

	(void)state;
	model_init(&model, 1, clusters, clusters);
	for (u32 i = 0; i < n; i++)
		memset(model.in_use + 16 * i + 1, false, 8 + i % 5);
	model.in_use[16 * far + 14] = false;
	memset(model.in_use + 16 * far + 1, false, 15);
	model_load(&model, 0);
	choice = frsp_pick(model.tree, &request, false);
	expect(&choice, FRSP_PICK_FIT, 16 * far + 8, 8, "the long one");
	model_destroy(&model);
}

/* Positions at the end of the largest tree, with the largest stripe. */
static void test_large_positions(void **state)
{
	const u32 clusters = 1U << 20, n_groups = 1024;
	struct frsp_request request = {.len = clusters,
				       .near = FRSP_TREE_MAX_CLUSTERS - 1};
	struct frsp_choice choice;
	struct frsp_tree *tree;

	(void)state;
	tree = frsp_tree_new(0, n_groups, clusters, clusters, GFP_KERNEL);
	frsp_tree_set_free(tree, n_groups - 1, clusters);
	choice = frsp_pick(tree, &request, false);
	expect(&choice, FRSP_PICK_FIT, FRSP_TREE_MAX_CLUSTERS - clusters,
	       clusters, "all of the last group");
	request.len = 512;
	request.stripe = FRSP_TREE_MAX_CLUSTERS;
	choice = frsp_pick(tree, &request, false);
	expect(&choice, FRSP_PICK_NONE, 0, 0, "only the first is aligned");
	request.stripe_phase = 512;
	choice = frsp_pick(tree, &request, false);
	expect(&choice, FRSP_PICK_FIT, FRSP_TREE_MAX_CLUSTERS - 512, 512,
	       "the last");
	frsp_tree_free(tree);
}

/* The latest room of each owner, of so many owners. */
static void test_is_free(void **state)
{
	static const struct {
		u32 start, len;
		bool is_free;
	} cases[] = {
		/* loaded */
		{0, 2, true},
		{1, 1, true},
		{0, 3, false},
		{2, 1, false},
		{5, 3, true},
		{6, 2, true},
		{5, 4, false},
		/* a summary: only its longest extent is known */
		{11, 3, true},
		{12, 2, true},
		{11, 4, false},
		{10, 2, false},
		{8, 1, false},
		/* bad, and unknown */
		{16, 1, false},
		{24, 1, false},
	};
	struct frsp_offer offer = {};
	struct model model;

	(void)state;
	text_to_model(&model, "..#.#...|.##...##|........|........", "LSBU");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		offer.start = cases[i].start;
		offer.len = cases[i].len;
		assert_int_equal(frsp_offer_is_free(model.tree, &offer),
				 cases[i].is_free);
	}
	model_destroy(&model);
}

static void test_rooms(void **state)
{
	struct model model;
	struct frsp_room *rooms;

	(void)state;
	text_to_model(&model, "........", "U");
	room(&model, 1, 0, 1);
	rooms = model.tree->rooms;
	room(&model, 2, 1, 2);
	room(&model, 3, 2, 3);
	room(&model, 1, 4, 6);
	assert_int_equal(rooms[0].owner, 1);
	assert_int_equal(rooms[0].start, 4);
	assert_int_equal(rooms[0].end, 6);
	assert_int_equal(rooms[1].owner, 3);
	assert_int_equal(rooms[2].owner, 2);
	assert_int_equal(model.tree->n_rooms, 3);
	for (u32 i = 0; i < FRSP_ROOMS - 1; i++)
		room(&model, 100 + i, 0, 1);
	assert_int_equal(rooms[FRSP_ROOMS - 2].owner, 100);
	assert_int_equal(rooms[FRSP_ROOMS - 1].owner, 1);
	room(&model, 50, 0, 1);
	assert_int_equal(rooms[0].owner, 50);
	assert_int_equal(rooms[FRSP_ROOMS - 1].owner, 100);
	assert_int_equal(model.tree->n_rooms, FRSP_ROOMS);
	assert_true(frsp_room_remove(model.tree, 50));
	assert_false(frsp_room_remove(model.tree, 50));
	assert_false(frsp_room_remove(model.tree, 51));
	assert_int_equal(model.tree->n_rooms, FRSP_ROOMS - 1);
	assert_int_equal(rooms[0].owner, 114);
	assert_true(frsp_room_remove(model.tree, 107));
	assert_int_equal(rooms[6].owner, 108);
	assert_int_equal(rooms[7].owner, 106);
	room(&model, 100, 0, 2);
	assert_int_equal(rooms[0].owner, 100);
	assert_int_equal(rooms[1].owner, 114);
	assert_int_equal(rooms[FRSP_ROOMS - 3].owner, 101);
	assert_int_equal(model.tree->n_rooms, FRSP_ROOMS - 2);
	model_destroy(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_picks),
		cmocka_unit_test(test_while_loading),
		cmocka_unit_test(test_is_free),
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_tries),
		cmocka_unit_test(test_short_are_passed),
		cmocka_unit_test(test_reserved_is_passed),
		cmocka_unit_test(test_stripe_beyond_visits),
		cmocka_unit_test(test_large_positions),
	};

	return cmocka_run_group_tests_name("pick", tests, NULL, NULL);
}
