/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON documents that a program prints, with the words of what fails. */
#ifndef FRSP_DOCUMENT_H
#define FRSP_DOCUMENT_H

#include "base/log.h"

struct json_object;

/* A document with the present time and the fields that all documents have. Ends
 * the program if there is no memory.
 */
struct json_object *document_new(const char *schema);

/* Prints the document on stdout and frees it. */
enum exit_code document_print(struct json_object *document);

#endif
