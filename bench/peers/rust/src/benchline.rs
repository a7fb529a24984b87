//! The benchmark line, in Go's format.

use std::time::Duration;

use crate::CLIENT;
use crate::args::Plan;
use crate::gather::Sample;
use crate::interval::{Interval, union};
use crate::percentile::percentile;

/// What was seen of the timed part.
pub struct Measurement {
    pub wall: Duration,
    pub cpu: Duration,
    pub samples: Vec<Sample>, // at least one
}

pub fn benchline(plan: &Plan, measured: Measurement) -> String {
    let units = figures(plan, &measured);
    let units: Vec<_> = units
        .iter()
        .map(|(value, unit)| format!("{} {unit}", plain(*value)))
        .collect();
    let (name, ops) = (&plan.cell.name, plan.ops);
    format!(
        "client: {CLIENT}\nBenchmarkCollate/{name} {ops} {}",
        units.join(" ")
    )
}

fn figures(plan: &Plan, measured: &Measurement) -> [(f64, &'static str); 7] {
    let wall = measured.wall.as_secs_f64();
    let megabytes = plan.cell.bytes as f64 * plan.responses as f64 * plan.ops as f64 / 1e6;
    let decodes: Vec<_> = measured.samples.iter().map(|s| s.decode).collect();
    let decoding: Duration = decodes.iter().copied().map(Interval::length).sum();
    let busy = union(decodes).as_secs_f64();
    let mut responses: Vec<_> = measured
        .samples
        .iter()
        .map(|s| s.response.length())
        .collect();
    responses.sort_unstable();
    let nanoseconds = |percent| percentile(&responses, percent).as_nanos() as f64;
    [
        ((wall * 1e9 / plan.ops as f64).round(), "ns/op"),
        (megabytes / wall, "MB/s"),
        (measured.cpu.as_secs_f64() / wall, "cpus"),
        (busy / wall, "decode-busy"),
        (decoding.as_secs_f64() / busy, "decode-overlap"),
        (nanoseconds(50), "resp-p50-ns"),
        (nanoseconds(99), "resp-p99-ns"),
    ]
}

/// At least four significant digits, without an exponent.
fn plain(value: f64) -> String {
    let decimals = (3.0 - value.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn sample(start: Instant, ms: [u64; 4]) -> Sample {
        let [admitted, begun, ended, collated] = ms.map(|ms| start + Duration::from_millis(ms));
        Sample {
            response: Interval {
                begun: admitted,
                ended: collated,
            },
            decode: Interval { begun, ended },
        }
    }

    #[test]
    fn figures_of_two_overlapping_responses() {
        let start = Instant::now();
        let name = "codec=json/placement=spawn/window=2/size=1MiB-2";
        let plan = Plan {
            upstream: String::new(),
            cell: name.parse().expect("a cell"),
            responses: 1,
            ops: 2,
            results: false,
        };
        let measured = Measurement {
            wall: Duration::from_millis(100),
            cpu: Duration::from_millis(150),
            samples: vec![
                sample(start, [0, 20, 60, 61]),
                sample(start, [0, 40, 80, 90]),
            ],
        };
        let want = "client: rust\n\
            BenchmarkCollate/codec=json/placement=spawn/window=2/size=1MiB-2 2 50000000 ns/op 20.97 MB/s \
            1.500 cpus 0.6000 decode-busy 1.333 decode-overlap 61000000 resp-p50-ns 90000000 resp-p99-ns";
        assert_eq!(benchline(&plan, measured), want);
    }

    #[test]
    fn numbers_are_plain() {
        for (value, want) in [
            (208_123_456_789.0, "208123456789"),
            (322.4412, "322.4"),
            (9.99951, "10.000"),
            (1.83, "1.830"),
            (0.000_012_345_6, "0.00001235"),
            (0.0, "0.000000000"),
        ] {
            assert_eq!(plain(value), want);
        }
    }
}
