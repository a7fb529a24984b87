//! The size of a payload.

use anyhow::{Context, Result};

const UNITS: [(&str, u64); 4] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("B", 1),
];

/// Bytes of a size such as `1MiB` or `1536B`.
pub fn bytes(size: &str) -> Result<u64> {
    UNITS
        .iter()
        .find_map(|(unit, bytes)| whole(size.strip_suffix(unit)?)?.checked_mul(*bytes))
        .with_context(|| format!("{size:?} is no whole number of B, KiB, MiB or GiB, as in 1MiB"))
}

fn whole(digits: &str) -> Option<u64> {
    let digits = Some(digits).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    digits.parse().ok().filter(|&n| n > 0)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn units() {
        for (size, want) in [
            ("1MiB", 1_048_576),
            ("64KiB", 65_536),
            ("2GiB", 2_147_483_648),
            ("1536B", 1536),
        ] {
            assert_eq!(bytes(size).expect(size), want, "{size}");
        }
    }

    #[test]
    fn refused() {
        for size in [
            "",
            "1",
            "MiB",
            "0B",
            "-1B",
            "+1B",
            "1.5MiB",
            "1MB",
            "1mib",
            "1 MiB",
            "99999999999GiB",
        ] {
            assert!(bytes(size).is_err(), "{size:?}");
        }
    }
}
