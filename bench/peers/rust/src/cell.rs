//! The cell: one point of the experiment, spelled
//! `codec=json/placement=spawn/window=32/size=1MiB-2`.

use std::collections::HashMap;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};

use crate::count::{self, count};
use crate::decode;
use crate::placement::Placement;
use crate::size;

/// All that a cell names, each once. Another one would ask for what this client
/// does not do.
const DIMENSIONS: [&str; 4] = ["codec", "placement", "window", "size"];

/// More would be threads that no machine has cores for.
const MAX_WORKERS: u64 = 1024;

#[derive(Debug)]
pub struct Cell {
    pub name: String, // as it was given
    pub placement: Placement,
    pub window: usize,  // requests admitted and not yet collated
    pub size: String,   // of a payload, as the upstream takes it
    pub bytes: u64,     // the same in bytes
    pub workers: usize, // threads: GOMAXPROCS's counterpart
}

impl FromStr for Cell {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let (elements, workers) = split_workers(name)?;
        let given = parse_elements(elements)?;
        let value = |dimension: &str| {
            let value = given.get(dimension).copied();
            value.with_context(|| format!("{dimension}: missing"))
        };
        let (codec, size) = (value("codec")?, value("size")?);
        ensure!(
            codec == decode::CODEC,
            "codec: {codec:?} is not one of {}",
            decode::CODEC
        );
        Ok(Self {
            name: name.to_owned(),
            placement: value("placement")?.parse().context("placement")?,
            window: count(value("window")?, count::MAX).context("window")? as usize,
            size: size.to_owned(),
            bytes: size::bytes(size).context("size")?,
            workers,
        })
    }
}

/// Takes the number of threads off the end. No element's value ends in
/// `-digits`, so it is unambiguous.
fn split_workers(name: &str) -> Result<(&str, usize)> {
    match name.rsplit_once('-') {
        Some((elements, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            let workers = count(digits, MAX_WORKERS).context("threads, after the last -")?;
            Ok((elements, workers as usize))
        }
        _ => Ok((name, 1)),
    }
}

fn parse_elements(elements: &str) -> Result<HashMap<&str, &str>> {
    let mut given = HashMap::new();
    for element in elements.split('/') {
        let (dimension, value) = element
            .split_once('=')
            .with_context(|| format!("{element:?} is not dimension=value"))?;
        ensure!(
            DIMENSIONS.contains(&dimension),
            "{dimension}: this client has no such dimension; it knows {}",
            DIMENSIONS.join(", ")
        );
        // White space would be read as the end of the name on a benchmark line.
        let printable = !value.contains(|c: char| c.is_whitespace() || c.is_control());
        ensure!(
            printable && !value.is_empty(),
            "{dimension}: {value:?} is empty or has white space"
        );
        ensure!(
            given.insert(dimension, value).is_none(),
            "{dimension}: given twice"
        );
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_in_any_order() {
        let name = "size=64KiB/window=8/placement=spawn-blocking/codec=json-4";
        let cell: Cell = name.parse().expect("a cell");
        assert_eq!(cell.name, name);
        assert_eq!(cell.placement, Placement::SpawnBlocking);
        assert_eq!((cell.window, cell.bytes, cell.workers), (8, 65_536, 4));
        assert_eq!(cell.size, "64KiB");
    }

    #[test]
    fn one_worker_where_none_is_named() {
        let cell: Cell = "codec=json/placement=rayon/window=1/size=1536B"
            .parse()
            .expect("a cell");
        assert_eq!((cell.workers, cell.bytes), (1, 1536));
    }

    #[test]
    fn bad_input_is_named() {
        let good = "codec=json/placement=spawn/window=32/size=1MiB-2";
        for (from, to, want) in [
            ("json", "cbor", "codec: \"cbor\" is not one of json"),
            (
                "=spawn",
                "=pool",
                "placement: \"pool\" is not one of buffer-unordered, spawn, ",
            ),
            (
                "window=32",
                "window=0",
                "window: \"0\" is no whole number from 1 to 1000000",
            ),
            ("1MiB", "1MB", "size: \"1MB\" is no whole number of B"),
            (
                "-2",
                "-0",
                "threads, after the last -: \"0\" is no whole number from 1 to 1024",
            ),
            (
                "-2",
                "-",
                "threads, after the last -: \"\" is no whole number",
            ),
            ("/size=1MiB", "", "size: missing"),
            ("-2", "/window=8-2", "window: given twice"),
            (
                "-2",
                "/encoding=gzip",
                "encoding: this client has no such dimension; it knows codec, placement, window, size",
            ),
            (
                "-2",
                "/latency=10ms-2",
                "latency: this client has no such dimension; it knows codec, ",
            ),
            ("-2", "/aa", "\"aa\" is not dimension=value"),
            ("1MiB", "", "size: \"\" is empty or has white space"),
            (
                "1MiB",
                "1 MiB",
                "size: \"1 MiB\" is empty or has white space",
            ),
        ] {
            let name = good.replacen(from, to, 1);
            let error = format!("{:#}", name.parse::<Cell>().expect_err(&name));
            assert!(error.starts_with(want), "{name}: {error}");
        }
    }
}
