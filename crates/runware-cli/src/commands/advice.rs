//! What looks wrong with a task that is sent all the same: the server may be newer than this program.

use runware::types::{Finding, RawTask, Report, Severity, validate};

use crate::output::{Output, sanitize};

/// How many findings of one task are told before the rest is only counted.
const LISTED: usize = 5;

/// Says what looks wrong with a task that is about to be sent.
pub(super) fn about_one(task: &RawTask, output: &mut Output) {
    let report = validate(task);
    let doubts: Vec<&Finding> = doubts(&report).collect();
    for doubt in doubts.iter().take(LISTED) {
        let place = doubt.pointer.trim_start_matches('/');
        let near =
            doubt.suggestion.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        output.note(&sanitize::line(&format!("warning: {place} {}{near}", doubt.problem)));
    }
    if doubts.len() > LISTED {
        output.note(&format!("warning: and {} more", doubts.len() - LISTED));
    }
}

/// Says how many of these tasks look wrong, and how to find out why.
pub(super) fn about_many<'a>(tasks: impl Iterator<Item = &'a RawTask>, output: &mut Output) {
    let count = tasks.filter(|task| doubts(&validate(*task)).next().is_some()).count();
    let looking = if count == 1 { "1 task looks".to_owned() } else { format!("{count} tasks look") };
    if count > 0 {
        output.note(&format!("warning: {looking} wrong; `runware validate` says why"));
    }
}

fn doubts(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings().iter().filter(|finding| finding.severity != Severity::Unknown)
}
