#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # for the guest's shell
# hotmon and frsp-top in a kernel that is locked down for confidentiality, with and without
# securityfs.

@test "lockdown=confidentiality: hotmon and frsp-top say so, with exit code 3" {
	local bin=$BATS_TEST_DIRNAME/../../.output
	run "$BATS_TEST_DIRNAME/run" --append lockdown=confidentiality 6.12 bash -uc '
		for mount in true "mount -t securityfs securityfs /sys/kernel/security"; do
			$mount || exit
			for command in "hotmon --once 0.1" "hotmon --self-test" "frsp-top --once 0.1"; do
				status=0
				"$0"/$command >/dev/null 2>err || status=$?
				sed 1q err
				[[ $status == 3 && $(sed 1q err) == *": /sys/kernel/security/lockdown is \"confidentiality\": "* ]] ||
					exit 1
			done
		done' "$bin"
	echo "$output"
	[[ $status == 0 && $(grep -c confidentiality <<<"$output") == 6 ]]
}
