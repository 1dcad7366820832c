// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/svg.h"

void svg_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? '?' : *text, out);
		}
	}
}

void svg_begin(FILE *out, int width, int height, int x, const char *title)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
		"<text x=\"%d\" y=\"28\" font-size=\"16\">",
		width, height, width, height, x);
	svg_text(out, title);
	fputs("</text>\n", out);
}

void svg_end(FILE *out)
{
	fputs("</svg>\n", out);
}

void svg_tick(FILE *out, double x, int y, double number, const char *unit)
{
	fprintf(out,
		"<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#888888\"/>\n"
		"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g %s</text>\n",
		x, x, y, y + 5, x, y + 20, number, unit);
}
