#!/usr/bin/env bash
# Prints the Debian packages that are missing here, a line each: the first of
# the line that Debian has will do.
set -euo pipefail
command -v python3 >/dev/null || echo python3
python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
