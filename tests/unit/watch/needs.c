// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the message on a system that lacks something: the first cause, and
 * the exit status that the manual names. */
#include <string.h>

#include "suite.h"
#include "watch/needs.h"

static const struct needs_facts healthy = {
	.has_proc = true,
	.has_sys = true,
	.lockdown = "integrity", /* as with Secure Boot */
	.has_symbols = true,
	.has_sysctls = true,
	.kptr_restrict = 1,
	.has_btf = true,
};

static void no_proc(struct needs_facts *facts)
{
	facts->has_proc = false;
	facts->has_symbols = false;
	facts->has_sysctls = false;
}

static void no_sys(struct needs_facts *facts)
{
	facts->has_sys = false;
	facts->has_btf = false;
}

static void unprivileged(struct needs_facts *facts)
{
	strcpy(facts->missing_capabilities, "CAP_BPF, CAP_PERFMON");
}

static void confidential(struct needs_facts *facts)
{
	strcpy(facts->lockdown, "confidentiality");
}

static void processes_only(struct needs_facts *facts)
{
	facts->has_symbols = false;
	facts->has_sysctls = false;
	facts->kptr_restrict = 0;
}

static void no_symbols(struct needs_facts *facts)
{
	facts->has_symbols = false;
}

static void hidden_addresses(struct needs_facts *facts)
{
	facts->kptr_restrict = 2;
}

static void no_btf(struct needs_facts *facts)
{
	facts->has_btf = false;
}

static void all_is_there(struct needs_facts *facts)
{
	strcpy(facts->lockdown, "none");
}

static void lockdown_unseen(struct needs_facts *facts)
{
	*facts->lockdown = '\0';
}

static const struct {
	void (*harm)(struct needs_facts *facts);
	enum exit_code code;
	const char *cause; /* a part of the text */
	const char *hint;
} rows[] = {
	{no_proc, EXIT_UNSUPPORTED, "/proc is not mounted", "-t proc"},
	{no_sys, EXIT_UNSUPPORTED, "/sys is not mounted", "-t sysfs"},
	{unprivileged, EXIT_PERMISSION, "missing CAP_BPF, CAP_PERFMON", "sudo"},
	{confidential, EXIT_UNSUPPORTED, "/sys/kernel/security/lockdown",
	 "lockdown=integrity"},
	{processes_only, EXIT_UNSUPPORTED, "subset=pid", "-t proc"},
	{no_symbols, EXIT_UNSUPPORTED, "/proc/kallsyms", "CONFIG_KALLSYMS"},
	{hidden_addresses, EXIT_UNSUPPORTED, "kptr_restrict is 2",
	 "kptr_restrict=1"},
	{no_btf, EXIT_UNSUPPORTED, "no BTF", "CONFIG_DEBUG_INFO_BTF"},
	{all_is_there, EXIT_OK, "", NULL},
	{lockdown_unseen, EXIT_OK, "", NULL},
};

static void test_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct needs_facts facts = healthy;
		struct needs_lack lack;

		rows[i].harm(&facts);
		lack = needs_judge(&facts);
		if (lack.code != rows[i].code ||
		    !strstr(lack.cause, rows[i].cause))
			fail_msg("%zu: %d %s", i, lack.code, lack.cause);
		if (!lack.hint != !rows[i].hint ||
		    (lack.hint && !strstr(lack.hint, rows[i].hint)))
			fail_msg("%zu: %s", i, lack.hint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs),
	};

	return cmocka_run_group_tests_name("needs", tests, NULL, NULL);
}
