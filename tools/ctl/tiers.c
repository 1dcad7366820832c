// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl tiers: shows the tiers of filesystems, what is free in each, and its
 * share of the heat. With --measure, proposes classes as text for the
 * configuration file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <blkid.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/table.h"
#include "ctl/ctl.h"
#include "ctl/fs_tiers.h"
#include "ctl/tier_heat.h"
#include "fs/measure.h"
#include "fs/tier_config.h"
#include "ui/document.h"

#define TIERS_SCHEMA "frsp.tiers/1"

/* A filesystem that is shown. */
struct shown {
	const struct mount_entry *mount;
	struct fs_tiers found;
	__u64 free_bytes[TIER_MAX];
	struct tier_heat heat;
	bool is_measured;
	struct measure measures[TIER_MAX];
	enum tier_class classes[TIER_MAX]; /* as the measurement proposes */
};

static int measure_all(struct shown *shown)
{
	const struct tiers *tiers = &shown->found.tiers;
	char *node = blkid_devno_to_devname(kdev_to_user(shown->found.dev));
	int fd, err = 0;

	if (!node)
		return -ENODEV;
	fd = open(node, O_RDONLY | O_DIRECT | O_CLOEXEC);
	free(node);
	if (fd < 0)
		return -errno;
	err = measure_tiers(fd, tiers, shown->measures);
	close(fd);
	return err;
}

static enum exit_code measure(struct shown *shown)
{
	int err = measure_all(shown);

	if (err)
		return log_fail(EXIT_FAILED,
				err == -ENODATA
					? "a tier must have at least 4 KiB"
					: NULL,
				"%s: cannot measure it: %s", shown->found.shown,
				strerror(-err));
	measure_classes(shown->measures, shown->found.tiers.n, shown->classes);
	shown->is_measured = true;
	return EXIT_OK;
}

/* The shortest exact number, such as "10G" or "4097". */
static const char *short_bytes(char text[FMT_LEN], __u64 bytes)
{
	static const char units[] = "KMGTP";
	int unit = -1;

	while (bytes && bytes % 1024 == 0 && units[unit + 1])
		bytes /= 1024, unit++;
	snprintf(text, FMT_LEN, "%llu%.*s", bytes, unit >= 0,
		 &units[unit < 0 ? 0 : unit]);
	return text;
}

/* Prints the ranges of a tier, or of all of a class, as in the configuration
 * file.
 */
static void print_ranges(FILE *out, const struct shown *shown, int tier,
			 enum tier_class class)
{
	const struct tiers *tiers = &shown->found.tiers;
	char from[FMT_LEN], to[FMT_LEN];
	const char *between = "";

	for (size_t i = 0; i < tiers->n_extents; i++) {
		const struct tier_extent *extent = &tiers->extents[i];

		if (tier >= 0 ? extent->tier != (unsigned int)tier
			      : shown->classes[extent->tier] != class)
			continue;
		fprintf(out, "%s%s-%s", between,
			short_bytes(from, extent->start),
			short_bytes(to, extent->start + extent->bytes));
		between = ", ";
	}
}

static void print_proposal(const struct shown *shown)
{
	const struct tiers *tiers = &shown->found.tiers;
	char uuid[EXT4_UUID_TEXT_LEN], rate[FMT_LEN];
	bool has[] = {[TIER_FAST] = false, [TIER_SLOW] = false};

	ext4_super_uuid(&shown->found.super, uuid);
	printf("# %s, measured:\n", shown->mount->target);
	for (unsigned int i = 0; i < tiers->n; i++) {
		const struct measure *measure = &shown->measures[i];

		printf("#   tier %u, %s: %.2f ms for 4 KiB, %s/s\n", i,
		       tiers->tiers[i].shown, measure->read_s * 1e3,
		       fmt_bytes(rate, measure->bytes_per_s, false));
		has[shown->classes[i]] = true;
	}
	if (!has[TIER_SLOW])
		printf("#   %s\n",
		       tiers->n > 1 ? "the tiers do not differ much"
				    : "one tier, nothing to compare with");
	printf("[UUID=%s]\n", uuid);
	for (enum tier_class class = TIER_FAST; class <= TIER_SLOW; class ++) {
		if (!has[class])
			continue;
		printf("%s = ", tier_class_word(class));
		print_ranges(stdout, shown, -1, class);
		putchar('\n');
	}
}

static char *ranges_text(const struct shown *shown, int tier)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_ranges(out, shown, tier, TIER_UNKNOWN);
	fclose(out);
	return text;
}

static int add_row(struct table *table, const struct shown *shown,
		   unsigned int i)
{
	const struct tier *tier = &shown->found.tiers.tiers[i];
	char index[FMT_LEN], size[FMT_LEN], free_[FMT_LEN], heat[FMT_LEN];
	double percent = tier_heat_percent(&shown->heat, i);
	char *ranges = ranges_text(shown, i);
	const char *cells[] = {index,	    tier_class_word(tier->class),
			       tier->shown, size,
			       free_,	    heat,
			       ranges};
	int err = -ENOMEM;

	snprintf(index, sizeof(index), "%u", i);
	fmt_bytes(size, tier->bytes, false);
	fmt_bytes(free_, shown->free_bytes[i], false);
	snprintf(heat, sizeof(heat), percent < 0 ? "-" : "%.1f", percent);
	if (ranges)
		err = table_add(table, cells);
	free(ranges);
	return err;
}

/* Says why there is no share of heat. */
static void print_no_heat(const struct tier_heat *heat)
{
	if (heat->missing)
		printf("HEAT%%: %s; %s\n", heat->missing, heat->remedy);
	else if (!(heat->placed > 0))
		puts("HEAT%: none is recorded yet");
}

static enum exit_code print_table(const struct shown *shown)
{
	static const struct table_column columns[] = {
		{.title = "TIER"},
		{.title = "CLASS", .is_text = true},
		{.title = "DEVICE", .is_text = true},
		{.title = "SIZE"},
		{.title = "FREE"},
		{.title = "HEAT%"},
		{.title = "RANGES", .is_text = true},
	};
	struct table *table =
		table_new(columns, sizeof(columns) / sizeof(columns[0]));
	int err = table ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < shown->found.tiers.n && !err; i++)
		err = add_row(table, shown, i);
	if (!err)
		err = table_lay_out(table);
	if (err) {
		table_free(table);
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	}
	printf("%s (%s), %s:\n", shown->mount->target, shown->found.shown,
	       shown->found.is_configured ? "from the configuration file"
					  : "the disks below it");
	table_print(stdout, table);
	table_free(table);
	print_no_heat(&shown->heat);
	return EXIT_OK;
}

/* NULL, which is null: not measured */
static struct json_object *measure_object(const struct shown *shown,
					  unsigned int i)
{
	const struct measure *measure = &shown->measures[i];
	struct json_object *object;

	if (!shown->is_measured)
		return NULL;
	object = json_object_new_object();
	json_add_number(object, "read_s", measure->read_s, 9);
	json_add_u64(object, "bytes_per_s", measure->bytes_per_s);
	json_add_string(object, "class", tier_class_word(shown->classes[i]));
	return object;
}

/* NULL, which is null: heat is not recorded */
static struct json_object *heat_object(const struct tier_heat *heat)
{
	struct json_object *object;

	if (heat->missing)
		return NULL;
	object = json_object_new_object();
	json_add_number(object, "temperature", heat->total, 3);
	json_add_number(object, "placed_temperature", heat->placed, 3);
	return object;
}

static void add_heat_percent(struct json_object *object,
			     const struct tier_heat *heat, unsigned int i)
{
	double percent = tier_heat_percent(heat, i);

	if (percent < 0)
		json_object_object_add(object, "heat_pct", NULL);
	else
		json_add_number(object, "heat_pct", percent, 1);
}

static struct json_object *tier_object(const struct shown *shown,
				       unsigned int i)
{
	const struct tiers *tiers = &shown->found.tiers;
	const struct tier *tier = &tiers->tiers[i];
	struct json_object *object = json_object_new_object();
	struct json_object *ranges = json_object_new_array();

	json_add_u64(object, "index", i);
	json_add_string(object, "class", tier_class_word(tier->class));
	json_add_text(object, "device", tier->shown);
	json_add_u64(object, "bytes", tier->bytes);
	json_add_u64(object, "free_bytes", shown->free_bytes[i]);
	add_heat_percent(object, &shown->heat, i);
	for (size_t k = 0; k < tiers->n_extents; k++) {
		struct json_object *range = json_object_new_object();

		if (tiers->extents[k].tier == i) {
			json_add_u64(range, "start", tiers->extents[k].start);
			json_add_u64(range, "bytes", tiers->extents[k].bytes);
			json_object_array_add(ranges, range);
		} else {
			json_object_put(range);
		}
	}
	json_object_object_add(object, "ranges", ranges);
	json_object_object_add(object, "measured", measure_object(shown, i));
	return object;
}

static enum exit_code print_object(const struct shown *shown)
{
	struct json_object *document = document_new(TIERS_SCHEMA);
	struct json_object *tiers = json_object_new_array();
	char text[EXT4_UUID_TEXT_LEN], dev[FMT_LEN];

	ext4_super_uuid(&shown->found.super, text);
	snprintf(dev, sizeof(dev), "%u:%u", kdev_major(shown->found.dev),
		 kdev_minor(shown->found.dev));
	json_add_string(document, "device", shown->found.name);
	json_add_text(document, "device_name", shown->found.shown);
	json_add_string(document, "dev", dev);
	json_add_string(document, "uuid", text);
	json_add_text(document, "mount", shown->mount->target);
	json_add_bool(document, "configured", shown->found.is_configured);
	json_object_object_add(document, "heat", heat_object(&shown->heat));
	json_add_text(document, "heat_missing", shown->heat.missing);
	json_add_text(document, "heat_remedy", shown->heat.remedy);
	for (unsigned int i = 0; i < shown->found.tiers.n; i++)
		json_object_array_add(tiers, tier_object(shown, i));
	json_object_object_add(document, "tiers", tiers);
	return document_print(document);
}

static enum exit_code read_heat(const struct tier_heat_source *source,
				struct shown *shown)
{
	int err = tier_heat_read(source, shown->mount, &shown->found.tiers,
				 &shown->heat);

	return err ? log_fail(EXIT_FAILED, NULL, "%s: cannot read its heat: %s",
			      shown->found.shown, strerror(-err))
		   : EXIT_OK;
}

/* What all filesystems are shown with. */
struct showing {
	const struct ctl *ctl;
	const struct mount_table *mounts;
	struct tier_heat_source *heat;
};

static enum exit_code show(const struct showing *showing,
			   const struct mount_entry *mount)
{
	const struct ctl *ctl = showing->ctl;
	struct shown shown = {.mount = mount};
	enum exit_code code =
		fs_tiers_find(mount->dev, ctl->config, &shown.found);

	if (code != EXIT_OK)
		return code;
	code = fs_tiers_free(mount, &shown.found, shown.free_bytes);
	if (code == EXIT_OK)
		code = read_heat(showing->heat, &shown);
	if (code == EXIT_OK && ctl->measure)
		code = measure(&shown);
	if (code == EXIT_OK && ctl->json)
		code = print_object(&shown);
	else if (code == EXIT_OK && ctl->measure)
		print_proposal(&shown);
	else if (code == EXIT_OK)
		code = print_table(&shown);
	tiers_free(&shown.found.tiers);
	return code;
}

static enum exit_code show_named(const struct showing *showing,
				 const char *spec)
{
	const struct mount_table *mounts = showing->mounts;
	const struct mount_entry *mount;
	enum exit_code code = fs_tiers_mount(mounts, spec, &mount);

	if (code != EXIT_OK)
		return code;
	return show(showing, mount_table_by_dev(mounts, mount->dev) ?: mount);
}

static enum exit_code show_all(const struct showing *showing)
{
	const struct mount_table *mounts = showing->mounts;
	const struct mount_entry *mount = NULL;
	enum exit_code code = EXIT_OK, last;

	while ((mount = fs_tiers_next(mounts, mount))) {
		last = show(showing,
			    mount_table_by_dev(mounts, mount->dev) ?: mount);
		if (last != EXIT_OK)
			code = last;
	}
	return code;
}

enum exit_code ctl_tiers(const struct ctl *ctl)
{
	enum exit_code code = EXIT_OK, last;
	struct showing showing = {.ctl = ctl};
	struct mount_table *mounts;
	int err;

	if (geteuid())
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"tiers needs root");
	err = mount_table_read(&mounts);
	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	showing.mounts = mounts;
	showing.heat = tier_heat_open();
	if (!showing.heat)
		code = log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	else if (!ctl->n_args)
		code = show_all(&showing);
	for (int i = 0; i < ctl->n_args && showing.heat; i++) {
		last = show_named(&showing, ctl->args[i]);
		if (last != EXIT_OK)
			code = last;
	}
	tier_heat_close(showing.heat);
	mount_table_free(mounts);
	return code;
}
