//! Who decodes a response. Each placement is an idiom that Rust programs
//! really use, in a file of its own; they differ in nothing else.
//!
//! All keep one contract: at most `window` requests are admitted and not
//! collated, results are collated in order of completion, and the first error
//! drops or aborts the rest and is returned once all that was started has
//! ended.

mod block_in_place;
mod buffer_unordered;
mod rayon;
mod spawn;
mod spawn_blocking;

use std::str::FromStr;

use anyhow::{Context, Error, Result};

use crate::gather::Gather;
use crate::op::Op;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Placement {
    BufferUnordered,
    Spawn,
    BlockInPlace,
    SpawnBlocking,
    Rayon,
}

impl Placement {
    pub const ALL: [Self; 5] = [
        Self::BufferUnordered,
        Self::Spawn,
        Self::BlockInPlace,
        Self::SpawnBlocking,
        Self::Rayon,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::BufferUnordered => "buffer-unordered",
            Self::Spawn => "spawn",
            Self::BlockInPlace => "block-in-place",
            Self::SpawnBlocking => "spawn-blocking",
            Self::Rayon => "rayon",
        }
    }

    pub fn about(self) -> &'static str {
        match self {
            Self::BufferUnordered => "one task decodes all: the futures of its buffer_unordered",
            Self::Spawn => "each request's own task, by tokio::spawn, on tokio's workers",
            Self::BlockInPlace => {
                "each request's own task, in block_in_place, as its worker's work moves to another thread"
            }
            Self::SpawnBlocking => "tokio's blocking threads; one task fetches",
            Self::Rayon => "a rayon pool of as many threads as workers; one task fetches",
        }
    }

    /// Starts the threads that the placement needs beside tokio's workers.
    pub fn start(self, threads: usize) -> Result<()> {
        match self {
            Self::Rayon => rayon::start(threads),
            _ => Ok(()),
        }
    }

    pub async fn collate(self, op: &Op, gather: &mut Gather) -> Result<()> {
        match self {
            Self::BufferUnordered => buffer_unordered::collate(op, gather).await,
            Self::Spawn => spawn::collate(op, gather).await,
            Self::BlockInPlace => block_in_place::collate(op, gather).await,
            Self::SpawnBlocking => spawn_blocking::collate(op, gather).await,
            Self::Rayon => rayon::collate(op, gather).await,
        }
    }
}

impl FromStr for Placement {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|p| p.name() == name)
            .with_context(|| {
                let all = Self::ALL.map(Self::name).join(", ");
                format!("{name:?} is not one of {all}")
            })
    }
}
