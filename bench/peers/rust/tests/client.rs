//! The client from outside: its command line, its requests and its output.

mod upstream;

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use upstream::{Answer, GOOD, RECORDS, Script, Upstream, id_of};

const PLACEMENTS: [&str; 5] = [
    "buffer-unordered",
    "spawn",
    "block-in-place",
    "spawn-blocking",
    "rayon",
];

const WINDOW: usize = 8;

/// After this long a client hangs.
const PATIENCE: Duration = Duration::from_secs(30);

struct Output {
    success: bool,
    stdout: String,
    stderr: String,
}

fn client(args: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_collatebench-rust"))
        .args(args)
        .env("http_proxy", "http://127.0.0.1:1") // not to be used
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the client");
    let status = wait(&mut child);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child
        .stdout
        .expect("piped")
        .read_to_string(&mut stdout)
        .expect("UTF-8");
    child
        .stderr
        .expect("piped")
        .read_to_string(&mut stderr)
        .expect("UTF-8");
    Output {
        success: status.success(),
        stdout,
        stderr,
    }
}

/// Its output fits into the pipes.
fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("wait") {
            return status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().expect("kill");
            panic!("the client hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// One op of two windows, after a warm-up of one.
fn collate(url: &str, placement: &str) -> Output {
    let cell = format!("codec=json/placement={placement}/window={WINDOW}/size=4KiB-2");
    client(&[
        "--upstream",
        url,
        "--cell",
        &cell,
        "--responses=16",
        "--results",
    ])
}

#[test]
fn every_placement_collates_all_within_the_window() {
    for placement in PLACEMENTS {
        let (upstream, url) = Upstream::start(WINDOW, |_| GOOD);
        let output = collate(&url, placement);
        assert!(output.success, "{placement}: {}", output.stderr);
        assert_eq!(output.stderr, "", "{placement}");
        assert_eq!(upstream.seen(|seen| seen.peak), WINDOW, "{placement}");

        let mut lines: Vec<_> = output.stdout.lines().collect();
        let benchmark = lines.split_off(24);
        assert_eq!(benchmark[0], "client: rust", "{placement}");
        let prefix =
            format!("BenchmarkCollate/codec=json/placement={placement}/window=8/size=4KiB-2 1 ");
        assert!(
            benchmark[1].starts_with(&prefix),
            "{placement}: {}",
            benchmark[1]
        );
        let mut ids: Vec<_> = lines.iter().map(|line| collated(line)).collect();
        ids[..8].sort_unstable(); // the warm-up's, all before the op's
        ids[8..].sort_unstable();
        assert_eq!(ids, Vec::from_iter(0..24), "{placement}");
    }
}

/// The id in `collated 7 6`.
fn collated(line: &str) -> u64 {
    let words: Vec<_> = line.split(' ').collect();
    assert_eq!(
        (words[0], words[2]),
        ("collated", RECORDS.to_string().as_str()),
        "{line}"
    );
    words[1].parse().expect("a number")
}

#[test]
fn requests_are_as_agreed() {
    let (upstream, url) = Upstream::start(WINDOW, |_| GOOD);
    let output = collate(&format!("{url}/"), "spawn");
    assert!(output.success, "{}", output.stderr);
    let heads = upstream.seen(|seen| seen.heads.clone());
    assert_eq!(heads.len(), 24);
    for head in heads {
        let line = format!(
            "GET /v1/payload?codec=json&size=4KiB&id={} HTTP/1.1\r\n",
            id_of(&head)
        );
        assert!(head.starts_with(&line), "{head}");
        assert!(!head.to_lowercase().contains("accept-encoding"), "{head}");
    }
}

/// All the others would wait for ever.
#[test]
fn the_first_error_ends_every_placement() {
    for placement in PLACEMENTS {
        let (upstream, url) = Upstream::start(WINDOW, |id| match id {
            0..8 => GOOD,
            11 => Answer::Status503,
            _ => Answer::Never,
        });
        let output = collate(&url, placement);
        assert!(!output.success, "{placement}");
        let want = "rust: response 11: status 503: fault on purpose\n";
        assert_eq!(output.stderr, want, "{placement}");
        let lines: Vec<_> = output.stdout.lines().map(collated).collect();
        assert_eq!(
            lines.len(),
            8,
            "{placement}: what was collated is printed, and no more"
        );
        assert_eq!(
            upstream.seen(|seen| seen.heads.len()),
            16,
            "{placement}: none is started after it"
        );
    }
}

#[test]
fn each_error_is_named() {
    const FEWER: Answer = Answer::Payload {
        records: 7,
        digest: "637f693b",
    };
    const OTHER: Answer = Answer::Payload {
        records: RECORDS,
        digest: "0123abcd",
    };
    let scripts: [(Script, &str); 4] = [
        (
            |id| if id == 3 { Answer::Cut(1024) } else { GOOD },
            "3: body cut after 1024 of 4096 bytes: ",
        ),
        (
            |id| if id == 3 { Answer::Garbage } else { GOOD },
            "3: decode: ",
        ),
        (
            |id| if id == 3 { FEWER } else { GOOD },
            "3: decoded 6 records of 7: work was skipped\n",
        ),
        (
            |_| OTHER,
            "0: decoded values have digest 637f693b, not 0123abcd\n",
        ),
    ];
    for (script, want) in scripts {
        let (_upstream, url) = Upstream::start(WINDOW, script);
        let output = collate(&url, "spawn");
        assert!(!output.success, "{want}");
        assert!(
            output.stderr.starts_with(&format!("rust: response {want}")),
            "{}",
            output.stderr
        );
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    }
}

#[test]
fn bad_input_is_one_line() {
    for args in [
        &["--cell", "codec=\n"][..],
        &["--ops", "x"],
        &["--upstream", "h"],
        &["1"],
        &[],
    ] {
        let output = client(args);
        assert!(!output.success && output.stdout.is_empty(), "{args:?}");
        assert!(
            output.stderr.starts_with("rust: "),
            "{args:?}: {}",
            output.stderr
        );
        assert_eq!(
            output.stderr.lines().count(),
            1,
            "{args:?}: {}",
            output.stderr
        );
    }
}

#[test]
fn list_names_the_placements() {
    let output = client(&["--list"]);
    assert!(output.success, "{}", output.stderr);
    let list: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let placements = list["placements"].as_array().expect("an array");
    let names: Vec<_> = placements
        .iter()
        .map(|p| p["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, PLACEMENTS);
    assert!(
        list["runtime"]
            .as_str()
            .expect("a string")
            .starts_with("rustc 1."),
        "{list}"
    );
}
