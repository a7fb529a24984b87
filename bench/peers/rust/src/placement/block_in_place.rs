//! `block-in-place`: as `spawn`, and the task tells tokio that it will block.
//!
//! tokio then hands the worker's other tasks to another thread, so that bodies
//! are read on while this one decodes. That thread comes from the blocking pool
//! (512 at most) and may block in place as well: the number of workers bounds
//! the threads that poll tasks, not those that decode. Nothing but the window
//! bounds these, and one worker can keep several cores busy.

use std::future::ready;
use std::sync::Arc;

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::task::block_in_place;
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
    block_in_place(|| decode(body))
}
