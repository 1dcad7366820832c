// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <ncurses.h>

#include "base/text_width.h"

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

int screen_stdout_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

int screen_stdout_lines(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? 0 : size.ws_row;
}

/* LINES and COLUMNS in the environment describe the terminal in which they were
 * exported, at that time. They are used only if the kernel does not know the
 * size, as on a serial line.
 */
static void trust_kernel(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col)
		return;
	unsetenv("LINES");
	unsetenv("COLUMNS");
}

bool screen_start(void)
{
	SCREEN *screen;

	trust_kernel();
	/* newterm() reports a bad TERM, initscr() would end the program */
	screen = newterm(NULL, stdout, stdin);

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

void screen_use_mouse(void)
{
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	mouseinterval(0);
}

void screen_stop(void)
{
	endwin();
}

int screen_put(int y, int x, const char *text, int end)
{
	int width = text_width(text);

	if (x > end)
		return x;
	if (x == end)
		x = end - 1;
	if (width <= end - x) {
		mvaddstr(y, x, text);
		return x + width;
	}
	mvaddnstr(y, x, text, (int)text_fitting_bytes(text, end - x - 1));
	addch(SCREEN_CUT); /* a wide character may leave another column free */
	return end + 1;
}
