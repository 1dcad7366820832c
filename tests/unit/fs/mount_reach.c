// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of which mounts are hidden, by the ids and targets in mountinfo. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "fs/mount.h"
#include "fs/mount_reach.h"

struct row {
	int id, parent_id;
	const char *target;
	bool is_reachable;
};

struct table {
	const char *what;
	struct row rows[6];
};

static const struct table tables[] = {
	{"side by side",
	 {{1, 0, "/", true},
	  {2, 1, "/a", true},
	  {3, 1, "/ab", true},
	  {4, 2, "/a/b", true},
	  {5, 4, "/a/b/c", true}}},
	{"the same target twice",
	 {{1, 0, "/", true}, {2, 1, "/a", false}, {3, 2, "/a", true}}},
	{"three times",
	 {{1, 0, "/", true},
	  {2, 1, "/a", false},
	  {3, 2, "/a", false},
	  {4, 3, "/a", true}}},
	{"a directory above is covered",
	 {{1, 0, "/", true},
	  {2, 1, "/a", false},
	  {3, 2, "/a/b", false},
	  {4, 2, "/a", true}}},
	{"by a mount further up",
	 {{1, 0, "/", true},
	  {3, 1, "/a/b/c", false},
	  {4, 1, "/a", true},
	  {5, 4, "/a/b", true}}},
	{"on the new one of two",
	 {{1, 0, "/", true},
	  {2, 1, "/a", false},
	  {3, 2, "/a", true},
	  {4, 3, "/a/b", true}}},
	{"the root is covered",
	 {{1, 0, "/", false},
	  {2, 1, "/a", false},
	  {3, 1, "/", true},
	  {4, 3, "/a", true}}},
	{"the root is its own parent", {{7, 7, "/", true}, {2, 7, "/a", true}}},
	{"our root is no mount",
	 {{2, 1, "/a", true}, {3, 1, "/b", true}, {4, 2, "/a/b", true}}},
	{"a parent that is not in the table, beside a root",
	 {{1, 0, "/", true}, {2, 9, "/a", false}}},
	{"a circle, as no kernel has it",
	 {{1, 2, "/a", false}, {2, 1, "/a", false}}},
};

static void test_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct mount_entry entries[6] = {0};
		size_t n = 0;

		for (; n < 6 && tables[i].rows[n].id; n++)
			entries[n] = (struct mount_entry){
				.id = tables[i].rows[n].id,
				.parent_id = tables[i].rows[n].parent_id,
				.target = tables[i].rows[n].target,
			};
		for (size_t j = 0; j < n; j++)
			if ((mount_reach(entries, n, entries[j].target) ==
			     &entries[j]) != tables[i].rows[j].is_reachable)
				fail_msg("%s: mount %d", tables[i].what,
					 entries[j].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tables)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
