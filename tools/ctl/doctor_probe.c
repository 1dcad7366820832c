// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/doctor_probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/sysfs.h"
#include "base/utf8.h"
#include "uapi/ext4_functions.h"

/* A variable of UEFI: 4 bytes of attributes, then the value. */
#define SECURE_BOOT                                                            \
	"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-"         \
	"00e098032b8c"
#define EFI_ATTRIBUTES 4

#define REFUSAL "frsp: not loaded: "

static const struct doctor_function functions[] = {
#define FUNCTION(function) {.name = #function},
#define REPLACED(function) {.name = #function, .is_replaced = true},
	FRSP_HOOKS(FUNCTION, REPLACED) FRSP_HOOK_OF_CLOSES(FUNCTION)
		FRSP_INIT_GROUP(FUNCTION)};

_Static_assert(sizeof(functions) <=
		       sizeof(((struct doctor_facts *)0)->functions),
	       "raise DOCTOR_MAX_FUNCTIONS");

static bool exists(const char *root, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, file);
	return !access(path, F_OK);
}

/* Calls take() for each line of a file, without its newline, until take()
 * returns false. Returns false if the file cannot be opened.
 */
static bool for_each_line(const char *root, const char *file,
			  bool (*take)(struct doctor_facts *, char *line),
			  struct doctor_facts *facts)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	bool more = true;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", root, file);
	in = fopen(path, "re");
	if (!in)
		return false;
	while (more && getline(&line, &size, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		more = take(facts, line);
	}
	free(line);
	fclose(in);
	return true;
}

static bool take_filesystem_type(struct doctor_facts *facts, char *line)
{
	facts->has_ext4 |= !strcmp(line, "\text4");
	return !facts->has_ext4;
}

/* The function with this name, or NULL. module: "[NAME]", or NULL for the
 * kernel itself; the function must be where ext4 is.
 */
static struct doctor_function *
find_function(struct doctor_facts *facts, const char *name, const char *module)
{
	if (facts->ext4_is_module ? !module || strcmp(module, "[ext4]")
				  : module != NULL)
		return NULL;
	for (size_t i = 0; i < facts->n_functions; i++)
		if (!strcmp(facts->functions[i].name, name))
			return &facts->functions[i];
	return NULL;
}

/* "ADDRESS TYPE NAME [MODULE]", with a tab before the module */
static bool take_symbol(struct doctor_facts *facts, char *line)
{
	struct doctor_function *function;
	const char *name, *module;
	char *rest = line;

	strsep(&rest, " ");
	strsep(&rest, " ");
	name = strsep(&rest, " \t");
	module = strsep(&rest, " \t");
	function = name ? find_function(facts, name, module) : NULL;
	if (function)
		function->is_there = true;
	return true;
}

/* "NAME [MODULE]" */
static bool take_traceable(struct doctor_facts *facts, char *line)
{
	const char *name, *module;
	struct doctor_function *function;
	char *rest = line;

	name = strsep(&rest, " ");
	module = strsep(&rest, " ");
	function = find_function(facts, name, module);
	if (function)
		function->is_traceable = DOCTOR_YES;
	return true;
}

static void probe_functions(const char *root, struct doctor_facts *facts)
{
	static const char *const lists[] = {
		"sys/kernel/tracing/available_filter_functions",
		"sys/kernel/debug/tracing/available_filter_functions",
	};
	const char *list = exists(root, lists[0]) ? lists[0] : lists[1];

	memcpy(facts->functions, functions, sizeof(functions));
	facts->n_functions = sizeof(functions) / sizeof(functions[0]);
	facts->has_symbols =
		for_each_line(root, "proc/kallsyms", take_symbol, facts);
	if (!for_each_line(root, list, take_traceable, facts))
		return;
	for (size_t i = 0; i < facts->n_functions; i++)
		if (facts->functions[i].is_traceable == DOCTOR_UNKNOWN)
			facts->functions[i].is_traceable = DOCTOR_NO;
}

/* "PATH/frsp.ko.xz: PATH/OTHER.ko ...", as in modules.dep */
static bool take_module_file(struct doctor_facts *facts, char *line)
{
	const char *name;

	line[strcspn(line, ":")] = '\0';
	name = strrchr(line, '/');
	name = name ? name + 1 : line;
	if (strncmp(name, "frsp.ko", 7) != 0 || (name[7] && name[7] != '.'))
		return true;
	snprintf(facts->module_file, sizeof(facts->module_file),
		 "/lib/modules/%s/%s", facts->release, line);
	return false;
}

static void probe_module(const char *root, struct doctor_facts *facts)
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "lib/modules/%s/modules.dep",
		 facts->release);
	for_each_line(root, file, take_module_file, facts);
	facts->is_loaded = exists(root, "sys/module/frsp");
	sysfs_read_line(root, "sys/module/frsp/version", facts->module_version,
			sizeof(facts->module_version));
}

/* The next entry of a directory that is not hidden; NULL: there are no more.
 * dir may be NULL.
 */
static const char *next_entry(DIR *dir)
{
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			return entry->d_name;
	return NULL;
}

/* patched: a function's directory, "NAME,NUMBER". in_ext4: the function belongs
 * to ext4.
 */
static void take_patched(struct doctor_facts *facts, const char *patch,
			 const char *patched, bool in_ext4)
{
	char *name = in_ext4 ? facts->ext4_livepatch : NULL;
	size_t len = strcspn(patched, ",");

	for (size_t i = 0; i < facts->n_functions; i++) {
		struct doctor_function *function = &facts->functions[i];

		if (strlen(function->name) == len &&
		    !memcmp(function->name, patched, len))
			name = function->livepatch;
	}
	if (name)
		snprintf(name, DOCTOR_NAME_LEN, "%.*s", DOCTOR_NAME_LEN - 1,
			 patch);
}

static void probe_patch(const char *root, const char *patch,
			struct doctor_facts *facts)
{
	const char *object = facts->ext4_is_module ? "ext4" : "vmlinux";
	char path[PATH_MAX];
	const char *patched;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/kernel/livepatch/%s/%s", root,
		 patch, object);
	dir = opendir(path);
	while ((patched = next_entry(dir)))
		if (strchr(patched, ','))
			take_patched(facts, patch, patched,
				     facts->ext4_is_module ||
					     !strncmp(patched, "ext4_", 5));
	if (dir)
		closedir(dir);
}

static void probe_livepatch(const char *root, struct doctor_facts *facts)
{
	char path[PATH_MAX];
	const char *patch;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/kernel/livepatch", root);
	dir = opendir(path);
	while ((patch = next_entry(dir)))
		probe_patch(root, patch, facts);
	if (dir)
		closedir(dir);
}

static enum doctor_fact probe_secure_boot(const char *root)
{
	char path[PATH_MAX];
	__u8 variable[EFI_ATTRIBUTES + 1];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/" SECURE_BOOT, root);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return DOCTOR_UNKNOWN;
	n = read(fd, variable, sizeof(variable));
	close(fd);
	if (n != sizeof(variable))
		return DOCTOR_UNKNOWN;
	return variable[EFI_ATTRIBUTES] ? DOCTOR_YES : DOCTOR_NO;
}

static void probe_signatures(const char *root, struct doctor_facts *facts)
{
	char yes[4] = "";

	facts->sees_lockdown = lockdown_read(root, facts->lockdown);
	sysfs_read_line(root, "sys/module/module/parameters/sig_enforce", yes,
			sizeof(yes));
	facts->signatures_enforced = yes[0] == 'Y';
}

/* Stores the text of the last refusal among records of the form
 * "PRIORITY,NUMBER,TIME,FLAGS;TEXT".
 */
static void take_messages(struct doctor_facts *facts, const char *messages)
{
	const char *text;

	while ((text = strstr(messages, ";" REFUSAL))) {
		text += strlen(";" REFUSAL);
		utf8_mark_cut(facts->refusal, sizeof(facts->refusal),
			      snprintf(facts->refusal, sizeof(facts->refusal),
				       "%.*s", (int)strcspn(text, "\n"), text));
		messages = text;
	}
}

/* Each read() returns a record. EPIPE: records were overwritten meanwhile, so
 * read the next one.
 */
static void probe_messages(const char *root, struct doctor_facts *facts)
{
	char path[PATH_MAX], record[8192];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/dev/kmsg", root);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	while ((n = read(fd, record, sizeof(record) - 1)) > 0 ||
	       (n < 0 && errno == EPIPE)) {
		record[n > 0 ? n : 0] = '\0';
		take_messages(facts, record);
	}
	close(fd);
}

static int probe_filesystems(const char *root, struct doctor_facts *facts)
{
	char path[PATH_MAX], **names;
	const char *file;
	size_t n;
	int err;

	snprintf(path, sizeof(path), "%s" FS_STATUS_ROOT, root);
	err = fs_status_names(path, false, &names, &n);
	if (err)
		return err;
	facts->fs = calloc(n + 1, sizeof(*facts->fs));
	for (size_t i = 0; i < n && facts->fs; i++) {
		struct doctor_fs *fs = &facts->fs[i];

		snprintf(fs->name, sizeof(fs->name), "%s", names[i]);
		fs->is_attached =
			!fs_status_read(path, names[i], &fs->status, &file);
	}
	facts->n_fs = facts->fs ? n : 0;
	fs_status_free_names(names, n);
	return facts->fs ? 0 : -ENOMEM;
}

static enum doctor_fact probe_ftrace(const char *root)
{
	__u64 enabled;

	if (sysfs_read_u64(root, "proc/sys/kernel/ftrace_enabled", &enabled))
		return DOCTOR_UNKNOWN;
	return enabled ? DOCTOR_YES : DOCTOR_NO;
}

/* uname() is the fallback if /proc/sys is missing: what it returns to a process
 * depends on personality().
 */
static void probe_kernel(const char *root, struct doctor_facts *facts)
{
	struct utsname names;

	facts->has_sysctls = exists(root, "proc/sys/kernel");
	uname(&names);
	if (sysfs_read_line(root, "proc/sys/kernel/osrelease", facts->release,
			    sizeof(facts->release)))
		snprintf(facts->release, sizeof(facts->release), "%s",
			 names.release);
	if (sysfs_read_line(root, "proc/sys/kernel/arch", facts->machine,
			    sizeof(facts->machine)))
		snprintf(facts->machine, sizeof(facts->machine), "%s",
			 names.machine);
}

int doctor_probe(const char *root, struct doctor_facts *facts)
{
	__u64 realtime = 0;

	*facts = (struct doctor_facts){0};
	probe_kernel(root, facts);
	sysfs_read_u64(root, "sys/kernel/realtime", &realtime);
	facts->is_realtime = realtime;
	facts->has_ext4 = exists(root, "sys/fs/ext4");
	for_each_line(root, "proc/filesystems", take_filesystem_type, facts);
	/* a driver that is built in has no initstate */
	facts->ext4_is_module = exists(root, "sys/module/ext4/initstate");
	facts->has_btf = exists(root, "sys/kernel/btf/vmlinux");
	facts->has_ext4_btf = exists(root, "sys/kernel/btf/ext4");
	facts->ftrace_enabled = probe_ftrace(root);
	probe_functions(root, facts);
	probe_livepatch(root, facts);
	facts->secure_boot = probe_secure_boot(root);
	probe_signatures(root, facts);
	probe_module(root, facts);
	probe_messages(root, facts);
	return probe_filesystems(root, facts);
}
