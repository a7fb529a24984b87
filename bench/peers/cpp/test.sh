#!/usr/bin/env bash
# The tests of the client in C++ itself; they need GoogleTest.
set -euo pipefail
cd "$(dirname "$0")/../../.."
build=.build/peers/cpp
cmake -S bench/peers/cpp -B "$build" -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON >/dev/null
cmake --build "$build" --parallel "$(nproc)" >/dev/null
ctest --test-dir "$build" --output-on-failure | tail -n 3
