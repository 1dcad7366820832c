// SPDX-License-Identifier: GPL-2.0-or-later
/* The program frspd: the daemon that watches ext4 filesystems under systemd. */
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "base/fmt.h"
#include "base/output.h"
#include "cli/libbpf_messages.h"
#include "daemon/claim.h"
#include "daemon/opts.h"
#include "daemon/read_config.h"
#include "daemon/rights.h"
#include "daemon/service.h"
#include "daemon/tracking.h"
#include "watch/pin.h"

static enum exit_code check_config(const struct daemon_opts *opts)
{
	struct config *config;
	size_t n_warnings, n = 0;
	enum exit_code code = read_config(opts->root, &config, &n_warnings);

	if (code != EXIT_OK)
		return code;
	while (config_source(config, n))
		n++;
	printf("the configuration can be used: %zu file%s, %zu warning%s\n", n,
	       fmt_plural(n), n_warnings, fmt_plural(n_warnings));
	config_free(config);
	return EXIT_OK;
}

static enum exit_code watch(struct tracking *tracking, struct config *config,
			    const char *root)
{
	const struct rights rights = {
		.clears = config_tuner_most(config, "escache") ==
			  CONFIG_TUNER_APPLY,
		.plans = config_tuner_most(config, "relocation") !=
			 CONFIG_TUNER_OBSERVE,
		.moves = config_tuner_most(config, "relocation") ==
			 CONFIG_TUNER_APPLY,
		.asks_module = config_tuner_most(config, "summaries") ==
			       CONFIG_TUNER_APPLY,
	};
	enum exit_code code;
	int err = rights_drop(&rights);

	if (err) {
		config_free(config);
		code = log_fail(EXIT_FAILED, NULL,
				"cannot give up capabilities: %s",
				strerror(-err));
	} else {
		code = service_run(tracking, config, root);
	}
	err = tracking_end(tracking);
	if (!err)
		return code;
	return log_fail(EXIT_FAILED, "\"frsp-top --unpin\" unpins them",
			"%s: %s", WATCH_PIN_ROOT, strerror(-err));
}

static enum exit_code run(const struct daemon_opts *opts)
{
	struct tracking tracking;
	struct config *config;
	size_t n_warnings;
	enum exit_code code = read_config(opts->root, &config, &n_warnings);

	if (code != EXIT_OK)
		return code;
	code = claim_take();
	if (code == EXIT_OK)
		code = tracking_begin(config_tuner_most(config, "escache") !=
					      CONFIG_TUNER_OBSERVE,
				      &tracking);
	if (code == EXIT_OK)
		return watch(&tracking, config, opts->root);
	config_free(config);
	return code;
}

int main(int argc, char **argv)
{
	struct daemon_opts opts;

	output_begin();
	setlocale(LC_CTYPE, "");
	log_init("frspd");
	daemon_opts_parse(argc, argv, &opts);
	libbpf_messages_show(false);
	return opts.check_config ? check_config(&opts) : run(&opts);
}
