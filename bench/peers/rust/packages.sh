#!/usr/bin/env bash
# Prints the Debian packages that are missing here, a line each: the first of
# the line that Debian has will do.
set -euo pipefail
command -v cc >/dev/null || echo gcc
# Debian 12 has a Rust that is too old, and a newer one beside.
command -v cargo >/dev/null || echo cargo-web cargo
