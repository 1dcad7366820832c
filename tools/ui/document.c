// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/output.h"

struct json_object *document_new(const char *schema)
{
	struct json_object *document = json_document(
		schema, clock_ns(CLOCK_REALTIME), clock_ns(CLOCK_MONOTONIC));

	if (!document)
		exit(log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM)));
	return document;
}

enum exit_code document_print(struct json_object *document)
{
	int err = json_print(stdout, document);

	if (!err)
		return EXIT_OK;
	if (output_is_lost())
		return output_fail(err);
	return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
}
