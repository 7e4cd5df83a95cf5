//! What has to hold, whatever happened.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use runware::types::{Item, RequestHash, TaskUuid};
use runware::{Ending, ErrorKind, Outcome};
use runware_emulator::{Account, Ledger, RequestKind};
use serde_json::Value;

use super::fault::Kind;
use super::plan::Schedule;
use super::recorder::Log;
use super::story::{Story, Wait};
use crate::harness::{Way, World, millis, secs};

/// A task that can settle does so within this time of the last fault and of its own end.
const CONVERGENCE: Duration = secs(45);
/// On a socket that has fallen mute, it takes longer to notice; and one that was refused for good is left alone.
const CONVERGENCE_OVER_SOCKETS: Duration = secs(140);

/// What came of one course of events, or of many.
#[derive(Debug, Default)]
pub(super) struct Report {
    schedules: usize,
    tasks: usize,
    attempted: usize,
    acknowledged: u64,
    delivered: usize,
    lost: usize,
    duplicated: usize,
    unexpected: usize,
    recovered: usize,
    double_billed: usize,
    deadline_violations: usize,
    /// What was wrong, in words.
    pub(super) complaints: Vec<String>,
}

impl Report {
    /// Compares what the callers were told with what really happened.
    pub(super) async fn of(schedule: &Schedule, world: &World, stories: &[Story], log: &Log) -> Self {
        let ledger = world.ledger();
        let mut report = Self { schedules: 1, tasks: stories.len(), ..Self::default() };
        for story in stories {
            let account = ledger.task(&story.course.uuid).cloned().unwrap_or_default();
            report.judge_money(schedule, story, &account);
            report.judge_delivery(story, &account, &truth(world, story.course.uuid).await);
            report.judge_waits(schedule, story, &account);
            report.judge_requests(story, log);
            report.judge_attempts(schedule.way, story, log);
            report.judge_questions(story, &account, log);
        }
        report.judge_arrivals(schedule.way, log, &ledger);
        report.judge_silences(log);
        report.judge_ledger(&ledger);
        report
    }

    pub(super) fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.tasks += other.tasks;
        self.attempted += other.attempted;
        self.acknowledged += other.acknowledged;
        self.delivered += other.delivered;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.unexpected += other.unexpected;
        self.recovered += other.recovered;
        self.double_billed += other.double_billed;
        self.deadline_violations += other.deadline_violations;
        self.complaints.extend(other.complaints);
    }

    pub(super) fn complain(&mut self, story: &Story, what: impl AsRef<str>) {
        self.complaints.push(format!("task {}: {}", story.course.uuid, what.as_ref()));
    }

    /// A task is bought at most once, and whoever is told that nothing was bought is told the truth.
    fn judge_money(&mut self, schedule: &Schedule, story: &Story, account: &Account) {
        let succeeded = account.results.iter().filter(|result| result.ended && result.succeeds).count();
        if account.accepted > 1 || account.billed != succeeded as u64 {
            self.double_billed += 1;
            self.complain(story, format!("accepted {} times, billed {}", account.accepted, account.billed));
        }
        if may_lie(schedule) {
            return;
        }
        for (number, wait) in story.waits.iter().enumerate() {
            let Some(Err(error)) = &wait.end else { continue };
            let bought_by_then = account.accepted_at.is_some_and(|at| at <= wait.until);
            if error.is_safe_to_resubmit() && bought_by_then {
                self.complain(story, format!("wait {number} ended with `{error}`, but it was accepted"));
            }
        }
    }

    /// Every result that was made is handed over, once; and nothing else is.
    fn judge_delivery(&mut self, story: &Story, account: &Account, truth: &Truth) {
        let outcomes = story.waits.iter().filter_map(|wait| wait.end.as_ref()?.as_ref().ok());
        let outcomes: Vec<&Outcome> = outcomes.collect();
        for outcome in &outcomes {
            let contents = contents(outcome.results().iter().map(|result| result.item()));
            for (content, times) in &contents {
                let made = truth.results.get(content).copied().unwrap_or_default();
                self.unexpected += usize::from(made == 0);
                self.duplicated += usize::from(made > 0 && *times > made);
                if *times > made {
                    self.complain(story, format!("{times} times, but made {made} times: {content}"));
                }
            }
            if outcome.failures().len() > truth.failures {
                self.complain(story, format!("{:?} of {} failures", outcome.failures(), truth.failures));
            }
        }
        let (results, failures) =
            outcomes.last().map_or((0, 0), |last| (last.results().len(), last.failures().len()));
        let made: usize = truth.results.values().sum();
        self.delivered += results;
        self.recovered += usize::from(outcomes.len() > 1 && results > 0);
        if account.accepted > 0 && (results, failures) != (made, truth.failures) {
            self.lost += made.saturating_sub(results);
            self.complain(story, format!("{results} results and {failures} failures, not {truth:?}"));
        }
        if let (Some(read), Some(Ok(outcome))) = (&story.read, &story.waits[0].end) {
            let told = (outcome.results().len(), outcome.failures().len());
            if (read.results, read.failures) != told || read.accepted > 1 {
                self.complain(story, format!("{read:?} as events, {told:?} in the outcome"));
            }
        }
    }

    /// Every call returns by its deadline, and with the end of the task if that could be had.
    fn judge_waits(&mut self, schedule: &Schedule, story: &Story, account: &Account) {
        let ready_at = account.results.iter().filter_map(|result| result.ready_at).max();
        for (number, wait) in story.waits.iter().enumerate() {
            if wait.until > wait.from + wait.deadline {
                self.deadline_violations += 1;
                self.complain(story, format!("wait {number} took {:?}", wait.until - wait.from));
            }
            let Some(end) = &wait.end else { continue };
            if may_lie(schedule) {
                continue;
            }
            if let Err(error) = end
                && error.kind() != ErrorKind::NotAccepted
            {
                self.complain(story, format!("wait {number} ended with {error:?}"));
            }
            if story.course.is_sync {
                // The reply may take as long as the caller waits, and so may its absence.
                continue;
            }
            let is_calm = wait.from > schedule.calm_at && wait.deadline > secs(90);
            if is_calm && account.accepted == 0 && !has_given_up(wait, schedule.way) {
                self.complain(story, format!("wait {number}, for what never arrived, ended with {end:?}"));
            }
            let Some(ready_at) = ready_at else { continue };
            let settled_by = schedule.calm_at.max(ready_at).max(wait.from) + convergence(schedule.way);
            if end.is_ok() && !has_settled_by(wait, settled_by) && !is_undecided(schedule.way, wait) {
                self.complain(story, format!("wait {number} was not over at {settled_by:?}: {end:?}"));
            }
        }
        if account.accepted > 0 && !story.end().is_some_and(|end| has_settled(end.as_ref().ok())) {
            self.lost += 1;
            self.complain(story, format!("it never settled: {:?}", story.end()));
        }
    }

    /// Submissions are the same bytes and a second apart, status checks 0.8 s apart, and all are bounded.
    fn judge_requests(&mut self, story: &Story, log: &Log) {
        let submissions = times(log, RequestKind::Submit, story.course.uuid);
        self.attempted += submissions.len();
        for pair in submissions.windows(2) {
            let ((before, hash), (after, other)) = (pair[0], pair[1]);
            if hash != other || after - before < secs(1) {
                self.complain(story, format!("submitted at {before:?} and {after:?}, as {hash} and {other}"));
            }
        }
        for pair in times(log, RequestKind::Status, story.course.uuid).windows(2) {
            let ((before, _), (after, _)) = (pair[0], pair[1]);
            let is_new_watch = story.waits.iter().any(|wait| (before..=after).contains(&wait.from));
            if after - before < millis(800) && !is_new_watch {
                self.complain(story, format!("checked at {before:?} and again at {after:?}"));
            }
        }
    }

    /// Who asks to be left alone is left alone.
    fn judge_silences(&mut self, log: &Log) {
        for silence in &log.silences {
            let breaks = |kind, at: Duration| kind == silence.kind && silence.from < at && at < silence.until;
            for sent in log.sent.iter().filter(|sent| breaks(sent.kind, sent.at)) {
                self.complaints.push(format!("sent {:?} at {:?}, in {silence:?}", sent.kind, sent.at));
            }
        }
        for sent in log.sent.iter().filter(|sent| sent.timeout.is_zero()) {
            self.complaints.push(format!("sent {sent:?} without time for an answer"));
        }
    }

    fn judge_ledger(&mut self, ledger: &Ledger) {
        self.acknowledged += ledger.accepted();
        if ledger.accepted() > self.tasks as u64 {
            self.complaints.push(format!("{} tasks became {}", self.tasks, ledger.accepted()));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schedules, tasks, attempted, acknowledged, delivered, .. } = self;
        let Self { lost, duplicated, unexpected, recovered, double_billed, deadline_violations, .. } = self;
        write!(f, "schedules={schedules} tasks={tasks} attempted={attempted} acknowledged={acknowledged} ")?;
        write!(f, "delivered={delivered} lost={lost} duplicated={duplicated} unexpected={unexpected} ")?;
        write!(f, "recovered={recovered} double_billed={double_billed} ")?;
        write!(f, "deadline_violations={deadline_violations}")
    }
}

/// What the server made of a task: the results by their content, and the number of failures.
#[derive(Debug)]
struct Truth {
    results: HashMap<String, usize>,
    failures: usize,
}

async fn truth(world: &World, uuid: TaskUuid) -> Truth {
    let (items, errors) = world.wire.last_check(uuid).await;
    let (failed, made): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.failure().is_some());
    let named = errors.iter().filter(|error| error.status().is_some());
    Truth { results: contents(made), failures: failed.len() + named.count() }
}

/// The items, by what was produced and not by how it was told.
fn contents<'a>(items: impl IntoIterator<Item = &'a Item>) -> HashMap<String, usize> {
    let mut contents = HashMap::new();
    for item in items {
        let value: Value = item.decode().unwrap();
        let content =
            ["text", "outputs", "imageUUID", "videoUUID"].map(|key| value[key].to_string()).concat();
        *contents.entry(content).or_default() += 1;
    }
    contents
}

fn times(log: &Log, kind: RequestKind, uuid: TaskUuid) -> Vec<(Duration, RequestHash)> {
    let sent = log.sent.iter().filter(|sent| sent.kind == kind && !sent.refused);
    let calls = sent.flat_map(|sent| sent.calls.iter().map(|(task, hash)| (sent.at, *task, *hash)));
    calls.filter(|(_, task, _)| *task == uuid).map(|(at, _, hash)| (at, hash)).collect()
}

fn has_settled(outcome: Option<&Outcome>) -> bool {
    outcome.is_some_and(|outcome| matches!(outcome.ending(), Ending::Settled))
}

/// True if the server takes tasks and says that it has not: it is believed until it says that it knows them.
fn may_lie(schedule: &Schedule) -> bool {
    schedule.faults.iter().any(|fault| fault.kind == Kind::BusyAfterwards)
}

fn convergence(way: Way) -> Duration {
    match way {
        Way::Http => CONVERGENCE,
        Way::WebSocket => CONVERGENCE_OVER_SOCKETS,
    }
}

/// True if the caller was told in time that there is no trace of the task.
fn has_given_up(wait: &Wait, way: Way) -> bool {
    // Where a server says nothing of what it does not know, each look over a socket takes ten seconds and tells little.
    let in_time = match way {
        Way::Http => secs(90),
        Way::WebSocket => secs(200),
    };
    let outcome = wait.end.as_ref().and_then(|end| end.as_ref().ok());
    outcome.is_some_and(|outcome| matches!(outcome.ending(), Ending::Unknown { .. }))
        && wait.until <= wait.from + in_time
}

/// True if the task was refused after an attempt in doubt, and the caller is told so. After a lost socket, all attempts
/// may be over before the task shows.
fn is_undecided(way: Way, wait: &Wait) -> bool {
    let ending = wait.end.as_ref().and_then(|end| end.as_ref().ok()).map(Outcome::ending);
    let is_refused = |evidence: &str| evidence.starts_with("an earlier attempt may have reached the server");
    way == Way::WebSocket && matches!(ending, Some(Ending::Unknown { evidence, .. }) if is_refused(evidence))
}

/// True also if the call was not allowed to take that long.
fn has_settled_by(wait: &Wait, moment: Duration) -> bool {
    let outcome = wait.end.as_ref().and_then(|end| end.as_ref().ok());
    wait.from + wait.deadline <= moment || (has_settled(outcome) && wait.until <= moment)
}
