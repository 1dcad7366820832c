// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <ncurses.h>

static void restore_and_die(int signal_number)
{
	endwin();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void catch_crashes(void)
{
	static const int fatal[] = {SIGQUIT, SIGSEGV, SIGBUS,
				    SIGFPE,  SIGILL,  SIGABRT};
	struct sigaction action = {.sa_handler = restore_and_die};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
}

bool screen_start(void)
{
	/* newterm() reports a bad TERM, initscr() would end the program */
	SCREEN *screen = newterm(NULL, stdout, stdin);

	if (!screen)
		return false;
	if (!tigetstr("cup")) { /* "dumb": the cursor cannot be moved */
		endwin();
		delscreen(screen);
		return false;
	}
	set_term(screen);
	catch_crashes();
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	return true;
}

void screen_stop(void)
{
	endwin();
}

int screen_fitting_bytes(const char *text, int n_columns)
{
	const char *at = text;
	mbstate_t state = {0};
	wchar_t character;
	size_t len;
	int width;

	while ((len = mbrtowc(&character, at, MB_CUR_MAX, &state))) {
		if (len >
		    MB_CUR_MAX) { /* not of this locale: a byte, a column */
			memset(&state, 0, sizeof(state));
			len = 1;
			width = 1;
		} else {
			width = wcwidth(character);
		}
		n_columns -= width > 0 ? width : 0;
		if (n_columns < 0)
			break;
		at += len;
	}
	return at - text;
}
