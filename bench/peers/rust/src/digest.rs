//! The digest of decoded values: CRC-32 (IEEE) over a canonical form, in which
//! numbers are little-endian, a count has four bytes, and a string is the
//! count of its bytes and then the bytes.

use std::collections::HashMap;

use crate::record::Record;

/// The records' digest; that of none is 0.
pub fn digest(records: &[Record]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    // A record at a time: the hasher is slow on pieces of a few bytes.
    let mut canonical = Vec::new();
    for record in records {
        canonical.clear();
        put_record(&mut canonical, record);
        hasher.update(&canonical);
    }
    hasher.finalize()
}

fn put_record(out: &mut Vec<u8>, record: &Record) {
    out.extend(record.id.to_le_bytes());
    out.extend(record.created.to_le_bytes());
    out.extend(record.score.to_le_bytes());
    out.extend(record.price.to_le_bytes());
    put_string(out, &record.name);
    put_string(out, &record.text);
    put_count(out, record.tags.len());
    for tag in &record.tags {
        put_string(out, tag);
    }
    put_map(out, &record.attributes);
}

fn put_map(out: &mut Vec<u8>, map: &HashMap<String, String>) {
    put_count(out, map.len());
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable(); // strings compare bytewise
    for (key, value) in entries {
        put_string(out, key);
        put_string(out, value);
    }
}

fn put_string(out: &mut Vec<u8>, string: &str) {
    put_count(out, string.len());
    out.extend(string.as_bytes());
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend((count as u32).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_no_records() {
        assert_eq!(digest(&[]), 0);
    }

    /// The upstream's own digest of this body, as it served it.
    #[test]
    fn of_a_captured_body() {
        let body = include_bytes!("../tests/testdata/payload.json");
        let records: Vec<Record> = serde_json::from_slice(body).expect("records");
        assert_eq!(records.len(), 6);
        assert_eq!(format!("{:08x}", digest(&records)), "637f693b");
    }
}
