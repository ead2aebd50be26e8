use std::fs;
use std::io;
use std::time::Duration;

use crate::client::Failure;

/// Ticks of `/proc/PID/stat`: `USER_HZ`, 100 on every Linux that this runs on.
const TICKS_PER_SECOND: u64 = 100;

/// A process of this machine, seen through `/proc`.
pub struct Process {
    pid: u32,
}

/// What a process has used so far.
pub struct Usage {
    /// In user and system mode together.
    pub cpu: Duration,
    /// Resident memory now, in KiB.
    pub resident_kib: u64,
}

impl Usage {
    pub fn megabytes(&self) -> u64 {
        self.resident_kib * 1024 / 1_000_000
    }
}

impl Process {
    pub fn new(pid: u32) -> Process {
        Process { pid }
    }

    pub fn usage(&self) -> Result<Usage, Failure> {
        let read = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", self.pid));
        let usage = || Some((cpu(&read("stat").ok()?)?, resident_kib(&read("status").ok()?)?));
        let (cpu, resident_kib) = usage()
            .ok_or_else(|| Failure::Process(self.pid, io::Error::from(io::ErrorKind::NotFound)))?;
        Ok(Usage { cpu, resident_kib })
    }
}

/// proc(5): the name of the program is in brackets and may hold anything; after it come the state
/// and, as 11th and 12th, the ticks in user and system mode.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = ticks.next()?.ok()? + ticks.next()?.ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

fn resident_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_read_from_the_kernels_texts() {
        let stat = "17 (a b) c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20";
        assert_eq!(cpu(stat), Some(Duration::from_secs(2)));
        assert_eq!(resident_kib("Name:\tx\nVmRSS:\t  2048 kB\n"), Some(2048));
        assert_eq!(cpu("nonsense"), None);
    }

    #[test]
    fn this_process_can_be_looked_at() {
        assert!(Process::new(std::process::id()).usage().is_ok_and(|usage| usage.resident_kib > 0));
        assert!(Process::new(u32::MAX).usage().is_err());
    }
}
