// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image check: what is wrong with images, and with --repair what was. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "ploop/image/check.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/repair.h"
#include "ploop/tool/tool.h"
#include "ui/document.h"

#define SCHEMA "frsp.image-check/1"

/* Of each kind, so many are shown, and all are counted. */
#define MAX_SHOWN 20

struct report {
	const struct ctl *ctl;
	const char *path;
	__u64 n[CHECK_KINDS];
	struct json_object *findings; /* NULL: print them as text */
};

static const char *const weights[] = {
	[CHECK_NOTE] = "note",
	[CHECK_WASTE] = "waste",
	[CHECK_ERROR] = "error",
};

#define FINDING_TEXT 192

static const char *finding_text(const struct check_finding *finding,
				char text[FINDING_TEXT])
{
	const __u64 byte = finding->byte, bytes = finding->bytes;
	const __u32 entry = finding->entry;

	switch (finding->kind) {
	case CHECK_NOT_CLOSED:
		return "it was not closed: it is in use, or was in a crash";
	case CHECK_EMPTY_FLAG:
		return "the header says that the image is empty, and it is not";
	case CHECK_CUT_FILE:
		snprintf(text, FINDING_TEXT,
			 "the file ends within a cluster, which has %llu bytes",
			 bytes);
		break;
	case CHECK_EXTENSION:
		snprintf(text, FINDING_TEXT, "the format extension: %s",
			 finding->text);
		break;
	case CHECK_UNKNOWN_FEATURE:
		snprintf(
			text, FINDING_TEXT,
			"the format extension has an unknown feature, %#llx: what is lost cannot be known",
			finding->magic);
		break;
	case CHECK_PART:
		snprintf(
			text, FINDING_TEXT,
			"part %u of a dirty bitmap is at no cluster of its own: byte %llu",
			entry, byte);
		break;
	case CHECK_ENTRY:
		snprintf(text, FINDING_TEXT, "entry %u %s: byte %llu", entry,
			 finding->text, byte);
		break;
	case CHECK_ENTRY_TWICE:
		snprintf(
			text, FINDING_TEXT,
			"entry %u points to the cluster at byte %llu, as another one does",
			entry, byte);
		break;
	case CHECK_ENTRY_BEHIND:
		snprintf(text, FINDING_TEXT,
			 "entry %u is behind the end of the disk: byte %llu",
			 entry, byte);
		break;
	case CHECK_LEAK:
		snprintf(text, FINDING_TEXT,
			 "nothing refers to %llu bytes at byte %llu", bytes,
			 byte);
		break;
	case CHECK_KINDS:
		break;
	}
	return text;
}

static void add_object(struct json_object *findings,
		       const struct check_finding *finding, const char *text)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "kind", check_word(finding->kind));
	json_add_string(object, "weight", weights[check_weight(finding->kind)]);
	json_add_string(object, "text", text);
	json_add_u64(object, "entry", finding->entry);
	json_add_u64(object, "byte", finding->byte);
	json_add_u64(object, "length", finding->bytes);
	json_object_array_add(findings, object);
}

static void found(void *context, const struct check_finding *finding)
{
	struct report *report = context;
	char buf[FINDING_TEXT];
	const char *text;

	if (report->n[finding->kind]++ >= MAX_SHOWN)
		return;
	text = finding_text(finding, buf);
	if (report->findings)
		add_object(report->findings, finding, text);
	else
		printf("%s: %s\n", report->path, text);
}

static void print_rest(const struct report *report)
{
	for (int kind = 0; kind < CHECK_KINDS; kind++)
		if (report->n[kind] > MAX_SHOWN)
			printf("%s: and %llu more of the kind \"%s\"\n",
			       report->path, report->n[kind] - MAX_SHOWN,
			       check_word(kind));
}

static bool needs_repair(const struct check_sum *sum)
{
	return check_count(sum, CHECK_ERROR) || check_count(sum, CHECK_WASTE) ||
	       sum->n[CHECK_NOT_CLOSED] || sum->n[CHECK_EMPTY_FLAG];
}

static void print_repair(const struct report *report,
			 const struct repair *repair)
{
	char bytes[FMT_LEN];

	printf("%s: repaired: %llu entr%s cleared, %llu cluster%s copied, %s given back%s\n",
	       report->path, repair->n_cleared,
	       repair->n_cleared == 1 ? "y" : "ies", repair->n_copied,
	       fmt_plural(repair->n_copied),
	       fmt_bytes(bytes, repair->freed_bytes, report->ctl->exact),
	       repair->dropped_extension ? ", the format extension dropped"
					 : "");
	printf("%s: %s has what was there; to undo it: dd if=%s of=%s bs=512 conv=notrunc,sparse && truncate -r %s %s\n",
	       report->path, repair->saved.path, repair->saved.path,
	       report->path, repair->saved.path, report->path);
}

static void print_sum(const struct report *report, const struct check_sum *sum,
		      const struct repair *repair)
{
	const __u64 errors = check_count(sum, CHECK_ERROR);
	char lost[FMT_LEN];

	print_rest(report);
	printf("%s: %llu error%s, %s lost, %llu cluster%s used\n", report->path,
	       errors, fmt_plural(errors),
	       fmt_bytes(lost, sum->leaked_bytes, report->ctl->exact),
	       sum->n_clusters, fmt_plural(sum->n_clusters));
	if (repair)
		print_repair(report, repair);
	else if (check_count(sum, CHECK_ERROR))
		printf("%s: \"frsp-image check --repair\" mends it, and keeps what it takes out\n",
		       report->path);
}

/* repair: NULL: none was done. */
static struct json_object *repair_object(const struct repair *repair)
{
	struct json_object *object;

	if (!repair)
		return NULL;
	object = json_object_new_object();
	json_add_u64(object, "cleared", repair->n_cleared);
	json_add_u64(object, "copied", repair->n_copied);
	json_add_u64(object, "freed_bytes", repair->freed_bytes);
	json_add_bool(object, "dropped_extension", repair->dropped_extension);
	json_add_text(object, "saved", repair->saved.path);
	return object;
}

static void print_json(const struct report *report, const struct check_sum *sum,
		       const struct repair *repair)
{
	struct json_object *document = document_new(SCHEMA);

	json_add_text(document, "path", report->path);
	json_add_u64(document, "errors", check_count(sum, CHECK_ERROR));
	json_add_u64(document, "wastes", check_count(sum, CHECK_WASTE));
	json_add_u64(document, "notes", check_count(sum, CHECK_NOTE));
	json_add_u64(document, "lost_bytes", sum->leaked_bytes);
	json_add_u64(document, "clusters", sum->n_clusters);
	json_object_object_add(document, "findings", report->findings);
	json_object_object_add(document, "repair", repair_object(repair));
	document_print(document);
}

static enum exit_code fail(const char *path, const char *step, int err)
{
	struct image_problem problem = {0};

	problem_with(&problem, path, err);
	if (!step)
		return image_failed(&problem, err);
	return log_fail(EXIT_FAILED,
			"the image is no worse than before; repair it again",
			"%s: %s: %s", path, step, problem.text);
}

static enum exit_code check_file(const struct ctl *ctl, const char *path,
				 struct image_file *file)
{
	struct report report = {.ctl = ctl, .path = path};
	struct check check = {.file = file, .found = found, .context = &report};
	struct repair repair = {.file = file};
	bool was_repaired = false;
	int err;

	if (ctl->json)
		report.findings = json_object_new_array();
	err = image_check(&check);
	if (err)
		return fail(path, NULL, err);
	if (ctl->repair && needs_repair(&check.sum)) {
		repair.sum = check.sum;
		err = image_repair(&repair, path);
		if (err)
			return fail(path, repair.failed, err);
		was_repaired = true;
	}
	if (ctl->json)
		print_json(&report, &check.sum, was_repaired ? &repair : NULL);
	else
		print_sum(&report, &check.sum, was_repaired ? &repair : NULL);
	return check_count(&check.sum, CHECK_ERROR) && !was_repaired
		       ? EXIT_FAILED
		       : EXIT_OK;
}

static enum exit_code check_image(const struct ctl *ctl, const char *path)
{
	struct image_problem problem = {0};
	enum ploop_fault fault;
	struct image_file file;
	enum exit_code code;
	int err = image_file_open(path, ctl->repair, &file, &fault);

	if (err == -EBADMSG)
		problem_say(&problem, path, "%s", ploop_fault_text(fault));
	else if (err)
		problem_with(&problem, path, err);
	if (err)
		return image_failed(&problem, err);
	code = check_file(ctl, path, &file);
	image_file_close(&file);
	return code;
}

/* The code of several images: the worst. */
static enum exit_code worse(enum exit_code a, enum exit_code b)
{
	return a > b ? a : b;
}

static enum exit_code check_images(const struct ctl *ctl, const char *path,
				   const struct descriptor *descriptor)
{
	const struct descriptor_image *images[DESCRIPTOR_MAX_IMAGES];
	char wrong[DESCRIPTOR_TEXT], file[PATH_MAX];
	int n = descriptor_chain(descriptor, images, wrong);
	enum exit_code code = EXIT_OK;
	struct image_problem problem = {0};

	if (n < 0) {
		problem_say(&problem, path, "%s", wrong);
		return image_failed(&problem, n);
	}
	for (int i = 0; i < n; i++) {
		int err = descriptor_file(path, images[i], file, sizeof(file));

		if (err)
			code = worse(code, fail(path, NULL, err));
		else if (!images[i]->is_raw)
			code = worse(code, check_image(ctl, file));
	}
	return code;
}

/* Checks all images of a disk. */
static enum exit_code check_disk(const struct ctl *ctl, const char *path)
{
	struct descriptor descriptor;
	struct image_problem problem = {0};
	enum exit_code code;
	int err = descriptor_read(path, &descriptor, &problem);

	if (err)
		return image_failed(&problem, err);
	code = check_images(ctl, path, &descriptor);
	descriptor_free(&descriptor);
	return code;
}

enum exit_code image_check_command(const struct ctl *ctl)
{
	enum exit_code code = EXIT_OK;

	for (int i = 0; i < ctl->n_args; i++)
		code = worse(code, descriptor_is_path(ctl->args[i])
					   ? check_disk(ctl, ctl->args[i])
					   : check_image(ctl, ctl->args[i]));
	return code;
}
