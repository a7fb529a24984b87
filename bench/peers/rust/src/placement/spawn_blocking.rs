//! `spawn-blocking`: one task fetches, tokio's blocking threads decode.
//!
//! The blocking pool grows to 512 threads, made for waiting and not for
//! computing: it starts a thread for each body that comes while none is idle.
//! So the window bounds the decodes at a time, the number of workers does not,
//! and the cores are shared out by the operating system. Behind a semaphore of
//! as many permits as cores it would be a pool.

use std::future::ready;

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::decode::{Decoded, decode};
use crate::gather::Gather;
use crate::op::{Op, Request};
use crate::upstream::Upstream;

pub async fn collate(op: &Op, gather: &mut Gather) -> Result<()> {
    let decodes = TaskTracker::new();
    let collated = stream::iter(op.requests())
        .map(|request| fetch_and_decode(&op.upstream, request, &decodes))
        .buffer_unordered(op.window)
        .try_for_each(|response| ready(gather.collate(response)))
        .await;
    decodes.close();
    decodes.wait().await;
    collated
}

async fn fetch_and_decode(
    upstream: &Upstream,
    request: Request,
    decodes: &TaskTracker,
) -> Result<Decoded> {
    let body = upstream.fetch(request).await?;
    // An abort reaches a decode that has not begun; the others are waited for.
    AbortOnDropHandle::new(decodes.spawn_blocking(|| decode(body)))
        .await
        .expect("a decode is aborted by its handle's drop alone")
}
