#!/usr/bin/env bash
# The tests of the client in C++ itself; they need GoogleTest.
set -euo pipefail
cd "$(dirname "$0")/../../.."
cmake -S bench/peers/cpp -B .build/peers/cpp-tests -DBUILD_TESTING=ON >/dev/null
cmake --build .build/peers/cpp-tests --parallel 2 >/dev/null
ctest --test-dir .build/peers/cpp-tests --output-on-failure | tail -n 3
