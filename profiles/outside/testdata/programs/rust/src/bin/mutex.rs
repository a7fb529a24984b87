//! Spawns a task for each request, which decodes its page while it holds the lock of a shared sum.
use std::sync::{Arc, Mutex};

use programs::{Catalogue, Result, total};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<()> {
    let pages = Catalogue::open()?;
    let sum = Arc::new(Mutex::new(0.0));
    let mut tasks: JoinSet<Result<()>> = JoinSet::new();
    for id in 0.. {
        if tasks.len() == pages.window {
            tasks.join_next().await.unwrap()??;
        }
        let (pages, sum) = (pages.clone(), sum.clone());
        tasks.spawn(async move {
            let body = pages.fetch(id).await?;
            let mut sum = sum.lock().unwrap();
            *sum += total(body)?;
            Ok(())
        });
    }
    Ok(())
}
