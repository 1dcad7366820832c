// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/service.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/interrupt.h"
#include "daemon/api.h"
#include "daemon/claim.h"
#include "daemon/escache.h"
#include "daemon/export.h"
#include "daemon/filesystems.h"
#include "daemon/give_way.h"
#include "daemon/http.h"
#include "daemon/read_config.h"
#include "daemon/relocation.h"
#include "daemon/say.h"
#include "daemon/state.h"
#include "daemon/summaries.h"
#include "daemon/tracking.h"
#include "daemon/trees.h"
#include "heat/monitor_parts.h"
#include "watch/pin.h"

#define TICK_US	    1000000
#define ACCURACY_US 100000

struct service {
	struct tracking *tracking;
	struct mount_table *mounts;
	struct filesystems filesystems;
	struct export export;
	struct escache_tuner escache;
	struct relocation relocation;
	/* for which it was started */
	enum config_tuner escache_most, relocation_most;
	struct api api;
	struct http *http; /* NULL: systemd listens to nothing for us */
	struct trees_tuner trees;
	struct summaries_tuner summaries;
	enum config_tuner summaries_most; /* the same */
	struct state state;
	struct config *config;
	const char *root;
	sd_event *event;
	sd_event_source *soon; /* on while relocation works */
	char status[80];       /* as systemd knows it */
	enum exit_code code;
};

/* Ends the loop. err: 0: as we were asked to. */
static void stop(struct service *service, int err)
{
	interrupted = 1; /* from now on, do not wait for what hangs */
	if (err == -ECANCELED) {
		say(&say_unpinned, NULL,
		    "%s: the programs were unpinned; start frspd again to load them",
		    WATCH_PIN_ROOT);
		service->code = EXIT_FAILED;
	} else if (err) {
		service->code =
			log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	}
	sd_event_exit(service->event, 0);
}

static void tell_status(struct service *service)
{
	size_t n = filesystems_count(&service->filesystems, CONFIG_OBSERVE);
	char status[sizeof(service->status)];

	snprintf(status, sizeof(status), "observes %zu filesystem%s of %zu", n,
		 fmt_plural(n), service->filesystems.n);
	if (!strcmp(status, service->status))
		return;
	strcpy(service->status, status);
	sd_notifyf(false, "STATUS=%s", status);
}

/* Looks at everything once. Returns 0 or -errno. */
static int look(struct service *service)
{
	int err = hot_monitor_tend(service->tracking->monitor);

	/* on error, go on with the old table */
	mount_table_refresh(service->mounts);
	if (!err)
		err = filesystems_update(&service->filesystems, service->mounts,
					 service->config);
	if (err)
		return err;
	tell_status(service);
	hot_clients_count(&service->api.hot); /* forgets those that ended */
	export_tick(&service->export, service->config, &service->filesystems,
		    service->tracking->monitor);
	summaries_tick(&service->summaries, &service->filesystems);
	trees_tick(&service->trees, &service->filesystems);
	err = state_tick(&service->state, service->config,
			 &service->filesystems, service->tracking->monitor)
		      ?: relocation_tick(&service->relocation,
					 service->tracking->monitor,
					 &service->filesystems);
	return err
		       ?: escache_tick(&service->escache, service->tracking->es,
				       &service->filesystems);
}

/* What cannot wait for the next tick. */
static int on_soon(sd_event_source *source, uint64_t usec, void *context)
{
	struct service *service = context;

	(void)usec;
	relocation_look(&service->relocation, &service->filesystems);
	if (!service->relocation.command.is_running)
		return 0;
	sd_event_source_set_time_relative(source, GIVE_WAY_LOOK_US);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_tick(sd_event_source *source, uint64_t usec, void *context)
{
	struct service *service = context;
	int err = look(service);

	(void)usec;
	if (err || interrupted) {
		stop(service, interrupted ? 0 : err);
		return 0;
	}
	if (service->relocation.command.is_running)
		on_soon(service->soon, usec, service);
	sd_event_source_set_time_relative(source, TICK_US);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_end(sd_event_source *source,
		  const struct signalfd_siginfo *signal_info, void *context)
{
	(void)source;
	(void)signal_info;
	stop(context, 0);
	return 0;
}

/* was: that with which we started. It has only the rights and programs that
 * this needed.
 */
static void want_restart(const struct config *config, const char *tuner,
			 enum config_tuner was)
{
	enum config_tuner most = config_tuner_most(config, tuner);

	if (most > was)
		say(&say_restart, NULL, "\"%s = %s\" needs a restart of frspd",
		    tuner, config_tuner_word(most));
}

/* The new configuration replaces the old one as a whole, or not at all. */
static bool reload(struct service *service)
{
	struct config *config;

	if (!read_config_anew(service->root, &config))
		return false;
	config_free(service->config);
	service->config = config;
	filesystems_configure(&service->filesystems, config);
	say(&say_reloaded, NULL, "the configuration was read again");
	want_restart(config, "escache", service->escache_most);
	/* to advise needs no more rights than to observe */
	if (config_tuner_most(config, "summaries") == CONFIG_TUNER_APPLY)
		want_restart(config, "summaries", service->summaries_most);
	want_restart(config, "relocation", service->relocation_most);
	return true;
}

/* For api.reload(), too. */
static bool reload_and_tell(void *context)
{
	struct service *service = context;
	bool is_new;

	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   clock_ns(CLOCK_MONOTONIC) / 1000);
	is_new = reload(service);
	sd_notify(false, "READY=1");
	tell_status(service);
	return is_new;
}

static int on_reload(sd_event_source *source,
		     const struct signalfd_siginfo *signal_info, void *context)
{
	(void)source;
	(void)signal_info;
	reload_and_tell(context);
	return 0;
}

static int add_sources(struct service *service)
{
	int err = sd_event_add_signal(service->event, NULL, SIGTERM, on_end,
				      service);

	if (err >= 0)
		err = sd_event_add_signal(service->event, NULL, SIGINT, on_end,
					  service);
	if (err >= 0)
		err = sd_event_add_signal(service->event, NULL, SIGHUP,
					  on_reload, service);
	if (err >= 0)
		err = sd_event_add_time_relative(service->event, NULL,
						 CLOCK_MONOTONIC, TICK_US,
						 ACCURACY_US, on_tick, service);
	if (err >= 0)
		err = sd_event_add_time_relative(service->event, &service->soon,
						 CLOCK_MONOTONIC,
						 GIVE_WAY_LOOK_US, ACCURACY_US,
						 on_soon, service);
	/* if systemd wants to hear from us, the loop tells it that it runs */
	if (err >= 0)
		err = sd_event_set_watchdog(service->event, true);
	return err < 0 ? err : 0;
}

/* Blocks the signals, which sd_event then takes. While we wait for the process
 * aside, a signal to end only sets interrupted.
 */
static void block_signals(void)
{
	sigset_t reload_only;

	interrupt_catch();
	sigemptyset(&reload_only);
	sigaddset(&reload_only, SIGHUP);
	sigprocmask(SIG_BLOCK, &reload_only, NULL);
}

/* What each tuner can be set to while frspd runs, without more programs and
 * rights than it has.
 */
static void set_most(struct service *service)
{
	enum config_tuner *most = service->api.most;

	if (service->tracking->es)
		most[FS_TUNER_ESCACHE] = service->escache_most;
	most[FS_TUNER_SUMMARIES] = service->summaries_most == CONFIG_TUNER_APPLY
					   ? CONFIG_TUNER_APPLY
					   : CONFIG_TUNER_ADVISE;
	most[FS_TUNER_TREES] = CONFIG_TUNER_APPLY;
	most[FS_TUNER_RELOCATION] = service->relocation_most;
}

/* Without a socket the rest works: a path that is too long, a full disk. */
static void open_socket(struct service *service)
{
	int err;

	service->api = (struct api){
		.filesystems = &service->filesystems,
		.mounts = service->mounts,
		.monitor = service->tracking->monitor,
		.text = service->status,
		.hot.program = hot_track_prog_fd(
			hot_monitor_parts(service->tracking->monitor).track),
		.reload = reload_and_tell,
		.context = service,
	};
	set_most(service);
	err = server_open(service->event, api_answer, &service->api,
			  &service->api.server);
	if (err)
		say(&say_no_socket, NULL,
		    "%s/io.frsp.sock: nobody can ask frspd: %s",
		    claim_directory(), strerror(-err));
}

/* An http_fn. */
static int give_metrics(void *context, char **text, size_t *len)
{
	const struct service *service = context;

	return export_text(&service->filesystems, service->tracking->monitor,
			   text, len);
}

static int begin(struct service *service)
{
	int err;

	block_signals();
	state_begin(&service->state, service->config);
	err = mount_table_read(&service->mounts);
	if (!err)
		err = sd_event_new(&service->event);
	if (err >= 0)
		err = add_sources(service);
	if (!err)
		err = look(service);
	if (!err)
		open_socket(service);
	if (!err)
		err = http_open(service->event, give_metrics, service,
				&service->http);
	return err;
}

static void end(struct service *service)
{
	server_close(service->api.server);
	http_close(service->http);
	hot_clients_end(&service->api.hot);
	sd_event_source_unref(service->soon);
	sd_event_unref(service->event);
	state_end(&service->state, &service->filesystems,
		  service->tracking->monitor);
	export_end(&service->export);
	relocation_end(&service->relocation);
	escache_end(&service->escache);
	filesystems_free(&service->filesystems);
	mount_table_free(service->mounts);
	config_free(service->config);
}

enum exit_code service_run(struct tracking *tracking, struct config *config,
			   const char *root)
{
	struct service service = {
		.tracking = tracking,
		.escache_most = config_tuner_most(config, "escache"),
		.summaries_most = config_tuner_most(config, "summaries"),
		.relocation_most = config_tuner_most(config, "relocation"),
		.relocation.root = root,
		.config = config,
		.root = root,
	};
	int err;

	service.relocation.may_move =
		service.relocation_most == CONFIG_TUNER_APPLY;
	err = begin(&service);
	if (!err) {
		sd_notify(false, "READY=1");
		say(&say_ready, NULL, "ready: %s", service.status);
		err = sd_event_loop(service.event);
	}
	if (err < 0)
		service.code =
			log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	sd_notify(false, "STOPPING=1");
	say(&say_stopping, NULL, "stops");
	end(&service);
	return service.code;
}
