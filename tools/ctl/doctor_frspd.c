// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/doctor_frspd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>

#include "base/aside.h"
#include "base/json_in.h"
#include "config/config.h"
#include "heat/track.h"
#include "varlink/client.h"
#include "watch/pin.h"

#define PATIENCE_S 5
#define OWNER	   "frspd" /* as daemon/tracking.c pins */

static bool is_installed(void)
{
	static const char *const paths[] = {"/usr/local/sbin/frspd",
					    "/usr/sbin/frspd", "/sbin/frspd"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!access(paths[i], X_OK))
			return true;
	return false;
}

static int ask(struct doctor_frspd *frspd)
{
	struct varlink_client *client = NULL;
	struct varlink_reply reply;
	int err = varlink_open(&client);

	if (!err)
		err = varlink_ask(client, "io.frsp.GetStatus", NULL, PATIENCE_S,
				  &reply);
	if (!err) {
		snprintf(frspd->version, sizeof(frspd->version), "%s",
			 json_get_text(reply.parameters, "version") ?: "");
		snprintf(frspd->text, sizeof(frspd->text), "%s",
			 json_get_text(reply.parameters, "text") ?: "");
		varlink_reply_free(&reply);
	}
	varlink_close(client);
	return err;
}

/* A question to the process aside: how old a file is. */
struct age {
	char path[PATH_MAX];
	double seconds;
};

static int read_age(void *message, int *fd)
{
	struct age *age = message;
	struct timespec now;
	struct stat st;

	(void)fd;
	if (stat(age->path, &st))
		return -errno;
	clock_gettime(CLOCK_REALTIME, &now);
	age->seconds = now.tv_sec - st.st_mtim.tv_sec;
	return 0;
}

/* A directory that is not there is no error, as frspd sees it. */
static void look_at_metrics(struct doctor_frspd *frspd,
			    const struct config *config)
{
	struct age age = {0}, directory;
	char *end;

	snprintf(age.path, sizeof(age.path), "%s",
		 config_text(config, "metrics"));
	directory = age;
	end = strrchr(directory.path, '/');
	if (!end)
		return; /* off */
	end[end == directory.path] = '\0';
	if (aside(read_age, &directory, sizeof(directory), 0, NULL))
		return;
	frspd->has_metrics = true;
	frspd->metrics_interval_s = config_seconds(config, "metrics_interval");
	frspd->metrics_age_s =
		aside(read_age, &age, sizeof(age), 0, NULL) ? -1 : age.seconds;
}

static void read_configuration(struct doctor_frspd *frspd)
{
	char text[CONFIG_ERROR_LEN];
	struct config_error error;
	struct config *config;
	int err = config_read("", &config, &error);

	if (err) {
		config_error_text(&error, err, text);
		snprintf(frspd->config_error, sizeof(frspd->config_error),
			 "%.*s", (int)sizeof(frspd->config_error) - 1, text);
		return;
	}
	while (config_warning(config, frspd->n_config_warnings))
		frspd->n_config_warnings++;
	look_at_metrics(frspd, config);
	config_free(config);
}

void doctor_probe_frspd(struct doctor_frspd *frspd)
{
	frspd->err = ask(frspd);
	frspd->is_installed = is_installed();
	frspd->has_pins = watch_pin_is_there(HOT_TRACK_OBJECT);
	frspd->pins_are_own = watch_pin_is_of(OWNER);
	read_configuration(frspd);
}
