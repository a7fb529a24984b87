//! collatebench's client in Rust: it keeps a window of requests in flight,
//! decodes each large response, collates them and prints one Go benchmark
//! line. Who decodes is the [`placement`]: one idiom a file.

mod args;
mod benchline;
mod cell;
mod count;
mod cpu;
mod decode;
mod digest;
mod gather;
mod interval;
mod list;
mod measure;
mod op;
mod percentile;
mod placement;
mod record;
mod size;
mod upstream;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use args::Command;

/// The client's name: in errors, in `--list` and on the line before the
/// benchmark's.
const CLIENT: &str = "rust";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = format!("{CLIENT}: {error:#}").replace(char::is_control, " ");
            // Nobody is left to hear that standard error is closed.
            let _ = writeln!(io::stderr(), "{line}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let text = match args::parse(env::args_os().skip(1))? {
        Command::Help => args::HELP.to_owned(),
        Command::List => list::list(),
        Command::Measure(plan) => measure::measure(plan)?,
    };
    // println! would panic where standard output is closed.
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}
