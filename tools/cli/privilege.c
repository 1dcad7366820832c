// SPDX-License-Identifier: GPL-2.0-or-later
/* Gathers the facts that watch/needs.h judges, and prints the judgement. */
#include "cli/privilege.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <cap-ng.h>

#include "base/sysfs.h"

static const struct {
	unsigned int capability;
	const char *name;
} needed[] = {
	{CAP_BPF, "CAP_BPF"},
	{CAP_PERFMON, "CAP_PERFMON"},
	{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, /* BTF of modules, search in btrfs */
	{CAP_SYSLOG, "CAP_SYSLOG"},	  /* addresses in /proc/kallsyms */
	{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"}, /* inode to path */
};

static bool is_mounted(const char *dir, long magic)
{
	struct statfs fs;

	return !statfs(dir, &fs) && fs.f_type == magic;
}

static void list_missing_capabilities(struct needs_facts *facts)
{
	char *list = facts->missing_capabilities;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (capng_have_capability(CAPNG_EFFECTIVE,
					  needed[i].capability))
			continue;
		if (*list)
			strcat(list, ", ");
		strcat(list, needed[i].name);
	}
}

static struct needs_facts look(void)
{
	struct needs_facts facts = {
		.has_proc = is_mounted("/proc", PROC_SUPER_MAGIC),
		.has_sys = is_mounted("/sys", SYSFS_MAGIC),
		.has_symbols = !access("/proc/kallsyms", R_OK),
		.has_sysctls = !access("/proc/sys/kernel", F_OK),
		.has_btf = !access("/sys/kernel/btf/vmlinux", R_OK),
	};
	__u64 kptr_restrict;

	list_missing_capabilities(&facts);
	lockdown_read("", facts.lockdown);
	if (!sysfs_read_u64("/proc/sys", "kernel/kptr_restrict",
			    &kptr_restrict))
		facts.kptr_restrict = kptr_restrict;
	return facts;
}

struct needs_lack privilege_lack(void)
{
	const struct needs_facts facts = look();

	return needs_judge(&facts);
}

static enum exit_code say(const struct needs_lack *lack)
{
	if (lack->code == EXIT_OK)
		return EXIT_OK;
	return log_fail(lack->code, lack->hint, "%s", lack->cause);
}

enum exit_code privilege_check(void)
{
	const struct needs_lack lack = privilege_lack();

	return say(&lack);
}

enum exit_code privilege_check_mounts(void)
{
	const struct needs_facts mounts = {
		.has_proc = is_mounted("/proc", PROC_SUPER_MAGIC),
		.has_sys = is_mounted("/sys", SYSFS_MAGIC),
		.has_symbols = true,
		.has_sysctls = true,
		.has_btf = true,
	};
	const struct needs_lack lack = needs_judge(&mounts);

	return say(&lack);
}
