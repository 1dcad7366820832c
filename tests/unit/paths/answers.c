// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the memory for answers about files. */
#include "paths/answers.h"

#include "suite.h"

static void test_answers(void **state)
{
	const struct path_key a = {1, 2, 3}, b = {1, 2, 4};
	struct path_answers answers = {NULL};
	bool answer = true;

	(void)state;
	assert_false(path_answers_get(&answers, &a, &answer));
	path_answers_put(&answers, &a, false);
	path_answers_put(&answers, &b, true);
	assert_true(path_answers_get(&answers, &a, &answer));
	assert_false(answer);
	assert_true(path_answers_get(&answers, &b, &answer));
	assert_true(answer);
	path_answers_forget(&answers, &a);
	path_answers_forget(&answers, &a);
	assert_false(path_answers_get(&answers, &a, &answer));
	assert_true(path_answers_get(&answers, &b, &answer));
	path_answers_forget_all(&answers);
	assert_false(path_answers_get(&answers, &b, &answer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
