/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's min(), max() and clamp(): see types.h. */
#ifndef FRSP_SHIM_MINMAX_H
#define FRSP_SHIM_MINMAX_H

#define min(x, y)                                                              \
	({                                                                     \
		__typeof__(x) _x = (x);                                        \
		__typeof__(y) _y = (y);                                        \
		(void)(&_x == &_y);                                            \
		_x < _y ? _x : _y;                                             \
	})
#define max(x, y)                                                              \
	({                                                                     \
		__typeof__(x) _x = (x);                                        \
		__typeof__(y) _y = (y);                                        \
		(void)(&_x == &_y);                                            \
		_x > _y ? _x : _y;                                             \
	})
#define max3(x, y, z)		max(max(x, y), z)
#define min_t(type, x, y)	min((type)(x), (type)(y))
#define clamp(value, low, high) min(max(value, low), high)

#endif
