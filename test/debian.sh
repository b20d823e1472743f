#!/usr/bin/env bash
# debian.sh PACKAGE …: installs what is missing of programs the tests run, without letting any of them start as a service.
set -euo pipefail

missing=()
for package in "$@"; do
	state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
	echo "All $# packages are installed."
	exit 0
fi

if ! command -v apt-get >/dev/null; then
	echo "These programs come from Debian or Ubuntu; without apt-get, install them yourself: ${missing[*]}" >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "Run this as root, or install sudo. Missing: ${missing[*]}" >&2
		exit 1
	fi
	as_root=(sudo)
fi

# Exit code 101 of policy-rc.d tells Debian's maintainer scripts to start nothing. A policy that is there already stays.
policy=/usr/sbin/policy-rc.d
kept=''
restore() {
	"${as_root[@]}" rm -f "$policy"
	if [ -n "$kept" ]; then "${as_root[@]}" mv "$kept" "$policy"; fi
}
if [ -e "$policy" ]; then
	kept="$policy.before-tests"
	"${as_root[@]}" mv "$policy" "$kept"
fi
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
"${as_root[@]}" chmod 755 "$policy"

echo "Installing: ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
