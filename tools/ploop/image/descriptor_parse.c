// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a disk descriptor, which may come from anywhere. It has this form:
 *
 *   <Parallels_disk_image>
 *     <Disk_Parameters> <Disk_size>2048</Disk_size> <Padding>0</Padding> ...
 *     <StorageData> <Storage> <Blocksize>2048</Blocksize>
 *       <Image> <GUID>{...}</GUID> <Type>Compressed</Type> <File>a.hds</File>
 *     <Snapshots> <TopGUID>{...}</TopGUID>
 *       <Shot> <GUID>{...}</GUID> <ParentGUID>{...}</ParentGUID>
 *
 * A document type is refused, so there are no entities to expand or to load.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>

#include "base/file.h"
#include "base/fmt.h"
#include "ploop/core/format.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/xml.h"

#define MAX_BYTES (1 << 20)

__attribute__((format(printf, 2, 3))) static int say(char *wrong,
						     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(wrong, DESCRIPTOR_TEXT, format, args);
	va_end(args);
	return -EBADMSG;
}

/* Reads a number from the child of this name. */
static int number_of(const xmlNode *node, const char *name, __u64 max,
		     __u64 *value, char *wrong)
{
	char *text = xml_text(xml_child(node, name));
	int err = text ? fmt_parse_u64(text, max, value) : -EINVAL;

	free(text);
	return err ? say(wrong, "<%s> has no valid number", name) : 0;
}

static int guid_of(const xmlNode *node, const char *name, char guid[GUID_LEN],
		   char *wrong)
{
	char *text = xml_text(xml_child(node, name));
	int err = 0;

	if (!text || !guid_is_valid(text))
		err = say(wrong, "<%s> of <%s> is not like " GUID_NONE, name,
			  (const char *)node->name);
	else
		strcpy(guid, text);
	free(text);
	return err;
}

/* A name of a file that would garble a terminal is refused. */
static bool is_printable(const char *file)
{
	for (const unsigned char *at = (const unsigned char *)file; *at; at++)
		if (*at < ' ' || *at == 127 ||
		    (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			return false;
	return true;
}

static int read_image(const xmlNode *node, struct descriptor_image *image,
		      char *wrong)
{
	int err = guid_of(node, "GUID", image->guid, wrong);
	char *type;

	if (err)
		return err;
	image->file = xml_text(xml_child(node, "File"));
	if (!image->file || !*image->file || !is_printable(image->file))
		return say(wrong, "image %s has no valid <File>", image->guid);
	type = xml_text(xml_child(node, "Type"));
	image->is_raw = type && !strcmp(type, "Plain");
	if (!image->is_raw && (!type || strcmp(type, "Compressed") != 0))
		err = say(
			wrong,
			"the <Type> of image %s is neither Plain nor Compressed",
			image->guid);
	free(type);
	return err;
}

static struct descriptor_image *find_image(const struct descriptor *descriptor,
					   const char *guid)
{
	for (size_t i = 0; i < descriptor->n_images; i++)
		if (guid_is_same(descriptor->images[i].guid, guid))
			return &descriptor->images[i];
	return NULL;
}

static int read_images(const xmlNode *storage, struct descriptor *descriptor,
		       char *wrong)
{
	const xmlNode *node = xml_child(storage, "Image");
	int err;

	descriptor->images =
		calloc(DESCRIPTOR_MAX_IMAGES, sizeof(*descriptor->images));
	if (!descriptor->images)
		return -ENOMEM;
	for (; node; node = xml_next(node)) {
		struct descriptor_image *image =
			&descriptor->images[descriptor->n_images];

		if (descriptor->n_images == DESCRIPTOR_MAX_IMAGES)
			return say(wrong, "it has more than %d images",
				   DESCRIPTOR_MAX_IMAGES);
		err = read_image(node, image, wrong);
		if (err)
			return err;
		if (find_image(descriptor, image->guid))
			return say(wrong, "image %s stands twice", image->guid);
		descriptor->n_images++;
	}
	if (!descriptor->n_images)
		return say(wrong, "it has no <Image>");
	return 0;
}

static int read_shot(const xmlNode *node, struct descriptor *descriptor,
		     char *wrong)
{
	struct descriptor_image *image;
	char guid[GUID_LEN];
	int err = guid_of(node, "GUID", guid, wrong);

	if (err)
		return err;
	image = find_image(descriptor, guid);
	if (!image)
		return say(wrong, "there is no image of snapshot %s", guid);
	if (image->parent[0])
		return say(wrong, "snapshot %s stands twice", guid);
	return guid_of(node, "ParentGUID", image->parent, wrong);
}

/* Old software writes no <Shot> for the only image. */
static int read_snapshots(const xmlNode *root, struct descriptor *descriptor,
			  char *wrong)
{
	const xmlNode *snapshots = xml_child(root, "Snapshots");
	const xmlNode *node = xml_child(snapshots, "Shot");
	int err;

	for (; node; node = xml_next(node)) {
		err = read_shot(node, descriptor, wrong);
		if (err)
			return err;
	}
	if (descriptor->n_images == 1 && !descriptor->images[0].parent[0])
		strcpy(descriptor->images[0].parent, GUID_NONE);
	if (xml_child(snapshots, "TopGUID"))
		return guid_of(snapshots, "TopGUID", descriptor->top, wrong);
	strcpy(descriptor->top, descriptor->n_images == 1
					? descriptor->images[0].guid
					: GUID_TOP);
	return 0;
}

static int read_parameters(const xmlNode *root, const xmlNode *storage,
			   struct descriptor *descriptor, char *wrong)
{
	const xmlNode *parameters = xml_child(root, "Disk_Parameters");
	__u64 cluster_sectors, padding = 0;
	int err = number_of(parameters, "Disk_size", INT64_MAX >> 9,
			    &descriptor->n_sectors, wrong);

	if (!err && xml_child(parameters, "Padding"))
		err = number_of(parameters, "Padding", UINT32_MAX, &padding,
				wrong);
	if (!err)
		err = number_of(storage, "Blocksize", UINT32_MAX,
				&cluster_sectors, wrong);
	if (err)
		return err;
	if (!cluster_sectors || cluster_sectors > PLOOP_MAX_CLUSTER_SECTORS)
		return say(wrong, "<Blocksize> is 0, or more than 64 MiB");
	if (padding)
		return say(wrong, "disks with <Padding> are not supported");
	descriptor->cluster_sectors = cluster_sectors;
	return 0;
}

static int read_document(struct descriptor *descriptor, char *wrong)
{
	const xmlNode *root = xmlDocGetRootElement(descriptor->document);
	const xmlNode *storage;
	int err;

	if (descriptor->document->intSubset)
		return say(wrong, "it has a document type");
	if (!xml_is(root, "Parallels_disk_image") &&
	    !xml_is(root, "Virtuozzo_disk_image"))
		return say(wrong, "it is not the descriptor of a disk");
	storage = xml_child(xml_child(root, "StorageData"), "Storage");
	if (!storage)
		return say(wrong, "it has no <Storage>");
	if (xml_next(storage))
		return say(wrong, "split disks are not supported");
	err = read_parameters(root, storage, descriptor, wrong);
	if (!err)
		err = read_images(storage, descriptor, wrong);
	if (!err)
		err = read_snapshots(root, descriptor, wrong);
	return err;
}

int descriptor_parse(const char *bytes, size_t n, struct descriptor *descriptor,
		     char *wrong)
{
	int err;

	*descriptor = (struct descriptor){0};
	if (n > MAX_BYTES)
		return say(wrong, "it is longer than 1 MiB");
	descriptor->document =
		xmlReadMemory(bytes, n, NULL, NULL,
			      XML_PARSE_NONET | XML_PARSE_NOERROR |
				      XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
	if (!descriptor->document)
		return say(wrong, "it is not well-formed XML");
	err = read_document(descriptor, wrong);
	if (err)
		descriptor_free(descriptor);
	return err;
}

int descriptor_read(const char *path, struct descriptor *descriptor,
		    struct image_problem *problem)
{
	char wrong[DESCRIPTOR_TEXT];
	void *bytes;
	size_t n;
	int err = file_read(path, MAX_BYTES, &bytes, &n);

	if (err == -EFBIG)
		return problem_say(problem, path, "it is longer than 1 MiB");
	if (err)
		return problem_with(problem, path, err);
	err = descriptor_parse(bytes, n, descriptor, wrong);
	free(bytes);
	return err == -EBADMSG ? problem_say(problem, path, "%s", wrong)
	       : err	       ? problem_with(problem, path, err)
			       : 0;
}

void descriptor_free(struct descriptor *descriptor)
{
	for (size_t i = 0; descriptor->images && i < DESCRIPTOR_MAX_IMAGES; i++)
		free(descriptor->images[i].file);
	free(descriptor->images);
	xmlFreeDoc(descriptor->document);
	*descriptor = (struct descriptor){0};
}

int descriptor_chain(const struct descriptor *descriptor,
		     const struct descriptor_image **chain, char *wrong)
{
	const char *guid = descriptor->top;
	size_t n = 0;

	do {
		const struct descriptor_image *image =
			find_image(descriptor, guid);

		if (!image)
			return say(wrong, "there is no image %s, %s%s", guid,
				   n ? "the parent of " : "which is the top",
				   n ? chain[n - 1]->guid : "");
		if (n == descriptor->n_images)
			return say(wrong, "image %s is its own ancestor", guid);
		if (!image->parent[0])
			return say(wrong, "the parent of image %s is unknown",
				   guid);
		if (n && chain[n - 1]->is_raw)
			return say(wrong,
				   "image %s is Plain, and so has no parent",
				   chain[n - 1]->guid);
		chain[n++] = image;
		guid = image->parent;
	} while (!guid_is_same(guid, GUID_NONE));
	return n;
}
