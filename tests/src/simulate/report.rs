//! [`Report`]: all that is measured, as a table and as files.

use super::frontier::{self, Frontier, OURS, Row};
use super::goals::{self, Goals, Scope};
use super::record::Figures;
use super::schedule::{OFFICIAL, Schedule};
use super::task::Arrivals;
use super::workload::{PLAIN, WORKLOADS};
use super::world::{Setting, run};
use runware_poll::Cadence;
use serde::Serialize;
use std::collections::BTreeMap;

/// All that is measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What chance came from.
    pub seed: u64,
    /// How many tasks each workload had; they began one a second.
    pub tasks: usize,
    /// Every schedule on every workload.
    pub schedules: Vec<Row>,
    /// The curves of every workload.
    pub frontiers: Vec<Frontier>,
    /// One workload with few and many tasks.
    pub scale: Vec<Scale>,
    /// What was promised.
    pub goals: Goals,
}

/// So many tasks of `lognormal-60-0.5`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scale {
    /// How they begin.
    pub arrivals: &'static str,
    /// How many.
    pub tasks: usize,
    /// Who looks.
    pub schedule: &'static str,
    /// What it costs.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Measures all of it; the scale up to so many tasks.
pub fn measure(tasks: usize, largest: usize, scope: Scope, seed: u64) -> Report {
    let settings =
        WORKLOADS.map(|workload| Setting { workload, count: tasks, arrivals: Arrivals::Open(1.0), seed });
    Report {
        seed,
        tasks,
        schedules: settings.iter().flat_map(frontier::rows).collect(),
        frontiers: settings.iter().map(frontier::frontier).collect(),
        scale: scale(largest, seed),
        goals: goals::measure(scope, seed),
    }
}

fn scale(largest: usize, seed: u64) -> Vec<Scale> {
    let [learned_name, exponential_name] = OURS;
    let schedules = [
        (learned_name, Schedule::Ours(Cadence::learned())),
        (exponential_name, Schedule::Ours(Cadence::exponential())),
        (OFFICIAL.name, Schedule::Fixed(OFFICIAL.gaps)),
    ];
    let mut rows = Vec::new();
    for count in [1, 10, 100, 1_000, 10_000, 100_000].into_iter().filter(|count| *count <= largest) {
        let ways = [
            ("at once", Arrivals::Together),
            ("one by one", Arrivals::OneByOne),
            ("within ten minutes", Arrivals::Open(count as f64 / 600.0)),
        ];
        for (name, arrivals) in ways {
            let setting = Setting { workload: PLAIN[3], count, arrivals, seed };
            rows.extend(schedules.map(|(schedule, looks)| Scale {
                arrivals: name,
                tasks: count,
                schedule,
                figures: run(&setting, looks).figures(),
            }));
        }
    }
    rows
}

impl Report {
    /// The files, by their names: equal seeds make equal bytes.
    ///
    /// # Panics
    ///
    /// Never: there is nothing in a report that JSON cannot hold.
    pub fn files(&self) -> BTreeMap<String, String> {
        let plots = self.frontiers.iter().map(|curves| {
            let rows: Vec<Row> =
                self.schedules.iter().filter(|row| row.workload == curves.workload).cloned().collect();
            (format!("{}.svg", curves.workload), frontier::plot(curves, &rows, self.tasks).svg())
        });
        let json = serde_json::to_value(self).expect("figures and names");
        plots.chain([("simulation.json".to_owned(), by_lines(&json))]).collect()
    }

    /// All of it as text for a person.
    pub fn table(&self) -> String {
        let head = "checks  requests   lag mean / p50 / p99 s    peak/s";
        let mut text = format!("{:<18} {:<18} {head}\n", "one a second", "schedule");
        for Row { workload, schedule, figures } in &self.schedules {
            text.push_str(&format!("{workload:<18} {schedule:<18} {}\n", line(figures)));
        }
        text.push_str(&format!("\n{:<18} {:>7} {:<18} {head}\n", PLAIN[3].name, "tasks", "schedule"));
        for Scale { arrivals, tasks, schedule, figures } in &self.scale {
            text.push_str(&format!("{arrivals:<18} {tasks:>7} {schedule:<18} {}\n", line(figures)));
        }
        text.push('\n');
        text.push_str(&goals::table(&self.goals));
        text
    }
}

fn line(figures: &Figures) -> String {
    let Figures { checks, requests, lag, lag_p50, lag_p99, peak } = figures;
    format!("{checks:>6.2}  {requests:>8.3}  {lag:>7.2} / {lag_p50:>6.2} / {lag_p99:>6.2}  {peak:>6}")
}

/// JSON in which each entry of a list of records has a line of its own: to be read, and to be compared.
fn by_lines(value: &serde_json::Value) -> String {
    fn lists(value: &serde_json::Value, indent: usize) -> String {
        let pad = " ".repeat(indent + 1);
        match value {
            serde_json::Value::Object(fields) if indent < 2 => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| format!("{pad}\"{name}\": {}", lists(value, indent + 1)));
                format!("{{\n{}\n{}}}", fields.collect::<Vec<_>>().join(",\n"), " ".repeat(indent))
            }
            serde_json::Value::Array(entries) if entries.iter().any(serde_json::Value::is_object) => {
                let entries = entries.iter().map(|entry| format!("{pad}{entry}"));
                format!("[\n{}\n{}]", entries.collect::<Vec<_>>().join(",\n"), " ".repeat(indent))
            }
            other => other.to_string(),
        }
    }
    lists(value, 0) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::frozen::Effort;

    fn report() -> Report {
        let settings = [WORKLOADS[0], WORKLOADS[14]].map(|workload| Setting {
            workload,
            count: 20,
            arrivals: Arrivals::Open(1.0),
            seed: 3,
        });
        Report {
            seed: 3,
            tasks: 20,
            schedules: settings.iter().flat_map(frontier::rows).collect(),
            frontiers: settings.iter().map(frontier::frontier).collect(),
            scale: scale(10, 3),
            goals: goals::after_few_tasks(&[WORKLOADS[0]], Effort { seeds: 1, observed: 5, measured: 1 }, 3),
        }
    }

    #[test]
    fn the_files_are_small_and_the_same_each_time() {
        let report = report();
        let files = report.files();
        assert_eq!(files, self::report().files());
        assert_eq!(files.len(), 3);
        for (name, text) in &files {
            assert!(text.len() < 60_000, "{name}: {} bytes", text.len());
            assert!(!text.contains("NaN") && !text.contains("null"), "{name}: {text}");
        }
        let read: serde_json::Value = serde_json::from_str(&files["simulation.json"]).unwrap();
        assert_eq!(read, serde_json::to_value(&report).unwrap());
        assert!(report.table().contains("lognormal-20-0.3   official SDKs"));
    }
}
