//! What the system knows of this process, as far as it tells; on Linux it does.

use std::fs;

/// Ticks of a processor's second in `/proc`: fixed for programs on Linux, `USER_HZ`.
const TICKS: f64 = 100.0;
/// Where `/proc/self/stat` has the time of user and system, counted behind the name.
const TIMES: [usize; 2] = [11, 12];

/// Measures memory, processor time and open files.
pub fn measure() {
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes);
    }
    if let Some(seconds) = cpu_seconds() {
        // Only whole seconds are counted: a counter of this recorder holds no fractions.
        metrics::counter!("process_cpu_seconds_total").absolute(seconds as u64);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_open_fds").set(open.count() as f64);
    }
}

fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let ticks = TIMES.map(|place| fields.get(place).and_then(|ticks| ticks.parse::<f64>().ok()));
    Some((ticks[0]? + ticks[1]?) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_tells_memory_and_processor_time() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1e6));
        assert!(cpu_seconds().is_some_and(|seconds| (0.0..1e6).contains(&seconds)));
    }
}
