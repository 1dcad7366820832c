/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frspd's loop: it looks at the filesystems each second, takes SIGHUP and
 * SIGTERM, and keeps systemd informed (sd_notify(3)).
 */
#ifndef FRSP_DAEMON_SERVICE_H
#define FRSP_DAEMON_SERVICE_H

#include "base/log.h"
#include "config/config.h"

struct tracking;

/* Runs until SIGTERM or SIGINT, or until something fails, and has said why.
 * root: of the configuration. config: is freed. The signals are blocked when it
 * returns.
 */
enum exit_code service_run(struct tracking *tracking, struct config *config,
			   const char *root);

#endif
