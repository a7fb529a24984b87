//! Whole numbers, as flags and cells spell them.

use anyhow::{Result, bail};

/// The largest number of ops, of responses and of places in a window.
pub const MAX: u64 = 1_000_000;

/// Reads a number from 1 to `max`. `parse` alone would let `+1` pass.
pub fn count(text: &str, max: u64) -> Result<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(n) if digits && (1..=max).contains(&n) => Ok(n),
        _ => bail!("{text:?} is no whole number from 1 to {max}"),
    }
}
