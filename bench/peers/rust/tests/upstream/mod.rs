//! An upstream for tests: it answers as scripted, and only once a whole window
//! of requests has come, so that a test needs no clock to see how many a client
//! sends at a time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// A body as collatebench's mock server made it, and what it said of it.
pub const PAYLOAD: &[u8] = include_bytes!("../testdata/payload.json");
pub const RECORDS: usize = 6;
pub const DIGEST: &str = "637f693b";

/// A client that never fills its window is answered after this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one request too many would need to arrive as well.
const GRACE: Duration = Duration::from_millis(20);

#[derive(Clone, Copy)]
pub enum Answer {
    Payload {
        records: usize,
        digest: &'static str,
    },
    Status503,
    Cut(usize), // after so many bytes of the payload
    Garbage,
    Never, // the client has to hang up
}

pub const GOOD: Answer = Answer::Payload {
    records: RECORDS,
    digest: DIGEST,
};

/// The answer to each id.
pub type Script = fn(u64) -> Answer;

#[derive(Default)]
pub struct Seen {
    pub heads: Vec<String>, // of the requests, in the order in which they came
    pub peak: usize,        // most requests that were not answered yet
    in_flight: usize,
}

pub struct Upstream {
    window: usize,
    script: Script,
    seen: Mutex<Seen>,
    came: Condvar,
}

impl Upstream {
    /// Serves on a free port until the test's process ends.
    pub fn start(window: usize, script: Script) -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let upstream = Arc::new(Self {
            window,
            script,
            seen: Mutex::default(),
            came: Condvar::new(),
        });
        let accepting = Arc::clone(&upstream);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let upstream = Arc::clone(&accepting);
                // An error says that the client hung up.
                thread::spawn(move || upstream.serve(&stream));
            }
        });
        (upstream, url)
    }

    /// What was seen so far.
    pub fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().expect("lock"))
    }

    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let head = read_head(&mut reader)?;
            let id = id_of(&head);
            let answer = (self.script)(id);
            self.arrive(head);
            if let Answer::Never = answer {
                return reader.read_exact(&mut [0]);
            }
            self.hold(id);
            // Before the client can know: or it would send the next one first.
            self.seen.lock().expect("lock").in_flight -= 1;
            respond(stream, answer)?;
        }
    }

    fn arrive(&self, head: String) {
        let mut seen = self.seen.lock().expect("lock");
        seen.heads.push(head);
        seen.in_flight += 1;
        seen.peak = seen.peak.max(seen.in_flight);
        self.came.notify_all();
    }

    /// Waits until the whole window that `id` belongs to has come.
    fn hold(&self, id: u64) {
        let due = (id as usize / self.window + 1) * self.window;
        let seen = self.seen.lock().expect("lock");
        let waited = self
            .came
            .wait_timeout_while(seen, PATIENCE, |seen| seen.heads.len() < due);
        drop(waited.expect("lock"));
        thread::sleep(GRACE);
    }
}

fn read_head(reader: &mut impl BufRead) -> io::Result<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(head)
}

/// The id in `GET /v1/payload?codec=json&size=4KiB&id=7 HTTP/1.1`.
pub fn id_of(head: &str) -> u64 {
    let (_, id) = head.split_once("&id=").expect("an id");
    id.split(' ')
        .next()
        .expect("a word")
        .parse()
        .expect("a number")
}

fn respond(mut stream: &TcpStream, answer: Answer) -> io::Result<()> {
    let (status, headers, body) = match answer {
        Answer::Payload { records, digest } => {
            let headers = format!("X-Payload-Records: {records}\r\nX-Payload-Digest: {digest}\r\n");
            ("200 OK", headers, PAYLOAD)
        }
        Answer::Status503 => (
            "503 Service Unavailable",
            String::new(),
            &b"fault on purpose\nline 2"[..],
        ),
        Answer::Garbage => ("200 OK", String::new(), &b"[{\"id\":\xff}]"[..]),
        Answer::Cut(_) | Answer::Never => ("200 OK", String::new(), PAYLOAD),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n"
    )?;
    match answer {
        Answer::Cut(bytes) => {
            stream.write_all(&body[..bytes])?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        _ => stream.write_all(body),
    }
}
