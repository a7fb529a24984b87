//! What a payload is made of.

use std::collections::HashMap;

use serde::Deserialize;

/// One record, owned: it outlives the body that it came in.
///
/// serde_json's default float parser is off by one unit in the last place for
/// some of the 17-digit scores, and the digest tells. Its feature
/// `float_roundtrip` rounds correctly.
#[derive(Debug, Deserialize)]
pub struct Record {
    pub id: i64,
    pub created: i64,
    pub score: f64,
    pub price: f64,
    pub name: String,
    pub text: String,
    pub tags: Vec<String>,
    pub attributes: HashMap<String, String>,
}
