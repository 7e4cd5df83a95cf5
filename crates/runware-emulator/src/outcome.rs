//! What a task will do, settled at the moment it is accepted.

#[cfg(test)]
mod tests;

use std::time::Duration;

use runware_types::TaskUuid;

use crate::catalogue::Generation;
use crate::chance::{self, Purpose};
use crate::options::Options;
use crate::script::Script;

/// What a task will do: a function of the options, the task's id and the moment of acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The results, by index.
    pub(crate) results: Vec<Planned>,
    /// When the last result ends; `None` where one never does.
    pub(crate) ends_at: Option<Duration>,
    /// Whether unfinished results carry `progress`.
    pub(crate) progress: bool,
    /// How many checks see nothing of the task.
    pub(crate) blind_checks: u32,
    /// Whether texts come with the thoughts before them.
    pub(crate) thinks: bool,
}

/// What one result will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    /// When it ends; `None` for never.
    pub(crate) ready_at: Option<Duration>,
    /// The error code it fails with.
    pub(crate) failure: Option<String>,
}

impl Planned {
    pub(crate) fn is_ready(&self, now: Duration) -> bool {
        self.ready_at.is_some_and(|at| at <= now)
    }
}

impl Outcome {
    /// Settles what a task accepted at `now` will do; `asked` is the number of results it asks for.
    pub(crate) fn settle(
        options: &Options,
        generation: &Generation,
        task: TaskUuid,
        model: Option<&str>,
        asked: u32,
        now: Duration,
    ) -> Self {
        let script = options.script_for(task, model);
        let count = script.and_then(|script| script.results).unwrap_or(asked);
        let results: Vec<Planned> = (0..count)
            .map(|index| Planned {
                ready_at: duration(options, script, generation, task, index)
                    .and_then(|after| now.checked_add(after)),
                failure: failure(options, script, task, index),
            })
            .collect();
        let choices = &options.choices;
        Self {
            ends_at: results.iter().try_fold(now, |end, result| Some(end.max(result.ready_at?))),
            progress: script
                .and_then(|script| script.progress)
                .unwrap_or(choices.progress || generation.name == "training"),
            blind_checks: script.and_then(|script| script.blind_checks).unwrap_or(choices.blind_checks),
            thinks: script.is_some_and(|script| script.thinks),
            results,
        }
    }

    pub(crate) fn is_over(&self, now: Duration) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

/// How long a result takes; `None` for ever.
fn duration(
    options: &Options,
    script: Option<&Script>,
    generation: &Generation,
    task: TaskUuid,
    index: u32,
) -> Option<Duration> {
    if let Some(script) = script {
        if script.stuck_all || script.stuck.contains(&index) {
            return None;
        }
        if let Some(after) = script.ready_at.get(&index).copied().or(script.duration) {
            return Some(after);
        }
    }
    let range = options
        .durations_of
        .get(generation.name)
        .or(options.durations.as_ref())
        .cloned()
        .unwrap_or_else(|| generation.durations());
    let micros = |duration: &Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let (low, high) = (micros(range.start()), micros(range.end()));
    let mut rng = chance::draw_for(options.seed, Purpose::Duration, task, index);
    Some(Duration::from_micros(rng.u64(low..=high.max(low))))
}

fn failure(options: &Options, script: Option<&Script>, task: TaskUuid, index: u32) -> Option<String> {
    if let Some(script) = script {
        return script.failures.get(&index).or(script.fail_all.as_ref()).cloned();
    }
    let mut rng = chance::draw_for(options.seed, Purpose::Verdict, task, index);
    (rng.f64() < options.failure_rate)
        .then(|| rng.choice(FAILURES).map_or_else(String::new, |(code, _)| (*code).to_owned()))
}

/// What is said of a result that failed with this code.
pub(crate) fn failure_message(code: &str) -> &'static str {
    FAILURES.iter().find(|(known, _)| *known == code).map_or("The task failed.", |(_, message)| message)
}

/// The ways in which results fail by chance.
static FAILURES: &[(&str, &str)] = &[
    (
        "timeoutProvider",
        "The external provider did not respond within the timeout window. The request was automatically terminated.",
    ),
    ("inferenceError", "An error occurred while the result was being made."),
    ("providerError", "The external provider reported an error."),
    ("contentPolicyViolation", "The content was refused by the content policy."),
];
