// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes libFuzzer's bytes as a DiskDescriptor.xml. What is wrong must be said,
 * and of what is taken, a snapshot must be taken again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ploop/image/descriptor.h"

int LLVMFuzzerTestOneInput(const char *bytes, size_t n);

static void check(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

static void push(struct descriptor *descriptor, int n)
{
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	char wrong[DESCRIPTOR_TEXT];
	int err = descriptor_push(
		descriptor, "{aaaaaaaa-0000-0000-0000-00000000beef}", "new");

	check(!err || err == -EBADMSG, "pushed, or the name is in use");
	check(err || descriptor_chain(descriptor, chain, wrong) == n + 1,
	      "the chain is one longer");
}

int LLVMFuzzerTestOneInput(const char *bytes, size_t n)
{
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	struct descriptor descriptor;
	char wrong[DESCRIPTOR_TEXT] = "";
	int err = descriptor_parse(bytes, n, &descriptor, wrong);

	if (err) {
		check(err == -EBADMSG && *wrong, "a refusal has a reason");
		return 0;
	}
	err = descriptor_chain(&descriptor, chain, wrong);
	check(err > 0 || (err == -EBADMSG && *wrong), "no chain has a reason");
	for (int i = 0; i < err; i++)
		/* cppcheck-suppress uninitvar; descriptor_chain() sets it */
		check(chain[i]->file && *chain[i]->file, "it has a file");
	if (err > 0)
		push(&descriptor, err);
	descriptor_free(&descriptor);
	return 0;
}
