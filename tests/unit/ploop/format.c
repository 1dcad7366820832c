// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the image format: headers as QEMU and ploop write them, hostile
 * numbers each with their own fault, and entries against plain arithmetic. */
#include <stdlib.h>
#include <string.h>

#include "base/little_endian.h"
#include "ploop/core/format.h"
#include "random.h"
#include "suite.h"

#define MIB (1ULL << 20)

/* 64 GiB of 1-MiB clusters: the table of 65536 entries is 256 KiB and 64 bytes,
 * so data begins at 1 MiB. */
static struct ploop_header plain(void)
{
	struct ploop_header header;

	assert_int_equal(ploop_header_make(64 * 2048 * 1024, 2048, &header),
			 PLOOP_FINE);
	return header;
}

static void test_make(void **state)
{
	struct ploop_header header = plain();

	(void)state;
	assert_int_equal(header.n_entries, 65536);
	assert_int_equal(header.data_off, 2048);
	assert_int_equal(header.heads, 16);
	assert_int_equal(header.cylinders, 262144);
	assert_false(ploop_was_in_use(&header));
	assert_int_equal(ploop_header_check(&header, MIB), PLOOP_FINE);
	/* one sector more is one cluster more; its table needs a second MiB */
	assert_int_equal(ploop_header_make(262128ULL * 2048 + 1, 2048, &header),
			 PLOOP_FINE);
	assert_int_equal(header.n_entries, 262129);
	assert_int_equal(header.data_off, 4096);
	assert_int_equal(ploop_header_make(1, 63, &header), PLOOP_FINE);
	assert_int_equal(header.data_off, 63);
	assert_int_equal(header.cylinders, 1);
	assert_int_equal(ploop_header_make(0, 63, &header), PLOOP_EMPTY_TABLE);
	assert_int_equal(ploop_header_make(1, 0, &header), PLOOP_BAD_CLUSTER);
	assert_int_equal(ploop_header_make(1, (1 << 17) + 1, &header),
			 PLOOP_BAD_CLUSTER);
	assert_int_equal(ploop_header_make(~0ULL, 1 << 17, &header),
			 PLOOP_HUGE_TABLE);
}

static void test_round_trip(void **state)
{
	struct ploop_header header = plain(), again;
	__u8 raw[PLOOP_HEADER_BYTES];

	(void)state;
	header.ext_off = 1ULL << 40;
	header.in_use = PLOOP_IN_USE;
	header.n_sectors = 1ULL << 33;
	for (header.version = 1; header.version <= 2; header.version++) {
		ploop_header_encode(&header, raw);
		assert_memory_equal(raw,
				    header.version == 1 ? "WithoutFreeSpace"
							: "WithouFreSpacExt",
				    16);
		assert_int_equal(le32_get(raw + 16), 2);
		assert_int_equal(le32_get(raw + 28), 2048);
		assert_int_equal(le32_get(raw + 44), 0x746f6e59);
		assert_int_equal(le32_get(raw + 48), 2048);
		assert_int_equal(ploop_header_decode(raw, &again), PLOOP_FINE);
		/* 32 bits of size in version 1 */
		if (header.version == 1)
			again.n_sectors = header.n_sectors;
		assert_memory_equal(&header, &again, sizeof(header));
	}
}

static void test_version_1(void **state)
{
	struct ploop_header header = plain();
	__u8 raw[PLOOP_HEADER_BYTES];

	(void)state;
	header.version = 1;
	header.cluster_sectors = 63;
	header.n_entries = 100;
	header.n_sectors = 100 * 63 + (0xabcULL << 32);
	header.data_off = 0;
	ploop_header_encode(&header, raw);
	assert_int_equal(ploop_header_decode(raw, &header), PLOOP_FINE);
	assert_int_equal(header.n_sectors, 6300);
	assert_int_equal(header.data_off,
			 1); /* 464 bytes of header and table */
	assert_int_equal(ploop_header_check(&header, 512), PLOOP_FINE);
	assert_int_equal(ploop_slot_entry(&header, 2), 127);
	assert_int_equal(ploop_entry_byte(&header, 127), 127 * 512);
	assert_int_equal(ploop_entry_slot(&header, 127), 2);
	assert_int_equal(ploop_entry_check(&header, 126, MIB),
			 PLOOP_ENTRY_UNALIGNED);
}

static void test_not_an_image(void **state)
{
	struct ploop_header header = plain();
	__u8 raw[PLOOP_HEADER_BYTES];

	(void)state;
	ploop_header_encode(&header, raw);
	raw[15]++;
	assert_int_equal(ploop_header_decode(raw, &header), PLOOP_NOT_AN_IMAGE);
	raw[15]--;
	le32_put(raw + 16, 3);
	assert_int_equal(ploop_header_decode(raw, &header), PLOOP_BAD_VERSION);
}

static void test_in_use(void **state)
{
	struct ploop_header header = plain();

	(void)state;
	header.in_use = PLOOP_CLOSED_OLD;
	assert_false(ploop_was_in_use(&header));
	header.in_use = PLOOP_IN_USE;
	assert_true(ploop_was_in_use(&header));
	header.in_use = 0x12345678;
	assert_true(ploop_was_in_use(&header));
}

/* Each row spoils one number of a header that is fine with a file of 8 MiB. */
static void test_hostile_headers(void **state)
{
	static const struct {
		size_t field; /* where in the 64 bytes */
		__u64 value;
		bool wide;
		enum ploop_fault fault;
	} cases[] = {
		{28, 0, false, PLOOP_BAD_CLUSTER},
		{28, 0xffffffff, false, PLOOP_BAD_CLUSTER},
		{32, 0, false, PLOOP_EMPTY_TABLE},
		{32, 0xffffffff, false, PLOOP_HUGE_TABLE},
		{32, (1 << 28) + 1, false, PLOOP_HUGE_TABLE},
		{32, 65535, false, PLOOP_SHORT_TABLE},
		{32, 1 << 28, false, PLOOP_DATA_IN_TABLE},
		{36, 64 * 2048 * 1024 + 1, true, PLOOP_SHORT_TABLE},
		{36, ~0ULL, true, PLOOP_SHORT_TABLE},
		{48, 0, false, PLOOP_NO_DATA_OFF},
		{48, 2049, false, PLOOP_DATA_OFF_UNALIGNED},
		{52, 2, false, PLOOP_CONVERTING},
		{56, 1, true, PLOOP_EXT_IN_TABLE},
		{56, 2049, true, PLOOP_EXT_UNALIGNED},
		{56, 8 * 2048, true, PLOOP_EXT_CUT},
		{56, ~0ULL - 2047, true, PLOOP_EXT_CUT},
		{56, 7 * 2048, true, PLOOP_FINE},
		{36, 64 * 2048 * 1024, true, PLOOP_FINE},
	};
	struct ploop_header header;
	__u8 raw[PLOOP_HEADER_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		header = plain();
		ploop_header_encode(&header, raw);
		if (cases[i].wide)
			le64_put(raw + cases[i].field, cases[i].value);
		else
			le32_put(raw + cases[i].field, cases[i].value);
		assert_int_equal(ploop_header_decode(raw, &header), PLOOP_FINE);
		assert_int_equal(ploop_header_check(&header, 8 * MIB),
				 cases[i].fault);
	}
	header = plain();
	assert_int_equal(ploop_header_check(&header, 64 + 65536 * 4 - 1),
			 PLOOP_TABLE_CUT);
}

static void test_entries(void **state)
{
	struct ploop_header header = plain();

	(void)state;
	header.ext_off = 2 * 2048;
	header.data_off = 2048;
	assert_int_equal(ploop_slots(&header, MIB), 0);
	assert_int_equal(ploop_slots(&header, 3 * MIB + 5), 2);
	assert_int_equal(ploop_entry_check(&header, 1, 4 * MIB), PLOOP_FINE);
	assert_int_equal(ploop_entry_check(&header, 2, 4 * MIB),
			 PLOOP_ENTRY_IS_EXT);
	assert_int_equal(ploop_entry_check(&header, 3, 4 * MIB), PLOOP_FINE);
	assert_int_equal(ploop_entry_check(&header, 3, 4 * MIB - 1),
			 PLOOP_ENTRY_CUT);
	assert_int_equal(ploop_entry_check(&header, ~0u, 4 * MIB),
			 PLOOP_ENTRY_CUT);
	header.data_off = 4096;
	assert_int_equal(ploop_entry_check(&header, 1, 4 * MIB),
			 PLOOP_ENTRY_IN_TABLE);
}

/* A slot's entry and bytes agree, for all sizes, up to the last slot. */
static void test_random_slots(void **state)
{
	(void)state;
	random_seed();
	for (int i = 0; i < 20000; i++) {
		struct ploop_header header = {
			.version = 1 + random_below(2),
			.cluster_sectors = 1 + random_below(1 << 17),
			.data_off = 1 + random_below(1 << 20),
		};
		__u32 last, slot, entry;

		if (header.version == 2)
			header.data_off =
				(1 + random_below(8)) * header.cluster_sectors;
		last = ploop_max_slots(&header) - 1;
		slot = random_below(4) ? (__u32)random() % last : last;
		entry = ploop_slot_entry(&header, slot);
		assert_int_equal(ploop_entry_slot(&header, entry), slot);
		assert_true(ploop_entry_byte(&header, entry) ==
			    ploop_slot_byte(&header, slot));
		assert_int_equal(ploop_entry_check(&header, entry, ~0ULL >> 1),
				 PLOOP_FINE);
		assert_true(ploop_slot_byte(&header, last) ==
			    ploop_entry_byte(&header,
					     ploop_slot_entry(&header, last)));
	}
}

static void test_each_fault_has_its_text(void **state)
{
	(void)state;
	for (int i = 0; i < PLOOP_FAULTS; i++) {
		assert_non_null(ploop_fault_text(i));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(ploop_fault_text(i),
						ploop_fault_text(j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_not_an_image),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_hostile_headers),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_random_slots),
		cmocka_unit_test(test_each_fault_has_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
