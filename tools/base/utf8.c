// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

size_t utf8_decode(const char *text, __u32 *code)
{
	static const __u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *byte = (const unsigned char *)text;
	size_t len = utf8_len(*byte);

	if (!len)
		return 0;
	*code = len == 1 ? *byte : *byte & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if (!utf8_follows(byte[i]))
			return 0;
		*code = *code << 6 | (byte[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return len;
}

char *utf8_repaired(const char *text)
{
	char *copy = malloc(strlen(text) * (sizeof(replacement) - 1) + 1);
	char *out = copy;
	__u32 code;
	size_t len;

	if (!copy)
		return NULL;
	while (*text) {
		len = utf8_decode(text, &code);
		if (len) {
			memcpy(out, text, len);
			out += len;
			text += len;
		} else {
			memcpy(out, replacement, sizeof(replacement) - 1);
			out += sizeof(replacement) - 1;
			text++;
		}
	}
	*out = 0;
	return copy;
}

void utf8_mark_cut(char *text, size_t size, size_t len)
{
	static const char mark[] = "...";

	if (len < size || size < sizeof(mark))
		return;
	len = size - sizeof(mark);
	while (len && utf8_follows(text[len]))
		len--;
	memcpy(text + len, mark, sizeof(mark));
}
