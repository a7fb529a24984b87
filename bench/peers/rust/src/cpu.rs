//! The process's CPU time.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// User and system time of all threads, those that have ended too.
pub fn time() -> Duration {
    // getrusage fails for a bad `who` alone.
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("getrusage");
    duration(usage.user_time()) + duration(usage.system_time())
}

fn duration(time: TimeVal) -> Duration {
    Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000)
}
