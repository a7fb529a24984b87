//! `--list`: what this client can do, for the runner.

use serde_json::json;

use crate::CLIENT;
use crate::decode::CODEC;
use crate::placement::Placement;

pub fn list() -> String {
    let placements: Vec<_> = Placement::ALL
        .iter()
        .map(|p| json!({"name": p.name(), "order": "completion", "about": p.about()}))
        .collect();
    let list = json!({
        "client": CLIENT,
        "runtime": concat!(
            "rustc ", env!("VERSION_RUSTC"),
            ", tokio ", env!("VERSION_TOKIO"),
            ", reqwest ", env!("VERSION_REQWEST"),
            ", rayon ", env!("VERSION_RAYON"),
        ),
        "codecs": [{"name": CODEC, "library": concat!("serde_json ", env!("VERSION_SERDE_JSON"))}],
        "placements": placements,
    });
    format!("{list:#}")
}
