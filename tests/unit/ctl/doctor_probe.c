// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the doctor's facts, from a directory tree that imitates a system. */
#include <sys/utsname.h>

#include "ctl/doctor_probe.h"
#include "scratch.h"
#include "uapi/ext4_functions.h"

#define NAME(name) #name,
static const char *const hook_names[] = {
	FRSP_HOOKS(NAME, NAME) FRSP_HOOK_OF_CLOSES(NAME) FRSP_INIT_GROUP(NAME)};

/* Makes kallsyms and ftrace's list. All functions are in module, but other is
 * not. */
static void make_symbols(const char *module, const char *other)
{
	char symbols[4096] = "ffffffff81000000 T _stext\n",
	     traceable[4096] = "";

	for (size_t i = 0; i < ARRAY_SIZE(hook_names); i++) {
		bool is_other = !strcmp(hook_names[i], other);
		char *to = symbols + strlen(symbols);

		to += sprintf(to, "0000000000000000 t %s", hook_names[i]);
		if (is_other || *module)
			sprintf(to, "\t[%s]", is_other ? "btrfs" : module);
		strcat(symbols, "\n");
		to = traceable + strlen(traceable);
		to += sprintf(to, "%s", hook_names[i]);
		if (*module)
			sprintf(to, " [%s]", module);
		strcat(traceable, "\n");
	}
	scratch_write("proc/kallsyms", symbols);
	scratch_write("sys/kernel/tracing/available_filter_functions",
		      traceable);
}

static void make_system(void)
{
	scratch_write("proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
	scratch_write("proc/sys/kernel/arch", "x86_64\n");
	scratch_write("proc/sys/kernel/ftrace_enabled", "1\n");
	scratch_write("proc/filesystems", "nodev\tsysfs\n\text3\n\text4\n");
	scratch_write("sys/module/ext4/initstate", "live\n");
	scratch_write("sys/kernel/btf/vmlinux", "");
	scratch_write("sys/kernel/btf/ext4", "");
	make_symbols("ext4", "");
	scratch_write("sys/kernel/security/lockdown",
		      "[none] integrity confidentiality\n");
	scratch_write("lib/modules/6.1.0-56-amd64/modules.dep",
		      "kernel/fs/notfrsp.ko: kernel/x.ko\n"
		      "updates/dkms/frsp.ko.xz: kernel/fs/ext4/ext4.ko\n");
	scratch_write("sys/module/frsp/version", "0.1.0\n");
	scratch_write("sys/fs/ext4/features/extents", "supported\n");
	scratch_write("sys/fs/ext4/sda1/lifetime_write_kbytes", "1\n");
}

static void probe(struct doctor_facts *facts)
{
	assert_int_equal(doctor_probe(scratch, facts), 0);
}

static void test_probe(void **state)
{
	struct doctor_facts facts;
	size_t n_replaced = 0;

	(void)state;
	make_system();
	probe(&facts);
	assert_string_equal(facts.release, "6.1.0-56-amd64");
	assert_string_equal(facts.machine, "x86_64");
	assert_false(facts.is_realtime);
	assert_true(facts.has_sysctls);
	assert_true(facts.has_symbols);
	assert_true(facts.sees_lockdown);
	assert_true(facts.has_ext4);
	assert_true(facts.ext4_is_module);
	assert_true(facts.has_btf);
	assert_true(facts.has_ext4_btf);
	assert_int_equal(facts.ftrace_enabled, DOCTOR_YES);
	assert_int_equal(facts.n_functions, ARRAY_SIZE(hook_names));
	for (size_t i = 0; i < facts.n_functions; i++) {
		assert_true(facts.functions[i].is_there);
		assert_int_equal(facts.functions[i].is_traceable, DOCTOR_YES);
		n_replaced += facts.functions[i].is_replaced;
	}
	assert_int_equal(n_replaced, 3);
	assert_int_equal(facts.secure_boot, DOCTOR_UNKNOWN);
	assert_string_equal(facts.lockdown, "none");
	assert_false(facts.signatures_enforced);
	assert_string_equal(
		facts.module_file,
		"/lib/modules/6.1.0-56-amd64/updates/dkms/frsp.ko.xz");
	assert_true(facts.is_loaded);
	assert_string_equal(facts.module_version, "0.1.0");
	assert_string_equal(facts.refusal, "");
	assert_int_equal(facts.n_fs, 1);
	assert_string_equal(facts.fs[0].name, "sda1");
	assert_false(facts.fs[0].is_attached);
	free(facts.fs);
}

/* /proc is mounted with subset=pid, and securityfs is not mounted. */
static void test_probe_hidden(void **state)
{
	struct doctor_facts facts;
	struct utsname names;

	(void)state;
	uname(&names);
	scratch_write("sys/fs/ext4/features/extents", "supported\n");
	scratch_write("sys/kernel/security/.keep", "");
	probe(&facts);
	assert_string_equal(facts.release, names.release);
	assert_string_equal(facts.machine, names.machine);
	assert_false(facts.has_sysctls);
	assert_false(facts.has_symbols);
	assert_false(facts.sees_lockdown);
	assert_string_equal(facts.lockdown, "");
	assert_true(facts.has_ext4);
	free(facts.fs);
	/* the securityfs of a kernel without lockdown */
	scratch_write("sys/kernel/security/lsm", "capability\n");
	probe(&facts);
	assert_true(facts.sees_lockdown);
	free(facts.fs);
}

static void test_probe_nothing(void **state)
{
	struct doctor_facts facts;

	(void)state;
	probe(&facts);
	assert_false(facts.has_ext4);
	assert_true(facts.sees_lockdown);
	assert_false(facts.has_btf);
	assert_false(facts.is_loaded);
	assert_int_equal(facts.ftrace_enabled, DOCTOR_UNKNOWN);
	assert_string_equal(facts.module_file, "");
	assert_int_equal(facts.n_fs, 0);
	for (size_t i = 0; i < facts.n_functions; i++) {
		assert_false(facts.functions[i].is_there);
		assert_int_equal(facts.functions[i].is_traceable,
				 DOCTOR_UNKNOWN);
	}
	free(facts.fs);
}

static const struct doctor_function *
function_of(const struct doctor_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_functions; i++)
		if (!strcmp(facts->functions[i].name, name))
			return &facts->functions[i];
	fail_msg("%s is not hooked", name);
	return NULL;
}

/* A function of the same name in another module is not ext4's. */
static void test_probe_functions(void **state)
{
	struct doctor_facts facts;

	(void)state;
	make_system();
	make_symbols("ext4", "mb_mark_used");
	scratch_write("sys/kernel/tracing/available_filter_functions",
		      "mb_mark_used [ext4]\next4_release_file\n");
	probe(&facts);
	assert_false(function_of(&facts, "mb_mark_used")->is_there);
	assert_true(function_of(&facts, "mb_free_blocks")->is_there);
	assert_int_equal(function_of(&facts, "mb_mark_used")->is_traceable,
			 DOCTOR_YES);
	assert_int_equal(function_of(&facts, "ext4_release_file")->is_traceable,
			 DOCTOR_NO);
	free(facts.fs);
	/* with ext4 built in, functions in modules do not count */
	assert_int_equal(unlink(scratch_path("sys/module/ext4/initstate")), 0);
	make_symbols("", "mb_free_blocks");
	probe(&facts);
	assert_true(function_of(&facts, "mb_mark_used")->is_there);
	assert_false(function_of(&facts, "mb_free_blocks")->is_there);
	free(facts.fs);
}

static void test_probe_livepatch(void **state)
{
	struct doctor_facts facts;

	(void)state;
	make_system();
	scratch_write("sys/kernel/livepatch/lp1/enabled", "1\n");
	scratch_write("sys/kernel/livepatch/lp1/vmlinux/mb_mark_used,1/x", "");
	scratch_write("sys/kernel/livepatch/lp2/ext4/mb_mark_used_not,1/x", "");
	scratch_write(
		"sys/kernel/livepatch/lp3/ext4/ext4_mb_regular_allocator,1/x",
		"");
	probe(&facts);
	assert_string_equal(function_of(&facts, "mb_mark_used")->livepatch, "");
	assert_string_equal(
		function_of(&facts, "ext4_mb_regular_allocator")->livepatch,
		"lp3");
	assert_string_equal(facts.ext4_livepatch, "lp2");
	free(facts.fs);
}

static void test_probe_security(void **state)
{
	struct doctor_facts facts;
	char path[128];
	FILE *out;

	(void)state;
	make_system();
	scratch_write("sys/kernel/security/lockdown",
		      "none [integrity] confidentiality\n");
	scratch_write("sys/module/module/parameters/sig_enforce", "Y\n");
	strcpy(path, "sys/firmware/efi/efivars/"
		     "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	scratch_write(path, "");
	out = fopen(scratch_path(path), "w");
	assert_non_null(out);
	assert_int_equal(fwrite("\6\0\0\0\1", 1, 5, out), 5);
	fclose(out);
	probe(&facts);
	assert_string_equal(facts.lockdown, "integrity");
	assert_true(facts.signatures_enforced);
	assert_int_equal(facts.secure_boot, DOCTOR_YES);
	free(facts.fs);
}

static void test_probe_messages(void **state)
{
	struct doctor_facts facts;

	(void)state;
	make_system();
	scratch_write("dev/kmsg", "6,1,2,-;frsp: not loaded: the first\n"
				  " SUBSYSTEM=x\n"
				  "6,2,3,-;other: not loaded: not of frsp\n"
				  "3,4,5,-;frsp: not loaded: the last\n"
				  "6,7,8,-;frsp: sda1: not steered\n");
	probe(&facts);
	assert_string_equal(facts.refusal, "the last");
	free(facts.fs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_probe),
		scratch_test(test_probe_nothing),
		scratch_test(test_probe_hidden),
		scratch_test(test_probe_functions),
		scratch_test(test_probe_livepatch),
		scratch_test(test_probe_security),
		scratch_test(test_probe_messages),
	};

	return cmocka_run_group_tests_name("doctor_probe", tests, NULL, NULL);
}
