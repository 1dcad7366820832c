// SPDX-License-Identifier: GPL-2.0-or-later
/* The messages of varlink, whole and in pieces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "suite.h"
#include "varlink/input.h"
#include "varlink/message.h"

static int read_call(const char *text, struct varlink_call *call)
{
	return varlink_call_read(text, strlen(text), call);
}

static void test_calls(void **state)
{
	struct varlink_call call;

	(void)state;
	assert_int_equal(
		read_call("{\"method\":\"a.b\",\"parameters\":{\"x\":1}}",
			  &call),
		0);
	assert_string_equal(call.method, "a.b");
	assert_non_null(call.parameters);
	assert_false(call.oneway);
	varlink_call_free(&call);
	assert_int_equal(
		read_call(" {\"method\":\"a.b\",\"oneway\":true} ", &call), 0);
	assert_null(call.parameters);
	assert_true(call.oneway);
	varlink_call_free(&call);
	assert_int_equal(read_call("{\"method\":\"a.b\",\"parameters\":null}",
				   &call),
			 0);
	varlink_call_free(&call);
}

static void test_no_calls(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"x",
		"1",
		"null",
		"[]",
		"\"method\"",
		"{}",
		"{",
		"{\"method\":1}",
		"{\"method\":null}",
		"{\"method\":\"a.b\"",
		"{\"method\":\"a.b\"}}",
		"{\"method\":\"a.b\"} {}",
		"{'method':'a.b'}",
		"{\"method\":\"a.b\",\"parameters\":[]}",
		"{\"method\":\"a.b\",\"oneway\":1}",
		"GET / HTTP/1.1\r\n",
		"\xff\xfe",
	};
	struct varlink_call call;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (read_call(texts[i], &call) != -EBADMSG)
			fail_msg("taken: %s", texts[i]);
		assert_null(call.object);
	}
}

static void test_deep(void **state)
{
	char text[2048] = "{\"method\":\"a.b\",\"parameters\":{\"x\":";
	struct varlink_call call;

	(void)state;
	for (int i = 0; i < 900; i++)
		strcat(text, "[");
	assert_int_equal(read_call(text, &call), -EBADMSG);
}

static void test_replies(void **state)
{
	struct json_object *parameters = json_object_new_object();
	struct varlink_reply reply;
	size_t len;
	char *text;

	(void)state;
	json_object_object_add(parameters, "reason",
			       json_object_new_string("a/b\n"));
	text = varlink_reply_text("a.Error", parameters, &len);
	assert_string_equal(
		text,
		"{\"error\":\"a.Error\",\"parameters\":{\"reason\":\"a/b\\n\"}}");
	assert_int_equal(len, strlen(text) + 1);
	assert_int_equal(varlink_reply_read(text, len - 1, &reply), 0);
	assert_string_equal(reply.error, "a.Error");
	varlink_reply_free(&reply);
	free(text);
	text = varlink_reply_text(NULL, NULL, &len);
	assert_string_equal(text, "{\"parameters\":{}}");
	assert_int_equal(varlink_reply_read(text, len - 1, &reply), 0);
	assert_null(reply.error);
	varlink_reply_free(&reply);
	free(text);
	text = varlink_call_text("a.b", NULL, &len);
	assert_string_equal(text, "{\"method\":\"a.b\",\"parameters\":{}}");
	free(text);
}

/* Two messages and the begin of a third, in pieces of each length. */
static void test_pieces(void **state)
{
	static const char bytes[] = "{\"a\":1}\0\0{\"b\":2}\0{\"c";
	const size_t n = sizeof(bytes) - 1;

	(void)state;
	for (size_t piece = 1; piece <= n; piece++) {
		struct varlink_input input = {.max = 10};
		char seen[64] = "";
		const char *text;
		size_t len;

		for (size_t at = 0; at < n;) {
			size_t left = n - at < piece ? n - at : piece;
			int taken = varlink_input_put(&input, bytes + at, left);

			assert_true(taken > 0);
			at += taken;
			while ((text = varlink_input_next(&input, &len))) {
				assert_int_equal(strlen(text), len);
				strcat(strcat(seen, text), ";");
			}
		}
		assert_string_equal(seen, "{\"a\":1};;{\"b\":2};");
		varlink_input_free(&input);
	}
}

static void test_too_long(void **state)
{
	struct varlink_input input = {.max = 4};
	size_t len;

	(void)state;
	assert_int_equal(varlink_input_put(&input, "abc\0", 4), 4);
	assert_string_equal(varlink_input_next(&input, &len), "abc");
	assert_int_equal(varlink_input_put(&input, "abcd", 4), 4);
	assert_null(varlink_input_next(&input, &len));
	assert_int_equal(varlink_input_put(&input, "e", 1), -EMSGSIZE);
	varlink_input_free(&input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),  cmocka_unit_test(test_no_calls),
		cmocka_unit_test(test_deep),   cmocka_unit_test(test_replies),
		cmocka_unit_test(test_pieces), cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
