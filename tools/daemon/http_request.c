// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http_request.h"

#include <stdbool.h>
#include <string.h>

#define PAGE "/metrics"

/* A word of the line up to the next space. */
struct word {
	const char *text;
	size_t len;
};

static bool is_word(struct word word, const char *text)
{
	return word.len == strlen(text) && !memcmp(word.text, text, word.len);
}

/* Takes the word at *at, and the space behind it. */
static struct word next_word(const char **at, const char *end)
{
	const char *space = memchr(*at, ' ', end - *at) ?: end;
	const struct word word = {*at, space - *at};

	*at = space < end ? space + 1 : end;
	return word;
}

/* A scraper may add parameters, as in /metrics?format=x. */
static struct word without_query(struct word path)
{
	const char *query = memchr(path.text, '?', path.len);

	if (query)
		path.len = query - path.text;
	return path;
}

static enum http_wish read_line(const char *at, const char *end)
{
	const struct word method = next_word(&at, end);
	const struct word path = without_query(next_word(&at, end));
	const struct word version = next_word(&at, end);

	if (!method.len || !path.len || at != end ||
	    (!is_word(version, "HTTP/1.1") && !is_word(version, "HTTP/1.0")))
		return HTTP_BAD;
	if (!is_word(method, "GET") && !is_word(method, "HEAD"))
		return HTTP_OTHER_METHOD;
	if (!is_word(path, PAGE))
		return HTTP_OTHER_PAGE;
	return is_word(method, "HEAD") ? HTTP_HEAD : HTTP_PAGE;
}

enum http_wish http_request_read(const char *bytes, size_t len)
{
	const char *end = len ? memchr(bytes, '\n', len) : NULL;

	if (len && memchr(bytes, '\0', len))
		return HTTP_BAD;
	/* an empty line ends the headers, which say nothing to us */
	if (!end || (!memmem(bytes, len, "\r\n\r\n", 4) &&
		     !memmem(bytes, len, "\n\n", 2)))
		return HTTP_NOT_WHOLE;
	if (end > bytes && end[-1] == '\r')
		end--;
	return read_line(bytes, end);
}
