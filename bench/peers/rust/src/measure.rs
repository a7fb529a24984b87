//! The measurement: a warm-up, then the timed ops.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use tokio::runtime::Builder;

use crate::args::Plan;
use crate::benchline::{Measurement, benchline};
use crate::cpu;
use crate::gather::Gather;
use crate::op::Op;
use crate::upstream::Upstream;

/// Responses, at least: one alone would leave a window of 1 half cold.
const MIN_WARM_UP: usize = 4;

/// Measures and returns what is to be printed.
pub fn measure(plan: Plan) -> Result<String> {
    let upstream = Upstream::new(&plan.upstream, &plan.cell.size)?;
    let workers = plan.cell.workers;
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .context("start tokio")?;
    plan.cell.placement.start(workers)?;
    // The future that block_on is given runs on this thread, which is none of
    // the workers: a placement that decodes in the gathering task would have a
    // core more than the cell says. So the gathering task is spawned.
    let task = runtime.spawn(run(plan, Arc::new(upstream)));
    runtime.block_on(task).context("the gathering task")?
}

async fn run(plan: Plan, upstream: Arc<Upstream>) -> Result<String> {
    let cell = &plan.cell;
    let op = |ids| Op {
        upstream: Arc::clone(&upstream),
        ids,
        window: cell.window,
    };
    let mut gather = Gather::new(plan.results);

    let warm_up = cell.window.max(MIN_WARM_UP) as u64;
    cell.placement.collate(&op(0..warm_up), &mut gather).await?;
    gather.forget();

    let (clock, cpu) = (Instant::now(), cpu::time());
    for k in 0..plan.ops {
        let first = warm_up + k * plan.responses;
        cell.placement
            .collate(&op(first..first + plan.responses), &mut gather)
            .await?;
    }
    let (wall, cpu) = (clock.elapsed(), cpu::time() - cpu);
    Ok(benchline(
        &plan,
        Measurement {
            wall,
            cpu,
            samples: gather.finish()?,
        },
    ))
}
