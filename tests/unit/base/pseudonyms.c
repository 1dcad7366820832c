// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pseudonyms.h"
#include "suite.h"

static struct pseudonyms *names;

/* Applies them, and writes each name of eight digits as <N>, by first sight. */
static char *shape_of(const char *text)
{
	static char seen[64][9];
	static char shape[1024];
	char *made = pseudonyms_apply(names, text), *at = made, *out = shape;
	int n = 0, i;

	assert_non_null(made);
	while (*at) {
		if (*at != '<' || strspn(at + 1, "0123456789abcdef") != 8 ||
		    at[9] != '>') {
			*out++ = *at++;
			continue;
		}
		for (i = 0; i < n && memcmp(seen[i], at + 1, 8) != 0; i++)
			;
		if (i == n)
			memcpy(seen[n++], at + 1, 8);
		out += sprintf(out, "<%d>", i);
		at += 10;
	}
	*out = '\0';
	free(made);
	return shape;
}

static void test_examples(void **state)
{
	static const char *const examples[][2] = {
		{"", ""},
		{"nothing to hide", "nothing to hide"},
		{"vg-mail on /srv/mail/anna is 95 % full",
		 "<0> on /<1>/<2>/<3> is 95 % full"},
		{"/srv/a /srv/b, (/srv/a)", "/<0>/<1> /<0>/<2>, (/<0>/<1>)"},
		{"it is at /home/anna: full.", "it is at /<0>/<1>: full."},
		{"\"/my data/x\" is one", "\"/<0>/<1>\" is one"},
		{"in /my data.", "in /<0>."},
		{"fs=\"vg-mail\",x", "fs=\"<0>\",x"},
		{"vg-mailbox xvg-mail", "vg-mailbox xvg-mail"},
		{"1F3C6A0E-54a8-4a4e-9a0c-0c7e6a1f2b3d.", "<0>."},
		{"UUID=1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d", "UUID=<0>"},
		{"/proc/self/mounts /sys/fs/ext4/sda1/frsp",
		 "/proc/self/mounts /sys/fs/ext4/sda1/frsp"},
		{"/etc/frsp/frspd.conf:3: x", "/etc/frsp/frspd.conf:3: x"},
		{"/etc/secret.conf:3: x", "/<0>/<1>: x"},
		{"/dev/sda1 /dev/mapper/vg-mail /dev/vg/mail",
		 "/dev/sda1 /dev/mapper/<0> /dev/<1>/<2>"},
		{"read/write and 3/4", "read/write and 3/4"},
		{"/ is full", "/ is full"},
		{"host1 and host1.example.org and host12",
		 "<0> and <0>.example.org and host12"},
		{"/procfoo/x", "/<0>/<1>"},
	};

	(void)state;
	names = pseudonyms_new();
	assert_non_null(names);
	assert_int_equal(pseudonyms_add(names, "vg-mail"), 0);
	assert_int_equal(pseudonyms_add(names, "/my data"), 0);
	assert_int_equal(pseudonyms_add(names, "host1"), 0);
	assert_int_equal(pseudonyms_add(names, ""), 0);
	assert_int_equal(pseudonyms_add(names, "/"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		const char *shape = shape_of(examples[i][0]);

		if (strcmp(shape, examples[i][1]) != 0)
			fail_msg("%s\nis     %s\nnot    %s", examples[i][0],
				 shape, examples[i][1]);
	}
	pseudonyms_free(names);
}

/* Another bundle has other digits. */
static void test_salt(void **state)
{
	char *made[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		names = pseudonyms_new();
		assert_non_null(names);
		made[i] = pseudonyms_apply(names, "/srv/x/y/z");
		assert_non_null(made[i]);
		pseudonyms_free(names);
	}
	assert_string_not_equal(made[0], made[1]);
	free(made[0]);
	free(made[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_salt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
