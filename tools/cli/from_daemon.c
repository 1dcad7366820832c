// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/from_daemon.h"

#include <errno.h>
#include <string.h>

#include "varlink/client.h"

static const struct {
	int err;
	enum exit_code code;
	const char *hint;
} known[] = {
	{-ENOENT, EXIT_FAILED, "\"sudo systemctl start frspd\" starts it"},
	{-ECONNREFUSED, EXIT_FAILED,
	 "\"sudo systemctl start frspd\" starts it"},
	{-ECONNRESET, EXIT_FAILED,
	 "\"journalctl -u frspd\" shows why it ended"},
	{-EPIPE, EXIT_FAILED, "\"journalctl -u frspd\" shows why it ended"},
	{-EACCES, EXIT_PERMISSION,
	 "run it as root, or let root add you to the group: usermod -a -G frsp USER"},
	{-EBUSY, EXIT_FAILED, "try again when another one has ended"},
	{-EOPNOTSUPP, EXIT_FAILED, "install all programs of one version"},
	{-EBADMSG, EXIT_FAILED, "install all programs of one version"},
	{-ETIMEDOUT, EXIT_FAILED, "\"systemctl status frspd\" shows its state"},
};

/* What an error of the socket means. */
static const char *text_of(int err)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		return "frspd does not run";
	case -ECONNRESET:
	case -EPIPE:
		return "frspd has ended the connection";
	case -EBADMSG:
		return "that is not what frspd says";
	default:
		return strerror(-err);
	}
}

enum exit_code from_daemon_fail(int err, const char *why)
{
	size_t n = sizeof(known) / sizeof(known[0]), i = 0;
	enum exit_code code = EXIT_FAILED;
	const char *hint = NULL;

	if (err == -EINTR)
		return EXIT_OK;
	while (i < n && known[i].err != err)
		i++;
	if (i < n) {
		code = known[i].code;
		hint = known[i].hint;
	}
	if (why)
		return log_fail(code, hint, "frspd: %s", why);
	return log_fail(code, hint, "%s: %s", varlink_socket(), text_of(err));
}
