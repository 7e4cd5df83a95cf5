//! The goals as text for a person.

use super::Goals;
use crate::simulate::record::Figures;

/// The rows and the goals as text for a person.
pub fn table(found: &Goals) -> String {
    let mut text = format!(
        "{:<18} {:>13} {:>13} {:>13} | {:>21} {:>5} {:>6} | {:>21} {:>5} | {:>7} {:>7}\n",
        "checks / lag s",
        "official",
        "exponential",
        "ours",
        "at its checks (worth)",
        "ratio",
        "least",
        "at its lag (worth)",
        "ratio",
        "default",
        "matched"
    );
    for row in &found.side_by_side {
        let two = |[checks, lag]: [f64; 2]| format!("{checks:.2} / {lag:.2}");
        let three = |[worth, checks, lag]: [f64; 3]| format!("{checks:.2} / {lag:.2} ({worth:.2})");
        text.push_str(&format!(
            "{:<18} {:>13} {:>13} {:>13} | {:>21} {:>5.3} {:>6.3} | {:>21} {:>5.3} | {:>7.3} {:>7.3}\n",
            row.workload,
            two(row.official),
            two(row.exponential),
            two(row.ours),
            three(row.same_checks),
            row.lag_ratio,
            row.least_lag_ratio,
            three(row.same_lag),
            row.checks_ratio,
            row.over_optimum,
            row.over_optimum_at_checks,
        ));
    }
    text.push_str(&format!(
        "\n{:<18} {:<14} {:>15} {:>15}\n",
        "after the shift", "tasks", "ours", "exponential"
    ));
    for row in &found.shifts {
        let two = |[checks, lag]: [f64; 2]| format!("{checks:.2} / {lag:.2}");
        let (ours, exponential) = (two(row.ours), two(row.exponential));
        text.push_str(&format!("{:<18} {:<14} {ours:>15} {exponential:>15}\n", row.workload, row.arrivals));
    }
    text.push_str(&format!(
        "\n{:<18} {:<18} {:>8} {:>8} {:>9} {:>15} {:>15} {:>14}\n",
        "many", "begin", "tasks", "observed", "requests", "ours", "official", "peak, official"
    ));
    for row in &found.crowds {
        let two = |figures: &Figures| format!("{:.2} / {:.2}", figures.checks, figures.lag);
        text.push_str(&format!(
            "{:<18} {:<18} {:>8} {:>8} {:>9.4} {:>15} {:>15} {:>14}\n",
            row.workload,
            row.arrivals,
            row.tasks,
            row.observed,
            row.requests,
            two(&row.ours),
            two(&row.official),
            format!("{}, {}", row.ours.peak, row.official.peak),
        ));
    }
    text.push('\n');
    for goal in &found.goals {
        let mark = if goal.met() { "met" } else { "MISSED" };
        text.push_str(&format!(
            "{:<72} {:>7.3}   at most {:>5.2}   {mark}\n",
            goal.name, goal.found, goal.most
        ));
    }
    text
}
