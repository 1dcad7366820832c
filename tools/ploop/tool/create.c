// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image create and snapshot: make images. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/snapshot.h"
#include "ploop/image/writer.h"
#include "ploop/tool/tool.h"
#include "ui/document.h"

#define CREATE_SCHEMA	"frsp.image-create/1"
#define SNAPSHOT_SCHEMA "frsp.image-snapshot/1"

static enum exit_code report_created(const struct ctl *ctl, const char *path,
				     const struct ploop_header *header)
{
	const __u64 disk_bytes = header->n_sectors * PLOOP_SECTOR;
	char disk[FMT_LEN], cluster[FMT_LEN];
	struct json_object *document;

	if (!ctl->json) {
		printf("%s: a disk of %s, in clusters of %s\n", path,
		       fmt_bytes(disk, disk_bytes, false),
		       fmt_bytes(cluster, ploop_cluster_bytes(header), false));
		return EXIT_OK;
	}
	document = document_new(CREATE_SCHEMA);
	json_add_text(document, "path", path);
	json_add_u64(document, "disk_bytes", disk_bytes);
	json_add_u64(document, "cluster_bytes", ploop_cluster_bytes(header));
	return document_print(document);
}

enum exit_code image_create_command(const struct ctl *ctl)
{
	const char *path = ctl->args[0], *size = ctl->args[1];
	__u32 cluster_sectors = ctl->cluster_sectors ?: DEFAULT_CLUSTER_SECTORS;
	struct image_problem problem;
	struct ploop_header header;
	enum ploop_fault fault;
	__u64 bytes;
	int err;

	if (fmt_parse_bytes(size, &bytes) || !bytes)
		return log_fail(EXIT_USAGE,
				"bytes, or a number with K, M, G or T",
				"SIZE: \"%s\" is not a size of a disk", size);
	fault = ploop_header_make(bytes / PLOOP_SECTOR +
					  (bytes % PLOOP_SECTOR != 0),
				  cluster_sectors, &header);
	if (fault)
		return log_fail(EXIT_USAGE,
				"a smaller disk, or larger clusters", "%s: %s",
				size, ploop_fault_text(fault));
	err = descriptor_is_path(path) ? disk_make(path, &header, &problem)
				       : image_make(path, &header, &problem);
	if (err)
		return image_failed(&problem, err);
	return report_created(ctl, path, &header);
}

/* The server is told of which disk, and answers with the name of the snapshot
 * and the new file. */
static int take_served(const char *path, const char *socket,
		       struct snapshot *snapshot, struct image_problem *problem)
{
	char disk[PATH_MAX], command[PATH_MAX + 16], *answer;
	int n = 0;

	if (!realpath(path, disk))
		return problem_with(problem, path, -errno);
	snprintf(command, sizeof(command), "snapshot %s", disk);
	answer = control_ask(socket, command, problem);
	if (!answer)
		return -EBADMSG;
	if (sscanf(answer, "%38s %n", snapshot->guid, &n) == 1 && n)
		snprintf(snapshot->file, sizeof(snapshot->file), "%s",
			 answer + n);
	free(answer);
	return n ? 0
		 : problem_say(problem, socket,
			       "the server does not say what it did");
}

enum exit_code image_snapshot_command(const struct ctl *ctl)
{
	const char *path = ctl->args[0];
	struct image_problem problem;
	struct json_object *document;
	struct snapshot snapshot;
	int err;

	if (!descriptor_is_path(path))
		return log_fail(
			EXIT_USAGE,
			"name a DiskDescriptor.xml; \"frsp-image create\" makes one",
			"%s: an image alone has no snapshots", path);
	err = ctl->control
		      ? take_served(path, ctl->control, &snapshot, &problem)
		      : snapshot_take(path, &snapshot, &problem);
	if (err)
		return image_failed(&problem, err);
	if (!ctl->json) {
		printf("%s: snapshot %s; from now on %s is written\n", path,
		       snapshot.guid, snapshot.file);
		return EXIT_OK;
	}
	document = document_new(SNAPSHOT_SCHEMA);
	json_add_text(document, "path", path);
	json_add_string(document, "snapshot", snapshot.guid);
	json_add_text(document, "file", snapshot.file);
	return document_print(document);
}
