#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of tests/vm/xfstests --compare, without guests: it compares two outputs of
# xfstests' check.

setup() {
	out=$BATS_TEST_TMPDIR
	mkdir "$out/stock" "$out/frsp"
	echo 'goals offered by frsp.ko: 7' >"$out/frsp/steered"
}

compare() {
	run "$BATS_TEST_DIRNAME/xfstests" --compare --out "$out"
	# without the spaces by which column aligns it
	mapfile -t lines < <(sed 's/  */ /g; s/ $//' <<<"$output")
	printf '%s\n' "${lines[@]}"
}

has() {
	printf '%s\n' "${lines[@]}" | grep -qxF "$1"
}

lacks() {
	if has "$1"; then
		return 1
	fi
}

@test "the same results: no difference, failures included" {
	cat >"$out/stock/check.out" <<'END'
generic/001        158s
generic/002        [not run] no feature
generic/003       - output mismatch (see generic/003.out.bad)
    +generic/001 has 3s
Ran: generic/001 generic/002 generic/003
END
	cp "$out/stock/check.out" "$out/frsp"
	compare
	[[ $status -eq 0 ]]
	has 'all:pass 1 1' && has 'all:notrun 1 1' && has 'all:fail 1 1' && has 'in-both 3 3'
	has 'goals offered by frsp.ko: 7'
}

@test "each difference is shown, and is the exit status" {
	cat >"$out/stock/check.out" <<'END'
generic/001        8s
generic/002       _check_generic_filesystem: filesystem on /dev/vda is inconsistent

generic/003  9s ...  8s
ext4/004          [failed, exit status 1]
generic/005        9s
Ran: generic/001
END
	cat >"$out/frsp/check.out" <<'END'
generic/001        [not run] no feature
generic/002        3s
generic/003  9s ... - output mismatch
ext4/004          [failed, exit status 1]
generic/005        8s
Ran: generic/001
END
	echo ext4/004 >"$out/frsp/timeouts"
	compare
	[[ $status -eq 1 ]]
	has 'generic/001 pass notrun' && has 'generic/002 fail pass' && has 'generic/003 pass fail'
	has 'ext4/004 fail timeout' && has 'in-both 5 5'
	lacks 'generic/005 pass pass'
}

@test "a test that was not finished has no result" {
	printf 'generic/001  8s\ngeneric/002        ' >"$out/stock/check.out"
	printf 'generic/001  8s\ngeneric/002       [failed]\nInterrupted!\nRan: x\n' >"$out/frsp/check.out"
	compare
	[[ $status -eq 0 ]]
	has 'all:pass 1 1' && has 'in-both 1 1'
	lacks 'all:fail 0 1'
}

@test "nothing to compare is no success" {
	: >"$out/stock/check.out"
	: >"$out/frsp/check.out"
	compare
	[[ $status -eq 1 ]]
	printf 'generic/001  8s\nRan: x\n' | tee "$out/stock/check.out" >"$out/frsp/check.out"
	rm "$out/frsp/steered"
	compare
	[[ $status -eq 1 ]]
	has 'xfstests: the guest frsp did not get to its end'
}
