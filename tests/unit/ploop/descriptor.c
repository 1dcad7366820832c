// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of disk descriptors: right ones, wrong ones, and snapshots. */
#include <errno.h>

#include "ploop/image/descriptor.h"
#include "scratch.h"

#define A "{aaaaaaaa-0000-0000-0000-000000000001}"
#define B "{aaaaaaaa-0000-0000-0000-000000000002}"
#define C "{aaaaaaaa-0000-0000-0000-000000000003}"

#define HEAD                                                                   \
	"<Parallels_disk_image Version=\"1.0\"><Disk_Parameters>"              \
	"<Disk_size>4096</Disk_size><Padding>0</Padding></Disk_Parameters>"    \
	"<StorageData><Storage><Start>0</Start><End>4096</End>"                \
	"<Blocksize>2048</Blocksize>"
#define MIDDLE "</Storage></StorageData><Snapshots>"
#define TAIL   "</Snapshots></Parallels_disk_image>"
#define IMAGE(guid, file)                                                      \
	"<Image><GUID>" guid "</GUID><Type>Compressed</Type><File>" file       \
	"</File></Image>"
#define PLAIN(guid, file)                                                      \
	"<Image><GUID>" guid "</GUID><Type>Plain</Type><File>" file            \
	"</File></Image>"
#define SHOT(guid, parent)                                                     \
	"<Shot><GUID>" guid "</GUID><ParentGUID>" parent "</ParentGUID></Shot>"
#define TOP(guid) "<TopGUID>" guid "</TopGUID>"

/* Each descriptor, and its chain from the top; or what is wrong with it. */
static const struct {
	const char *text, *wanted;
} cases[] = {
	{HEAD IMAGE(A, "a") MIDDLE TOP(A) SHOT(A, GUID_NONE) TAIL, "a"},
	{HEAD IMAGE(A, " a b\n") MIDDLE TAIL, "a b"},
	{HEAD IMAGE(A, "a") IMAGE(B, "b") MIDDLE TOP(B) SHOT(A, GUID_NONE)
		 SHOT(B, A) TAIL,
	 "b,a"},
	{HEAD IMAGE(A, "a") IMAGE(GUID_TOP, "t") MIDDLE SHOT(A, GUID_NONE)
		 SHOT(GUID_TOP, A) TAIL,
	 "t,a"},
	{HEAD PLAIN(A, "a") IMAGE(B, "b") MIDDLE TOP(B) SHOT(A, GUID_NONE)
		 SHOT(B, A) TAIL,
	 "b,a"},
	{HEAD IMAGE(A, "a&amp;b") MIDDLE TAIL, "a&b"},
	/* chains that are none */
	{HEAD IMAGE(A, "a") MIDDLE TOP(A) SHOT(A, A) TAIL,
	 "image " A " is its own ancestor"},
	{HEAD IMAGE(A, "a") IMAGE(B, "b") MIDDLE TOP(B) SHOT(A, B) SHOT(B, A)
		 TAIL,
	 "image " B " is its own ancestor"},
	{HEAD IMAGE(A, "a") MIDDLE TOP(A) SHOT(A, B) TAIL,
	 "there is no image " B ", the parent of " A},
	{HEAD IMAGE(A, "a") MIDDLE TOP(B) SHOT(A, GUID_NONE) TAIL,
	 "there is no image " B ", which is the top"},
	{HEAD IMAGE(A, "a") IMAGE(B, "b") MIDDLE TOP(B) SHOT(A, GUID_NONE) TAIL,
	 "the parent of image " B " is unknown"},
	{HEAD IMAGE(A, "a") PLAIN(B, "b") MIDDLE TOP(B) SHOT(A, GUID_NONE)
		 SHOT(B, A) TAIL,
	 "image " B " is Plain, and so has no parent"},
	/* files that are none */
	{"", "it is not well-formed XML"},
	{"<a>", "it is not well-formed XML"},
	{"<a/>", "it is not the descriptor of a disk"},
	{HEAD MIDDLE TAIL, "it has no <Image>"},
	{HEAD IMAGE(A, "a") IMAGE(A, "b") MIDDLE TAIL,
	 "image " A " stands twice"},
	{HEAD IMAGE(A, "a") MIDDLE SHOT(A, GUID_NONE) SHOT(A, GUID_NONE) TAIL,
	 "snapshot " A " stands twice"},
	{HEAD IMAGE(A, "a") MIDDLE SHOT(B, GUID_NONE) TAIL,
	 "there is no image of snapshot " B},
	{HEAD IMAGE("x", "a") MIDDLE TAIL,
	 "<GUID> of <Image> is not like " GUID_NONE},
	{HEAD IMAGE(A, "") MIDDLE TAIL, "image " A " has no valid <File>"},
	{HEAD IMAGE(A, "a&#x9b;b") MIDDLE TAIL,
	 "image " A " has no valid <File>"},
	{HEAD "<Image><GUID>" A "</GUID><File>a</File></Image>" MIDDLE TAIL,
	 "the <Type> of image " A " is neither Plain nor Compressed"},
	{HEAD IMAGE(A, "a") "</Storage><Storage>" MIDDLE TAIL,
	 "split disks are not supported"},
	{"<Parallels_disk_image/>", "it has no <Storage>"},
	{"<Parallels_disk_image><StorageData><Storage/></StorageData>"
	 "</Parallels_disk_image>",
	 "<Disk_size> has no valid number"},
	{"<Parallels_disk_image><Disk_Parameters><Disk_size>-1</Disk_size>"
	 "</Disk_Parameters><StorageData><Storage/></StorageData>"
	 "</Parallels_disk_image>",
	 "<Disk_size> has no valid number"},
	{"<Parallels_disk_image><Disk_Parameters><Disk_size>1</Disk_size>"
	 "</Disk_Parameters><StorageData><Storage><Blocksize>0</Blocksize>"
	 "</Storage></StorageData></Parallels_disk_image>",
	 "<Blocksize> is 0, or more than 64 MiB"},
	{"<Parallels_disk_image><Disk_Parameters><Disk_size>1</Disk_size>"
	 "<Padding>1</Padding></Disk_Parameters><StorageData><Storage>"
	 "<Blocksize>8</Blocksize></Storage></StorageData>"
	 "</Parallels_disk_image>",
	 "disks with <Padding> are not supported"},
	/* entities: a billion laughs, and a file of ours */
	{"<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\">]>"
	 "<Parallels_disk_image>&c;</Parallels_disk_image>",
	 "it has a document type"},
	{"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
	 "<Parallels_disk_image>&x;</Parallels_disk_image>",
	 "it has a document type"},
};

static void describe(const char *text, char *out)
{
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	struct descriptor descriptor;
	int n = descriptor_parse(text, strlen(text), &descriptor, out);

	if (n) {
		assert_int_equal(n, -EBADMSG);
		return;
	}
	n = descriptor_chain(&descriptor, chain, out);
	if (n < 0)
		assert_int_equal(n, -EBADMSG);
	for (int i = 0; i < n; i++)
		out += sprintf(out, "%s%s", i ? "," : "", chain[i]->file);
	descriptor_free(&descriptor);
}

static void test_table(void **state)
{
	char text[DESCRIPTOR_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		describe(cases[i].text, text);
		if (strcmp(text, cases[i].wanted) != 0)
			fail_msg("%zu: %s, not %s", i, text, cases[i].wanted);
	}
}

static void test_too_many(void **state)
{
	char *text = malloc(1 << 20), *at = text, wrong[DESCRIPTOR_TEXT];

	(void)state;
	assert_non_null(text);
	at += sprintf(at, "%s", HEAD);
	for (int i = 0; i <= DESCRIPTOR_MAX_IMAGES; i++)
		at += sprintf(at,
			      "<Image><GUID>{aaaaaaaa-0000-0000-0000-%012d}"
			      "</GUID><Type>Plain</Type><File>a</File></Image>",
			      i);
	sprintf(at, "%s", MIDDLE TAIL);
	describe(text, wrong);
	assert_string_equal(wrong, "it has more than 1024 images");
	free(text);
}

static void test_push(void **state)
{
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	struct descriptor descriptor;
	struct image_problem problem;
	char wrong[DESCRIPTOR_TEXT], path[PATH_MAX];

	(void)state;
	strcpy(path, scratch_path(DESCRIPTOR_NAME));
	assert_int_equal(descriptor_make(4096, 2048, "root.hds", &descriptor),
			 0);
	assert_int_equal(descriptor_push(&descriptor, A, "x<&>y"), 0);
	assert_int_equal(descriptor_push(&descriptor, B, "top"), 0);
	assert_int_equal(descriptor_write(&descriptor, path), 0);
	descriptor_free(&descriptor);
	assert_int_equal(descriptor_read(path, &descriptor, &problem), 0);
	assert_int_equal(descriptor.n_sectors, 4096);
	assert_int_equal(descriptor.cluster_sectors, 2048);
	assert_int_equal(descriptor_chain(&descriptor, chain, wrong), 3);
	assert_string_equal(chain[0]->file, "top");
	assert_string_equal(chain[0]->guid, GUID_TOP);
	assert_string_equal(chain[0]->parent, B);
	assert_string_equal(chain[1]->file, "x<&>y");
	assert_string_equal(chain[1]->parent, A);
	assert_string_equal(chain[2]->file, "root.hds");
	assert_string_equal(chain[2]->parent, GUID_NONE);
	descriptor_free(&descriptor);
}

static void test_pop(void **state)
{
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	struct descriptor descriptor;
	char wrong[DESCRIPTOR_TEXT];

	(void)state;
	assert_int_equal(descriptor_make(4096, 2048, "root.hds", &descriptor),
			 0);
	assert_int_equal(descriptor_push(&descriptor, A, "middle"), 0);
	assert_int_equal(descriptor_push(&descriptor, B, "top"), 0);
	assert_int_equal(descriptor_pop(&descriptor), 0);
	assert_int_equal(descriptor_chain(&descriptor, chain, wrong), 2);
	assert_string_equal(chain[0]->file, "middle");
	assert_string_equal(chain[0]->guid, GUID_TOP);
	assert_string_equal(chain[0]->parent, A);
	assert_string_equal(chain[1]->file, "root.hds");
	assert_int_equal(descriptor_pop(&descriptor), 0);
	assert_int_equal(descriptor_chain(&descriptor, chain, wrong), 1);
	assert_int_equal(descriptor.n_images, 1);
	assert_string_equal(chain[0]->file, "root.hds");
	assert_string_equal(chain[0]->guid, GUID_TOP);
	assert_string_equal(chain[0]->parent, GUID_NONE);
	assert_int_equal(descriptor_pop(&descriptor), -EINVAL);
	descriptor_free(&descriptor);
}

/* Of an old descriptor, without snapshots and a name of the top. */
static void test_push_old(void **state)
{
	static const char old[] =
		HEAD IMAGE(A, "a") "<Unknown x=\"1\">y</Unknown>" MIDDLE TAIL;
	const struct descriptor_image *chain[DESCRIPTOR_MAX_IMAGES];
	struct descriptor descriptor;
	char wrong[DESCRIPTOR_TEXT], path[PATH_MAX];
	FILE *in;
	char *line = NULL;
	bool has_unknown = false;
	size_t size = 0;

	(void)state;
	strcpy(path, scratch_path(DESCRIPTOR_NAME));
	assert_int_equal(descriptor_parse(old, strlen(old), &descriptor, wrong),
			 0);
	assert_int_equal(descriptor_push(&descriptor, B, "b"), 0);
	assert_int_equal(descriptor_chain(&descriptor, chain, wrong), 2);
	assert_string_equal(chain[0]->guid, A);
	assert_string_equal(chain[0]->file, "b");
	assert_string_equal(chain[1]->guid, B);
	assert_string_equal(chain[1]->file, "a");
	assert_int_equal(descriptor_write(&descriptor, path), 0);
	descriptor_free(&descriptor);
	in = fopen(path, "r");
	assert_non_null(in);
	while (getline(&line, &size, in) > 0)
		has_unknown |=
			strstr(line, "<Unknown x=\"1\">y</Unknown>") != NULL;
	fclose(in);
	free(line);
	assert_true(has_unknown);
}

static void test_paths(void **state)
{
	struct descriptor_image image = {.file = (char *)"a.hds"};
	char path[PATH_MAX];

	(void)state;
	assert_true(descriptor_is_path("/x/DiskDescriptor.xml"));
	assert_true(descriptor_is_path("DiskDescriptor.xml"));
	assert_false(descriptor_is_path("xDiskDescriptor.xml"));
	assert_false(descriptor_is_path("DiskDescriptor.xml/x"));
	assert_int_equal(descriptor_file("/x/DiskDescriptor.xml", &image, path,
					 sizeof(path)),
			 0);
	assert_string_equal(path, "/x/a.hds");
	assert_int_equal(descriptor_file("DiskDescriptor.xml", &image, path,
					 sizeof(path)),
			 0);
	assert_string_equal(path, "a.hds");
	image.file = (char *)"/y/a.hds";
	assert_int_equal(descriptor_file("/x/DiskDescriptor.xml", &image, path,
					 sizeof(path)),
			 0);
	assert_string_equal(path, "/y/a.hds");
	assert_int_equal(descriptor_file("/x/DiskDescriptor.xml", &image, path,
					 8),
			 -ENAMETOOLONG);
}

static void test_guid(void **state)
{
	char a[GUID_LEN], b[GUID_LEN];

	(void)state;
	assert_true(guid_is_valid(GUID_TOP));
	assert_true(guid_is_valid(A));
	assert_false(guid_is_valid(""));
	assert_false(guid_is_valid("{aaaaaaaa-0000-0000-0000-00000000000g}"));
	assert_false(guid_is_valid(A "x"));
	assert_true(guid_is_same(A, "{AAAAAAAA-0000-0000-0000-000000000001}"));
	assert_int_equal(guid_make(a), 0);
	assert_int_equal(guid_make(b), 0);
	assert_true(guid_is_valid(a) && guid_is_valid(b));
	assert_false(guid_is_same(a, b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_table), scratch_test(test_too_many),
		scratch_test(test_push),  scratch_test(test_push_old),
		scratch_test(test_paths), cmocka_unit_test(test_pop),
		scratch_test(test_guid),
	};

	return cmocka_run_group_tests_name("descriptor", tests, NULL, NULL);
}
