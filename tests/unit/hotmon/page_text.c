// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the page of a file as text, in every width, and of its commands. */
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_width.h"
#include "heat/actors.h"
#include "hotmon/advice.h"
#include "hotmon/page_text.h"
#include "module/module.h"
#include "suite.h"

#define MIB (1ULL << 20)

static struct path_result place = {
	.path = "/srv/a directory/orders.db",
	.state = PATH_KNOWN,
	.n_links = 2,
};
static struct hot_actor actor = {
	.counts.key = {.comm = "postgres", .pid = 1234, .cgroup = 5},
	.cgroup = "/system.slice/postgresql.service",
};
static struct hot_row ranges[3];
static struct hot_history *history;
static struct hot_page page;
static char *text;

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		ranges[i] = (struct hot_row){
			.ino = 12,
			.range = 100 * i,
			.reads = 10,
			.read_bytes = 40960,
			.temperature = i == 1	? 100
				       : i == 2 ? 2
						: 0.01,
			.who = {{&actor, 40960}},
			.n_who = 1,
		};
	page = (struct hot_page){
		.heat = {.key = {12, 1, 3},
			 .is_tracked = true,
			 .has_rates = true,
			 .row = {.ino = 12,
				 .fs = 1,
				 .gen = 3,
				 .dev = 7 << 20,
				 .reads = 40,
				 .reads_per_s = 3,
				 .read_bytes = 163840,
				 .temperature = 102,
				 .file = &place},
			 .ranges = ranges,
			 .n_ranges = 3,
			 .hottest = 100},
		.fs = {.fs_dev = 7 << 20, .fs_type = "ext4"},
		.mount = "/srv",
		.device = "loop0",
		.shown = "loop0",
		.st = {.st_size = 400 * MIB, .st_blocks = 2048, .st_nlink = 2},
		.tiers = {.tiers = {{.name = "nvme0n1", .shown = "nvme0n1"}},
			  .n = 1},
		.extents_state = -ENODATA,
	};
	who_list_add(&page.who, &actor, 122880);
	history = hot_history_new();
	hot_history_note(history,
			 &(struct hot_row){.ino = 12, .fs = 1, .gen = 3}, 0,
			 1000);
	hot_history_note(history, &page.heat.row, 0, 1001);
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	hot_history_free(history);
	free(text);
	text = NULL;
	return 0;
}

static const char *print(int n_columns, bool color)
{
	const struct page_text_style style = {
		.n_columns = n_columns,
		.color = color,
		.live = true,
		.marked = 100,
		.wall_ns = 1001000000000,
		.mono_ns = 1001000000000,
	};
	size_t len;
	FILE *out;

	free(text);
	out = open_memstream(&text, &len);
	assert_non_null(out);
	assert_int_equal(page_text_print(out, &page, history, &style), 0);
	fclose(out);
	if (getenv("SHOW"))
		puts(text);
	return text;
}

static void assert_has(const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void test_text(void **state)
{
	(void)state;
	print(80, false);
	assert_has("path     /srv/a directory/orders.db (+1 link)\n");
	assert_has("inode    12, generation 3, on ext4 7:0, loop0\n");
	assert_has("mount    /srv\n");
	assert_has("tier     nvme0n1 (fast)\n");
	assert_has("size     400.0M, of which 1.0M are allocated\n");
	assert_has("read     160.0K in 40 reads\n");
	assert_has("heat over its length: 400.0M, 5.0M to a character\n");
	assert_has("^ the range at 100M\n");
	assert_has("known since 00:16:40\n");
	assert_has("  120.0K  75 %  postgres(1234)           /system.slice/");
	assert_has("   40.0K  25 %  others, or not known\n");
	assert_has(">  100 ");
	assert_has(" 104857600");
	assert_has("run      filefrag -v $'/srv/a directory/orders.db'\n");
	assert_has("run      find /srv -xdev -inum 12\n");
}

/* The strip shows the same without UTF-8 and without colours. */
static void test_strip(void **state)
{
	(void)state;
	print(80, false);
	assert_has("\n\u2591\u00b7\u00b7");
	assert_has("\u00b7\u2588\u00b7");
	assert_has("\u00b7\u2593\u00b7");
	assert_has("\u2588 >= 10.0  \u2593 >= 1.00  \u2592 >= 0.10");
	assert_null(strchr(text, '\033'));
	print(80, true);
	assert_has("\u00b7\033[31m\u2588\033[0m\u00b7");
	assert_non_null(setlocale(LC_ALL, "C"));
	print(80, false);
	assert_has("\n.   ");
	assert_has("                   #      ");
	assert_has("                   +      ");
	assert_has("# >= 10.0  + >= 1.00  - >= 0.10  . less  blank no I/O\n");
	for (const char *at = text; *at; at++)
		assert_true(!(*at & 0x80));
}

static void test_widths(void **state)
{
	static const int widths[] = {60, 80, 200};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		char *rest, *line;

		print(widths[i], false);
		rest = text;
		while ((line = strsep(&rest, "\n")))
			/* lines of who may be cut by the screen */
			if (text_width(line) > widths[i] &&
			    !strstr(line, "postgres"))
				fail_msg("%d: %s", widths[i], line);
	}
}

static void test_not_known(void **state)
{
	const struct path_result none = {.state = PATH_NO_ANSWER};

	(void)state;
	page.heat.row.file = &none;
	page.heat.is_tracked = false;
	page.heat.n_ranges = 0;
	page.heat.has_rates = false;
	page.stat_err = -ETIMEDOUT;
	page.tiers_err = -EIO;
	page.who.n = 0;
	hot_history_free(history);
	history = hot_history_new();
	print(80, false);
	assert_has("path     <ino 12 gen 3 dev 7:0>");
	assert_has("size     not known: its filesystem does not answer\n");
	assert_has("tier     not known\n");
	assert_has("I/O      none since tracking began");
	assert_has("heat over its length: no I/O\n");
	assert_has("none are known yet\n");
	assert_null(strstr(text, "what can be done"));
}

/* A file of --file that had no I/O has its path. */
static void test_given(void **state)
{
	const struct path_result none = {.state = PATH_UNKNOWN};

	(void)state;
	page.heat.row.file = &none;
	page.given = "/srv/new";
	print(80, false);
	assert_has("path     /srv/new\n");
	assert_has("run      filefrag -v /srv/new\n");
}

/* A command that needs frsp.ko is no help without it. */
static void test_module(void **state)
{
	(void)state;
	print(80, false);
	assert_int_equal(strstr(text, "frspctl tree /srv") != NULL,
			 frsp_module_is_loaded());
}

static void assert_quoted(const char *word, const char *expected)
{
	char *quoted = advice_quote(word);

	assert_string_equal(quoted, expected);
	free(quoted);
}

static void test_quote(void **state)
{
	(void)state;
	assert_quoted("/srv/a-1_b.c", "/srv/a-1_b.c");
	assert_quoted("/a b", "$'/a b'");
	assert_quoted("/it's", "$'/it\\'s'");
	assert_quoted("/a\\b\n", "$'/a\\134b\\012'");
	assert_quoted("/$(reboot);`x`", "$'/$(reboot);`x`'");
	assert_quoted("", "$''");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_widths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_known, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_given, setup, teardown),
		cmocka_unit_test_setup_teardown(test_module, setup, teardown),
		cmocka_unit_test_setup(test_quote, setup),
	};

	return cmocka_run_group_tests_name("page_text", tests, NULL, NULL);
}
