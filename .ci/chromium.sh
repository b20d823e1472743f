#!/usr/bin/env bash
# Installs Debian's Chromium for the tests that look at pages, unless a browser is there. Without one they are left out.
set -euo pipefail
for program in chromium chromium-browser google-chrome; do
	if command -v "$program" >/dev/null; then
		echo "$program is there"
		exit 0
	fi
done
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
	echo 'No Chromium, and no way to install one here: the tests in a browser are left out.'
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update >/dev/null
apt-get install -y --no-install-recommends chromium >/dev/null
echo 'Chromium installed'
