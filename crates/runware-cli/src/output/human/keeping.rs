//! The journal and its money, for people.

use std::time::Duration;

use runware::types::TaskUuid;

use super::{Words, count};
use crate::config::redaction::FLAG;
use crate::output::event::{
    Configuration, Doctor, Findings, JournalReport, Prunable, Pruned, Spending, TaskLine, Total,
};
use crate::output::sanitize;

/// The columns of a list, in order, and whether their cells stand at the right.
const COLUMNS: [(&str, bool); 9] = [
    ("STATE", false),
    ("TASK", false),
    ("TYPE", false),
    ("MODEL", false),
    ("RESULTS", true),
    ("COST", true),
    ("AGE", true),
    ("KEY", false),
    ("SERVICE", false),
];

/// Tasks as the lines of a table, the heading first.
pub(crate) fn table(tasks: &[TaskLine]) -> Vec<String> {
    let heading = COLUMNS.map(|(name, _)| name.to_owned());
    let rows: Vec<[String; 9]> = [heading].into_iter().chain(tasks.iter().map(cells)).collect();
    let widths = COLUMNS.iter().enumerate().map(|(column, _)| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    let widths: Vec<usize> = widths.collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String; 9], widths: &[usize]) -> String {
    let padded = row.iter().zip(widths).zip(COLUMNS).map(|((cell, width), (_, is_right))| match is_right {
        true => format!("{cell:>width$}"),
        false => format!("{cell:<width$}"),
    });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn cells(task: &TaskLine) -> [String; 9] {
    let or_dash = |text: Option<&String>| text.map_or_else(|| "-".to_owned(), |text| sanitize::line(text));
    let failed = if task.failures > 0 { format!(", {} failed", task.failures) } else { String::new() };
    [
        state(task.state).to_owned(),
        task.task_uuid.to_string(),
        sanitize::line(task.task_type.as_str()),
        or_dash(task.model.as_ref()),
        format!("{}/{}{failed}", task.results, task.expected),
        match task.cost {
            Some(cost) => format!("${cost}"),
            None if task.is_cost_unknown() => "unknown".to_owned(),
            None => "-".to_owned(),
        },
        age(task.age),
        or_dash(task.key.as_ref()),
        sanitize::line(&task.service),
    ]
}

/// The state of a task as people are told of it everywhere: what programs know as undecided is unknown.
fn state(name: &'static str) -> &'static str {
    if name == "undecided" { "unknown" } else { name }
}

/// A duration in the one unit that says most.
pub(crate) fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

pub(super) fn total(total: &Total) -> Words {
    let unknown = match total.cost_unknown {
        0 => String::new(),
        number => format!("; what {} cost is not known", count(number, "task")),
    };
    let cost = total.cost.map(|cost| format!(", ${cost} in all")).unwrap_or_default();
    Words::data(format!("{}{cost}{unknown}", count(total.tasks, "task")))
}

pub(super) fn pruned(pruned: &Pruned) -> Words {
    let count = |number: u64, thing: &str| count(usize::try_from(number).unwrap_or(usize::MAX), thing);
    Words::note(format!(
        "removed {} and {} of {}; {} forgotten altogether",
        count(pruned.requests, "request"),
        count(pruned.parts, "result"),
        count(pruned.tasks, "task"),
        count(pruned.forgotten, "task")
    ))
}

/// The report of `doctor`, line by line.
pub(super) fn doctor(doctor: &Doctor) -> Words {
    let mut report = Report { lines: vec![format!("runware {}", doctor.version)] };
    report.configuration(&doctor.configuration);
    report.journal(&doctor.journal);
    Words::data(report.lines.join("\n"))
}

/// The lines of `doctor` so far.
struct Report {
    lines: Vec<String>,
}

impl Report {
    fn configuration(&mut self, configuration: &Configuration) {
        self.head("Configuration");
        self.say("service", &configuration.service);
        self.say("transport", configuration.transport);
        for (name, url) in [("http", &configuration.http_base_url), ("ws", &configuration.ws_base_url)] {
            self.say(name, url.as_deref().unwrap_or("not used"));
        }
        self.say(
            "key",
            &match (&configuration.key_from, &configuration.key_problem) {
                (Some(from), _) => format!("there is one, from {from}"),
                (None, Some(problem)) => format!("none: {problem}"),
                (None, None) => "none".to_owned(),
            },
        );
        self.say("deadline", &humantime::format_duration(configuration.deadline).to_string());
    }

    fn journal(&mut self, journal: &JournalReport) {
        self.head("Journal");
        if let Some(path) = &journal.path {
            self.say("path", &format!("{path} (from {})", journal.path_from.unwrap_or("default")));
        }
        match journal.redacts_from {
            Some(by) => self.say("requests", &format!("only their hashes are kept (from {by})")),
            None => {
                self.say("requests", &format!("kept as they are sent; {FLAG} keeps only their hashes"));
            }
        }
        self.say(
            "state",
            match journal.state {
                "absent" => "absent: the first task makes it",
                "off" => "off: nothing is kept",
                state => state,
            },
        );
        if let Some(problem) = &journal.problem {
            self.say("problem", problem);
        }
        if let Some(findings) = &journal.findings {
            self.contents(findings);
            self.unfinished(findings);
            self.undecided(findings);
        }
    }

    /// What the journal's file is, and what it holds.
    fn contents(&mut self, findings: &Findings) {
        let format = format!("{} bytes, schema {}", findings.bytes, findings.schema);
        let permissions = findings.permissions.iter().map(|permissions| format!(", {permissions}"));
        let file_system = findings.file_system.iter().map(|name| format!(", on {name}"));
        self.say("file", &[format].into_iter().chain(permissions).chain(file_system).collect::<String>());
        let others = match findings.owners {
            0 => "by nobody else".to_owned(),
            1 => "by one more process".to_owned(),
            number => format!("by {number} more processes"),
        };
        self.say("in use", &others);
        let tasks: Vec<String> =
            findings.tasks.iter().map(|(name, number)| format!("{number} {}", state(name))).collect();
        self.say("tasks", if tasks.is_empty() { "none".to_owned() } else { tasks.join(", ") }.as_str());
        for budget in &findings.budgets {
            self.say("budget", &spending(budget));
        }
        if let Some(prunable) = &findings.prunable {
            self.say("prunable", &could_go(prunable));
        }
    }

    /// The tasks that are to be finished or delivered, and how.
    fn unfinished(&mut self, findings: &Findings) {
        for (name, tasks) in [("open", &findings.open), ("undelivered", &findings.undelivered)] {
            tasks.iter().for_each(|task| self.say(name, &format!("{task}{}", in_care(findings, task))));
        }
        let is_free = |task: &TaskUuid| !findings.held.contains(task);
        if findings.open.iter().chain(&findings.undelivered).any(is_free) {
            self.lines.push("  To finish and deliver them:".to_owned());
            self.command(&findings.collect);
        }
    }

    /// The tasks that a person has to decide, and how.
    fn undecided(&mut self, findings: &Findings) {
        for undecided in &findings.undecided {
            let reason = undecided.reason.as_deref().unwrap_or("nobody can tell whether it ran");
            let care = in_care(findings, &undecided.task_uuid);
            self.say("unknown", &format!("{}: {reason}{care}", undecided.task_uuid));
            self.command(&undecided.resubmit);
            self.command(&undecided.abandon);
        }
    }

    fn head(&mut self, title: &str) {
        self.lines.extend([String::new(), title.to_owned()]);
    }

    fn say(&mut self, name: &str, value: &str) {
        self.lines.push(format!("  {name:<12} {}", sanitize::line(value)));
    }

    fn command(&mut self, command: &str) {
        self.lines.push(format!("    {}", sanitize::line(command)));
    }
}

fn could_go(prunable: &Prunable) -> String {
    let count = |number: u64, thing: &str| count(usize::try_from(number).unwrap_or(usize::MAX), thing);
    format!(
        "{} and {} of {} that ended more than {} ago; `{}` lets go of them",
        count(prunable.requests, "request"),
        count(prunable.parts, "result"),
        count(prunable.tasks, "task"),
        age(prunable.older_than),
        prunable.command
    )
}

/// Says so of a task that a running process looks after.
fn in_care(findings: &Findings, task: &TaskUuid) -> &'static str {
    if findings.held.contains(task) { " (a running process looks after it)" } else { "" }
}

fn spending(budget: &Spending) -> String {
    let Spending { name, spent, reserved, cost_unknown } = budget;
    let spent = spent.map_or_else(|| "nobody knows how much".to_owned(), |spent| format!("${spent}"));
    let unknown = match cost_unknown {
        0 => String::new(),
        number => format!("; what {} cost is not known", count(*number, "task")),
    };
    format!("{name}: {spent} spent, ${reserved} set aside{unknown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_one_unit() {
        for (seconds, shown) in
            [(0, "0s"), (59, "59s"), (60, "1m"), (7_199, "1h"), (172_799, "47h"), (172_800, "2d")]
        {
            assert_eq!(age(Duration::from_secs(seconds)), shown);
        }
    }

    #[test]
    fn costs_add_up_in_words() {
        let all = Total { tasks: 3, cost: Some("0.0130".parse().unwrap()), cost_unknown: 1 };
        assert_eq!(total(&all).data.unwrap(), "3 tasks, $0.0130 in all; what 1 task cost is not known");
        let none = Total { cost: None, cost_unknown: 3, ..all };
        assert_eq!(total(&none).data.unwrap(), "3 tasks; what 3 tasks cost is not known");
    }

    #[test]
    fn what_nobody_knows_is_not_nothing() {
        let budget = |spent: Option<&str>, cost_unknown| {
            let spent = spent.map(|spent| spent.parse().unwrap());
            spending(&Spending {
                name: "spring".to_owned(),
                spent,
                reserved: "0.5".parse().unwrap(),
                cost_unknown,
            })
        };
        assert_eq!(budget(Some("0"), 0), "spring: $0 spent, $0.5 set aside");
        assert_eq!(
            budget(None, 1),
            "spring: nobody knows how much spent, $0.5 set aside; what 1 task cost is not known"
        );
    }
}
