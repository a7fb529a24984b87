//! Stretches of time.

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Interval {
    pub begun: Instant,
    pub ended: Instant,
}

impl Interval {
    pub fn length(self) -> Duration {
        self.ended - self.begun
    }
}

/// The time in which at least one of the intervals is begun and not ended.
pub fn union(mut intervals: Vec<Interval>) -> Duration {
    intervals.sort_unstable();
    let mut total = Duration::ZERO;
    let mut covered: Option<Instant> = None; // up to here
    for Interval { begun, ended } in intervals {
        let from = covered.map_or(begun, |covered| covered.max(begun));
        total += ended.saturating_duration_since(from);
        covered = Some(from.max(ended));
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn union_of(intervals: &[(u64, u64)]) -> u64 {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let intervals = intervals.iter().map(|&(begun, ended)| Interval {
            begun: at(begun),
            ended: at(ended),
        });
        union(intervals.collect()).as_millis() as u64
    }

    #[test]
    fn shared_time_counts_once() {
        for (intervals, want) in [
            (&[][..], 0),
            (&[(3, 7)], 4),
            (&[(0, 10), (20, 30)], 20),
            (&[(0, 10), (10, 20)], 20),
            (&[(0, 10), (5, 15)], 15),
            (&[(0, 100), (10, 20), (30, 40)], 100), // the outer one reaches further than the last
            (&[(20, 30), (0, 10), (5, 15)], 25),
            (&[(5, 9), (5, 9), (5, 9)], 4),
        ] {
            assert_eq!(union_of(intervals), want, "{intervals:?}");
        }
    }
}
