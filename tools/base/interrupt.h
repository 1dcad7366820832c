/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT and SIGTERM as a wish to end, which is seen only while waiting. */
#ifndef FRSP_INTERRUPT_H
#define FRSP_INTERRUPT_H

#include <poll.h>
#include <signal.h>

extern volatile sig_atomic_t interrupted;

/* Blocks both; they arrive inside of interrupt_poll(). Again after ncurses has
 * started, as that has handlers of its own.
 */
void interrupt_catch(void);

/* As poll(). Without interrupt_catch() signals do what they always do. */
int interrupt_poll(struct pollfd *fds, nfds_t n_fds, double timeout_s);

#endif
