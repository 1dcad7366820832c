// SPDX-License-Identifier: GPL-2.0-or-later
#include "privilege.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cap-ng.h>

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

static bool addresses_are_hidden(void)
{
	FILE *file = fopen("/proc/sys/kernel/kptr_restrict", "re");
	int level = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &level) != 1)
		level = 0;
	fclose(file);
	return level > 1;
}

enum exit_code privilege_check_mounts(void)
{
	if (access("/proc/self/mountinfo", F_OK))
		return log_fail(EXIT_FAILED, "\"mount -t proc proc /proc\"",
				"/proc is not mounted");
	if (access("/sys/kernel", F_OK))
		return log_fail(EXIT_FAILED, "\"mount -t sysfs sysfs /sys\"",
				"/sys is not mounted");
	return EXIT_OK;
}

enum exit_code privilege_check(void)
{
	enum exit_code code = privilege_check_mounts();
	char missing[128] = "";

	if (code != EXIT_OK)
		return code;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (capng_have_capability(CAPNG_EFFECTIVE,
					  needed[i].capability))
			continue;
		if (*missing)
			strcat(missing, ", ");
		strcat(missing, needed[i].name);
	}
	if (*missing)
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"not permitted: missing %s", missing);
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return log_fail(
			EXIT_UNSUPPORTED,
			"CONFIG_DEBUG_INFO_BTF=y is needed; the kernels "
			"of Debian >= 11, Ubuntu >= 20.10, Fedora and "
			"RHEL >= 8.2 have it",
			"the kernel has no BTF: "
			"/sys/kernel/btf/vmlinux is missing");
	if (addresses_are_hidden())
		return log_fail(EXIT_UNSUPPORTED,
				"sysctl kernel.kptr_restrict=1",
				"kernel.kptr_restrict is 2: kernel symbols, "
				"which tell who submitted an I/O, are hidden");
	return EXIT_OK;
}
