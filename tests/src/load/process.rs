//! What a process has used, as Linux counts it; and starting another one of this binary.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result, anyhow};
use tokio::process::{Child, Command};

use super::lag::rounded;

/// How many ticks `/proc` counts in a second, whatever the kernel itself does.
const TICKS: f64 = 100.0;

/// What this process has used so far.
#[derive(Debug)]
pub(super) struct Usage {
    /// User and system time of all threads, to 0.01 s.
    pub(super) cpu_s: f64,
    pub(super) resident_mib: f64,
    /// The most that was ever resident.
    pub(super) peak_mib: f64,
}

impl Usage {
    pub(super) fn now() -> Result<Self> {
        let read =
            |name| fs::read_to_string(name).with_context(|| format!("cannot read {name}, which Linux has"));
        let (stat, status) = (read("/proc/self/stat")?, read("/proc/self/status")?);
        Self::read(&stat, &status).ok_or_else(|| anyhow!("/proc/self is not what it is on Linux"))
    }

    fn read(stat: &str, status: &str) -> Option<Self> {
        // The name of the program is in parentheses and may hold anything; the fields are counted from behind it.
        let (_, fields) = stat.rsplit_once(')')?;
        let mut times = fields.split_whitespace().skip(11).map(str::parse::<f64>);
        let ticks = times.next()?.ok()? + times.next()?.ok()?;
        Some(Self {
            cpu_s: rounded(ticks / TICKS),
            resident_mib: mib(status, "VmRSS:")?,
            peak_mib: mib(status, "VmHWM:")?,
        })
    }
}

fn mib(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(rounded(kib / 1_024.0))
}

/// Starts this binary once more, with its standard streams but for `stderr` in our hands. It ends when what is returned
/// is dropped.
pub(super) fn again(arguments: &[String]) -> Result<Child> {
    let program = std::env::current_exe().context("this program does not know where it is")?;
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start `load {}`", arguments.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_linux_are_read() {
        let stat = "12 (a (b) c) S 1 12 12 0 -1 4194304 100 0 0 0 250 31 7 9 20 0 3 0 100 1000 200";
        let status = "Name:\ta\nVmPeak:\t  9000 kB\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n";
        let usage = Usage::read(stat, status).unwrap();
        assert_eq!((usage.cpu_s, usage.resident_mib, usage.peak_mib), (2.81, 2.0, 4.0));
        assert!(Usage::read("12 (a", status).is_none());
    }
}
