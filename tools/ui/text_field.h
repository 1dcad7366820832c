/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text that the user types in a live view. */
#ifndef FRSP_TEXT_FIELD_H
#define FRSP_TEXT_FIELD_H

#include <stddef.h>

enum text_field_event {
	TEXT_FIELD_SAME,
	TEXT_FIELD_CHANGED,
	TEXT_FIELD_DONE,     /* Enter */
	TEXT_FIELD_CANCELED, /* Escape: the text is empty now */
};

#define KEY_ESCAPE 27

/* Handles a key that getch() returned. text: UTF-8, at most size - 1 bytes. Of
 * a character of several bytes, each byte is a key.
 */
enum text_field_event text_field_key(char *text, size_t size, int key);

#endif
