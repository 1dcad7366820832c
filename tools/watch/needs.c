// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lockdown: in mode "confidentiality" the kernel denies BPF programs
 * bpf_probe_read_kernel() (LOCKDOWN_BPF_READ_KERNEL, kernel/bpf/helpers.c and
 * kernel/trace/bpf_trace.c), so the verifier refuses our programs with EINVAL.
 * Mode "integrity" only denies BPF programs to write, which ours never do.
 *
 * Symbols: hotmon's program recognises who submitted a bio by the addresses of
 * kernel functions, which libbpf takes from /proc/kallsyms. A /proc that is
 * mounted with subset=pid shows processes and nothing else.
 */
#include "watch/needs.h"

#include <stdio.h>
#include <string.h>

static bool lacks_proc(const struct needs_facts *facts)
{
	return !facts->has_proc;
}

static bool lacks_sys(const struct needs_facts *facts)
{
	return !facts->has_sys;
}

static bool lacks_capabilities(const struct needs_facts *facts)
{
	return *facts->missing_capabilities;
}

static bool is_locked_down(const struct needs_facts *facts)
{
	return !strcmp(facts->lockdown, "confidentiality");
}

static bool shows_processes_only(const struct needs_facts *facts)
{
	return !facts->has_symbols && !facts->has_sysctls;
}

static bool lacks_symbols(const struct needs_facts *facts)
{
	return !facts->has_symbols;
}

static bool hides_addresses(const struct needs_facts *facts)
{
	return facts->kptr_restrict > 1;
}

static bool lacks_btf(const struct needs_facts *facts)
{
	return !facts->has_btf;
}

/* The first need that is lacking is reported. So a need comes before those that
 * can only be examined when it is met: without /proc, there are no symbols to
 * look for.
 */
static const struct {
	bool (*is_lacking)(const struct needs_facts *facts);
	enum exit_code code;
	const char *cause; /* a format, for the missing capabilities */
	const char *hint;
} needs[] = {
	{lacks_proc, EXIT_UNSUPPORTED, "/proc is not mounted",
	 "\"mount -t proc proc /proc\""},
	{lacks_sys, EXIT_UNSUPPORTED, "/sys is not mounted",
	 "\"mount -t sysfs sysfs /sys\""},
	{lacks_capabilities, EXIT_PERMISSION, "not permitted: missing %s",
	 "run it as root, with sudo"},
	{is_locked_down, EXIT_UNSUPPORTED,
	 "/sys/kernel/security/lockdown is \"confidentiality\": BPF programs may not read the kernel's memory",
	 "boot with lockdown=integrity, which Secure Boot accepts"},
	{shows_processes_only, EXIT_UNSUPPORTED,
	 "/proc shows processes only, as it is mounted with subset=pid: /proc/kallsyms is missing",
	 "\"mount -t proc proc /proc\" mounts a complete /proc over it"},
	{lacks_symbols, EXIT_UNSUPPORTED,
	 "the kernel has no symbols: /proc/kallsyms is missing",
	 "CONFIG_KALLSYMS=y is needed, as Debian's kernels have it"},
	{hides_addresses, EXIT_UNSUPPORTED,
	 "kernel.kptr_restrict is 2: kernel symbols, which tell who submitted an I/O, are hidden",
	 "sysctl kernel.kptr_restrict=1"},
	{lacks_btf, EXIT_UNSUPPORTED,
	 "the kernel has no BTF: /sys/kernel/btf/vmlinux is missing",
	 "CONFIG_DEBUG_INFO_BTF=y is needed; the kernels of Debian >= 11, Ubuntu >= 20.10, Fedora and RHEL >= 8.2 have it"},
};

struct needs_lack needs_judge(const struct needs_facts *facts)
{
	struct needs_lack lack = {.code = EXIT_OK};

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (!needs[i].is_lacking(facts))
			continue;
		lack.code = needs[i].code;
		lack.hint = needs[i].hint;
		snprintf(lack.cause, sizeof(lack.cause), needs[i].cause,
			 facts->missing_capabilities);
		break;
	}
	return lack;
}
