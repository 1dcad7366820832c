// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of who says where a file should be. */
#include <errno.h>

#include "move/policy_pin.h"
#include "suite.h"

/* The rules, each "PIN PATTERN", a path, and the pin; rule: which one said it,
 * -1: none.
 */
static const struct {
	const char *rules[4][2];
	const char *path;
	const char *pin;
	int rule;
} rows[] = {
	{{{"slow", "/srv"}, {"fast", "*.db"}}, "/srv/log", "slow", 0},
	{{{"slow", "/srv"}, {"fast", "*.db"}}, "/srv/a/mail.db", "fast", 1},
	{{{"slow", "/srv"}, {"fast", "*.db"}}, "/home/x", "auto", -1},
	/* the last that matches, also if it is the wider one */
	{{{"fast", "/srv/a"}, {"slow", "/srv"}}, "/srv/a", "slow", 1},
	{{{"slow", "/srv"}, {"fast", "/srv/a"}}, "/srv/a/b/c", "fast", 1},
	{{{"slow", "/srv"}, {"auto", "/srv/a"}}, "/srv/a/b", "auto", 1},
	/* a path is no prefix of names */
	{{{"slow", "/srv"}}, "/srv2/a", "auto", -1},
	{{{"slow", "/srv/a/"}}, "/srv/a/b", "slow", 0},
	{{{"slow", "/"}}, "/srv/a/b", "slow", 0},
	/* a * does not match a / */
	{{{"fast", "/srv/*/db"}}, "/srv/a/db/x", "fast", 0},
	{{{"fast", "/srv/*/db"}}, "/srv/a/b/db/x", "auto", -1},
	{{{"fast", "/srv/?.db"}}, "/srv/a.db", "fast", 0},
	{{{"fast", "/srv/[ab].db"}}, "/srv/c.db", "auto", -1},
	/* a name is that of a file, or of a directory above it */
	{{{"none", "cache"}}, "/home/x/cache/y/z", "none", 0},
	{{{"none", "cache"}}, "/home/x/cache", "none", 0},
	{{{"none", "cache"}}, "/home/x/cached", "auto", -1},
	{{{"none", "*.iso"}}, "/a.iso", "none", 0},
	{{{"none", "*"}}, "/a", "none", 0},
	/* a path that is not known */
	{{{"none", "*"}}, NULL, "auto", -1},
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy_pins pins = {0};
		struct policy_pinned pinned;
		enum policy_pin pin;

		print_message("row %zu\n", i);
		for (size_t j = 0; j < 4 && rows[i].rules[j][0]; j++) {
			assert_int_equal(
				policy_pin_parse(rows[i].rules[j][0], &pin), 0);
			assert_int_equal(policy_pins_add(&pins, pin,
							 rows[i].rules[j][1],
							 j + 1),
					 0);
		}
		pinned = policy_pin_resolve(&pins, rows[i].path, NULL, 0);
		assert_string_equal(policy_pin_word(pinned.pin), rows[i].pin);
		assert_int_equal(pinned.by, rows[i].rule < 0
						    ? POLICY_PINNED_BY_NOBODY
						    : POLICY_PINNED_BY_RULE);
		if (rows[i].rule >= 0)
			assert_int_equal(pinned.index, rows[i].rule);
		policy_pins_free(&pins);
	}
}

/* The attributes of /, /srv, /srv/a and /srv/a/file; the rule is slow = /srv */
static const struct {
	const char *xattrs[4];
	const char *pin;
	int level; /* that said it; -1: the rule did */
} inherited[] = {
	{{NULL, NULL, NULL, NULL}, "slow", -1},
	{{NULL, NULL, NULL, "fast"}, "fast", 3},
	{{NULL, "fast", NULL, NULL}, "fast", 1},
	{{"none", "fast", NULL, NULL}, "fast", 1},
	{{"none", "fast", "slow", NULL}, "slow", 2},
	{{"none", NULL, NULL, NULL}, "none", 0},
	{{NULL, "fast", NULL, "auto"}, "auto", 3},
	{{NULL, "fast", NULL, "hot"}, "fast", 1},
	{{NULL, NULL, NULL, ""}, "slow", -1},
	{{NULL, NULL, NULL, "FAST"}, "slow", -1},
};

static void test_xattrs(void **state)
{
	struct policy_pins pins = {0};

	(void)state;
	assert_int_equal(policy_pins_add(&pins, POLICY_PIN_SLOW, "/srv", 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(inherited); i++) {
		struct policy_pinned pinned = policy_pin_resolve(
			&pins, "/srv/a/file", inherited[i].xattrs, 4);

		print_message("row %zu\n", i);
		assert_string_equal(policy_pin_word(pinned.pin),
				    inherited[i].pin);
		if (inherited[i].level < 0) {
			assert_int_equal(pinned.by, POLICY_PINNED_BY_RULE);
			continue;
		}
		assert_int_equal(pinned.by, POLICY_PINNED_BY_XATTR);
		assert_int_equal(pinned.index, inherited[i].level);
	}
	policy_pins_free(&pins);
}

static void test_no_pattern(void **state)
{
	struct policy_pins pins = {0};

	(void)state;
	assert_int_equal(policy_pins_add(&pins, POLICY_PIN_SLOW, "", 1),
			 -EINVAL);
	assert_int_equal(policy_pins_add(&pins, POLICY_PIN_SLOW, "a/b", 1),
			 -EINVAL);
	assert_int_equal(pins.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_xattrs),
		cmocka_unit_test(test_no_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
