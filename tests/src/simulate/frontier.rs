//! [`Frontier`]: how few checks a lag can be had for, by who knows the law, by us, and by others.

use super::exact::Cost;
use super::goals::{FLOOR, round};
use super::optimum::best;
use super::record::Figures;
use super::schedule::{OFFICIAL, PEERS, Schedule, learned};
use super::svg::{Curve, Plot, Point};
use super::workload::{Twist, Workload};
use super::world::{Setting, run};
use runware_poll::Cadence;
use serde::Serialize;

/// What a check is worth along our curve, in seconds of lag.
const WORTHS: [f64; 11] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];

/// Checks and lag of everybody, on one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frontier {
    /// The name of the workload.
    pub workload: &'static str,
    /// Worth, checks and lag of the best looks, if the law says all there is to know.
    pub optimum: Vec<[f64; 3]>,
    /// Worth, checks and lag of our cadence.
    pub ours: Vec<[f64; 3]>,
}

/// What one schedule costs on one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The name of the workload.
    pub workload: &'static str,
    /// Who looks.
    pub schedule: &'static str,
    /// What it costs.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The names of our two schedules.
pub const OURS: [&str; 2] = ["ours, learned", "ours, exponential"];

/// Every schedule on a setting: ours first.
pub fn rows(setting: &Setting) -> Vec<Row> {
    let ours = OURS.into_iter().zip([Cadence::learned(), Cadence::exponential()].map(Schedule::Ours));
    let peers = PEERS.iter().map(|peer| (peer.name, Schedule::Fixed(peer.gaps)));
    let row = |(schedule, looks)| {
        let figures = run(setting, looks).figures();
        Row { workload: setting.workload.name, schedule, figures }
    };
    ours.chain(peers).map(row).collect()
}

/// The curves of a setting.
pub fn frontier(setting: &Setting) -> Frontier {
    let triple = |worth, cost: Cost| [round(worth), round(cost.checks), round(cost.lag)];
    let knows_all = setting.workload.twist == Twist::None;
    let worths = (0..28).filter(|_| knows_all).map(|step| 0.01 * 1.45_f64.powi(step));
    let ours = WORTHS.iter().map(|worth| {
        let figures = run(setting, Schedule::Ours(learned(*worth))).figures();
        [*worth, figures.checks, figures.lag]
    });
    Frontier {
        workload: setting.workload.name,
        optimum: worths.map(|worth| triple(worth, best_of(&setting.workload, worth))).collect(),
        ours: ours.collect(),
    }
}

/// The best looks for each half of the tasks, by who knows when they change.
fn best_of(workload: &Workload, worth: f64) -> Cost {
    let mut cost = best(&workload.law, worth, FLOOR);
    cost += best(workload.then.as_ref().unwrap_or(&workload.law), worth, FLOOR);
    cost / 2.0
}

/// The plot of a workload: what it takes for less lag.
pub fn plot(frontier: &Frontier, rows: &[Row], tasks: usize) -> Plot {
    let curve = |name, colour, curve: &[[f64; 3]]| {
        let through = curve.iter().map(|[_, checks, lag]| (*checks, *lag)).collect();
        Curve { name, colour, through }
    };
    let mut curves = vec![curve("ours, by the worth of a check", "#1769c4", &frontier.ours)];
    if !frontier.optimum.is_empty() {
        curves.push(curve("the best, if the law is known", "#888", &frontier.optimum));
    }
    let points = rows.iter().map(|row| {
        let colour = match row.schedule {
            name if OURS.contains(&name) => "#1769c4",
            name if name == OFFICIAL.name => "#c43517",
            _ => "#555",
        };
        Point { name: row.schedule.to_owned(), colour, at: (row.figures.checks, row.figures.lag) }
    });
    Plot {
        title: format!("{}: {tasks} tasks, one a second", frontier.workload),
        x: "status checks per task",
        y: "lag from a result to its notice, mean, s",
        curves,
        points: points.collect(),
    }
}
