/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT and SIGTERM only set interrupted, as a wish to end. They arrive only
 * while the program waits in interrupt_poll().
 */
#ifndef FRSP_INTERRUPT_H
#define FRSP_INTERRUPT_H

#include <poll.h>
#include <signal.h>

extern volatile sig_atomic_t interrupted;

/* Installs this. Call it again after ncurses has started, because ncurses
 * installs handlers of its own.
 */
void interrupt_catch(void);

/* As poll(). Before interrupt_catch() the signals have their usual effect. */
int interrupt_poll(struct pollfd *fds, nfds_t n_fds, double timeout_s);

#endif
