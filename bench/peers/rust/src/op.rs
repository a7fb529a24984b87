//! One collation, the benchmark's op.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use crate::upstream::Upstream;

/// What is to be collated.
pub struct Op {
    pub upstream: Arc<Upstream>,
    pub ids: Range<u64>,
    pub window: usize, // requests admitted and not yet collated
}

impl Op {
    /// The requests in ascending order of id. Each is admitted as it is taken,
    /// so take it when it has its place in the window, not before.
    pub fn requests(&self) -> impl Iterator<Item = Request> + use<> {
        self.ids.clone().map(|id| Request {
            id,
            admitted: Instant::now(),
        })
    }
}

/// A request that has its place in the window.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub id: u64,
    pub admitted: Instant,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "response {}", self.id)
    }
}
