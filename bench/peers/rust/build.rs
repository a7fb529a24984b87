//! Hands the versions of what is compiled in to `--list`: from Cargo.lock and
//! from the compiler itself, so that none is typed twice.

use std::{env, fs, process::Command};

const LOCK: &str = "Cargo.lock";

fn main() {
    println!("cargo::rerun-if-changed={LOCK}");
    let lock = fs::read_to_string(LOCK).expect("read Cargo.lock");
    for package in ["rayon", "reqwest", "serde_json", "tokio"] {
        let version = locked(&lock, package).expect("package in Cargo.lock");
        let key = package.to_uppercase();
        println!("cargo::rustc-env=VERSION_{key}={version}");
    }
    println!("cargo::rustc-env=VERSION_RUSTC={}", rustc());
}

/// The version in `[[package]]`, `name = "package"`, `version = "..."`.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}

/// The second word of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn rustc() -> String {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(rustc).arg("--version").output();
    let text = String::from_utf8(output.expect("run rustc").stdout).expect("UTF-8");
    text.split(' ').nth(1).expect("a version").to_owned()
}
