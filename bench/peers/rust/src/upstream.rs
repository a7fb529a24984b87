//! The upstream as the client sees it: requests out, bodies in.

use std::str::FromStr;

use anyhow::{Context, Error, Result, anyhow, ensure};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};

use crate::decode::CODEC;
use crate::op::Request;

/// Bytes of an answer's explanation that are read at most.
const MAX_REFUSAL: u64 = 4096;

pub struct Upstream {
    client: Client,
    payload: String, // the URL, less the id's value
}

/// A response that was read whole.
#[derive(Debug)]
pub struct Body {
    pub request: Request,
    pub bytes: Vec<u8>,
    pub records: Option<usize>, // as the upstream counts them
    pub digest: Option<u32>,    // of the decoded values
}

impl Upstream {
    /// The connections are kept without a limit, as reqwest does by itself.
    pub fn new(base: &str, size: &str) -> Result<Self> {
        ensure!(
            is_base(base),
            "--upstream {base:?}: not a base URL such as http://127.0.0.1:8080"
        );
        Ok(Self {
            client: Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                .build()?,
            payload: format!(
                "{}/v1/payload?codec={CODEC}&size={size}&id=",
                base.trim_end_matches('/')
            ),
        })
    }

    pub async fn fetch(&self, request: Request) -> Result<Body> {
        self.get(request).await.with_context(|| request.to_string())
    }

    async fn get(&self, request: Request) -> Result<Body> {
        let url = format!("{}{}", self.payload, request.id);
        let sent = self.client.get(&url).send().await;
        let response = sent.map_err(|error| root(error).context(format!("GET {url}")))?;
        if response.status() != StatusCode::OK {
            return Err(refusal(response).await);
        }
        let records = header(&response, "x-payload-records", usize::from_str)?;
        let digest = header(&response, "x-payload-digest", |hex| {
            u32::from_str_radix(hex, 16)
        })?;
        let bytes = read(response).await?;
        Ok(Body {
            request,
            bytes,
            records,
            digest,
        })
    }
}

fn is_base(text: &str) -> bool {
    let suits = |url: Url| url.scheme() == "http" && url.query().or(url.fragment()).is_none();
    Url::parse(text).is_ok_and(suits)
}

/// Reads the body into a buffer of Content-Length bytes. `Response::bytes`
/// copies the chunks together too, but does not tell how many bytes came
/// before an error.
async fn read(mut response: Response) -> Result<Vec<u8>> {
    let length = response.content_length();
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(length.unwrap_or(0))?)?;
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) => {
                let of = length.map_or(String::new(), |length| format!(" of {length}"));
                return Err(
                    root(error).context(format!("body cut after {}{of} bytes", bytes.len()))
                );
            }
        }
    }
}

/// The value of a header that may be missing.
fn header<T, E>(
    response: &Response,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>> {
    let Some(value) = response.headers().get(name) else {
        return Ok(None);
    };
    let parsed = value.to_str().ok().and_then(|text| parse(text).ok());
    ensure!(parsed.is_some(), "header {name}: {value:?} makes no sense");
    Ok(parsed)
}

/// The status, with the first line of what a small body says about it.
async fn refusal(response: Response) -> Error {
    let status = response.status().as_u16();
    let small = response
        .content_length()
        .is_some_and(|length| length <= MAX_REFUSAL);
    let text = if small {
        response.text().await.unwrap_or_default()
    } else {
        String::new()
    };
    match text.lines().next().map(str::trim) {
        Some(line) if !line.is_empty() => anyhow!("status {status}: {line}"),
        _ => anyhow!("status {status}"),
    }
}

/// What lies under the layers of an error. reqwest's own says "error sending
/// request", and four causes on comes "Connection refused".
fn root(error: reqwest::Error) -> Error {
    anyhow!("{}", Error::from(error).root_cause())
}
