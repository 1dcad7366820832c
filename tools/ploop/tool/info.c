// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image info: what a disk is, and what it takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "ploop/image/chain.h"
#include "ploop/image/check.h"
#include "ploop/tool/tool.h"
#include "ui/document.h"

#define SCHEMA "frsp.image-info/1"

/* What there is to say of one image. */
struct facts {
	const struct chain_image *image;
	__u64 clusters, bitmaps; /* not of a raw file */
	__u64 host_bytes;	 /* that the file takes */
};

static int find_out(const struct chain_image *image, struct facts *facts)
{
	struct check check = {.file = &image->file};
	struct stat st;
	int err = 0;

	*facts = (struct facts){.image = image};
	if (fstat(image->file.fd, &st))
		return -errno;
	facts->host_bytes = st.st_blocks * 512ULL;
	if (!image->is_raw)
		err = image_check(&check);
	facts->clusters = check.sum.n_clusters;
	facts->bitmaps = check.sum.n_bitmaps;
	return err;
}

static void print_image(const struct ctl *ctl, const struct facts *facts)
{
	const struct image_file *file = &facts->image->file;
	const struct ploop_header *header = &file->header;
	char a[FMT_LEN], b[FMT_LEN];

	printf("%s\n", facts->image->path);
	printf("  file      %s, %s of it on the disk\n",
	       fmt_bytes(a, file->bytes, ctl->exact),
	       fmt_bytes(b, facts->host_bytes, ctl->exact));
	if (facts->image->is_raw) {
		puts("  format    raw");
		return;
	}
	printf("  format    ploop, version %u\n", header->version);
	printf("  clusters  %llu of %u are used, each %s\n", facts->clusters,
	       header->n_entries,
	       fmt_bytes(a, ploop_cluster_bytes(header), ctl->exact));
	printf("  closed    %s\n",
	       ploop_was_in_use(header) ? "no: it is in use, or was in a crash"
					: "yes");
	if (facts->bitmaps)
		printf("  bitmaps   %llu\n", facts->bitmaps);
}

/* Of a raw file the version is 0, and so are the numbers of an image. */
static struct json_object *image_object(const struct facts *facts)
{
	const struct image_file *file = &facts->image->file;
	const struct ploop_header *header = &file->header;
	struct json_object *object = json_object_new_object();

	json_add_text(object, "file", facts->image->path);
	json_add_u64(object, "file_bytes", file->bytes);
	json_add_u64(object, "host_bytes", facts->host_bytes);
	json_add_u64(object, "version", header->version);
	json_add_u64(object, "cluster_bytes", ploop_cluster_bytes(header));
	json_add_u64(object, "clusters", facts->clusters);
	json_add_bool(object, "closed", !ploop_was_in_use(header));
	json_add_u64(object, "bitmaps", facts->bitmaps);
	return object;
}

static enum exit_code print_json(const struct ctl *ctl,
				 const struct chain *chain,
				 const struct facts *facts)
{
	struct json_object *document = document_new(SCHEMA);
	struct json_object *images = json_object_new_array();

	json_add_text(document, "path", ctl->args[0]);
	json_add_u64(document, "disk_bytes", chain->n_sectors * PLOOP_SECTOR);
	for (size_t i = 0; i < chain->n; i++)
		json_object_array_add(images, image_object(&facts[i]));
	json_object_object_add(document, "images", images);
	return document_print(document);
}

static enum exit_code print_text(const struct ctl *ctl,
				 const struct chain *chain,
				 const struct facts *facts)
{
	char bytes[FMT_LEN];

	printf("a disk of %s, in %zu image%s%s\n",
	       fmt_bytes(bytes, chain->n_sectors * PLOOP_SECTOR, ctl->exact),
	       chain->n, fmt_plural(chain->n),
	       chain->n > 1 ? ", the newest first" : "");
	for (size_t i = 0; i < chain->n; i++)
		print_image(ctl, &facts[i]);
	return EXIT_OK;
}

static enum exit_code show(const struct ctl *ctl, const struct chain *chain,
			   struct facts *facts)
{
	struct image_problem problem;
	int err;

	for (size_t i = 0; i < chain->n; i++) {
		err = find_out(&chain->images[i], &facts[i]);
		if (err) {
			problem_with(&problem, chain->images[i].path, err);
			return image_failed(&problem, err);
		}
	}
	return ctl->json ? print_json(ctl, chain, facts)
			 : print_text(ctl, chain, facts);
}

enum exit_code image_info_command(const struct ctl *ctl)
{
	enum exit_code code = EXIT_FAILED;
	struct image_problem problem;
	struct facts *facts;
	struct chain chain;
	int err = chain_open(ctl->args[0], &chain, &problem);

	if (err)
		return image_failed(&problem, err);
	facts = calloc(chain.n, sizeof(*facts));
	if (facts)
		code = show(ctl, &chain, facts);
	else
		log_fail(code, NULL, "out of memory");
	free(facts);
	chain_close(&chain);
	return code;
}
