//! The command line.

use std::ffi::OsString;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};

use crate::cell::Cell;
use crate::count::{self, count};

pub const HELP: &str = "\
Keeps a window of requests in flight against collatebench's mock upstream,
decodes and collates the responses, and prints one Go benchmark line.

Usage:
  collatebench-rust --upstream URL --cell NAME [--responses N] [--ops N] [--results]
  collatebench-rust --list

Example:
  collatebench-rust --upstream http://127.0.0.1:8080 --cell codec=json/placement=spawn/window=32/size=1MiB-2

Flags:
  --upstream URL   base URL of the upstream
  --cell NAME      what to measure: codec, placement, window and size; -N at the end is the number of threads
  --responses N    responses in one collation, the benchmark's op (default 64)
  --ops N          timed collations, after one that is not (default 1)
  --results        print a line for each response as it is collated; never when timing
  --list           print the codecs and placements as JSON
  --help           print this";

const FLAGS: &str = "--upstream, --cell, --responses, --ops, --results, --list and --help";

#[derive(Debug)]
pub enum Command {
    Help,
    List,
    Measure(Plan),
}

/// What to measure.
#[derive(Debug)]
pub struct Plan {
    pub upstream: String,
    pub cell: Cell,
    pub responses: u64, // per op
    pub ops: u64,
    pub results: bool,
}

pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command> {
    let (mut upstream, mut cell) = (None, None);
    let (mut responses, mut ops, mut results) = (64, 1, false);
    let mut parser = Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("list") => return Ok(Command::List),
            Arg::Long("results") => results = true,
            Arg::Long("upstream") => upstream = Some(text(&mut parser)?),
            Arg::Long("cell") => cell = Some(parse_cell(&text(&mut parser)?)?),
            Arg::Long("responses") => responses = number("--responses", &mut parser)?,
            Arg::Long("ops") => ops = number("--ops", &mut parser)?,
            other => bail!("{}; allowed are {FLAGS}", other.unexpected()),
        }
    }
    Ok(Command::Measure(Plan {
        upstream: upstream.context("--upstream: missing; the upstream's base URL is needed")?,
        cell: cell.context("--cell: missing; the name of a cell is needed")?,
        responses,
        ops,
        results,
    }))
}

fn text(parser: &mut Parser) -> Result<String> {
    Ok(parser.value()?.string()?)
}

fn parse_cell(name: &str) -> Result<Cell> {
    name.parse().with_context(|| format!("--cell {name:?}"))
}

fn number(flag: &str, parser: &mut Parser) -> Result<u64> {
    count(&text(parser)?, count::MAX).context(flag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: &str = "codec=json/placement=spawn/window=32/size=1MiB-2";

    fn parse_line(line: &str) -> Result<Command> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn both_spellings_of_a_flag() {
        let line = format!("--upstream http://h --cell={CELL} --responses=7 --ops 3 --results");
        let Ok(Command::Measure(plan)) = parse_line(&line) else {
            panic!("{line}: no plan");
        };
        assert_eq!(plan.upstream, "http://h");
        assert_eq!(plan.cell.name, CELL);
        assert_eq!((plan.responses, plan.ops, plan.results), (7, 3, true));
    }

    #[test]
    fn bad_input_is_named() {
        for (line, want) in [
            (
                "--ops 0",
                "--ops: \"0\" is no whole number from 1 to 1000000",
            ),
            ("--responses=+1", "--responses: \"+1\" is no whole number"),
            ("--ops", "missing argument for option '--ops'"),
            (
                "--results=yes",
                "unexpected argument for option '--results': \"yes\"",
            ),
            (
                "--opps 1",
                "invalid option '--opps'; allowed are --upstream, ",
            ),
            ("--ops 1", "--upstream: missing"),
            ("--upstream http://h", "--cell: missing"),
            ("--cell x", "--cell \"x\": "),
        ] {
            let error = format!("{:#}", parse_line(line).expect_err(line));
            assert!(error.starts_with(want), "{line}: {error}");
        }
    }
}
