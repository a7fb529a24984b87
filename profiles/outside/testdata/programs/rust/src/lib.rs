//! What the programs share: their arguments, how a page is fetched, and how it is decoded.
use std::{env, error};

use reqwest::{Client, Response};
use serde_json::Value;

pub type Result<T> = std::result::Result<T, Box<dyn error::Error + Send + Sync>>;

/// The upstream, and how many of its pages are asked for at once.
#[derive(Clone)]
pub struct Catalogue {
    url: String,
    pub window: usize,
    client: Client,
}

impl Catalogue {
    /// Reads the arguments: an address with a query, and a window.
    pub fn open() -> Result<Self> {
        let args: Vec<String> = env::args().skip(1).collect();
        let [url, window] = args.as_slice() else {
            return Err("usage: PROGRAM URL WINDOW".into());
        };
        Ok(Self {
            url: url.clone(),
            window: window.parse()?,
            client: Client::new(),
        })
    }

    /// The bytes of a page.
    pub async fn fetch(&self, id: u64) -> Result<impl AsRef<[u8]> + Send + 'static> {
        let url = format!("{}&id={}", self.url, id % 64);
        let response = self
            .client
            .get(url)
            .send()
            .await
            .and_then(Response::error_for_status)?;
        Ok(response.bytes().await?)
    }
}

/// The sum of the prices in a page.
pub fn total(body: impl AsRef<[u8]>) -> Result<f64> {
    let page: Value = serde_json::from_slice(body.as_ref())?;
    let records = page.as_array().ok_or("a page is an array")?;
    Ok(records.iter().filter_map(|r| r["price"].as_f64()).sum())
}
