//! The end of a response's way: it is collated.

use std::io::{BufWriter, Stdout, Write, stdout};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::decode::Decoded;
use crate::interval::Interval;

/// What all placements hand their responses to, one at a time.
pub struct Gather {
    samples: Vec<Sample>,
    results: Option<BufWriter<Stdout>>, // flushed when dropped, after an error too
}

/// One response's times.
pub struct Sample {
    pub response: Interval, // from admitted to collated
    pub decode: Interval,
}

impl Gather {
    /// With `results` a line is printed for each response.
    pub fn new(results: bool) -> Self {
        let results = results.then(|| BufWriter::new(stdout()));
        Self {
            samples: Vec::new(),
            results,
        }
    }

    pub fn collate(&mut self, response: Decoded) -> Result<()> {
        let Decoded {
            request,
            records,
            decode,
        } = response;
        let response = Interval {
            begun: request.admitted,
            ended: Instant::now(),
        };
        self.samples.push(Sample { response, decode });
        if let Some(results) = &mut self.results {
            let line = writeln!(results, "collated {} {}", request.id, records);
            line.context("write results")?;
        }
        Ok(())
    }

    /// Forgets the samples so far: they were the warm-up's.
    pub fn forget(&mut self) {
        self.samples.clear();
    }

    pub fn finish(self) -> Result<Vec<Sample>> {
        if let Some(mut results) = self.results {
            results.flush().context("write results")?;
        }
        Ok(self.samples)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::op::Request;

    fn decoded(id: u64, admitted: Instant) -> Decoded {
        let (begun, ended) = (admitted, Instant::now());
        Decoded {
            request: Request { id, admitted },
            records: 6,
            decode: Interval { begun, ended },
        }
    }

    #[test]
    fn the_warm_up_leaves_no_samples() {
        let second = Duration::from_secs(1);
        let mut gather = Gather::new(false);
        let early = Instant::now() - 3 * second;
        gather.collate(decoded(0, early)).expect("collated");
        gather.forget();
        let late = early + second;
        gather.collate(decoded(1, late)).expect("collated");
        let samples = gather.finish().expect("samples");
        assert_eq!(samples.len(), 1);
        assert_eq!(samples[0].response.begun, late);
        assert!(samples[0].response.length() >= 2 * second);
    }
}
