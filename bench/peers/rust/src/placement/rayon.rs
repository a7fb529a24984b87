//! `rayon`: one task fetches, a rayon pool decodes and answers by a oneshot.
//!
//! rayon's threads are made for computing: there are as many as the cell says,
//! and what they can't begin yet waits in rayon's queue. They come on top of
//! tokio's workers, which fetch meanwhile.

use std::future::ready;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use rayon::ThreadPoolBuilder;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::decode::{Decoded, decode};
use crate::gather::Gather;
use crate::op::{Op, Request};
use crate::upstream::Upstream;

/// Starts rayon's global pool, which `rayon::spawn` would else start with a
/// thread for each core.
pub fn start(threads: usize) -> Result<()> {
    let pool = ThreadPoolBuilder::new().num_threads(threads);
    pool.build_global().context("start rayon")
}

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
    let (answer, decoded) = oneshot::channel();
    let token = decodes.token();
    rayon::spawn(move || {
        // rayon can't cancel a job: one whose asker is gone has to see it itself.
        if !answer.is_closed() {
            let _ = answer.send(decode(body)); // an error: it went meanwhile
        }
        drop(token);
    });
    decoded
        .await
        .expect("a job answers unless its asker is gone")
}
