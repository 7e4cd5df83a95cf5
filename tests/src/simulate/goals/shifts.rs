//! Tasks that suddenly take other times: what that costs, next to a cadence that knows nothing.

use super::{Goal, round};
use crate::simulate::schedule::Schedule;
use crate::simulate::task::Arrivals;
use crate::simulate::workload::{SHIFTS, Workload};
use crate::simulate::world::{Setting, run};
use runware_poll::Cadence;
use serde::Serialize;

/// The tasks after a shift; they are as many as those before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shift {
    /// The name of the workload.
    pub workload: &'static str,
    /// How the tasks begin.
    pub arrivals: &'static str,
    /// Checks and lag of our cadence.
    pub ours: [f64; 2],
    /// Checks and lag of the exponential one.
    pub exponential: [f64; 2],
}

impl Shift {
    /// The two goals of a shift.
    pub fn goals(&self) -> [Goal; 2] {
        ["checks", "lag"].map(|figure| {
            let at = usize::from(figure == "lag");
            let name = format!("{} {}, {figure} against exponential", self.workload, self.arrivals);
            Goal::new(name, self.ours[at] / self.exponential[at], 1.1)
        })
    }
}

/// Each shift, with tasks one after another and with about ten at a time.
pub fn measure(tasks: usize, seeds: u64, seed: u64) -> Vec<Shift> {
    let ways = [("one by one", Arrivals::OneByOne), ("ten at a time", Arrivals::Open(1.0 / 6.0))];
    let all = SHIFTS.iter().flat_map(|workload| ways.map(|way| (workload, way)));
    all.map(|(workload, (arrivals, way))| {
        let after = |cadence| after(workload, way, cadence, tasks, seeds, seed);
        Shift {
            workload: workload.name,
            arrivals,
            ours: after(Cadence::learned()),
            exponential: after(Cadence::exponential()),
        }
    })
    .collect()
}

/// Checks and lag of the tasks after the shift.
fn after(
    workload: &Workload,
    arrivals: Arrivals,
    cadence: Cadence,
    tasks: usize,
    seeds: u64,
    seed: u64,
) -> [f64; 2] {
    let (mut checks, mut lag) = (0.0, 0.0);
    for round in 0..seeds {
        let setting = Setting { workload: *workload, count: 2 * tasks, arrivals, seed: seed + 31 * round };
        let figures = run(&setting, Schedule::Ours(cadence)).figures_from(tasks);
        checks += figures.checks / seeds as f64;
        lag += figures.lag / seeds as f64;
    }
    [round(checks), round(lag)]
}
