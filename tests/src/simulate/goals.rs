//! What was promised of the learned cadence, measured: [`measure`].

pub mod crowd;
pub mod shifts;
mod table;

pub use table::table;

use super::exact::{Cost, expected};
use super::frozen::{Effort, after_learning};
use super::law::Law;
use super::optimum;
use super::schedule::{OFFICIAL, default_worth, learned};
use super::workload::{PLAIN, Workload};
use runware_poll::Cadence;
use serde::Serialize;

/// The shortest gap of the optimum, in seconds: that of our cadence.
pub const FLOOR: f64 = 1.0;

/// A figure and the most that it may be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Goal {
    /// What the figure is.
    pub name: String,
    /// The figure.
    pub found: f64,
    /// The most that it may be.
    pub most: f64,
}

impl Goal {
    /// A goal by its name, with what was found and the most that it may be.
    pub fn new(name: impl Into<String>, found: f64, most: f64) -> Self {
        Self { name: name.into(), found: round(found), most }
    }

    /// Whether it is reached.
    pub fn met(&self) -> bool {
        self.found <= self.most
    }
}

/// Our cadence next to the official schedule, on one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideBySide {
    /// The name of the workload.
    pub workload: &'static str,
    /// Checks and lag of the official schedule.
    pub official: [f64; 2],
    /// Of our cadence while it knows nothing.
    pub exponential: [f64; 2],
    /// Of our cadence with its defaults.
    pub ours: [f64; 2],
    /// What a check is worth for as many checks as the official schedule needs, and checks and lag with that.
    pub same_checks: [f64; 3],
    /// What a check is worth for as much lag as the official schedule has, and checks and lag with that.
    pub same_lag: [f64; 3],
    /// Our lag as a share of the official one, at as many checks.
    pub lag_ratio: f64,
    /// Our checks as a share of the official ones, at as much lag.
    pub checks_ratio: f64,
    /// The share of the official lag that is the least possible at as many checks, for who knows the law.
    pub least_lag_ratio: f64,
    /// What ours costs as a multiple of the optimum, with our defaults.
    pub over_optimum: f64,
    /// The same, with what makes for as many checks as the official schedule needs.
    pub over_optimum_at_checks: f64,
}

/// What was found, workload by workload and goal by goal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Goals {
    /// Our cadence next to the official schedule, after few tasks.
    pub side_by_side: Vec<SideBySide>,
    /// Tasks that suddenly take other times.
    pub shifts: Vec<shifts::Shift>,
    /// Many tasks at once.
    pub crowds: Vec<crowd::Crowd>,
    /// What is to be reached.
    pub goals: Vec<Goal>,
}

impl Goals {
    /// Whether all that is to be reached is reached.
    pub fn all_met(&self) -> bool {
        self.goals.iter().all(Goal::met)
    }
}

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scope {
    /// For what is computed after few tasks.
    pub effort: Effort,
    /// How many tasks come before a shift, and how many after it.
    pub around_shift: usize,
    /// How many tasks begin at once.
    pub crowd: usize,
}

impl Default for Scope {
    fn default() -> Self {
        Self { effort: Effort::default(), around_shift: 100, crowd: 10_000 }
    }
}

/// Measures all of it.
pub fn measure(scope: Scope, seed: u64) -> Goals {
    let mut all = after_few_tasks(&PLAIN, scope.effort, seed);
    all.shifts = shifts::measure(scope.around_shift, scope.effort.seeds, seed);
    all.crowds = crowd::measure(scope.crowd, seed);
    all.goals.extend(all.shifts.iter().flat_map(shifts::Shift::goals));
    all.goals.extend(all.crowds.iter().flat_map(crowd::Crowd::goals));
    all
}

/// Measures what is known after few tasks, on workloads that are nothing but a law.
pub fn after_few_tasks(workloads: &[Workload], effort: Effort, seed: u64) -> Goals {
    let rows: Vec<SideBySide> =
        workloads.iter().map(|workload| side_by_side(workload.name, &workload.law, effort, seed)).collect();
    let goals = vec![
        Goal::new("lag at the same checks, geometric mean", geometric(&rows, |row| row.lag_ratio), 0.36),
        Goal::new("lag at the same checks, worst", worst(&rows, |row| row.lag_ratio), 0.6),
        Goal::new("checks at the same lag, geometric mean", geometric(&rows, |row| row.checks_ratio), 0.36),
        Goal::new("checks at the same lag, worst", worst(&rows, |row| row.checks_ratio), 0.6),
        Goal::new("cost over the optimum, default, worst", worst(&rows, |row| row.over_optimum), 1.1),
        Goal::new(
            "cost over the optimum, same checks, worst",
            worst(&rows, |row| row.over_optimum_at_checks),
            1.1,
        ),
    ];
    Goals { side_by_side: rows, goals, ..Goals::default() }
}

fn side_by_side(name: &'static str, law: &Law, effort: Effort, seed: u64) -> SideBySide {
    let ours = |worth| after_learning(law, learned(worth), effort, seed);
    let best = |worth| optimum::best(law, worth, FLOOR);
    let official = expected(law, OFFICIAL.gaps.looks());
    let worth = default_worth();
    let default = ours(worth);
    let (checks_worth, same_checks) = matching(ours, |cost| cost.checks, official.checks);
    let (lag_worth, same_lag) = matching(ours, |cost| cost.lag, official.lag);
    let (_, least) = matching(best, |cost| cost.checks, official.checks);
    SideBySide {
        workload: name,
        official: pair(official),
        exponential: pair(after_learning(law, Cadence::exponential(), effort, seed)),
        ours: pair(default),
        same_checks: triple(checks_worth, same_checks),
        same_lag: triple(lag_worth, same_lag),
        lag_ratio: round(same_checks.lag / official.lag),
        checks_ratio: round(same_lag.checks / official.checks),
        least_lag_ratio: round(least.lag / official.lag),
        over_optimum: round(default.at(worth) / best(worth).at(worth)),
        over_optimum_at_checks: round(same_checks.at(checks_worth) / best(checks_worth).at(checks_worth)),
    }
}

/// What a check has to be worth for a figure of the cost to be the one that is wanted, within half a percent; and that
/// cost.
///
/// Both checks and lag go with a power of the worth, near enough, that is about a half.
pub fn matching(cost: impl Fn(f64) -> Cost, figure: impl Fn(Cost) -> f64, wanted: f64) -> (f64, Cost) {
    let off = |cost| (figure(cost) / wanted).ln();
    let mut tried = (START.ln(), cost(START));
    let mut next = (2.0 * START).ln();
    for _ in 0..MOST_TRIES {
        if off(tried.1).abs() < 0.005 {
            break;
        }
        let found = cost(next.exp());
        let power = (off(found) - off(tried.1)) / (next - tried.0);
        let step = off(found) / power.abs().clamp(0.2, 2.0).copysign(power);
        tried = (next, found);
        next = (next - step.clamp(-2.5, 2.5)).clamp(-6.0, 6.0);
    }
    (tried.0.exp(), tried.1)
}

/// Where the search for a worth begins.
const START: f64 = 0.3;
const MOST_TRIES: usize = 8;

fn geometric<T>(rows: &[T], ratio: impl Fn(&T) -> f64) -> f64 {
    (rows.iter().map(|row| ratio(row).ln()).sum::<f64>() / rows.len() as f64).exp()
}

fn worst<T>(rows: &[T], ratio: impl Fn(&T) -> f64) -> f64 {
    rows.iter().map(ratio).fold(0.0, f64::max)
}

fn pair(cost: Cost) -> [f64; 2] {
    [round(cost.checks), round(cost.lag)]
}

fn triple(worth: f64, cost: Cost) -> [f64; 3] {
    [round(worth), round(cost.checks), round(cost.lag)]
}

/// To a thousandth, so that equal figures are equal texts.
pub fn round(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_missed_goal_is_enough_to_fail() {
        let goals = |found: &[f64]| Goals {
            goals: found.iter().map(|found| Goal::new("requests", *found, 0.1)).collect(),
            ..Goals::default()
        };
        assert!(goals(&[0.02, 0.1]).all_met());
        assert!(!goals(&[0.02, 0.101]).all_met());
        assert!(!goals(&[f64::NAN]).all_met(), "what cannot be told is not met");
    }
}
