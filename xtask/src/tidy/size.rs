//! A file of Rust holds one subject: 300 lines are the aim, 600 the end.

use super::Finding;
use super::facts::Facts;

const MOST: usize = 600;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    facts
        .rust()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MOST)
        .map(|(file, lines)| {
            Finding::new(&file.path, format!("{lines} lines, {MOST} are the most; split it by subject"))
        })
        .collect()
}
