// SPDX-License-Identifier: GPL-2.0-or-later
/* The program frsp-image: makes, checks and copies images of disks. */
#include <limits.h>
#include <locale.h>

#include "base/output.h"
#include "ploop/tool/tool.h"

static const struct command commands[] = {
	{"check", "[--repair] [--json] [--bytes] FILE...",
	 CTL_REPAIR | CTL_JSON | CTL_BYTES, 1, INT_MAX, image_check_command,
	 "Check images, and mend them with --repair"},
	{"compact", "[--json] [--bytes] FILE", CTL_JSON | CTL_BYTES, 1, 1,
	 image_compact_command,
	 "Make the file as short as it can be, and give the rest back"},
	{"convert",
	 "[--from=FORMAT] [--to=FORMAT] [--cluster-size=BYTES] [--json] [--progress=WHERE] SOURCE NEW",
	 CTL_FROM | CTL_TO | CTL_CLUSTER_SIZE | CTL_JSON | CTL_PROGRESS, 2, 2,
	 image_convert_command,
	 "Copy a disk to a new file, from an image or to one, without its zeros"},
	{"create", "[--cluster-size=BYTES] [--json] FILE SIZE",
	 CTL_CLUSTER_SIZE | CTL_JSON, 2, 2, image_create_command,
	 "Make an empty image; if FILE is called DiskDescriptor.xml, that and an image beside it"},
	{"info", "[--json] [--bytes] FILE", CTL_JSON | CTL_BYTES, 1, 1,
	 image_info_command,
	 "Show how large the disk is, what it takes, and of which images it consists"},
	{"map", "[--json] [--bytes] FILE", CTL_JSON | CTL_BYTES, 1, 1,
	 image_map_command,
	 "Show which parts of the disk are in which image, and where"},
	{"merge", "[--json] [--progress=WHERE] FILE", CTL_JSON | CTL_PROGRESS,
	 1, 1, image_merge_command,
	 "Take the last snapshot back: the newest image becomes part of its parent"},
	{"resize", "[--shrink] [--json] FILE SIZE", CTL_SHRINK | CTL_JSON, 2, 2,
	 image_resize_command,
	 "Make the disk larger, or smaller with --shrink"},
	{"serve", "--ublk [--recover=NUMBER] [--json] FILE",
	 CTL_UBLK | CTL_RECOVER | CTL_JSON, 1, 1, image_serve_command,
	 "Serve the image as a disk of this machine, /dev/ublkbNUMBER, until a signal ends it"},
	{"snapshot", "[--control=SOCKET] [--json] FILE", CTL_CONTROL | CTL_JSON,
	 1, 1, image_snapshot_command,
	 "Freeze a disk with a DiskDescriptor.xml: what is written from now on goes to a new image"},
	{0},
};

int main(int argc, char **argv)
{
	struct ctl ctl;

	output_begin();
	/* Not LC_NUMERIC: JSON and arguments have decimal points. */
	setlocale(LC_CTYPE, "");
	log_init("frsp-image");
	image_opts_parse(argc, argv, commands, &ctl);
	return ctl.command->run(&ctl);
}
