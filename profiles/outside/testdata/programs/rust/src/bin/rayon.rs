//! Fetches a window of pages, and hands each body to rayon's threads for decoding.
use futures::{StreamExt, TryStreamExt, stream};
use programs::{Catalogue, Result, total};
use tokio::sync::oneshot;

async fn decoded(pages: &Catalogue, id: u64) -> Result<f64> {
    let body = pages.fetch(id).await?;
    let (done, page) = oneshot::channel();
    // Whoever waited may be gone: then nobody wants the page.
    rayon::spawn(move || drop(done.send(total(body))));
    page.await?
}

#[tokio::main]
async fn main() -> Result<()> {
    let pages = &Catalogue::open()?;
    let mut totals = stream::iter(0..)
        .map(|id| decoded(pages, id))
        .buffer_unordered(pages.window);

    let mut sum = 0.0;
    while let Some(page) = totals.try_next().await? {
        sum += page;
    }
    println!("{sum}");
    Ok(())
}
