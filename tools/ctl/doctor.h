/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges whether frsp.ko can work here and does, and whether hotmon and frsp-top
 * count exactly. It gets facts and returns findings, and looks at nothing else.
 */
#ifndef FRSP_DOCTOR_H
#define FRSP_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/mount_name.h"
#include "module/fs_status.h"
#include "watch/lockdown.h"

#define DOCTOR_TEXT_LEN	     512
#define DOCTOR_NAME_LEN	     65 /* as in struct utsname */
#define DOCTOR_MAX_FUNCTIONS 16

enum doctor_fact {
	DOCTOR_UNKNOWN, /* this process cannot see it */
	DOCTOR_NO,
	DOCTOR_YES,
};

/* A function of ext4 that frsp.ko needs. */
struct doctor_function {
	const char *name;
	bool is_replaced; /* by frsp.ko, so no livepatch can replace it */
	bool is_there;
	enum doctor_fact is_traceable;
	char livepatch[DOCTOR_NAME_LEN]; /* the one that replaces it, or "" */
};

struct doctor_fs {
	char name[MOUNT_NAME_LEN];
	bool is_attached;
	struct fs_status status; /* valid if .is_attached */
	enum doctor_fact has_extents;
};

/* The outcome of hotmon's self-test (heat/self_test.h). */
enum doctor_counting {
	DOCTOR_NOT_COUNTED, /* .counting_text says why */
	DOCTOR_NOT_PERMITTED,
	DOCTOR_CANNOT_COUNT, /* .counting_text says why */
	DOCTOR_EXACT,
	DOCTOR_WRONG, /* .counting_text lists the kinds of I/O */
};

/* frspd, and what it needs. */
struct doctor_frspd {
	bool is_installed;
	int err; /* of asking it: 0 or -errno, see varlink/client.h */
	char version[DOCTOR_NAME_LEN], text[DOCTOR_TEXT_LEN / 4];
	char config_error[DOCTOR_TEXT_LEN / 2]; /* "": it can be used */
	size_t n_config_warnings;
	bool has_pins, pins_are_own; /* seen by root only */
	bool has_metrics;	     /* they should be written */
	double metrics_age_s;	     /* -1: there is no file */
	double metrics_interval_s;
};

struct doctor_facts {
	char release[DOCTOR_NAME_LEN];
	char machine[DOCTOR_NAME_LEN]; /* as "uname -m" prints it */
	bool is_realtime;
	bool has_ext4, ext4_is_module;
	bool has_btf, has_ext4_btf;
	bool has_sysctls;		 /* /proc/sys is there */
	enum doctor_fact ftrace_enabled; /* unknown: has no such sysctl */
	bool has_symbols;		 /* /proc/kallsyms is there */
	struct doctor_function functions[DOCTOR_MAX_FUNCTIONS];
	size_t n_functions;
	/* a livepatch that replaces another function of ext4, or "" */
	char ext4_livepatch[DOCTOR_NAME_LEN];
	enum doctor_fact secure_boot;
	bool sees_lockdown;		  /* .lockdown is known */
	char lockdown[LOCKDOWN_MODE_LEN]; /* "none", "integrity" ..., or "" */
	bool signatures_enforced;
	char module_file[DOCTOR_TEXT_LEN]; /* installed for release, or "" */
	bool is_loaded;
	char module_version[DOCTOR_NAME_LEN];
	/* why frsp.ko refused to load, in its last message about that; or "" */
	char refusal[DOCTOR_TEXT_LEN / 2];
	int device_err; /* result of frsp_module_open(): 0 or -errno */
	struct doctor_fs *fs;
	size_t n_fs;
	enum doctor_counting counting;
	struct doctor_frspd frspd;
	const char *counting_directory;
	char counting_text[DOCTOR_TEXT_LEN / 2];
};

enum doctor_verdict {
	DOCTOR_OK,
	DOCTOR_WARN,
	DOCTOR_FAIL,
};

/* "OK", "WARN", "FAIL" */
extern const char *const doctor_verdicts[];

struct doctor_finding {
	enum doctor_verdict verdict;
	const char *check;
	char text[DOCTOR_TEXT_LEN];
	const char *remedy; /* what to do about it; NULL: nothing */
};

/* Calls found() for each finding, in the order in which to fix them. */
void doctor_judge(const struct doctor_facts *facts,
		  void (*found)(void *context,
				const struct doctor_finding *finding),
		  void *context);

#endif
