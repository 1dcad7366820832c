// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules of the doctor. Each judge_...() turns some facts into a finding.
 *
 * Example: .ftrace_enabled is DOCTOR_NO. Then judge_ftrace() finds:
 *
 *   verdict  DOCTOR_FAIL
 *   check    "ftrace"
 *   text     "kernel.ftrace_enabled is 0, ..."
 *   remedy   "\"sudo sysctl kernel.ftrace_enabled=1\""
 */
#include "ctl/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text_match.h"
#include "base/utf8.h"
#include "base/version.h"
#include "kmod_facts.h"
#include "uapi/frsp.h"
#include "watch/tested.h"

#define INSTALL "\"sudo make dkms-install\" in frsp's sources"
#define OTHER_KERNEL                                                           \
	"use a kernel that frsp.ko is tested on, or a frsp that knows "        \
	"this one"

#define MOUNT_PROC "\"mount -t proc proc /proc\", and run it again"

const char *const doctor_verdicts[] = {"OK", "WARN", "FAIL"};

struct judging {
	const struct doctor_facts *facts;
	void (*found)(void *context, const struct doctor_finding *finding);
	void *context;
};

static __attribute__((format(printf, 5, 6))) void
find(const struct judging *judging, enum doctor_verdict verdict,
     const char *check, const char *remedy, const char *format, ...)
{
	struct doctor_finding finding = {
		.verdict = verdict,
		.check = check,
		.remedy = remedy,
	};
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(finding.text, sizeof(finding.text), format, args);
	va_end(args);
	utf8_mark_cut(finding.text, sizeof(finding.text), len);
	judging->found(judging->context, &finding);
}

static bool is_tested(const struct doctor_facts *facts)
{
	return text_matches(facts->release, FRSP_KERNELS);
}

/* Whether there is a frsp.ko that could be loaded, or is. On a kernel that it
 * is not for, it was built by hand.
 */
static bool may_load(const struct doctor_facts *facts)
{
	return is_tested(facts) || facts->is_loaded || *facts->module_file;
}

static void judge_kernel(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;

	if (!text_matches(facts->machine, FRSP_MACHINES))
		find(judging, DOCTOR_FAIL, "kernel",
		     "use frsp.ko on x86_64; hotmon and frsp-top work without it",
		     "frsp.ko does not work on %s: ftrace gives no registers there, or nobody has tested frsp.ko on it",
		     facts->machine);
	else if (facts->is_realtime)
		find(judging, DOCTOR_FAIL, "kernel",
		     "boot a kernel without PREEMPT_RT",
		     "%s is a PREEMPT_RT kernel, on which frsp.ko cannot work",
		     facts->release);
	else if (is_tested(facts))
		find(judging, DOCTOR_OK, "kernel", NULL,
		     "%s is one that frsp.ko is tested on", facts->release);
	else if (may_load(facts))
		find(judging, DOCTOR_WARN, "kernel",
		     "use one of Linux " FRSP_KERNEL_LIST
		     ": dkms builds frsp.ko for no others",
		     "%s is not one that frsp.ko is tested on", facts->release);
	else
		find(judging, DOCTOR_FAIL, "kernel",
		     "boot one of these to have frsp.ko; hotmon, frsp-top, and \"defrag\", \"move\" and \"undo\" of frspctl work without it",
		     "there is no frsp.ko for %s, only for Linux " FRSP_KERNEL_LIST,
		     facts->release);
}

static void judge_ext4(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;

	if (!facts->has_ext4)
		find(judging, DOCTOR_WARN, "ext4",
		     "\"sudo modprobe ext4\", or mount an ext4 filesystem",
		     "not loaded, so its functions were not checked");
	else
		find(judging, DOCTOR_OK, "ext4", NULL, "%s",
		     facts->ext4_is_module ? "loaded as a module" : "built in");
}

static void judge_btf(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;

	if (!facts->has_btf)
		find(judging, DOCTOR_FAIL, "btf",
		     "use a kernel with CONFIG_DEBUG_INFO_BTF=y, as Debian's are",
		     "/sys/kernel/btf/vmlinux is missing: frsp.ko checks the layout of ext4 with it");
	else if (facts->ext4_is_module && !facts->has_ext4_btf)
		find(judging, DOCTOR_FAIL, "btf",
		     "use a kernel with CONFIG_DEBUG_INFO_BTF_MODULES=y, as Debian's are",
		     "/sys/kernel/btf/ext4 is missing: frsp.ko checks the layout of ext4 with it");
	else
		find(judging, DOCTOR_OK, "btf", NULL, "of the kernel%s",
		     facts->ext4_is_module ? " and of the module ext4" : "");
}

static void judge_ftrace(const struct judging *judging)
{
	switch (judging->facts->ftrace_enabled) {
	case DOCTOR_YES:
		find(judging, DOCTOR_OK, "ftrace", NULL, "enabled");
		break;
	case DOCTOR_NO:
		find(judging, DOCTOR_FAIL, "ftrace",
		     "\"sudo sysctl kernel.ftrace_enabled=1\"",
		     "kernel.ftrace_enabled is 0, so no function can be hooked");
		break;
	default:
		if (!judging->facts->has_sysctls) {
			find(judging, DOCTOR_WARN, "ftrace", MOUNT_PROC,
			     "cannot see whether it is enabled: /proc/sys is missing");
			break;
		}
		find(judging, DOCTOR_FAIL, "ftrace",
		     "use a kernel with CONFIG_DYNAMIC_FTRACE=y, as Debian's are",
		     "the kernel has none, so no function can be hooked");
	}
}

/* Lists the names of the functions that is_wanted() accepts, separated by
 * commas.
 */
static void list_functions(const struct doctor_facts *facts,
			   bool (*is_wanted)(const struct doctor_function *),
			   char list[DOCTOR_TEXT_LEN / 2])
{
	size_t len = 0, size = DOCTOR_TEXT_LEN / 2;

	list[0] = '\0';
	for (size_t i = 0; i < facts->n_functions && len < size; i++)
		if (is_wanted(&facts->functions[i]))
			len += snprintf(list + len, size - len, "%s%s",
					len ? ", " : "",
					facts->functions[i].name);
	utf8_mark_cut(list, size, len);
}

static bool is_missing(const struct doctor_function *function)
{
	return !function->is_there;
}

static bool is_untraceable(const struct doctor_function *function)
{
	return function->is_there && function->is_traceable == DOCTOR_NO;
}

static bool is_traceability_unknown(const struct doctor_function *function)
{
	return function->is_traceable == DOCTOR_UNKNOWN;
}

static void judge_functions(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;
	char list[DOCTOR_TEXT_LEN / 2];

	if (!facts->has_ext4)
		return;
	if (!facts->has_symbols) {
		find(judging, DOCTOR_WARN, "functions", MOUNT_PROC,
		     "cannot see whether ext4 has them: /proc/kallsyms is missing");
		return;
	}
	list_functions(facts, is_missing, list);
	if (*list) {
		find(judging, DOCTOR_FAIL, "functions", OTHER_KERNEL,
		     "this kernel's ext4 lacks %s", list);
		return;
	}
	list_functions(facts, is_untraceable, list);
	if (*list) {
		find(judging, DOCTOR_FAIL, "functions", OTHER_KERNEL,
		     "ftrace cannot hook %s", list);
		return;
	}
	list_functions(facts, is_traceability_unknown, list);
	find(judging, DOCTOR_OK, "functions", NULL, "all %zu are there%s",
	     facts->n_functions,
	     *list ? "; whether ftrace can hook them cannot be seen from here"
		   : " and can be hooked");
}

static void judge_livepatch(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;
	const struct doctor_function *patched = NULL;

	for (size_t i = 0; i < facts->n_functions; i++) {
		const struct doctor_function *function = &facts->functions[i];

		if (!*function->livepatch)
			continue;
		if (!patched || function->is_replaced)
			patched = function;
	}
	if (patched && patched->is_replaced)
		find(judging, DOCTOR_FAIL, "livepatch",
		     "boot without that livepatch, or go without frsp.ko",
		     "%s replaces ext4's %s(), which frsp.ko needs to replace",
		     patched->livepatch, patched->name);
	else if (patched)
		find(judging, DOCTOR_WARN, "livepatch",
		     "see what it changes there",
		     "%s has changed ext4's %s(), which frsp.ko observes",
		     patched->livepatch, patched->name);
	else if (*facts->ext4_livepatch)
		find(judging, DOCTOR_WARN, "livepatch",
		     "see what it changes there",
		     "%s has changed ext4, but no function that frsp.ko needs",
		     facts->ext4_livepatch);
	else
		find(judging, DOCTOR_OK, "livepatch", NULL,
		     "no livepatch changes ext4");
}

/* False if judge_kernel() says that there can be no frsp.ko. Then it is no
 * failure of its own that it is not there, and no advice helps to get it.
 */
static bool is_wanted(const struct doctor_facts *facts)
{
	return facts->is_loaded ||
	       (text_matches(facts->machine, FRSP_MACHINES) &&
		!facts->is_realtime && may_load(facts));
}

static void judge_secure_boot(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;
	bool locked = *facts->lockdown && strcmp(facts->lockdown, "none") != 0;
	const char *why = locked ? "the kernel is locked down"
			  : facts->signatures_enforced
				  ? "module.sig_enforce is set"
				  : "Secure Boot is on";

	if (!is_wanted(facts))
		return;
	if (!facts->sees_lockdown && !facts->signatures_enforced &&
	    !facts->is_loaded)
		find(judging, DOCTOR_WARN, "secure-boot",
		     "\"mount -t securityfs securityfs /sys/kernel/security\", and run it again",
		     "cannot see whether modules need a signature: /sys/kernel/security is not mounted");
	else if (!locked && !facts->signatures_enforced &&
		 facts->secure_boot != DOCTOR_YES)
		find(judging, DOCTOR_OK, "secure-boot", NULL,
		     "modules need no signature");
	else if (facts->is_loaded)
		find(judging, DOCTOR_OK, "secure-boot", NULL,
		     "%s, and frsp.ko is loaded", why);
	else
		find(judging, DOCTOR_WARN, "secure-boot",
		     "\"sudo mokutil --import /var/lib/dkms/mok.pub\", reboot, and choose Enroll MOK",
		     "%s: frsp.ko must be signed with a key that is enrolled",
		     why);
}

static void judge_module_file(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;

	if (!is_wanted(facts))
		return;
	if (*facts->module_file)
		find(judging, DOCTOR_OK, "module-file", NULL, "%s",
		     facts->module_file);
	/* dkms builds none for this kernel; a loaded module needs no file */
	else if (facts->is_loaded && !is_tested(facts))
		find(judging, DOCTOR_OK, "module-file", NULL,
		     "none for %s: built by hand", facts->release);
	else
		find(judging, facts->is_loaded ? DOCTOR_WARN : DOCTOR_FAIL,
		     "module-file", INSTALL, "frsp.ko is not installed for %s",
		     facts->release);
}

static const char *load_remedy(const struct doctor_facts *facts)
{
	if (!*facts->module_file)
		return "install it: see above";
	if (*facts->refusal)
		return "fix what it reports, then \"sudo modprobe frsp\"";
	return "\"sudo modprobe frsp\"";
}

static void judge_module(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;
	/* frsp_version is like "0.1.0 (1234567)" */
	size_t len = strcspn(frsp_version, " ");

	if (!is_wanted(facts))
		return;
	if (!facts->is_loaded)
		find(judging, DOCTOR_FAIL, "module", load_remedy(facts),
		     "frsp.ko is not loaded%s%s",
		     *facts->refusal ? "; it said: " : "", facts->refusal);
	else if (strlen(facts->module_version) != len ||
		 memcmp(facts->module_version, frsp_version, len) != 0)
		find(judging, DOCTOR_WARN, "module",
		     "install both of one version, then \"sudo rmmod frsp\" and \"sudo modprobe frsp\"",
		     "frsp.ko %s is loaded, but this frspctl is %.*s",
		     facts->module_version, (int)len, frsp_version);
	else
		find(judging, DOCTOR_OK, "module", NULL, "frsp.ko %s is loaded",
		     facts->module_version);
}

static void judge_device(const struct judging *judging)
{
	int err = judging->facts->device_err;

	if (!judging->facts->is_loaded)
		return;
	if (!err)
		find(judging, DOCTOR_OK, "device", NULL, "%s can be used",
		     FRSP_DEVICE);
	else if (err == -EACCES || err == -EPERM)
		find(judging, DOCTOR_WARN, "device",
		     "run \"sudo frspctl doctor\"",
		     "not checked: %s is for root", FRSP_DEVICE);
	else if (err == -EPROTO)
		find(judging, DOCTOR_FAIL, "device",
		     "install frspctl and frsp.ko of one version",
		     "%s has another ABI version than this frspctl",
		     FRSP_DEVICE);
	else
		find(judging, DOCTOR_FAIL, "device",
		     "make sure that /dev is a devtmpfs, or run systemd-tmpfiles or udev",
		     "%s cannot be opened: %s", FRSP_DEVICE, strerror(-err));
}

static void judge_attached(const struct judging *judging,
			   const struct doctor_fs *fs)
{
	if (fs->status.gave_up)
		find(judging, DOCTOR_WARN, "filesystem",
		     "\"dmesg | grep frsp\" says more; \"sudo frspctl set DEV steer on\" tries again",
		     "%s: frsp.ko has given up steering it: audits failed",
		     fs->name);
	else if (fs->status.audit_mismatches)
		find(judging, DOCTOR_WARN, "filesystem",
		     "please report it, with what \"dmesg | grep frsp\" prints",
		     "%s: %llu of %llu audits found a wrong tree", fs->name,
		     fs->status.audit_mismatches, fs->status.audits);
	else if (fs->has_extents == DOCTOR_NO)
		find(judging, DOCTOR_WARN, "filesystem",
		     "unmount it and run \"tune2fs -O extents\", which changes new files only",
		     "%s: it lacks the feature extents, so its files are not steered",
		     fs->name);
	else
		find(judging, DOCTOR_OK, "filesystem", NULL, "%s: %s", fs->name,
		     fs->status.freespace_tree
			     ? "steered"
			     : "attached, but freespace_tree is 0");
}

static void judge_filesystems(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;

	if (!facts->is_loaded)
		return;
	for (size_t i = 0; i < facts->n_fs; i++) {
		if (facts->fs[i].is_attached)
			judge_attached(judging, &facts->fs[i]);
		else
			find(judging, DOCTOR_FAIL, "filesystem",
			     "\"dmesg | grep frsp\" says why",
			     "%s: frsp.ko has not attached it",
			     facts->fs[i].name);
	}
}

static void judge_tools(const struct judging *judging)
{
	char series[TESTED_LEN];

	if (tested_is_newer(judging->facts->release, series))
		find(judging, DOCTOR_WARN, "tools",
		     "\"sudo hotmon --self-test\" says whether they count exactly on it",
		     "hotmon and frsp-top are not tested on Linux %s: the newest tested is %s",
		     series, tested_newest);
	else
		find(judging, DOCTOR_OK, "tools", NULL,
		     "hotmon and frsp-top are tested up to Linux %s; this is %s",
		     tested_newest, series);
}

static void judge_counting(const struct judging *judging)
{
	const struct doctor_facts *facts = judging->facts;

	switch (facts->counting) {
	case DOCTOR_EXACT:
		find(judging, DOCTOR_OK, "self-test", NULL,
		     "hotmon counts exactly in %s", facts->counting_directory);
		break;
	case DOCTOR_WRONG:
		find(judging, DOCTOR_WARN, "self-test",
		     "please report what \"sudo hotmon --self-test -D /var/tmp\" prints, unless LIMITATIONS in hotmon(8) describes it",
		     "hotmon counts wrongly in %s: %s",
		     facts->counting_directory, facts->counting_text);
		break;
	case DOCTOR_NOT_PERMITTED:
		find(judging, DOCTOR_WARN, "self-test",
		     "run \"sudo frspctl doctor\"",
		     "not done: only root may run it");
		break;
	case DOCTOR_CANNOT_COUNT:
		find(judging, DOCTOR_WARN, "self-test",
		     "\"sudo hotmon --once\" says what is missing",
		     "hotmon cannot count here: %s", facts->counting_text);
		break;
	case DOCTOR_NOT_COUNTED:
		find(judging, DOCTOR_OK, "self-test", NULL,
		     "not done in %s (%s); \"sudo hotmon --self-test -D DIR\" does it elsewhere",
		     facts->counting_directory, facts->counting_text);
		break;
	}
}

static bool is_own_version(const char *version)
{
	return !strcmp(version, frsp_version);
}

static void judge_frspd_running(const struct judging *judging,
				const struct doctor_frspd *frspd)
{
	if (frspd->err == -EACCES)
		find(judging, DOCTOR_WARN, "frspd",
		     "run \"sudo frspctl doctor\"",
		     "not asked: it answers root and the group frsp only");
	else if (frspd->err == -ENOENT || frspd->err == -ECONNREFUSED)
		find(judging, DOCTOR_OK, "frspd", NULL,
		     "installed; it does not run");
	else if (frspd->err)
		find(judging, DOCTOR_WARN, "frspd",
		     "\"systemctl status frspd\" shows its state",
		     "it gives no answer: %s", strerror(-frspd->err));
	else if (!is_own_version(frspd->version))
		find(judging, DOCTOR_WARN, "frspd",
		     "install both of one version, then \"sudo systemctl restart frspd\"",
		     "frspd %s runs, but this frspctl is %s", frspd->version,
		     frsp_version);
	else
		find(judging, DOCTOR_OK, "frspd", NULL, "runs, and %s",
		     frspd->text);
}

static void judge_frspd_pins(const struct judging *judging,
			     const struct doctor_frspd *frspd)
{
	if (frspd->err)
		return; /* it does not run, or this is not root */
	if (frspd->pins_are_own)
		find(judging, DOCTOR_OK, "frspd-programs", NULL,
		     "pinned, and its own");
	else if (frspd->has_pins)
		find(judging, DOCTOR_OK, "frspd-programs", NULL,
		     "pinned by a person, who has to unpin them");
}

/* Three intervals: it may just be writing, on a slow disk. */
static void judge_frspd_metrics(const struct judging *judging,
				const struct doctor_frspd *frspd)
{
	if (frspd->err || !frspd->has_metrics)
		return;
	if (frspd->metrics_age_s < 0)
		find(judging, DOCTOR_WARN, "frspd-metrics",
		     "\"journalctl -u frspd\" says why; \"frspctl config show\" has the file's name",
		     "not written");
	else if (frspd->metrics_age_s > 3 * frspd->metrics_interval_s + 5)
		find(judging, DOCTOR_WARN, "frspd-metrics",
		     "\"journalctl -u frspd\" says why",
		     "written %.0f s ago, and should be each %.0f s",
		     frspd->metrics_age_s, frspd->metrics_interval_s);
	else
		find(judging, DOCTOR_OK, "frspd-metrics", NULL,
		     "written %.0f s ago", frspd->metrics_age_s);
}

static void judge_frspd_config(const struct judging *judging,
			       const struct doctor_frspd *frspd)
{
	if (*frspd->config_error)
		find(judging, DOCTOR_WARN, "frspd-config",
		     "\"frspd --check-config\" says how to mend it",
		     "frspd cannot use it: %s", frspd->config_error);
	else if (frspd->n_config_warnings)
		find(judging, DOCTOR_WARN, "frspd-config",
		     "\"frspd --check-config\" names them",
		     "%zu lines have no effect", frspd->n_config_warnings);
	else
		find(judging, DOCTOR_OK, "frspd-config", NULL, "can be used");
}

/* Where there is no frspd, nothing is said: all else works without it. */
static void judge_frspd(const struct judging *judging)
{
	const struct doctor_frspd *frspd = &judging->facts->frspd;

	if (!frspd->is_installed &&
	    (frspd->err == -ENOENT || frspd->err == -ECONNREFUSED))
		return;
	judge_frspd_running(judging, frspd);
	judge_frspd_config(judging, frspd);
	judge_frspd_pins(judging, frspd);
	judge_frspd_metrics(judging, frspd);
}

void doctor_judge(const struct doctor_facts *facts,
		  void (*found)(void *context,
				const struct doctor_finding *finding),
		  void *context)
{
	static void (*const judges[])(const struct judging *) = {
		judge_kernel,	   judge_ext4,	      judge_btf,
		judge_ftrace,	   judge_functions,   judge_livepatch,
		judge_secure_boot, judge_module_file, judge_module,
		judge_device,	   judge_filesystems, judge_tools,
		judge_counting,	   judge_frspd,
	};
	const struct judging judging = {facts, found, context};

	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++)
		judges[i](&judging);
}
