//! Spawns a task for each request; four at a time have a permit to fetch and decode.
use std::sync::Arc;

use programs::{Catalogue, Result, total};
use tokio::{sync::Semaphore, task::JoinSet};

#[tokio::main]
async fn main() -> Result<()> {
    let pages = Catalogue::open()?;
    let permits = Arc::new(Semaphore::new(4));
    let mut tasks = JoinSet::new();
    let mut sum = 0.0;
    for id in 0.. {
        if tasks.len() == pages.window {
            sum += tasks.join_next().await.unwrap()??;
        }
        let (pages, permits) = (pages.clone(), permits.clone());
        tasks.spawn(async move {
            let _permit = permits.acquire().await?;
            total(pages.fetch(id).await?)
        });
    }
    println!("{sum}");
    Ok(())
}
