//! `spawn`: fetch and decode in a task for each request, on any worker.
//!
//! The stream holds join handles alone, so polling it is cheap whatever the
//! tasks do. Dropping a join handle would detach its task, hence
//! `AbortOnDropHandle`; an abort is asked for and not waited for, hence the
//! tracker.
//!
//! While a task decodes, its worker runs nothing else: with all workers
//! decoding no body is read. The tasks are spawned in ascending order of id,
//! but a worker begins with the one that it spawned last (tokio's LIFO slot).

use std::future::ready;
use std::sync::Arc;

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::decode::{Decoded, decode};
use crate::gather::Gather;
use crate::op::{Op, Request};
use crate::upstream::Upstream;

pub async fn collate(op: &Op, gather: &mut Gather) -> Result<()> {
    let tasks = TaskTracker::new();
    let collated = stream::iter(op.requests())
        .map(|request| tasks.spawn(fetch_and_decode(Arc::clone(&op.upstream), request)))
        .map(AbortOnDropHandle::new)
        .buffer_unordered(op.window)
        .map(|joined| joined.expect("a task is aborted by its handle's drop alone"))
        .try_for_each(|response| ready(gather.collate(response)))
        .await;
    tasks.close();
    tasks.wait().await;
    collated
}

async fn fetch_and_decode(upstream: Arc<Upstream>, request: Request) -> Result<Decoded> {
    let body = upstream.fetch(request).await?;
    decode(body)
}
