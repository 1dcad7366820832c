// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/ask.h"

#include <json-c/json.h>

#include "base/interrupt.h"
#include "cli/from_daemon.h"
#include "varlink/client.h"

/* A disk that does not answer may hold frspd up for some seconds. */
#define PATIENCE_S 15

enum exit_code ctl_ask(const char *method, struct json_object *parameters,
		       struct varlink_reply *reply)
{
	struct varlink_client *client = NULL;
	enum exit_code code = EXIT_OK;
	int err = varlink_open(&client);

	interrupt_catch();
	if (err)
		json_object_put(parameters);
	else
		err = varlink_ask(client, method, parameters, PATIENCE_S,
				  reply);
	if (err)
		code = from_daemon_fail(err,
					client ? varlink_why(client) : NULL);
	/* nothing is printed, but nothing is done */
	if (err && code == EXIT_OK)
		code = EXIT_FAILED;
	varlink_close(client);
	return code;
}
