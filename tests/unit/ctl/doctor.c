// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the doctor's findings on a healthy system with one fault at a time. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "ctl/doctor.h"
#include "suite.h"

#define MAX_FINDINGS 32

struct findings {
	struct doctor_finding list[MAX_FINDINGS];
	size_t n;
};

static void collect(void *context, const struct doctor_finding *finding)
{
	struct findings *findings = context;

	assert_true(findings->n < MAX_FINDINGS);
	findings->list[findings->n++] = *finding;
}

static struct doctor_fs steered = {
	.name = "sda1",
	.is_attached = true,
	.status.freespace_tree = 1,
	.has_extents = DOCTOR_YES,
};

static void make_healthy(struct doctor_facts *facts)
{
	*facts = (struct doctor_facts){
		.release = "6.12.117+deb12-amd64",
		.machine = "x86_64",
		.has_ext4 = true,
		.ext4_is_module = true,
		.has_btf = true,
		.has_ext4_btf = true,
		.has_sysctls = true,
		.ftrace_enabled = DOCTOR_YES,
		.has_symbols = true,
		.functions =
			{
				{"observed", false, true, DOCTOR_YES, ""},
				{"other", false, true, DOCTOR_YES, ""},
				{"replaced", true, true, DOCTOR_YES, ""},
			},
		.n_functions = 3,
		.sees_lockdown = true,
		.lockdown = "none",
		.module_file = "/lib/modules/6.12/updates/dkms/frsp.ko.xz",
		.is_loaded = true,
		.fs = &steered,
		.n_fs = 1,
		.frspd.err = -ENOENT, /* none is installed */
		.counting = DOCTOR_EXACT,
		.counting_directory = "/var/tmp",
	};
	snprintf(facts->module_version, sizeof(facts->module_version), "%.*s",
		 (int)strcspn(frsp_version, " "), frsp_version);
}

/* Returns the finding of a check, which must occur once. */
static const struct doctor_finding *finding_of(const struct findings *findings,
					       const char *check)
{
	const struct doctor_finding *found = NULL;

	for (size_t i = 0; i < findings->n; i++)
		if (!strcmp(findings->list[i].check, check)) {
			assert_null(found);
			found = &findings->list[i];
		}
	return found;
}

static size_t count(const struct findings *findings,
		    enum doctor_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++)
		n += findings->list[i].verdict == verdict;
	return n;
}

static void test_healthy(void **state)
{
	struct findings findings = {.n = 0};
	struct doctor_facts facts;

	(void)state;
	make_healthy(&facts);
	doctor_judge(&facts, collect, &findings);
	assert_int_equal(findings.n, 13);
	for (size_t i = 0; i < findings.n; i++) {
		if (findings.list[i].verdict != DOCTOR_OK)
			fail_msg("%s: %s", findings.list[i].check,
				 findings.list[i].text);
		assert_null(findings.list[i].remedy);
	}
}

static void untested(struct doctor_facts *facts)
{
	strcpy(facts->release, "6.18.44-amd64");
}

/* Not 6.1: an unescaped dot in the pattern would match this. */
static void untested_series(struct doctor_facts *facts)
{
	strcpy(facts->release, "6.10.3-amd64");
}

static void untested_between(struct doctor_facts *facts)
{
	strcpy(facts->release, "7.1.13+deb13-amd64");
}

static void untested_newer(struct doctor_facts *facts)
{
	strcpy(facts->release, "7.4.1+deb13-amd64");
}

static void tested_newest(struct doctor_facts *facts)
{
	strcpy(facts->release, "7.3.4+deb13-amd64");
}

static void newer(struct doctor_facts *facts)
{
	strcpy(facts->release, "99.4.0-rc1");
}

static void counts_wrongly(struct doctor_facts *facts)
{
	facts->counting = DOCTOR_WRONG;
	strcpy(facts->counting_text, "direct reads, direct writes");
}

static void may_not_count(struct doctor_facts *facts)
{
	facts->counting = DOCTOR_NOT_PERMITTED;
}

static void cannot_count(struct doctor_facts *facts)
{
	facts->counting = DOCTOR_CANNOT_COUNT;
	strcpy(facts->counting_text, "Operation not permitted");
}

static void counts_nothing(struct doctor_facts *facts)
{
	facts->counting = DOCTOR_NOT_COUNTED;
	strcpy(facts->counting_text, "it is not on a disk");
}

static void tested(struct doctor_facts *facts)
{
	strcpy(facts->release, "6.1.0-56-amd64");
}

static void other_machine(struct doctor_facts *facts)
{
	strcpy(facts->machine, "aarch64");
}

static void realtime(struct doctor_facts *facts)
{
	facts->is_realtime = true;
}

static void no_btf(struct doctor_facts *facts)
{
	facts->has_btf = false;
}

static void no_ext4_btf(struct doctor_facts *facts)
{
	facts->has_ext4_btf = false;
}

static void built_in(struct doctor_facts *facts)
{
	facts->ext4_is_module = false;
	facts->has_ext4_btf = false;
}

static void no_ext4(struct doctor_facts *facts)
{
	facts->has_ext4 = false;
	facts->functions[0].is_there = false;
}

static void ftrace_off(struct doctor_facts *facts)
{
	facts->ftrace_enabled = DOCTOR_NO;
}

static void no_ftrace(struct doctor_facts *facts)
{
	facts->ftrace_enabled = DOCTOR_UNKNOWN;
}

static void no_sysctls(struct doctor_facts *facts)
{
	facts->has_sysctls = false;
	facts->ftrace_enabled = DOCTOR_UNKNOWN;
}

static void no_symbols(struct doctor_facts *facts)
{
	facts->has_symbols = false;
	for (size_t i = 0; i < facts->n_functions; i++)
		facts->functions[i].is_there = false;
}

static void lacks_functions(struct doctor_facts *facts)
{
	facts->functions[0].is_there = false;
	facts->functions[2].is_there = false;
}

static void untraceable(struct doctor_facts *facts)
{
	facts->functions[1].is_traceable = DOCTOR_NO;
}

static void no_tracefs(struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->n_functions; i++)
		facts->functions[i].is_traceable = DOCTOR_UNKNOWN;
}

static void patched_observed(struct doctor_facts *facts)
{
	strcpy(facts->functions[0].livepatch, "lp");
}

static void patched_replaced(struct doctor_facts *facts)
{
	strcpy(facts->functions[0].livepatch, "lp0");
	strcpy(facts->functions[2].livepatch, "lp2");
}

static void patched_ext4(struct doctor_facts *facts)
{
	strcpy(facts->ext4_livepatch, "lp");
}

static void secure_boot_loaded(struct doctor_facts *facts)
{
	facts->secure_boot = DOCTOR_YES;
	strcpy(facts->lockdown, "integrity");
}

static void hidden_lockdown(struct doctor_facts *facts)
{
	facts->sees_lockdown = false;
	*facts->lockdown = '\0';
}

static void not_loaded(struct doctor_facts *facts)
{
	facts->is_loaded = false;
	*facts->module_version = '\0';
	facts->device_err = -ENOENT;
	steered.is_attached = false;
}

static void refused(struct doctor_facts *facts)
{
	not_loaded(facts);
	strcpy(facts->refusal, "no such function");
}

static void locked_down(struct doctor_facts *facts)
{
	not_loaded(facts);
	strcpy(facts->lockdown, "integrity");
}

static void lockdown_unseen(struct doctor_facts *facts)
{
	not_loaded(facts);
	hidden_lockdown(facts);
}

static void secure_boot(struct doctor_facts *facts)
{
	not_loaded(facts);
	*facts->lockdown = '\0';
	facts->secure_boot = DOCTOR_YES;
}

static void enforced(struct doctor_facts *facts)
{
	not_loaded(facts);
	facts->signatures_enforced = true;
}

static void not_installed(struct doctor_facts *facts)
{
	*facts->module_file = '\0';
}

static void built_by_hand(struct doctor_facts *facts)
{
	strcpy(facts->release, "6.18.0");
	not_installed(facts);
}

static void nothing(struct doctor_facts *facts)
{
	not_loaded(facts);
	not_installed(facts);
}

static void none_for_it(struct doctor_facts *facts)
{
	strcpy(facts->release, "6.18.0");
	nothing(facts);
}

static void locked_down_none_for_it(struct doctor_facts *facts)
{
	none_for_it(facts);
	strcpy(facts->lockdown, "integrity");
}

static void installed_for_it(struct doctor_facts *facts)
{
	strcpy(facts->release, "6.18.0");
	not_loaded(facts);
}

static void none_for_machine(struct doctor_facts *facts)
{
	other_machine(facts);
	nothing(facts);
}

static void other_version(struct doctor_facts *facts)
{
	strcat(facts->module_version, "1");
}

static void cut_version(struct doctor_facts *facts)
{
	facts->module_version[strlen(facts->module_version) - 1] = '\0';
}

static void no_device(struct doctor_facts *facts)
{
	facts->device_err = -ENOENT;
}

static void other_abi(struct doctor_facts *facts)
{
	facts->device_err = -EPROTO;
}

static void not_root(struct doctor_facts *facts)
{
	facts->device_err = -EACCES;
}

static void unattached(struct doctor_facts *facts)
{
	facts->fs->is_attached = false;
}

static void gave_up(struct doctor_facts *facts)
{
	facts->fs->status.gave_up = 1;
}

static void mismatches(struct doctor_facts *facts)
{
	facts->fs->status.audits = 40;
	facts->fs->status.audit_mismatches = 2;
}

static void no_extents(struct doctor_facts *facts)
{
	facts->fs->has_extents = DOCTOR_NO;
}

static void extents_unknown(struct doctor_facts *facts)
{
	facts->fs->has_extents = DOCTOR_UNKNOWN;
}

static void switched_off(struct doctor_facts *facts)
{
	facts->fs->status.freespace_tree = 0;
}

static void no_fs(struct doctor_facts *facts)
{
	facts->n_fs = 0;
}

static const struct {
	void (*harm)(struct doctor_facts *facts);
	const char *check;
	enum doctor_verdict verdict;
	const char *text; /* a part of the text; NULL: no such finding */
	size_t n_warnings, n_failures;
} rows[] = {
	{untested, "kernel", DOCTOR_WARN, "6.18.44-amd64", 1, 0},
	{untested_series, "kernel", DOCTOR_WARN, "6.10.3-amd64", 1, 0},
	{untested_between, "kernel", DOCTOR_WARN, "7.1.13+deb13-amd64", 1, 0},
	{untested_newer, "kernel", DOCTOR_WARN, "7.4.1+deb13-amd64", 2, 0},
	{tested, "kernel", DOCTOR_OK, "6.1.0-56-amd64", 0, 0},
	{tested_newest, "kernel", DOCTOR_OK, "7.3.4+deb13-amd64", 0, 0},
	{other_machine, "kernel", DOCTOR_FAIL, "not work on aarch64", 0, 1},
	{tested, "tools", DOCTOR_OK, "up to Linux 7.3; this is 6.1", 0, 0},
	{newer, "tools", DOCTOR_WARN, "not tested on Linux 99.4", 2, 0},
	{counts_wrongly, "self-test", DOCTOR_WARN,
	 "wrongly in /var/tmp: direct reads, direct writes", 1, 0},
	{may_not_count, "self-test", DOCTOR_WARN,
	 "not done: only root may run it", 1, 0},
	{cannot_count, "self-test", DOCTOR_WARN,
	 "cannot count here: Operation not permitted", 1, 0},
	{counts_nothing, "self-test", DOCTOR_OK,
	 "not done in /var/tmp (it is not on a disk)", 0, 0},
	{realtime, "kernel", DOCTOR_FAIL, "PREEMPT_RT", 0, 1},
	{none_for_it, "kernel", DOCTOR_FAIL, "no frsp.ko for 6.18.0", 0, 1},
	{none_for_it, "module-file", DOCTOR_OK, NULL, 0, 1},
	{none_for_it, "module", DOCTOR_OK, NULL, 0, 1},
	{installed_for_it, "kernel", DOCTOR_WARN, "not one that", 1, 1},
	{installed_for_it, "module", DOCTOR_FAIL, "not loaded", 1, 1},
	{none_for_machine, "module", DOCTOR_OK, NULL, 0, 1},
	{no_btf, "btf", DOCTOR_FAIL, "btf/vmlinux is missing", 0, 1},
	{no_ext4_btf, "btf", DOCTOR_FAIL, "btf/ext4 is missing", 0, 1},
	{built_in, "btf", DOCTOR_OK, "of the kernel", 0, 0},
	{built_in, "ext4", DOCTOR_OK, "built in", 0, 0},
	{no_ext4, "ext4", DOCTOR_WARN, "not loaded", 1, 0},
	{no_ext4, "functions", DOCTOR_OK, NULL, 1, 0},
	{ftrace_off, "ftrace", DOCTOR_FAIL, "ftrace_enabled is 0", 0, 1},
	{no_ftrace, "ftrace", DOCTOR_FAIL, "has none", 0, 1},
	{no_sysctls, "ftrace", DOCTOR_WARN, "cannot see", 1, 0},
	{no_symbols, "functions", DOCTOR_WARN, "cannot see", 1, 0},
	{lacks_functions, "functions", DOCTOR_FAIL, "lacks observed, replaced",
	 0, 1},
	{untraceable, "functions", DOCTOR_FAIL, "cannot hook other", 0, 1},
	{no_tracefs, "functions", DOCTOR_OK, "cannot be seen", 0, 0},
	{patched_observed, "livepatch", DOCTOR_WARN,
	 "lp has changed ext4's "
	 "observed()",
	 1, 0},
	{patched_replaced, "livepatch", DOCTOR_FAIL, "lp2 replaces", 0, 1},
	{patched_ext4, "livepatch", DOCTOR_WARN, "no function that frsp.ko", 1,
	 0},
	{secure_boot_loaded, "secure-boot", DOCTOR_OK, "is loaded", 0, 0},
	{hidden_lockdown, "secure-boot", DOCTOR_OK, "no signature", 0, 0},
	{lockdown_unseen, "secure-boot", DOCTOR_WARN, "cannot see", 1, 1},
	{locked_down, "secure-boot", DOCTOR_WARN, "locked down", 1, 1},
	{locked_down_none_for_it, "secure-boot", DOCTOR_OK, NULL, 0, 1},
	{secure_boot, "secure-boot", DOCTOR_WARN, "Secure Boot is on", 1, 1},
	{enforced, "secure-boot", DOCTOR_WARN, "sig_enforce", 1, 1},
	{not_installed, "module-file", DOCTOR_WARN, "not installed for 6.12", 1,
	 0},
	{built_by_hand, "module-file", DOCTOR_OK, "built by hand", 1, 0},
	{nothing, "module-file", DOCTOR_FAIL, "not installed for 6.12", 0, 2},
	{not_loaded, "module", DOCTOR_FAIL, "frsp.ko is not loaded", 0, 1},
	{not_loaded, "device", DOCTOR_OK, NULL, 0, 1},
	{not_loaded, "filesystem", DOCTOR_OK, NULL, 0, 1},
	{refused, "module", DOCTOR_FAIL, "it said: no such function", 0, 1},
	{other_version, "module", DOCTOR_WARN, "this frspctl is", 1, 0},
	{cut_version, "module", DOCTOR_WARN, "this frspctl is", 1, 0},
	{no_device, "device", DOCTOR_FAIL, "No such file", 0, 1},
	{other_abi, "device", DOCTOR_FAIL, "another ABI version", 0, 1},
	{not_root, "device", DOCTOR_WARN, "for root", 1, 0},
	{unattached, "filesystem", DOCTOR_FAIL, "sda1: frsp.ko has not", 0, 1},
	{gave_up, "filesystem", DOCTOR_WARN, "given up", 1, 0},
	{mismatches, "filesystem", DOCTOR_WARN, "2 of 40 audits", 1, 0},
	{no_extents, "filesystem", DOCTOR_WARN, "feature extents", 1, 0},
	{extents_unknown, "filesystem", DOCTOR_OK, "sda1: steered", 0, 0},
	{switched_off, "filesystem", DOCTOR_OK, "freespace_tree is 0", 0, 0},
	{no_fs, "filesystem", DOCTOR_OK, NULL, 0, 0},
};

static void assert_judged(size_t i)
{
	const struct doctor_fs fs = steered;
	struct findings findings = {.n = 0};
	const struct doctor_finding *finding;
	struct doctor_facts facts;

	make_healthy(&facts);
	rows[i].harm(&facts);
	doctor_judge(&facts, collect, &findings);
	steered = fs;
	finding = finding_of(&findings, rows[i].check);
	if (!finding != !rows[i].text)
		fail_msg("%zu, %s: no finding, or one too much", i,
			 rows[i].check);
	if (finding && (finding->verdict != rows[i].verdict ||
			!strstr(finding->text, rows[i].text)))
		fail_msg("%zu, %s: %s %s", i, rows[i].check,
			 doctor_verdicts[finding->verdict], finding->text);
	if (count(&findings, DOCTOR_WARN) != rows[i].n_warnings ||
	    count(&findings, DOCTOR_FAIL) != rows[i].n_failures)
		fail_msg("%zu, %s: other findings, too", i, rows[i].check);
	for (size_t n = 0; n < findings.n; n++)
		if (!findings.list[n].remedy !=
		    (findings.list[n].verdict == DOCTOR_OK))
			fail_msg("%zu, %s: a remedy is missing or too much", i,
				 findings.list[n].check);
}

static void test_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_judged(i);
}

/* Texts that do not fit are cut, and a mark shows it. */
static void test_long(void **state)
{
	const struct doctor_finding *finding;
	struct findings findings = {.n = 0};
	struct doctor_facts facts;

	(void)state;
	make_healthy(&facts);
	facts.n_functions = DOCTOR_MAX_FUNCTIONS;
	for (size_t i = 0; i < facts.n_functions; i++)
		facts.functions[i] = (struct doctor_function){
			"a_function_with_quite_a_long_name_that_is_not_there",
			false, false, DOCTOR_NO, ""};
	doctor_judge(&facts, collect, &findings);
	finding = finding_of(&findings, "functions");
	assert_int_equal(finding->verdict, DOCTOR_FAIL);
	assert_non_null(strstr(finding->text, "..."));
}

static void test_frspd(void **state)
{
	static const struct {
		struct doctor_frspd frspd;
		const char *check;
		enum doctor_verdict verdict;
		const char *text; /* a part of it */
	} examples[] = {
		{{.err = -EACCES}, "frspd", DOCTOR_WARN, "not asked"},
		{{.is_installed = true, .err = -ENOENT},
		 "frspd",
		 DOCTOR_OK,
		 "does not run"},
		{{.err = -ETIMEDOUT}, "frspd", DOCTOR_WARN, "no answer"},
		{{.version = "0.0"}, "frspd", DOCTOR_WARN, "frspd 0.0 runs"},
		{{.config_error = "x:3: y"},
		 "frspd-config",
		 DOCTOR_WARN,
		 "x:3: y"},
		{{.n_config_warnings = 2},
		 "frspd-config",
		 DOCTOR_WARN,
		 "2 lines"},
		{{.err = 0}, "frspd-config", DOCTOR_OK, "can be used"},
		{{.pins_are_own = true}, "frspd-programs", DOCTOR_OK, "its own"},
		{{.has_pins = true}, "frspd-programs", DOCTOR_OK, "by a person"},
		{{.has_metrics = true, .metrics_age_s = -1},
		 "frspd-metrics",
		 DOCTOR_WARN,
		 "not written"},
		{{.has_metrics = true,
		  .metrics_age_s = 51,
		  .metrics_interval_s = 15},
		 "frspd-metrics",
		 DOCTOR_WARN,
		 "51 s ago"},
		{{.has_metrics = true,
		  .metrics_age_s = 49,
		  .metrics_interval_s = 15},
		 "frspd-metrics",
		 DOCTOR_OK,
		 "49 s ago"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		struct findings findings = {.n = 0};
		struct doctor_facts facts;
		size_t at = 0;

		make_healthy(&facts);
		facts.frspd = examples[i].frspd;
		doctor_judge(&facts, collect, &findings);
		while (at < findings.n &&
		       strcmp(findings.list[at].check, examples[i].check))
			at++;
		if (at == findings.n ||
		    findings.list[at].verdict != examples[i].verdict ||
		    !strstr(findings.list[at].text, examples[i].text))
			fail_msg("%zu: %s", i,
				 at < findings.n ? findings.list[at].text
						 : "not found");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frspd),
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_harm),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
