// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens, checks, maps and repairs files that libFuzzer makes up
 * (tools/ploop/image/). The first byte says how: as they are; or with the magic
 * of an image, and a right checksum of the extension, so that what is behind
 * them is reached. After a repair a check finds nothing but lost clusters.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/little_endian.h"
#include "ploop/image/chain.h"
#include "ploop/image/check.h"
#include "ploop/image/extension.h"
#include "ploop/image/repair.h"

#define MAX_BYTES 65536

int LLVMFuzzerTestOneInput(const __u8 *data, size_t n);

static char directory[] = "/tmp/frsp-fuzz.XXXXXX";
static char path[PATH_MAX];

static void check(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

static void clean_up(void)
{
	unlink(path);
	rmdir(directory);
}

static void begin(void)
{
	if (*path)
		return;
	check(mkdtemp(directory) != NULL, "there is a directory");
	snprintf(path, sizeof(path), "%s/image", directory);
	atexit(clean_up);
}

/* Makes an image of it, as far as the header allows. */
static void mend_head(__u8 *bytes, size_t n, __u8 how)
{
	struct ploop_header header;
	__u64 at;

	memcpy(bytes, how & 2 ? "WithoutFreeSpace" : "WithouFreSpacExt", 16);
	le32_put(bytes + 16, 2);
	if (how & 4)
		le32_put(bytes + 28, 1);
	if (ploop_header_decode(bytes, &header) ||
	    ploop_header_check(&header, n) || !header.ext_off)
		return;
	at = header.ext_off * PLOOP_SECTOR;
	le64_put(bytes + at, 0xab234cef23dcea87);
	extension_seal(&header, bytes + at);
}

static void write_image(const __u8 *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, bytes, n) == (ssize_t)n, "written");
	close(fd);
}

static int visit(void *context, const struct chain_run *run)
{
	__u64 *end = context;

	check(run->start == *end && run->bytes, "runs follow each other");
	*end += run->bytes;
	return 0;
}

static void map(bool is_right)
{
	struct image_problem problem;
	struct chain chain;
	__u64 end = 0;
	int err = chain_open(path, &chain, &problem);

	check(!err, "an image that was opened is opened again");
	err = chain_map(&chain, visit, &end, &problem);
	check(!err || (!is_right && err == -EBADMSG && problem.text[0]),
	      "errors are explained");
	check(err || end == chain.n_sectors * PLOOP_SECTOR, "all is mapped");
	chain_close(&chain);
}

static struct check_sum check_image(void)
{
	struct image_file file;
	enum ploop_fault fault;
	struct check now = {.file = &file};

	check(!image_file_open(path, false, &file, &fault), "opened");
	check(!image_check(&now), "checked");
	image_file_close(&file);
	return now.sum;
}

static void repair_image(struct check_sum sum)
{
	struct image_file file;
	enum ploop_fault fault;
	struct repair repair = {.file = &file, .sum = sum};

	check(!image_file_open(path, true, &file, &fault), "opened alone");
	check(!image_repair(&repair, path), "repaired");
	check(!unlink(repair.saved.path), "the old content is kept");
	image_file_close(&file);
	sum = check_image();
	sum.n[CHECK_LEAK] = 0;
	sum.n[CHECK_UNKNOWN_FEATURE] = 0;
	for (int kind = 0; kind < CHECK_KINDS; kind++)
		check(!sum.n[kind], "nothing is wrong any more");
	map(true);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t n)
{
	static __u8 bytes[MAX_BYTES];
	struct image_file file;
	enum ploop_fault fault;
	struct check_sum sum;
	int err;

	begin();
	if (!n || n > MAX_BYTES)
		return 0;
	memcpy(bytes, data + 1, n - 1);
	if (data[0] & 1 && n > PLOOP_HEADER_BYTES)
		mend_head(bytes, n - 1, data[0]);
	write_image(bytes, n - 1);
	err = image_file_open(path, false, &file, &fault);
	if (err) {
		check(err == -EBADMSG && fault, "a refusal has a reason");
		return 0;
	}
	image_file_close(&file);
	sum = check_image();
	map(!check_count(&sum, CHECK_ERROR));
	repair_image(sum);
	return 0;
}
