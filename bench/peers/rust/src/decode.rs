//! Decoding a body and checking what came of it.

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::digest::digest;
use crate::interval::Interval;
use crate::op::Request;
use crate::record::Record;
use crate::upstream::Body;

/// The codec's name, here and in the upstream's URLs.
pub const CODEC: &str = "json";

/// A response that is ready to be collated.
#[derive(Debug)]
pub struct Decoded {
    pub request: Request,
    pub records: usize,
    pub decode: Interval, // check and freeing included
}

/// Decodes all of the body on the calling thread: milliseconds for each MiB,
/// in which an async worker that is called upon runs nothing else.
pub fn decode(body: Body) -> Result<Decoded> {
    let begun = Instant::now();
    let request = body.request;
    let records = decode_and_check(body).with_context(|| request.to_string())?;
    let ended = Instant::now();
    Ok(Decoded {
        request,
        records,
        decode: Interval { begun, ended },
    })
}

/// Counts the records and frees them on the thread that allocated them. Handed
/// over and freed by the gathering task, they have it contend with the decoding
/// threads for the locks of glibc's malloc: `spawn` on two workers was 1.2 times
/// as fast as `buffer-unordered` in place of 1.7 times, and that says something
/// of the allocator, not of the placement.
fn decode_and_check(body: Body) -> Result<usize> {
    let records: Vec<Record> = serde_json::from_slice(&body.bytes).context("decode")?;
    let got = records.len();
    if let Some(want) = body.records {
        ensure!(
            got == want,
            "decoded {got} records of {want}: work was skipped"
        );
    }
    if let Some(want) = body.digest.filter(|_| is_digested(body.request.id)) {
        let got = digest(&records);
        ensure!(
            got == want,
            "decoded values have digest {got:08x}, not {want:08x}"
        );
    }
    Ok(got)
}

/// One response in 16: a digest of each would take a good part of the decode
/// time. Which one moves on, as the upstream's bodies rotate.
fn is_digested(id: u64) -> bool {
    id % 16 == (id / 16) % 16
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"[]";

    fn decode_error(id: u64, bytes: &[u8], records: Option<usize>, digest: Option<u32>) -> String {
        let request = Request {
            id,
            admitted: Instant::now(),
        };
        let decoded = decode(Body {
            request,
            bytes: bytes.to_vec(),
            records,
            digest,
        });
        decoded.map_or_else(|error| format!("{error:#}"), |_| String::new())
    }

    #[test]
    fn the_count_is_checked_on_every_response() {
        let error = decode_error(7, EMPTY, Some(4), Some(0));
        assert_eq!(
            error,
            "response 7: decoded 0 records of 4: work was skipped"
        );
    }

    #[test]
    fn the_digest_is_checked_on_one_in_16() {
        let wrong = |id| decode_error(id, EMPTY, Some(0), Some(0xbe2f_f3ab));
        let found: Vec<_> = (0..512).filter(|&id| !wrong(id).is_empty()).collect();
        assert_eq!(found.len(), 32);
        assert_eq!(found[..3], [0, 17, 34]);
        assert_eq!(
            wrong(17),
            "response 17: decoded values have digest 00000000, not be2ff3ab"
        );
    }

    #[test]
    fn a_missing_header_is_no_error() {
        assert_eq!(decode_error(0, EMPTY, None, None), "");
    }

    #[test]
    fn what_is_no_json_is_named() {
        let error = decode_error(7, b"[{]", None, None);
        assert!(
            error.starts_with("response 7: decode: key must be a string"),
            "{error}"
        );
    }
}
