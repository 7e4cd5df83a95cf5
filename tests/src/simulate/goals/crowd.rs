//! Ten thousand tasks at once, or within ten minutes: how few requests they need.

use super::{Goal, round};
use crate::simulate::record::Figures;
use crate::simulate::schedule::{OFFICIAL, Schedule, plan};
use crate::simulate::task::Arrivals;
use crate::simulate::workload::PLAIN;
use crate::simulate::world::{Fate, Setting, drive, known, run};
use runware_poll::Cadence;
use serde::Serialize;
use std::time::Duration;

/// How many tasks one request submits.
pub const SUBMITTED_TOGETHER: usize = 100;

/// Many tasks that take about a minute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Crowd {
    /// The name of the workload.
    pub workload: &'static str,
    /// How the tasks begin.
    pub arrivals: &'static str,
    /// How many tasks.
    pub tasks: usize,
    /// How many were observed before.
    pub observed: usize,
    /// Requests for each task, the submissions included.
    pub requests: f64,
    /// What we need.
    pub ours: Figures,
    /// What the official clients need.
    pub official: Figures,
}

impl Crowd {
    /// The goals of a crowd.
    pub fn goals(&self) -> [Goal; 2] {
        let Self { workload, arrivals, tasks, observed, ours, official, .. } = self;
        let name = |figure| format!("{workload}, {tasks} {arrivals} after {observed}: {figure}");
        let first = match *arrivals {
            AT_ONCE => Goal::new(name("requests per task"), self.requests, 0.1),
            // They are too few at a time to fill requests.
            _ => Goal::new(name("checks against the official"), ours.checks / official.checks, 1.0),
        };
        [first, Goal::new(name("lag against the official"), ours.lag / official.lag, 1.0)]
    }
}

const AT_ONCE: &str = "at once";

/// The two workloads of a minute: at once, knowing nothing and knowing fifty tasks; and one after another for ten minutes.
pub fn measure(tasks: usize, seed: u64) -> Vec<Crowd> {
    let stream = Arrivals::Open(tasks as f64 / 600.0);
    let ways = [
        (AT_ONCE, Arrivals::Together, 0),
        (AT_ONCE, Arrivals::Together, 50),
        ("within ten minutes", stream, 0),
    ];
    minutes(tasks, seed).flat_map(|setting| ways.map(|way| crowd(setting, way))).collect()
}

/// The two workloads of a minute, at once, after so many tasks were observed.
pub fn at_once(tasks: usize, observed: usize, seed: u64) -> impl Iterator<Item = Crowd> {
    minutes(tasks, seed).map(move |setting| crowd(setting, (AT_ONCE, Arrivals::Together, observed)))
}

fn minutes(count: usize, seed: u64) -> impl Iterator<Item = Setting> {
    let minutes = PLAIN.iter().filter(|workload| workload.name.starts_with("lognormal-60"));
    minutes.map(move |workload| Setting { workload: *workload, count, arrivals: Arrivals::Together, seed })
}

fn crowd(setting: Setting, (arrivals, way, observed): (&'static str, Arrivals, usize)) -> Crowd {
    let setting = Setting { arrivals: way, ..setting };
    let ours = known(&setting, &plan(Cadence::learned()), observed);
    let ours = drive(&setting, ours, &mut |_, _| (Duration::ZERO, Fate::Answer)).record(&setting).figures();
    let tasks = setting.count;
    let submissions = tasks.div_ceil(SUBMITTED_TOGETHER) as f64 / tasks as f64;
    Crowd {
        workload: setting.workload.name,
        arrivals,
        tasks,
        observed,
        requests: round(ours.requests + submissions),
        ours,
        official: run(&setting, Schedule::Fixed(OFFICIAL.gaps)).figures(),
    }
}
