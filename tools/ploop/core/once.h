/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that one thread writes while others read them without a lock. Each is
 * read and written in one piece; what that may miss is said where it is done. */
#ifndef FRSP_PLOOP_ONCE_H
#define FRSP_PLOOP_ONCE_H

#define once_read(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)
#define once_write(word, value)                                                \
	__atomic_store_n(&(word), value, __ATOMIC_RELAXED)
/* What was written before the publication is seen by who reads it so. */
#define once_see(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define once_publish(word, value)                                              \
	__atomic_store_n(&(word), value, __ATOMIC_RELEASE)

#define owner_of(member_pointer, type, member)                                 \
	((type *)(void *)((char *)(member_pointer) - offsetof(type, member)))

#endif
