// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl doctor: finds what keeps frsp.ko from working and hotmon from
 * counting.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_out.h"
#include "cli/privilege.h"
#include "ctl/ctl.h"
#include "ctl/doctor_frspd.h"
#include "ctl/doctor_probe.h"
#include "fs/ext4_super.h"
#include "fs/mount_name.h"
#include "heat/self_test.h"
#include "module/module.h"
#include "ui/document.h"

#define DOCTOR_SCHEMA "frsp.doctor/1"

struct tally {
	size_t n[DOCTOR_FAIL + 1];    /* by verdict */
	struct json_object *findings; /* NULL: print them as text */
};

static void print_finding(const struct doctor_finding *finding)
{
	printf("%-5s %s: %s\n", doctor_verdicts[finding->verdict],
	       finding->check, finding->text);
	if (finding->remedy)
		printf("        hint: %s\n", finding->remedy);
}

static void add_finding(struct json_object *findings,
			const struct doctor_finding *finding)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "check", finding->check);
	json_add_string(object, "verdict", doctor_verdicts[finding->verdict]);
	json_add_string(object, "text", finding->text);
	json_add_string(object, "remedy", finding->remedy);
	json_object_array_add(findings, object);
}

static void found(void *context, const struct doctor_finding *finding)
{
	struct tally *tally = context;

	tally->n[finding->verdict]++;
	if (tally->findings)
		add_finding(tally->findings, finding);
	else
		print_finding(finding);
}

static enum exit_code print_json(struct tally *tally)
{
	struct json_object *document = document_new(DOCTOR_SCHEMA);

	json_object_object_add(document, "findings", tally->findings);
	json_add_u64(document, "ok", tally->n[DOCTOR_OK]);
	json_add_u64(document, "warnings", tally->n[DOCTOR_WARN]);
	json_add_u64(document, "failures", tally->n[DOCTOR_FAIL]);
	return document_print(document);
}

/* Adds the facts that doctor_probe() leaves alone, as they take an ioctl or a
 * read of a block device.
 */
static void probe_devices(struct doctor_facts *facts)
{
	struct ext4_super super;
	int fd = frsp_module_open();

	facts->device_err = fd < 0 ? fd : 0;
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < facts->n_fs; i++) {
		char path[MOUNT_NAME_LEN + sizeof("/dev/")];
		char shown[MOUNT_NAME_LEN];

		snprintf(path, sizeof(path), "/dev/%s", facts->fs[i].name);
		/* sysfs has cciss!c0d0 for /dev/cciss/c0d0 */
		for (char *c = path; (c = strchr(c, '!'));)
			*c = '/';
		if (!ext4_super_read(path, &super))
			facts->fs[i].has_extents =
				super.has_extents ? DOCTOR_YES : DOCTOR_NO;
		/* from here on the name is only printed */
		mount_name_for_people(facts->fs[i].name, shown);
		snprintf(facts->fs[i].name, sizeof(facts->fs[i].name), "%s",
			 shown);
	}
}

/* Lists the kinds of I/O that were counted wrongly, separated by commas. */
static void list_wrong(const struct self_test *test, char *list, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < test->n_results && len < size; i++)
		if (test->results[i].verdict == SELF_TEST_WRONG)
			len += snprintf(list + len, size - len, "%s%s",
					len ? ", " : "", test->results[i].kind);
}

/* Runs hotmon's self-test in /var/tmp, which is usually on a disk. */
static int probe_counting(struct doctor_facts *facts)
{
	const struct mount_entry *fs;
	struct mount_table *mounts;
	struct self_test test;
	int err = mount_table_read(&mounts);

	facts->counting_directory = "/var/tmp";
	if (err)
		return err;
	err = mount_table_by_spec(mounts, facts->counting_directory, &fs);
	if (!err)
		err = hot_self_test(fs, facts->counting_directory, &test);
	mount_table_free(mounts);
	if (err)
		return err;
	facts->counting = test.n_wrong ? DOCTOR_WRONG : DOCTOR_EXACT;
	list_wrong(&test, facts->counting_text, sizeof(facts->counting_text));
	return 0;
}

/* Whether the error is due to the directory, so that the self-test may work in
 * another one.
 */
static bool is_of_the_place(int err)
{
	return err == -ENODEV || err == -ENOSPC || err == -EDQUOT ||
	       err == -EROFS || err == -ENOENT || err == -EACCES;
}

static void probe_tools(struct doctor_facts *facts)
{
	const struct needs_lack lack = privilege_lack();
	int err;

	if (lack.code != EXIT_OK) {
		facts->counting = lack.code == EXIT_PERMISSION
					  ? DOCTOR_NOT_PERMITTED
					  : DOCTOR_CANNOT_COUNT;
		snprintf(facts->counting_text, sizeof(facts->counting_text),
			 "%s", lack.cause);
		return;
	}
	err = probe_counting(facts);
	if (!err)
		return;
	facts->counting =
		is_of_the_place(err) ? DOCTOR_NOT_COUNTED : DOCTOR_CANNOT_COUNT;
	snprintf(facts->counting_text, sizeof(facts->counting_text), "%s",
		 err == -ENODEV ? "it is not on a disk" : strerror(-err));
}

enum exit_code ctl_doctor(const struct ctl *ctl)
{
	enum exit_code code = EXIT_OK;
	struct tally tally = {0};
	struct doctor_facts facts;
	int err = doctor_probe("", &facts);

	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot look at this system: %s",
				strerror(-err));
	probe_devices(&facts);
	probe_tools(&facts);
	doctor_probe_frspd(&facts.frspd);
	if (ctl->json)
		tally.findings = json_object_new_array();
	doctor_judge(&facts, found, &tally);
	free(facts.fs);
	if (ctl->json)
		code = print_json(&tally);
	else
		printf("%zu ok, %zu warnings, %zu failures\n",
		       tally.n[DOCTOR_OK], tally.n[DOCTOR_WARN],
		       tally.n[DOCTOR_FAIL]);
	return tally.n[DOCTOR_FAIL] ? EXIT_FAILED : code;
}
