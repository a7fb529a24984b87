//! Percentiles by nearest rank.

use std::time::Duration;

/// The smallest of `sorted` that `percent` of them do not exceed.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted[rank.max(1) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank() {
        for (len, percent, want) in [
            (1, 50, 1),
            (2, 50, 1),
            (3, 50, 2),
            (64, 50, 32),
            (64, 99, 64),
            (100, 99, 99),
            (101, 99, 100),
        ] {
            let sorted: Vec<_> = (1..=len).map(Duration::from_millis).collect();
            let got = percentile(&sorted, percent);
            assert_eq!(got, Duration::from_millis(want), "{percent} of {len}");
        }
    }
}
