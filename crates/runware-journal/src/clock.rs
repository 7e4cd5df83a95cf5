//! [`BootClock`]: how long ago something was, also across processes, without the time of day.

use std::fmt;
use std::time::{Duration, SystemTime};

/// Tells the time that a journal works with.
///
/// Whether a lease has ended and how old a task is depend on the time since the machine was started, which goes on while
/// the machine sleeps, is the same for all processes, and which nobody can set. The time of day is written down to be
/// shown, and decides nothing but what [prune](crate::SqliteJournal::prune) takes for old.
///
/// In production this is [`SystemBootClock`]; in tests it is a clock that only moves when told to.
pub trait BootClock: Send + Sync + fmt::Debug {
    /// Which start of the machine this is; `None` if that cannot be told, and then no age is known and no lease ends.
    fn boot(&self) -> Option<String>;

    /// How long ago that was, the time that the machine slept included. It never goes back.
    fn since_boot(&self) -> Duration;

    /// The time of day.
    fn time_of_day(&self) -> SystemTime;
}

/// The clock of the machine: `CLOCK_BOOTTIME` and the boot id of Linux. On other systems no boot is known.
#[derive(Clone, Debug)]
pub struct SystemBootClock {
    boot: Option<String>,
}

impl SystemBootClock {
    /// The clock of this machine.
    pub fn new() -> Self {
        Self { boot: boot_id() }
    }
}

impl Default for SystemBootClock {
    fn default() -> Self {
        Self::new()
    }
}

impl BootClock for SystemBootClock {
    fn boot(&self) -> Option<String> {
        self.boot.clone()
    }

    fn since_boot(&self) -> Duration {
        since_boot()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the file that adapts the time of day")]
    fn time_of_day(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Random digits that the kernel makes at each start.
#[cfg(target_os = "linux")]
fn boot_id() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let id = text.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(not(target_os = "linux"))]
fn boot_id() -> Option<String> {
    None
}

#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(not(target_os = "linux"))]
fn since_boot() -> Duration {
    Duration::ZERO
}
