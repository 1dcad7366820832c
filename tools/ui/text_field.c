// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/text_field.h"

#include <stdbool.h>
#include <string.h>
#include <ncurses.h>

#include "base/utf8.h"

/* Whether the last UTF-8 character lacks bytes. */
static bool is_incomplete(const char *text)
{
	size_t at = strlen(text), n = 0;

	for (; at && utf8_follows(text[at - 1]); at--)
		n++;
	return at && n + 1 < utf8_len(text[at - 1]);
}

/* Appends one byte of a UTF-8 character. If not all bytes of the character fit,
 * none is appended.
 */
static void type_byte(char *text, size_t size, unsigned char byte)
{
	size_t len = strlen(text);

	if (utf8_follows(byte)
		    ? !is_incomplete(text)
		    : !utf8_len(byte) || len + utf8_len(byte) >= size)
		return;
	text[len] = byte;
	text[len + 1] = '\0';
}

/* Erases the last character, all bytes of it. */
static void erase_last(char *text)
{
	size_t len = strlen(text);

	while (len && utf8_follows(text[--len]))
		;
	text[len] = '\0';
}

enum text_field_event text_field_key(char *text, size_t size, int key)
{
	if (key == '\n' || key == KEY_ENTER)
		return TEXT_FIELD_DONE;
	if (key == KEY_ESCAPE) {
		text[0] = '\0';
		return TEXT_FIELD_CANCELED;
	}
	if (key == KEY_BACKSPACE || key == 127 || key == '\b')
		erase_last(text);
	else if (key >= ' ' && key < 256)
		type_byte(text, size, key);
	else
		return TEXT_FIELD_SAME;
	return TEXT_FIELD_CHANGED;
}
