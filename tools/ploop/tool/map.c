// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image map: which part of the disk is where. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/output.h"
#include "ploop/image/chain.h"
#include "ploop/tool/tool.h"
#include "ui/document.h"

#define SCHEMA "frsp.image-map/1"
#define TAIL   "]}"

struct print {
	const struct ctl *ctl;
	const struct chain *chain;
	bool is_first;
};

static int print_line(void *context, const struct chain_run *run)
{
	const struct print *print = context;
	const bool exact = print->ctl->exact;
	char start[FMT_LEN], bytes[FMT_LEN], byte[FMT_LEN];

	printf("%14s %14s ", fmt_bytes(start, run->start, exact),
	       fmt_bytes(bytes, run->bytes, exact));
	if (run->level == CHAIN_NOWHERE)
		printf("%14s -\n", "-");
	else
		printf("%14s %s\n", fmt_bytes(byte, run->byte, exact),
		       print->chain->images[run->level].path);
	return output_is_lost() ? -EIO : 0;
}

static int print_object(void *context, const struct chain_run *run)
{
	struct print *print = context;
	struct json_object *object = json_object_new_object();
	const bool is_somewhere = run->level != CHAIN_NOWHERE;

	json_add_u64(object, "start", run->start);
	json_add_u64(object, "length", run->bytes);
	json_object_object_add(object, "level",
			       is_somewhere ? json_object_new_int(run->level)
					    : NULL);
	json_object_object_add(object, "byte",
			       is_somewhere ? json_object_new_uint64(run->byte)
					    : NULL);
	json_print_item(stdout, object, print->is_first);
	print->is_first = false;
	return output_is_lost() ? -EIO : 0;
}

static void print_head(const struct print *print, const char *path)
{
	const struct chain *chain = print->chain;
	struct json_object *document, *images;

	if (!print->ctl->json) {
		printf("%14s %14s %14s FILE\n", "START", "LENGTH", "OFFSET");
		return;
	}
	document = document_new(SCHEMA);
	json_add_text(document, "path", path);
	json_add_u64(document, "disk_bytes", chain->n_sectors * PLOOP_SECTOR);
	images = json_object_new_array();
	for (size_t i = 0; i < chain->n; i++)
		json_object_array_add(images, json_text(chain->images[i].path));
	json_object_object_add(document, "image_files", images);
	json_object_object_add(document, "runs", json_object_new_array());
	json_print_head(stdout, document, TAIL);
}

enum exit_code image_map_command(const struct ctl *ctl)
{
	struct image_problem problem;
	struct chain chain;
	struct print print = {.ctl = ctl, .chain = &chain, .is_first = true};
	int err = chain_open(ctl->args[0], &chain, &problem);

	if (err)
		return image_failed(&problem, err);
	print_head(&print, ctl->args[0]);
	err = chain_map(&chain, ctl->json ? print_object : print_line, &print,
			&problem);
	if (ctl->json && !err)
		puts(TAIL);
	chain_close(&chain);
	if (!err || output_is_lost()) /* which main()'s end says */
		return EXIT_OK;
	return image_failed(&problem, err);
}
