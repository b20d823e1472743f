#!/usr/bin/env bash
# Installs the HTTP/2 servers of the interoperability tests from Debian, without letting any of them start as a service.
set -euo pipefail

packages=(
	apache2 caddy default-jdk-headless h2o haproxy jetty9 libjetty9-extra-java libjetty9-java libtomcat10-java
	lighttpd lighttpd-mod-openssl nghttp2-server nginx-light openssl python3-h2
)

exec bash "$(dirname "$0")/../debian.sh" "${packages[@]}"
