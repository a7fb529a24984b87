//! Spawns a task for each request, which decodes its page.
use programs::{Catalogue, Result, total};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<()> {
    let pages = Catalogue::open()?;
    let mut tasks = JoinSet::new();
    let mut sum = 0.0;
    for id in 0.. {
        if tasks.len() == pages.window {
            sum += tasks.join_next().await.unwrap()??;
        }
        let pages = pages.clone();
        tasks.spawn(async move { total(pages.fetch(id).await?) });
    }
    println!("{sum}");
    Ok(())
}
