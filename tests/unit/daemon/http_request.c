// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "daemon/http_request.h"
#include "suite.h"

static void test_requests(void **state)
{
	static const struct {
		const char *text;
		enum http_wish wish;
	} examples[] = {
		{"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", HTTP_PAGE},
		{"GET /metrics HTTP/1.0\r\n\r\n", HTTP_PAGE},
		{"GET /metrics HTTP/1.1\n\n", HTTP_PAGE},
		{"GET /metrics?x=y HTTP/1.1\r\n\r\n", HTTP_PAGE},
		{"HEAD /metrics HTTP/1.1\r\n\r\n", HTTP_HEAD},
		{"GET / HTTP/1.1\r\n\r\n", HTTP_OTHER_PAGE},
		{"GET /metricsx HTTP/1.1\r\n\r\n", HTTP_OTHER_PAGE},
		{"GET /metric HTTP/1.1\r\n\r\n", HTTP_OTHER_PAGE},
		{"POST /metrics HTTP/1.1\r\n\r\n", HTTP_OTHER_METHOD},
		{"GET /metrics\r\n\r\n", HTTP_BAD},
		{"GET /metrics HTTP/2\r\n\r\n", HTTP_BAD},
		{"GET /metrics HTTP/1.1 x\r\n\r\n", HTTP_BAD},
		{"GET  /metrics HTTP/1.1\r\n\r\n", HTTP_BAD},
		{" \r\n\r\n", HTTP_BAD},
		{"\r\n\r\n", HTTP_BAD},
		{"", HTTP_NOT_WHOLE},
		{"GET /metrics HTTP/1.1", HTTP_NOT_WHOLE},
		{"GET /metrics HTTP/1.1\r\n", HTTP_NOT_WHOLE},
		{"GET /metrics HTTP/1.1\r\nHost: x\r\n", HTTP_NOT_WHOLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		size_t len = strlen(examples[i].text);
		/* without a NUL behind it, for the address sanitizer */
		char *exact =
			memcpy(test_malloc(len + 1), examples[i].text, len);
		enum http_wish wish = http_request_read(exact, len);

		if (wish != examples[i].wish)
			fail_msg("%s: %d", examples[i].text, wish);
		test_free(exact);
	}
	assert_int_equal(http_request_read("GET /\0\r\n\r\n", 10), HTTP_BAD);
	assert_int_equal(http_request_read(NULL, 0), HTTP_NOT_WHOLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_requests)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
