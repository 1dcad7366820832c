// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl report: what somebody needs to know who looks into a bug, in one
 * file. Each part is a text from which the names are taken (base/pseudonyms.h)
 * before it is written anywhere. tar(1) makes the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/json_out.h"
#include "base/pseudonyms.h"
#include "base/version.h"
#include "config/config.h"
#include "ctl/ctl.h"
#include "fs/mount.h"
#include "fs/mount_name.h"
#include "module/module.h"

#define MAX_PART (8 << 20) /* bytes that are taken of each */

extern char **environ;

struct report {
	struct pseudonyms *names;
	char name[64];		  /* of the directory in the file */
	char directory[PATH_MAX]; /* where the parts are written */
	char path[PATH_MAX];	  /* .directory/.name */
};

/* --- the names to take out ------------------------------------------------ */

static int add_host(struct pseudonyms *names)
{
	char boot_id[JSON_BOOT_ID_LEN];
	struct utsname host;

	uname(&host);
	json_boot_id(boot_id);
	return pseudonyms_add(names, host.nodename)
		       ?: pseudonyms_add(names, boot_id);
}

/* A device that the kernel has named stays; a volume's name was made up by
 * somebody.
 */
static int add_device(struct pseudonyms *names, __u32 dev)
{
	char name[MOUNT_NAME_LEN], shown[MOUNT_NAME_LEN];

	mount_name_or_number(dev, name);
	mount_name_for_people(name, shown);
	return strcmp(name, shown) ? pseudonyms_add(names, shown) : 0;
}

static int add_mounts(struct pseudonyms *names)
{
	const struct mount_entry *entry = NULL;
	struct mount_table *mounts;
	int err = mount_table_read(&mounts);

	if (err)
		return err;
	while (!err && (entry = mount_table_next(mounts, entry))) {
		err = add_device(names, entry->dev);
		/* such as /proc: its parts are public */
		if (!err && strchr(entry->target, ' '))
			err = pseudonyms_add(names, entry->target);
	}
	mount_table_free(mounts);
	return err;
}

/* --- the parts ------------------------------------------------------------ */

/* Takes the names out of the text, and writes the part. Frees text. */
static int write_part(const struct report *report, const char *part, char *text)
{
	char path[PATH_MAX + 64];
	char *made = text ? pseudonyms_apply(report->names, text) : NULL;
	FILE *out;
	int err = 0;

	free(text);
	if (!made)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/%s", report->path, part);
	out = fopen(path, "wxe");
	if (!out || fputs(made, out) < 0)
		err = -errno;
	if (out && fclose(out) && !err)
		err = -errno;
	free(made);
	return err;
}

/* All that can be read, as a text; NULL: no memory. */
static char *read_all(int fd)
{
	size_t len = 0, room = 4096;
	char *text = malloc(room + 1), *more;
	ssize_t n;

	while (text && len < MAX_PART &&
	       (n = read(fd, text + len, room - len)) > 0) {
		len += n;
		if (len < room)
			continue;
		more = realloc(text, 2 * room + 1);
		if (!more)
			break;
		text = more;
		room *= 2;
	}
	if (text)
		text[len] = '\0';
	return text;
}

/* Runs a program with its output at out, and what it says at err, if that is
 * not -1. Returns its pid or -errno.
 */
static pid_t start(const char *path, const char *const *args, int out, int err)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int failed;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (err >= 0)
		posix_spawn_file_actions_adddup2(&actions, err, 2);
	failed = posix_spawnp(&pid, path, &actions, NULL, (char **)args,
			      environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed ? -failed : pid;
}

/* What a command of ours prints, with its errors. */
static char *ask_ourselves(const char *const *args)
{
	int ends[2];
	char *text;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	pid = start("/proc/self/exe", args, ends[1], ends[1]);
	close(ends[1]);
	text = pid < 0 ? strdup("it could not be run\n") : read_all(ends[0]);
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return text;
}

static char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char *text;

	if (fd < 0) {
		if (asprintf(&text, "%s: %s\n", path, strerror(errno)) < 0)
			return NULL;
		return text;
	}
	text = read_all(fd);
	close(fd);
	return text;
}

static char *versions(void)
{
	char module[64], *release = read_file("/etc/os-release"), *text;
	struct utsname host;

	uname(&host);
	if (frsp_module_version(module, sizeof(module)))
		strcpy(module, "not loaded");
	if (asprintf(&text, "frspctl %s\nfrsp.ko %s\nLinux %s %s %s\n\n%s",
		     frsp_version, module, host.release, host.version,
		     host.machine, release ?: "") < 0)
		text = NULL;
	free(release);
	return text;
}

static char *metrics(void)
{
	struct config_error error;
	struct config *config;
	char *text;

	if (config_read("", &config, &error))
		return strdup("the configuration is wrong\n");
	text = read_file(config_text(config, "metrics"));
	config_free(config);
	return text;
}

/* The lines of the kernel's log that are about frsp. A record is
 * "PRIORITY,NUMBER,TIME,FLAGS;TEXT".
 */
static char *kernel_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[8192], *text = NULL;
	size_t len;
	ssize_t n;
	FILE *out;

	if (fd < 0)
		return strdup("the kernel's log is for root\n");
	out = open_memstream(&text, &len);
	while (out && ((n = read(fd, record, sizeof(record) - 1)) > 0 ||
		       (n < 0 && errno == EPIPE))) {
		record[n > 0 ? n : 0] = '\0';
		if (strstr(record, "frsp"))
			fprintf(out, "%.*s\n", (int)strcspn(record, "\n"),
				record);
	}
	close(fd);
	if (out)
		fclose(out);
	return text;
}

static const struct part {
	const char *name, *what;
	const char *args[5]; /* of frspctl, or */
	char *(*make)(void);
} parts[] = {
	{"versions.txt",
	 "versions of frsp, of the kernel, and of the distribution",
	 {NULL},
	 versions},
	{"doctor.json",
	 "what \"frspctl doctor\" finds",
	 {"frspctl", "--json", "doctor", NULL},
	 NULL},
	{"status.json",
	 "what frsp.ko does for each filesystem",
	 {"frspctl", "--json", "status", NULL},
	 NULL},
	{"frspd.json",
	 "what frspd does",
	 {"frspctl", "--json", "daemon", NULL},
	 NULL},
	{"config.json",
	 "the settings of frspd, and where they are from",
	 {"frspctl", "--json", "config", "show", NULL},
	 NULL},
	{"metrics.prom", "the metrics of frspd", {NULL}, metrics},
	{"kernel.log",
	 "the lines of the kernel's log that name frsp",
	 {NULL},
	 kernel_log},
};

#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

static char *contents(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fputs("This is a report of frsp, made by \"frspctl report\". It has:\n\n",
	      out);
	for (size_t i = 0; i < N_PARTS; i++)
		fprintf(out, "%-13s %s\n", parts[i].name, parts[i].what);
	fputs("\nEach part of a path, the names of the host and of volumes, and UUIDs are eight\n"
	      "random digits in brackets, the same ones for the same name in this report only.\n"
	      "There are no names of files that were read or written, and no data.\n",
	      out);
	return fclose(out) ? NULL : text;
}

static int write_parts(const struct report *report)
{
	int err = write_part(report, "README", contents());

	for (size_t i = 0; !err && i < N_PARTS; i++)
		err = write_part(report, parts[i].name,
				 parts[i].make ? parts[i].make()
					       : ask_ourselves(parts[i].args));
	return err;
}

/* --- the file ------------------------------------------------------------- */

static int run_tar(const struct report *report, int out)
{
	const char *const args[] = {
		"tar",	       "--create",	  "--gzip",
		"--directory", report->directory, "--owner=0",
		"--group=0",   report->name,	  NULL};
	pid_t pid = start("tar", args, out, -1);
	int status;

	if (pid < 0)
		return pid;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

static void remove_parts(const struct report *report)
{
	char path[PATH_MAX + 64];

	for (size_t i = 0; i < N_PARTS; i++) {
		snprintf(path, sizeof(path), "%s/%s", report->path,
			 parts[i].name);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/README", report->path);
	unlink(path);
	rmdir(report->path);
	rmdir(report->directory);
}

static int make_directory(struct report *report)
{
	snprintf(report->directory, sizeof(report->directory),
		 "%s/frsp-report.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(report->directory))
		return -errno;
	if ((size_t)snprintf(report->path, sizeof(report->path), "%s/%s",
			     report->directory,
			     report->name) >= sizeof(report->path))
		return -ENAMETOOLONG;
	return mkdir(report->path, 0700) ? -errno : 0;
}

static int fill(struct report *report, int out)
{
	int err;

	report->names = pseudonyms_new();
	if (!report->names)
		return -ENOMEM;
	err = add_host(report->names) ?: add_mounts(report->names);
	if (!err)
		err = make_directory(report);
	if (!err)
		err = write_parts(report) ?: run_tar(report, out);
	remove_parts(report);
	pseudonyms_free(report->names);
	return err;
}

static void say_what(const char *path)
{
	printf("%s:\n", path);
	for (size_t i = 0; i < N_PARTS; i++)
		printf("  %-13s %s\n", parts[i].name, parts[i].what);
	printf("Paths, volumes, UUIDs and the host's name are random digits in it. Look at it before you\n"
	       "send it: tar -xzf %s\n",
	       path);
}

enum exit_code ctl_report(const struct ctl *ctl)
{
	struct report report = {0};
	char usual[sizeof(report.name) + sizeof(".tar.gz")];
	const char *path = ctl->output ?: usual;
	time_t now = time(NULL);
	int out, err;

	strftime(report.name, sizeof(report.name), "frsp-report-%Y%m%d-%H%M%S",
		 gmtime(&now));
	snprintf(usual, sizeof(usual), "%s.tar.gz", report.name);
	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return log_fail(EXIT_FAILED, "name another file with -o FILE",
				"%s: %s", path, strerror(errno));
	err = fill(&report, out);
	if (close(out) && !err)
		err = -errno;
	if (!err) {
		say_what(path);
		return EXIT_OK;
	}
	unlink(path);
	return log_fail(EXIT_FAILED, err == -ENOENT ? "install tar" : NULL,
			"%s: %s", path, strerror(-err));
}
