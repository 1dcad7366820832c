# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash
# Loaded after lib: files in pieces, on the filesystem "a".

# fragment PIECES BYTES FILE...: as fragment.py. frsp.ko would not let files get so, so it no
# longer steers there.
fragment() {
	local steering=/sys/fs/ext4/${loop_of[a]#/dev/}/freespace_tree
	[[ ! -e $steering ]] || echo 0 >"$steering"
	"$native_dir/fragment.py" "$@"
}
