// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/palette.h"

#define GROUND 0x0c0c10

/* Ten places of viridis, evenly spaced; what is between is mixed. */
static const __u32 places[] = {0x440154, 0x482878, 0x3e4a89, 0x31688e,
			       0x26828e, 0x1f9e89, 0x35b779, 0x6ece58,
			       0xb5de2b, 0xfde725};
#define N_PLACES (sizeof(places) / sizeof(places[0]))

static unsigned int part_of(__u32 rgb, int shift)
{
	return rgb >> shift & 255;
}

__u32 palette_rgb(unsigned int level, unsigned int n_levels)
{
	double at = n_levels > 1 ? (double)(level - 1) / (n_levels - 1) *
					   (N_PLACES - 1)
				 : 0;
	unsigned int i = at < N_PLACES - 1 ? at : N_PLACES - 2;
	__u32 rgb = 0;

	if (!level)
		return GROUND;
	for (int shift = 16; shift >= 0; shift -= 8) {
		double low = part_of(places[i], shift);
		double high = part_of(places[i + 1], shift);

		rgb |= (__u32)(low + (high - low) * (at - i) + 0.5) << shift;
	}
	return rgb;
}

unsigned int palette_of_256(unsigned int level, unsigned int n_levels)
{
	/* The nearest ones would not rise: the cube has few dark colours. */
	static const unsigned char numbers[] = {53, 54, 60,  61,  67,  36,
						72, 77, 113, 149, 184, 226};
	const unsigned int last = sizeof(numbers) - 1;

	if (!level)
		return 16;
	return numbers[n_levels > 1 ? (level - 1) * last / (n_levels - 1) : 0];
}
