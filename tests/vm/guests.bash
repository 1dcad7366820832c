# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded by tests that run the same in several guests: all are started in setup_file,
# FRSP_GUESTS at a time (default 2: a guest keeps one CPU busy), and each test waits for
# its own.
# The file defines in_guest KERNEL, which returns the guest's exit status; errexit is
# off in it.

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

# Prints what the guest printed, which is in KERNEL.tap too; fails if the guest did.
await_guest() { # await_guest KERNEL
	local out=$BATS_FILE_TMPDIR/$1
	until [[ -e $out.status ]]; do
		sleep 1
	done
	cat "$out.tap" "$out.err"
	[[ $(cat "$out.status") == 0 ]]
}

# What in_guest may be: hotmon's tests, those of frsp-top, which need frsp.ko, too, and
# those of frsp.ko itself.
# FRSP_ALL=1: all of them. GUEST_TIMEOUT: in seconds.
vm_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

hot_in_guest() { # hot_in_guest KERNEL
	"$vm_dir/run" --memory 3072 --timeout "${GUEST_TIMEOUT:-2400}" "$1" \
		env FRSP_ALL="${FRSP_ALL:-}" "$vm_dir/hot-in-guest"
}

top_in_guest() { # top_in_guest KERNEL
	local ko
	ko=$("$vm_dir/kmod" "$1" WERROR=1) &&
		"$vm_dir/run" --memory 3072 --timeout "${GUEST_TIMEOUT:-2400}" --disk 500M "$1" \
			env FRSP_ALL="${FRSP_ALL:-}" "$vm_dir/top-in-guest" "$ko"
}

# Of top_in_guest, besides what passes_tap looks at: the steps with frsp.ko.
TOP_STEPS=7

passes_top() { # passes_top KERNEL TESTS
	passes_tap "$@"
	[[ $(grep -c '^ok - ' "$BATS_FILE_TMPDIR/$1.tap") == "$TOP_STEPS" ]]
}

# A module of the tests: taker has the function that frsp.ko needs, group_holder keeps a
# block group's lock, ftrace_killer shuts ftrace down. Prints where it is.
build_module() { # build_module KERNEL NAME
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
		"$vm_dir/run" --memory 3072 --timeout "${GUEST_TIMEOUT:-1800}" --disk 6G \
			--append "slub_debug=FZPU,frsp_extent${FRSP_ALL:+ frsp_all}" \
			"$1" "$vm_dir/kmod-in-guest" "$ko" "$taker" "$holder"
}

passes_kmod() { # passes_kmod KERNEL
	await_guest "$1"
	[[ $(grep -c '^ok ' "$BATS_FILE_TMPDIR/$1.tap") == $(cat "$vm_dir"/life/*.bash | grep -c '^test_') ]]
}

# The programs once more, in a copy of the tree, with the newest clang that is installed.
build_with_newest_clang() {
	local clang tree=$BATS_FILE_TMPDIR/tree
	clang=$(compgen -c clang- | grep -E '^clang-[0-9]+$' | sort -V | tail -n 1)
	"$vm_dir/../copy" "$tree" --built
	MAKEFLAGS='' make -s -C "$tree" CLANG="$clang" .output/hotmon .output/frsp-top >&2
}

load_in_guest() { # load_in_guest KERNEL: after build_with_newest_clang
	"$vm_dir/run" --disk 500M "$1" "$vm_dir/load-in-guest" \
		"$(realpath "$vm_dir/../..")/.output" "$BATS_FILE_TMPDIR/tree/.output"
}

# passes_tap KERNEL TESTS: the guest printed the TAP of bats, with so many tests at least.
# It may skip only what its kernel lacks.
passes_tap() {
	local tap=$BATS_FILE_TMPDIR/$1.tap
	await_guest "$1"
	[[ $(grep -c '^ok [0-9]' "$tap") -ge $2 ]]
	run ! grep '^not ok ' "$tap"
	run ! grep -P '^ok .*# skip (?!the kernel has no)' "$tap"
}

# Steps of frspctl-in-guest.
FRSPCTL_STEPS=18

# JSON documents go to the directory KERNEL.json.
frspctl_in_guest() { # frspctl_in_guest KERNEL
	local ko dir=$BATS_FILE_TMPDIR/$1.json
	mkdir "$dir" && ko=$("$vm_dir/kmod" "$1" WERROR=1) &&
		"$vm_dir/run" --timeout 1800 --disk 6G --disk 120M --disk 9T --share "$dir" \
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
