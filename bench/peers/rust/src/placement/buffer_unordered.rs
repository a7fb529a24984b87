//! `buffer-unordered`: fetch and decode in the futures of one task.
//!
//! The trap: `buffer_unordered` overlaps waiting, not work. Its futures are
//! polled one at a time by the task that owns the stream, so while one of them
//! decodes, no other is polled: bodies that have come are not read on, free
//! places are not filled, and a window of 32 decodes on one core.

use std::future::ready;

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};

use crate::decode::{Decoded, decode};
use crate::gather::Gather;
use crate::op::{Op, Request};
use crate::upstream::Upstream;

/// Runs in a spawned task: the thread of `block_on` is none of tokio's workers,
/// and would decode beside them.
pub async fn collate(op: &Op, gather: &mut Gather) -> Result<()> {
    stream::iter(op.requests())
        .map(|request| fetch_and_decode(&op.upstream, request))
        .buffer_unordered(op.window)
        .try_for_each(|response| ready(gather.collate(response)))
        .await
}

async fn fetch_and_decode(upstream: &Upstream, request: Request) -> Result<Decoded> {
    let body = upstream.fetch(request).await?;
    decode(body)
}
