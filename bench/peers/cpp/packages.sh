#!/usr/bin/env bash
# Prints the Debian packages that are missing here, a line each: the first of
# the line that Debian has will do.
set -euo pipefail
command -v g++ >/dev/null || echo build-essential
command -v cmake >/dev/null || echo cmake
[ -e /usr/include/simdjson.h ] || echo libsimdjson-dev
[ -e /usr/include/nlohmann/json.hpp ] || echo nlohmann-json3-dev
[ -e /usr/include/zlib.h ] || echo zlib1g-dev
[ -e /usr/include/gtest/gtest.h ] || echo libgtest-dev
# Debian 12 has a Boost that is too old, and a newer one beside.
boost=$(awk '$1 == "#define" && $2 == "BOOST_VERSION" { print $3 }' /usr/include/boost/version.hpp 2>/dev/null || true)
[ "${boost:-0}" -ge 108100 ] || echo libboost1.81-dev libboost-dev
