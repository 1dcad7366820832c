# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by fetch, guest-root and tests/debian, after kernels.sh. Reads a suite of the Debian archive
# with an apt whose lists and state are in the cache. The machine's own apt need not know
# the suite, and its configuration stays as it is: a machine that knew a newer suite would
# upgrade to it. Only the mirror, the proxy and the like are taken from that configuration.
# shellcheck disable=SC2034,SC2154 # shared with those scripts

# archive_open SUITE ARCH: selects the suite and architecture for the functions below, and
# locks its directory until this process ends.
archive_open() {
	need apt-get apt
	need dpkg-deb dpkg
	[[ ${archive_dir:-} != "$cache_dir/apt/$1-$2" ]] || return 0
	archive_suite=$1
	archive_dir=$cache_dir/apt/$1-$2
	archive_refreshed=
	mkdir -p "$archive_dir"/{lists,archives}/partial
	exec {archive_lock}>"$archive_dir/lock"
	flock "$archive_lock"
	write_apt_conf "$2" >"$archive_dir/apt.conf"
	# The archive deletes a superseded package after a day or two, so a list is fresh for a
	# day.
	[[ -n $(find "$archive_dir/fresh" -mmin -1440 2>/dev/null) ]] || archive_refresh
}

# write_apt_conf ARCH: prints a configuration that overrides the machine's apt.conf. It
# drops the machine's hooks, pins and default release, which are for the machine's own
# lists and suites.
write_apt_conf() {
	cat <<-EOT
		Dir::Etc::sourcelist "$archive_dir/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$archive_dir";
		Dir::State::lists "$archive_dir/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$archive_dir";
		Dir::Cache::archives "$archive_dir/archives";
		APT::Architecture "$1";
		#clear APT::Architectures;
		APT::Architectures { "$1"; };
		APT::Default-Release "";
		APT::Sandbox::User "root"; // nobody else needs to reach the cache
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		Acquire::Languages "none";
		Acquire::Retries "3";
	EOT
}

keyring() {
	local file
	for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		[[ ! -r $file ]] || { echo "$file" && return; }
	done
	die 125 "the Debian archive's keys are not in /usr/share/keyrings" \
		"install them: apt-get install debian-archive-keyring"
}

# Prints the Debian mirrors of the machine's apt, then Debian's main mirror. apt does not
# know the origin of a list that it has never downloaded; then the URI has to end in the
# name.
mirrors() {
	local name=debian
	[[ $archive_suite != *-security ]] || name=debian-security
	# shellcheck disable=SC2016 # apt and awk expand these
	{
		apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(REPO_URI)' \
			'Created-By: Packages' 'Component: main' 2>/dev/null || true
		echo "Debian|$archive_suite|http://deb.debian.org/$name"
	} | awk -F '|' -v name="$name" '
		{ sub("/$", "", $3) }
		$3 ~ /^cdrom:/ { next }
		$1 != "Debian" && ($1 != "" || $3 !~ "/" name "$") { next }
		($2 ~ /-security$|\/updates$/) == (name ~ /-security$/) && !seen[$3]++ { print $3 }'
}

# archive_apt COMMAND...: runs apt-get; its messages go to a file, for archive_cause
archive_apt() {
	apt-get -qq -c "$archive_dir/apt.conf" "$@" >"$archive_dir/said" 2>&1
}

archive_cause() {
	local cause
	cause=$(grep -m 1 -E '^[EW]: ' "$archive_dir/said" || tail -n 1 "$archive_dir/said")
	cause=${cause#[EW]: }
	echo "${cause:-apt said nothing}"
}

# Downloads the suite's list of packages from the first mirror that has it.
archive_refresh() {
	local mirror key causes=''
	key=$(keyring)
	while read -r mirror; do
		echo "deb [signed-by=$key target=Packages] $mirror $archive_suite main" \
			>"$archive_dir/sources.list"
		if archive_apt update --error-on=any; then
			touch "$archive_dir/fresh"
			archive_refreshed=1
			return
		fi
		causes+="${causes:+; }$(archive_cause)"
	done < <(mirrors)
	die 125 "cannot read the list of $archive_suite's packages: $causes" \
		"is the network up, and is there room in $cache_dir? Then try again"
}

# archive_newest REGEX: prints the package with the highest version number among those
# whose whole name matches, or nothing
archive_newest() {
	apt-cache -c "$archive_dir/apt.conf" dumpavail 2>/dev/null | sed -n 's/^Package: //p' |
		grep -xE "$1" | sort -V | tail -n 1 || true
}

archive_show() { # archive_show PACKAGE: prints its record, or nothing
	apt-cache -c "$archive_dir/apt.conf" --no-all-versions show "$1" 2>/dev/null || true
}

# archive_has PACKAGE: packages may depend on a package that the archive has deleted.
archive_has() {
	[[ $(archive_show "$1") ]]
}

# archive_depends PACKAGE REGEX: prints its dependencies whose name matches, or nothing
archive_depends() {
	archive_show "$1" | sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed 's/^ *//; s/ .*//' | grep -xE "$2" || true
}

archive_download() { # archive_download DIR PACKAGE...
	local dir=$1
	shift
	mkdir -p "$dir"
	echo "vm: downloading $*" >&2
	(cd "$dir" && archive_apt download "$@") || archive_failed "$*"
}

# archive_install DIR PACKAGE...: unpacks the packages and their dependencies into DIR
archive_install() {
	local dir=$1 deb
	shift
	rm -f "$archive_dir"/archives/*.deb
	echo "vm: downloading $* with dependencies" >&2
	archive_apt install --download-only --no-install-recommends -y -o Debug::NoLocking=1 "$@" ||
		archive_failed "$*"
	for deb in "$archive_dir"/archives/*.deb; do
		archive_unpack "$deb" "$dir"
	done
	rm "$archive_dir"/archives/*.deb
}

# archive_failed PACKAGES: ends the script. It deletes the list, so that the next run
# downloads it again: this one may be old or broken.
archive_failed() {
	rm -rf "$archive_dir/fresh" "$archive_dir/lists"
	die 125 "cannot download $1 of $archive_suite: $(archive_cause)" \
		"is the network up, and is there room in $cache_dir? Then try again"
}

archive_unpack() { # archive_unpack DEB DIR
	dpkg-deb -x "$1" "$2" ||
		die 125 "cannot unpack ${1##*/}" "is $cache_dir full? Make room and try again"
}

# archive_bootstrap SUITE DIR [OPTION...]: makes DIR, a minbase root, with options of
# mmdebstrap. It uses the machine's proxies, and ignores wrong dates of the mirror if the
# machine's apt does. dpkg need not sync its files to the disk.
archive_bootstrap() {
	local uri key include
	need mmdebstrap mmdebstrap
	key=$(keyring)
	apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https \
		Acquire::Check-Valid-Until Acquire::Check-Date >"$2.apt"
	while read -r uri; do
		echo "making $2 from $uri" >&2
		rm -rf --one-file-system "$2"
		include=()
		[[ $uri != https:* ]] || include=(--include=ca-certificates)
		mmdebstrap --quiet --mode=root --variant=minbase "${include[@]}" "${@:3}" \
			--aptopt="$2.apt" --dpkgopt=force-unsafe-io "$1" "$2" \
			"deb [signed-by=$key] $uri $1 main" </dev/null >&2 && return
	done < <(archive_suite=$1 mirrors)
	die 125 "cannot make a root of $1" "see what mmdebstrap says above"
}
