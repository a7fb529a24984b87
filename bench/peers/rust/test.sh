#!/usr/bin/env bash
# The tests of the client in Rust itself.
set -euo pipefail
cd "$(dirname "$0")/../../.."
cargo test --quiet --locked --manifest-path bench/peers/rust/Cargo.toml --target-dir .build/peers/rust
