# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded by the .bats files that run the same tests in several guests. setup_file starts
# all guests in the background, FRSP_GUESTS at a time (default 2, because a guest keeps
# one CPU busy), and each @test waits for its guest and judges the guest's output.
# The .bats file defines in_guest KERNEL, which runs the guest and returns its exit
# status; errexit is off in in_guest.

start_guests() { # start_guests KERNEL...
	(
		for kernel in "$@"; do
			while (($(jobs -rp | wc -l) >= ${FRSP_GUESTS:-2})); do
				wait -n
			done
			run_guest "$kernel" &
		done
		wait
	) >/dev/null 2>&1 3>&- &
}

run_guest() { # run_guest KERNEL
	local out=$BATS_FILE_TMPDIR/$1 status=0
	in_guest "$1" >"$out.tap" 2>"$out.err" || status=$?
	echo "$status" >"$out.status"
}

# await_guest KERNEL: waits for the guest's end and prints its output, of which stdout is in
# KERNEL.tap; fails if the guest failed.
await_guest() {
	local out=$BATS_FILE_TMPDIR/$1
	until [[ -e $out.status ]]; do
		sleep 1
	done
	cat "$out.tap" "$out.err"
	[[ $(cat "$out.status") == 0 ]]
}

# Functions that in_guest can call: *_in_guest KERNEL runs a set of tests in a guest, and
# passes_* KERNEL judges the output. FRSP_ALL=1: all tests of the set, not only the short
# choice. GUEST_TIMEOUT: the guest's limit in seconds; beside the native tests a guest gets
# the time that these leave, which on a slow machine is little.
vm_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

hot_in_guest() { # hot_in_guest KERNEL
	"$vm_dir/run" --memory 3072 --timeout "${GUEST_TIMEOUT:-4000}" "$1" \
		env FRSP_ALL="${FRSP_ALL:-}" FRSP_FEW="${FRSP_FEW:-}" "$vm_dir/hot-in-guest"
}

# Runs tests of the mover: the files NAME.bats of tests/native, by default defrag. Without a
# MODULE ('' or left out), the guest has no frsp.ko. An emulated CPU takes half a minute for each
# test, so only the choice of tests that matches the pattern in FRSP_TESTS runs.
defrag_in_guest() { # defrag_in_guest KERNEL [MODULE [NAME...]]
	local files=("${@:3}")
	[[ ${files[*]} ]] || files=(defrag)
	files=("${files[@]/#/$vm_dir/../native/}")
	# shellcheck disable=SC2016 # for the guest's shell
	"$vm_dir/run" --memory 3072 --timeout "${GUEST_TIMEOUT:-4000}" "$1" \
		env FRSP_PATIENCE=300 BATS_TEST_TIMEOUT=900 FRSP_STEPS_TIMEOUT=3600 FRSP_STRIDE="${FRSP_STRIDE:-4}" \
		FRSP_MODEL_SECONDS="${FRSP_MODEL_SECONDS:-12}" FRSP_CRASHES="${FRSP_CRASHES:-5}" bash -c '
			[[ ! $1 ]] || { modprobe ext4 && insmod "$1"; } || exit
			bats --timing --formatter tap --filter "$2" "${@:3}"' \
		- "${2:-}" "${FRSP_TESTS:-.}" "${files[@]/%/.bats}"
}

# Steps of tiers-in-guest.
TIERS_STEPS=7

tiers_in_guest() { # tiers_in_guest KERNEL
	local ko
	ko=$("$vm_dir/kmod" "$1" WERROR=1) &&
		"$vm_dir/run" --timeout "${GUEST_TIMEOUT:-4000}" --disk 384M --disk 1G "$1" \
			"$vm_dir/tiers-in-guest" "$(realpath "$vm_dir/../..")/.output/frspctl" "$ko"
}

passes_tiers() { # passes_tiers KERNEL
	await_guest "$1"
	[[ $(grep -c '^ok - ' "$BATS_FILE_TMPDIR/$1.tap") == "$TIERS_STEPS" ]]
}

# Steps of sick-tier-in-guest.
SICK_TIER_STEPS=7

sick_tier_in_guest() { # sick_tier_in_guest KERNEL
	"$vm_dir/run" --timeout "${GUEST_TIMEOUT:-4000}" --disk 320M --disk 320M "$1" \
		"$vm_dir/sick-tier-in-guest" "$(realpath "$vm_dir/../..")/.output/frspctl"
}

passes_sick_tier() { # passes_sick_tier KERNEL
	await_guest "$1"
	[[ $(grep -c '^ok - ' "$BATS_FILE_TMPDIR/$1.tap") == "$SICK_TIER_STEPS" ]]
}

top_in_guest() { # top_in_guest KERNEL
	local ko
	ko=$("$vm_dir/kmod" "$1" WERROR=1) &&
		"$vm_dir/run" --memory 3072 --timeout "${GUEST_TIMEOUT:-4000}" --disk 500M "$1" \
			env FRSP_ALL="${FRSP_ALL:-}" "$vm_dir/top-in-guest" "$ko"
}

# The number of steps in top-kmod-in-guest. They print "ok - STEP", which has no number, so
# passes_tap does not count them.
TOP_STEPS=7

passes_top() { # passes_top KERNEL TESTS
	passes_tap "$@"
	[[ $(grep -c '^ok - ' "$BATS_FILE_TMPDIR/$1.tap") == "$TOP_STEPS" ]]
}

# build_module KERNEL NAME: builds one of the tests' modules and prints its path. taker
# occupies the function that frsp.ko hooks, group_holder holds a block group's lock,
# ftrace_killer shuts ftrace down.
build_module() {
	local headers dir=$BATS_FILE_TMPDIR/$1.$2
	headers=$("$vm_dir/fetch" "$1" --headers | sed -n 's/^headers=//p')
	cp -r "$vm_dir/$2" "$dir"
	make -s -C "$headers" M="$dir" CONFIG_DEBUG_INFO_BTF_MODULES= modules >&2
	echo "$dir/$2.ko"
}

kmod_in_guest() { # kmod_in_guest KERNEL
	local ko taker holder
	ko=$("$vm_dir/kmod" "$1" WERROR=1) && taker=$(build_module "$1" taker) &&
		holder=$(build_module "$1" group_holder) &&
		"$vm_dir/run" --memory 3072 --timeout "${GUEST_TIMEOUT:-4000}" --disk 6G \
			--append "slub_debug=FZPU,frsp_extent${FRSP_ALL:+ frsp_all}" \
			"$1" "$vm_dir/kmod-in-guest" "$ko" "$taker" "$holder"
}

passes_kmod() { # passes_kmod KERNEL
	await_guest "$1"
	[[ $(grep -c '^ok ' "$BATS_FILE_TMPDIR/$1.tap") == $(cat "$vm_dir"/life/*.bash | grep -c '^test_') ]]
}

# Builds hotmon and frsp-top in a copy of the tree with the newest installed clang.
build_with_newest_clang() {
	local clang tree=$BATS_FILE_TMPDIR/tree
	clang=$(compgen -c clang- | grep -E '^clang-[0-9]+$' | sort -V | tail -n 1)
	"$vm_dir/../copy" "$tree" --built
	MAKEFLAGS='' make -s -C "$tree" CLANG="$clang" .output/hotmon .output/frsp-top >&2
}

load_in_guest() { # load_in_guest KERNEL; needs build_with_newest_clang
	"$vm_dir/run" --timeout "${GUEST_TIMEOUT:-4000}" --disk 500M "$1" "$vm_dir/load-in-guest" \
		"$(realpath "$vm_dir/../..")/.output" "$BATS_FILE_TMPDIR/tree/.output"
}

# passes_tap KERNEL TESTS: the guest printed bats' TAP with at least TESTS tests, of which
# none failed. It may skip only tests of what its kernel lacks.
passes_tap() {
	local tap=$BATS_FILE_TMPDIR/$1.tap
	await_guest "$1"
	[[ $(grep -c '^ok [0-9]' "$tap") -ge $2 ]]
	run ! grep '^not ok ' "$tap"
	run ! grep -P '^ok .*# skip (?!the kernel has no)' "$tap"
}

# Steps of frspd-in-guest, and with FRSP_ALL.
FRSPD_STEPS=9 FRSPD_ALL_STEPS=16

frspd_in_guest() { # frspd_in_guest KERNEL
	local ko dir=$BATS_FILE_TMPDIR/$1.dir
	mkdir "$dir" && ko=$("$vm_dir/kmod" "$1" WERROR=1) &&
		MAKEFLAGS='' make -s -C "$vm_dir/../.." .output/bench/punch_holes >&2 &&
		MAKEFLAGS='' make -s -C "$vm_dir/../.." install DESTDIR="$dir/installed" PREFIX=/usr >&2 &&
		cd "$dir" && "$vm_dir/run" --systemd --timeout "${GUEST_TIMEOUT:-4000}" "$1" \
		env FRSP_ALL="${FRSP_ALL:-}" "$vm_dir/frspd-in-guest" "$dir/installed" "$ko"
}

passes_frspd() { # passes_frspd KERNEL
	local n=$FRSPD_STEPS
	[[ ! ${FRSP_ALL:-} ]] || n=$FRSPD_ALL_STEPS
	await_guest "$1"
	[[ $(grep -c '^ok - ' "$BATS_FILE_TMPDIR/$1.tap") == "$n" ]]
}

# Steps of frspctl-in-guest.
FRSPCTL_STEPS=18

# JSON documents go to the directory KERNEL.json.
frspctl_in_guest() { # frspctl_in_guest KERNEL
	local ko dir=$BATS_FILE_TMPDIR/$1.json
	mkdir "$dir" && ko=$("$vm_dir/kmod" "$1" WERROR=1) &&
		"$vm_dir/run" --timeout "${GUEST_TIMEOUT:-4000}" --disk 6G --disk 120M --disk 9T --share "$dir" \
			"$1" "$vm_dir/frspctl-in-guest" \
			"$(realpath "$vm_dir/../..")/.output/frspctl" "$ko" "$dir"
}

passes_frspctl() { # passes_frspctl KERNEL
	local root=$vm_dir/../.. dir=$BATS_FILE_TMPDIR/$1.json tap=$BATS_FILE_TMPDIR/$1.tap
	await_guest "$1"
	[[ $(grep -c '^ok - ' "$tap") == "$FRSPCTL_STEPS" ]]
	"$root/tests/native/validate.py" "$root/docs/frspctl.schema.json" < <(cat "$dir"/*.json)
	# one of each kind
	"$root/tests/native/validate.py" --mutants "$root/docs/frspctl.schema.json" \
		< <(cat "$dir/status-written.json" "$dir/tree.json" "$dir/tree-0.json")
}

# Steps of ublk-in-guest.
UBLK_STEPS=13

# The document of serve --json goes to the directory KERNEL.ublk.
ublk_in_guest() { # ublk_in_guest KERNEL
	local dir=$BATS_FILE_TMPDIR/$1.ublk
	mkdir "$dir" && "$vm_dir/run" --timeout "${GUEST_TIMEOUT:-4000}" --disk 3G --share "$dir" "$1" \
		"$vm_dir/ublk-in-guest" "$(realpath "$vm_dir/../..")/.output/frsp-image" "$dir"
}

passes_ublk() { # passes_ublk KERNEL
	local root=$vm_dir/../.. document=$BATS_FILE_TMPDIR/$1.ublk/serve.json
	await_guest "$1"
	[[ $(grep -c '^ok - ' "$BATS_FILE_TMPDIR/$1.tap") == "$UBLK_STEPS" ]]
	"$root/tests/native/validate.py" "$root/docs/frsp-image.schema.json" <"$document"
	"$root/tests/native/validate.py" --mutants "$root/docs/frsp-image.schema.json" <"$document"
}
