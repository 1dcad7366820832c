// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes a disk descriptor. A snapshot keeps the name of the top: here "top"
 * is frozen, and named "snap":
 *
 *   before:  root.hds "top", parent none
 *   after:   root.hds "snap", parent none <- root.hds.1 "top", parent "snap"
 *
 * A merge goes the way back.
 *
 * Elements that we do not know stay in the document, and so in the file.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/tree.h>

#include "base/file.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/xml.h"

#define HEADS		  16
#define SECTORS_PER_TRACK 32

bool descriptor_is_path(const char *path)
{
	const char *name = strrchr(path, '/');

	return !strcmp(name ? name + 1 : path, DESCRIPTOR_NAME);
}

int descriptor_file(const char *path, const struct descriptor_image *image,
		    char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	int directory =
		slash && image->file[0] != '/' ? (int)(slash - path) + 1 : 0;
	int n = snprintf(out, size, "%.*s%s", directory, path, image->file);

	return (size_t)n < size ? 0 : -ENAMETOOLONG;
}

/* Adds an element; text: NULL: without any. libxml2 escapes the text. */
static xmlNode *add(xmlNode *parent, const char *name, const char *text)
{
	return parent ? xmlNewTextChild(parent, NULL, (const xmlChar *)name,
					(const xmlChar *)text)
		      : NULL;
}

static xmlNode *add_number(xmlNode *parent, const char *name, __u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return add(parent, name, text);
}

static bool add_image(xmlNode *storage, const char *guid, const char *file)
{
	xmlNode *image = add(storage, "Image", NULL);

	return add(image, "GUID", guid) && add(image, "Type", "Compressed") &&
	       add(image, "File", file);
}

static bool add_shot(xmlNode *snapshots, const char *guid, const char *parent)
{
	xmlNode *shot = add(snapshots, "Shot", NULL);

	return add(shot, "GUID", guid) && add(shot, "ParentGUID", parent);
}

struct geometry {
	__u64 cylinders, heads, sectors;
};

/* They have no meaning, but must multiply to the size. */
static struct geometry geometry_of(__u64 n_sectors)
{
	const __u64 cylinder = HEADS * SECTORS_PER_TRACK;

	if (n_sectors % cylinder)
		return (struct geometry){n_sectors, 1, 1};
	return (struct geometry){n_sectors / cylinder, HEADS,
				 SECTORS_PER_TRACK};
}

static bool add_parameters(xmlNode *root, __u64 n_sectors)
{
	const struct geometry geometry = geometry_of(n_sectors);
	xmlNode *parameters = add(root, "Disk_Parameters", NULL);

	return add_number(parameters, "Disk_size", n_sectors) &&
	       add_number(parameters, "Cylinders", geometry.cylinders) &&
	       add_number(parameters, "Heads", geometry.heads) &&
	       add_number(parameters, "Sectors", geometry.sectors) &&
	       add_number(parameters, "Padding", 0);
}

static bool build(xmlNode *root, __u64 n_sectors, __u32 cluster_sectors,
		  const char *file)
{
	xmlNode *storage, *snapshots;

	if (!root || !add_parameters(root, n_sectors))
		return false;
	xmlNewProp(root, (const xmlChar *)"Version", (const xmlChar *)"1.0");
	storage = add(add(root, "StorageData", NULL), "Storage", NULL);
	if (!add_number(storage, "Start", 0) ||
	    !add_number(storage, "End", n_sectors) ||
	    !add_number(storage, "Blocksize", cluster_sectors) ||
	    !add_image(storage, GUID_TOP, file))
		return false;
	snapshots = add(root, "Snapshots", NULL);
	return add(snapshots, "TopGUID", GUID_TOP) &&
	       add_shot(snapshots, GUID_TOP, GUID_NONE);
}

/* Reads the document that was made, so that there is one way to fill in a
 * struct descriptor.
 */
static int read_back(xmlDoc *document, struct descriptor *descriptor)
{
	char wrong[DESCRIPTOR_TEXT];
	xmlChar *bytes = NULL;
	int n = 0, err;

	xmlDocDumpFormatMemory(document, &bytes, &n, 1);
	if (!bytes)
		return -ENOMEM;
	err = descriptor_parse((const char *)bytes, n, descriptor, wrong);
	xmlFree(bytes);
	return err;
}

int descriptor_make(__u64 n_sectors, __u32 cluster_sectors, const char *file,
		    struct descriptor *descriptor)
{
	xmlDoc *document = xmlNewDoc((const xmlChar *)"1.0");
	xmlNode *root =
		xmlNewNode(NULL, (const xmlChar *)"Parallels_disk_image");
	int err = -ENOMEM;

	if (document && root)
		xmlDocSetRootElement(document, root);
	else
		xmlFreeNode(root);
	if (document && root && build(root, n_sectors, cluster_sectors, file))
		err = read_back(document, descriptor);
	xmlFreeDoc(document);
	return err;
}

/* Gives another text to the child "GUID" of those nodes that have this one. */
static void rename_guid(xmlNode *node, const char *from, const char *to)
{
	for (; node; node = xml_next(node)) {
		xmlNode *guid = xml_child(node, "GUID");
		char *text = xml_text(guid);

		if (text && guid_is_same(text, from))
			xmlNodeSetContent(guid, (const xmlChar *)to);
		free(text);
	}
}

int descriptor_push(struct descriptor *descriptor, const char *frozen,
		    const char *file)
{
	xmlNode *root = xmlDocGetRootElement(descriptor->document);
	xmlNode *storage = xml_child(xml_child(root, "StorageData"), "Storage");
	xmlNode *snapshots = xml_child(root, "Snapshots");
	struct descriptor changed;
	int err;

	if (!snapshots)
		snapshots = add(root, "Snapshots", NULL);
	if (!xml_child(snapshots, "TopGUID") &&
	    !add(snapshots, "TopGUID", descriptor->top))
		return -ENOMEM;
	if (!xml_child(snapshots, "Shot") &&
	    !add_shot(snapshots, descriptor->top, GUID_NONE))
		return -ENOMEM;
	rename_guid(xml_child(storage, "Image"), descriptor->top, frozen);
	rename_guid(xml_child(snapshots, "Shot"), descriptor->top, frozen);
	if (!add_image(storage, descriptor->top, file) ||
	    !add_shot(snapshots, descriptor->top, frozen))
		return -ENOMEM;
	err = read_back(descriptor->document, &changed);
	if (err)
		return err;
	descriptor_free(descriptor);
	*descriptor = changed;
	return 0;
}

static void take_out(xmlNode *node, const char *guid)
{
	xmlNode *next;

	for (; node; node = next) {
		char *text = xml_text(xml_child(node, "GUID"));

		next = xml_next(node);
		if (text && guid_is_same(text, guid)) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
		free(text);
	}
}

int descriptor_pop(struct descriptor *descriptor)
{
	xmlNode *root = xmlDocGetRootElement(descriptor->document);
	xmlNode *storage = xml_child(xml_child(root, "StorageData"), "Storage");
	xmlNode *snapshots = xml_child(root, "Snapshots");
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES] = {0};
	char wrong[DESCRIPTOR_TEXT], parent[GUID_LEN];
	struct descriptor changed;
	int err = descriptor_chain(descriptor, chain, wrong);

	if (err < 2)
		return err < 0 ? err : -EINVAL;
	strcpy(parent, chain[1]->guid);
	take_out(xml_child(storage, "Image"), descriptor->top);
	take_out(xml_child(snapshots, "Shot"), descriptor->top);
	rename_guid(xml_child(storage, "Image"), parent, descriptor->top);
	rename_guid(xml_child(snapshots, "Shot"), parent, descriptor->top);
	err = read_back(descriptor->document, &changed);
	if (err)
		return err;
	descriptor_free(descriptor);
	*descriptor = changed;
	return 0;
}

static void set_number(xmlNode *parent, const char *name, __u64 value)
{
	xmlNode *node = xml_child(parent, name);
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	if (node)
		xmlNodeSetContent(node, (const xmlChar *)text);
}

void descriptor_resize(struct descriptor *descriptor, __u64 n_sectors)
{
	xmlNode *root = xmlDocGetRootElement(descriptor->document);
	xmlNode *parameters = xml_child(root, "Disk_Parameters");
	xmlNode *storage = xml_child(xml_child(root, "StorageData"), "Storage");
	const struct geometry geometry = geometry_of(n_sectors);

	set_number(parameters, "Disk_size", n_sectors);
	set_number(parameters, "Cylinders", geometry.cylinders);
	set_number(parameters, "Heads", geometry.heads);
	set_number(parameters, "Sectors", geometry.sectors);
	set_number(storage, "End", n_sectors);
	descriptor->n_sectors = n_sectors;
}

int descriptor_write(const struct descriptor *descriptor, const char *path)
{
	xmlChar *bytes = NULL;
	int n = 0, err;

	xmlDocDumpFormatMemoryEnc(descriptor->document, &bytes, &n, "UTF-8", 1);
	if (!bytes)
		return -ENOMEM;
	err = file_replace(path, bytes, n);
	xmlFree(bytes);
	return err;
}
