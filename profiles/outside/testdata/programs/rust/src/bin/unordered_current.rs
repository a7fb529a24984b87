//! Polls a window of futures on a current-thread runtime; each decodes its page.
use futures::{StreamExt, TryStreamExt, stream};
use programs::{Catalogue, Result, total};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let pages = &Catalogue::open()?;
    let mut totals = stream::iter(0..)
        .map(|id| async move { total(pages.fetch(id).await?) })
        .buffer_unordered(pages.window);

    let mut sum = 0.0;
    while let Some(page) = totals.try_next().await? {
        sum += page;
    }
    println!("{sum}");
    Ok(())
}
