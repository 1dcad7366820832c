// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/meta_text.h"

#include <string.h>

#include "base/fmt.h"
#include "fs/mount_name.h"
#include "heat/metadata.h"
#include "hotmon/page_lines.h"
#include "paths/path.h"

static const char all[] =
	"what the filesystem keeps about its files and its space";

static const char changes[] =
	"it follows from files that are made, removed or grow: fewer and larger files, of known size (fallocate), change less of it";

static const char reads[] =
	"what is read again and again does not stay in memory: more memory for the cache, or files in fewer directories";

/* What a class is, and what makes it less; NULL: nothing that is known. */
struct about {
	const char *what;
	const char *advice;
};

static const struct about texts[FRSP_HOT_NR_METAS] = {
	[FRSP_HOT_META_ANY] = {all, changes},
	[FRSP_HOT_META_JOURNAL] =
		{"changes of metadata, which are written here first, so that they are whole after a crash",
		 "each fsync writes here: \"hotmon --group=process\" shows who writes; mount with noatime; or put the journal on another disk (mke2fs -O journal_dev; XFS: logdev)"},
	[FRSP_HOT_META_SUPER] =
		{"the superblock, and the descriptors of groups: how much is free in each",
		 changes},
	[FRSP_HOT_META_BLOCK_BITMAPS] =
		{"which blocks are free",
		 "where it is read much, the allocator searches: \"frsp-top --screen=allocator\" shows how far"},
	[FRSP_HOT_META_INODE_BITMAPS] = {"which inodes are free", changes},
	[FRSP_HOT_META_SPACE_TREES] =
		{"which blocks are free, and who owns the others", changes},
	[FRSP_HOT_META_INODE_TREES] = {"which inodes are free", changes},
	[FRSP_HOT_META_INODES] =
		{"times, sizes and owners of files, and their first extents",
		 "mount with noatime, so that reading a file does not change its inode"},
	[FRSP_HOT_META_EXTENTS] =
		{"where the blocks of files are that have many extents",
		 "fewer extents need fewer of these blocks: \"frspctl defrag --dry-run\" finds files in pieces; \"frsp-top --screen=escache\" names those whose extents do not stay in memory"},
	[FRSP_HOT_META_DIRECTORIES] = {"names in directories, and their index",
				       reads},
	[FRSP_HOT_META_XATTRS] =
		{"extended attributes, such as access lists, that do not fit into the inode",
		 "larger inodes have room for them (mkfs: the size of inodes)"},
	[FRSP_HOT_META_SYMLINKS] =
		{"symbolic links that are too long for the inode", NULL},
	[FRSP_HOT_META_QUOTA] = {"how much each user, group or project has",
				 NULL},
	[FRSP_HOT_META_ORPHANS] = {"files that are deleted but open", NULL},
	[FRSP_HOT_META_MMP] =
		{"protection against a second mount: ext4 writes it every few seconds, on purpose",
		 "\"tune2fs -E mmp_update_interval\" changes how often"},
	[FRSP_HOT_META_OTHER] =
		{"none of the other classes, or it cannot be known", NULL},
};

/* A recording may have classes of a later version. */
static const struct about *about(const struct hot_row *row)
{
	return &texts[row->meta < FRSP_HOT_NR_METAS ? row->meta
						    : FRSP_HOT_META_OTHER];
}

static void print_identity(FILE *out, const struct hot_row *row,
			   const struct page_text_style *style)
{
	static char label[PATH_LABEL_LEN]; /* too long for the stack */
	char name[MOUNT_NAME_LEN], shown[MOUNT_NAME_LEN] = "";

	hot_metadata_label(row, label, sizeof(label));
	page_put(out, style, "metadata", label);
	page_put(out, style, "what", about(row)->what);
	if (!style->recorded) { /* else it may be another machine's */
		mount_name_or_number(row->dev, name);
		mount_name_for_people(name, shown);
	}
	page_putf(out, style, "device", "%s %u:%u%s%s",
		  row->file && row->file->fs_type ? row->file->fs_type
						  : "device",
		  kdev_major(row->dev), kdev_minor(row->dev),
		  *shown ? ", " : "", shown);
}

static void print_counts(FILE *out, const struct hot_row *row, bool is_there,
			 const struct page_text_style *style)
{
	char a[FMT_LEN], b[FMT_LEN];

	if (!is_there)
		page_put(out, style, "I/O",
			 "none any more: the table has forgotten it");
	page_putf(out, style, "heat", "%s degrees",
		  fmt_temperature(a, row->temperature));
	page_putf(out, style, "read", "%s in %llu read%s",
		  fmt_bytes(a, row->read_bytes, style->exact), row->reads,
		  fmt_plural(row->reads));
	page_putf(out, style, "written", "%s in %llu write%s",
		  fmt_bytes(b, row->write_bytes, style->exact), row->writes,
		  fmt_plural(row->writes));
	page_putf(out, style, "now",
		  "%s/s read, %s/s written; %.1f reads/s, %.1f writes/s",
		  fmt_bytes(a, row->read_bytes_per_s + 0.5, style->exact),
		  fmt_bytes(b, row->write_bytes_per_s + 0.5, style->exact),
		  row->reads_per_s, row->writes_per_s);
}

void meta_text_print(FILE *out, const struct hot_row *row, bool is_there,
		     const struct page_text_style *style)
{
	print_identity(out, row, style);
	print_counts(out, row, is_there, style);
	page_put_who(out, style, row, row->who, row->n_who);
	if (!about(row)->advice)
		return;
	page_put_head(out, style, "what makes it less");
	page_put(out, style, "", about(row)->advice);
}
