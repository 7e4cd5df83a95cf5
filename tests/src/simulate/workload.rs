//! What is simulated, as data: [`WORKLOADS`].

use super::law::Law;

/// Tasks of one make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workload {
    /// What it is called in tables, and in the names of files.
    pub name: &'static str,
    /// How long the tasks take.
    pub law: Law,
    /// How long the later half of them takes, if that is not the same.
    pub then: Option<Law>,
    /// What is special about them.
    pub twist: Twist,
}

/// What is special about the tasks of a workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Twist {
    /// Nothing.
    None,
    /// Those that begin in certain spans of time wait for their turn first.
    Queue {
        /// Whether the server says that they do.
        told: bool,
    },
    /// The server says how much of the work is done, in percent that are off by a few.
    Progress,
    /// Each has so many results; the law is that of the first, and each further one takes a fifth of it, about.
    Results(u32),
}

/// Where a queue forms: from these seconds on, for [`QUEUE_LASTS`], a task has to wait for [`QUEUE_WAIT`].
pub const QUEUE_EVERY: f64 = 600.0;
/// How long a queue is there, in seconds.
pub const QUEUE_LASTS: f64 = 120.0;
/// How long a task waits in it, in seconds.
pub const QUEUE_WAIT: f64 = 90.0;

/// The six that the goals are about.
pub const PLAIN: [Workload; 6] = [
    plain("lognormal-20-0.3", 20.0, 0.3),
    plain("lognormal-20-0.5", 20.0, 0.5),
    plain("lognormal-60-0.3", 60.0, 0.3),
    plain("lognormal-60-0.5", 60.0, 0.5),
    plain("lognormal-180-0.3", 180.0, 0.3),
    plain("lognormal-180-0.5", 180.0, 0.5),
];

/// The two whose later tasks take other times.
pub const SHIFTS: [Workload; 2] = [
    Workload {
        name: "shift-60-to-20",
        then: Some(Law::LogNormal { median: 20.0, sigma: 0.3 }),
        ..plain("", 60.0, 0.3)
    },
    Workload {
        name: "shift-20-to-60",
        then: Some(Law::LogNormal { median: 60.0, sigma: 0.3 }),
        ..plain("", 20.0, 0.3)
    },
];

/// All of them.
pub const WORKLOADS: [Workload; 15] = [
    PLAIN[0],
    PLAIN[1],
    PLAIN[2],
    PLAIN[3],
    PLAIN[4],
    PLAIN[5],
    plain("narrow", 60.0, 0.05),
    of("bimodal", Law::Either { early: 15.0, late: 90.0, sigma: 0.15 }, Twist::None),
    of("heavy-tail", Law::Pareto { least: 15.0, most: 900.0, alpha: 1.5 }, Twist::None),
    SHIFTS[0],
    SHIFTS[1],
    of("queue-told", MINUTE, Twist::Queue { told: true }),
    of("queue-untold", MINUTE, Twist::Queue { told: false }),
    of("progress", Law::LogNormal { median: 60.0, sigma: 0.5 }, Twist::Progress),
    of("four-results", MINUTE, Twist::Results(4)),
];

const MINUTE: Law = Law::LogNormal { median: 60.0, sigma: 0.3 };

const fn plain(name: &'static str, median: f64, sigma: f64) -> Workload {
    of(name, Law::LogNormal { median, sigma }, Twist::None)
}

const fn of(name: &'static str, law: Law, twist: Twist) -> Workload {
    Workload { name, law, then: None, twist }
}
