//! What has to hold, whenever processes end.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use runware::journal::PartKind;
use runware::types::{RawJson, TaskType, TaskUuid};
use runware::{Budget, Ending, Error, ErrorKind};
use runware_emulator::{Account, Ledger};
use runware_journal::{Filter, Health, Stage};

use super::effects::Cut;
use super::numbered::Witness;
use super::process::{Customer, Failed, Process, Work, World};
use super::report::Report;
use super::scenario::{FAILURE, PRICE, Scenario};
use super::trace::Trace;
use crate::harness::{Sent, secs};

/// One course of events, as it goes on.
pub(super) struct Case<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) cuts: &'a [Cut],
    pub(super) processes: Vec<Life>,
    /// How often the machine was started.
    pub(super) boots: usize,
    /// What was seen, if that is to be compared.
    pub(super) trace: Option<Trace>,
}

/// What is left to say of a process once it has ended.
#[derive(Debug, Default)]
pub(super) struct Life {
    /// Whether it was ended.
    pub(super) has_died: bool,
    /// How the tasks stood in the end, if it lived to its end.
    stages: Option<BTreeMap<TaskUuid, Stage>>,
    /// How many tasks it found open.
    recovered: Option<usize>,
    sent: Vec<Sent>,
    complaints: Vec<String>,
}

impl Case<'_> {
    /// Notes that a process was ended.
    pub(super) fn died(&mut self, sent: &[Sent]) {
        self.processes.push(Life { has_died: true, sent: sent.to_vec(), ..Life::default() });
    }

    /// Notes how a process went that has lived to its end.
    pub(super) fn lived(
        &mut self,
        process: &Process,
        works: &[Work],
        ends: &[(TaskUuid, Result<Ending, Error>)],
        sent: &[Sent],
    ) {
        let mut life = Life { sent: sent.to_vec(), ..Life::default() };
        for (task, end) in ends {
            match end {
                Ok(Ending::Settled | Ending::Unknown { .. }) => {}
                Ok(ending) => life.complaints.push(format!("{task} ended with {ending:?}")),
                Err(error) if error.is_safe_to_resubmit() => {}
                // A stream cannot be taken up again.
                Err(error) if self.scenario.is_streamed && error.kind() == ErrorKind::UuidReused => {}
                Err(error) => life.complaints.push(format!("{task} ended with {error:?}")),
            }
        }
        let submitted = if works.contains(&Work::Submit) { self.scenario.tasks.len() } else { 0 };
        life.recovered = works.contains(&Work::Recover).then(|| ends.len() - submitted);
        let listed = process.journal.list(&Filter::new()).unwrap();
        let stages: BTreeMap<_, _> = listed.iter().map(|task| (task.task_uuid, task.stage)).collect();
        let health: Health = process.journal.check().unwrap();
        for stage in Stage::ALL {
            let count = stages.values().filter(|of| **of == stage).count() as u64;
            if health.counts.of(stage) != count {
                life.complaints.push(format!("{count} tasks are {stage}, not {:?}", health.counts));
            }
        }
        life.stages = Some(stages);
        self.processes.push(life);
    }

    fn name(&self) -> String {
        format!("{:?} {:?}", self.scenario.name, self.cuts)
    }

    /// True if a task can be left that somebody has to decide about: a machine that starts anew has forgotten how old a
    /// task is, and nothing is sent again after an hour.
    fn may_be_undecided(&self) -> bool {
        let is_anew = self.cuts.iter().any(|cut| cut.variant.is_power_gone());
        // A stream is looked for, and never asked for again.
        is_anew || self.scenario.is_streamed || self.scenario.may_miss_the_hour()
    }

    /// How many tasks were sent before the absence, and again after it.
    fn resent(&self) -> usize {
        let (before, after) = self.processes.split_at(self.scenario.before.len() + 1);
        let sent_by =
            |lives: &[Life], task| lives.iter().any(|life| life.submissions_of(task).next().is_some());
        let tasks = self.scenario.tasks.iter().map(|spec| spec.uuid);
        tasks.filter(|task| sent_by(before, *task) && sent_by(after, *task)).count()
    }

    /// Whatever has happened so far, the journal that a process finds knows of it.
    pub(super) fn remembers(&self, process: &Process, world: &World<'_>) {
        let (witness, journal) = (world.witness, &process.journal);
        let listed = journal.list(&Filter::new()).unwrap();
        let stages: BTreeMap<_, _> = listed.iter().map(|task| (task.task_uuid, task.stage)).collect();
        for (task, account) in world.wire.ledger().tasks() {
            if !account.submissions.is_empty() && !stages.contains_key(task) {
                witness.complain(format!("{task} was sent, and the journal does not know it any more"));
            }
        }
        for task in world.customer.confirmed() {
            if stages.get(&task) != Some(&Stage::Confirmed) {
                witness.complain(format!("{task} was confirmed, and is {:?}", stages.get(&task)));
            }
        }
        for delivery in world.customer.log() {
            let kept = journal.kept(None, delivery.task).unwrap();
            let mut parts = kept.iter().flat_map(|kept| &kept.parts);
            let is_it = |item: &RawJson| self.scenario.essence(item) == delivery.item;
            if !parts.any(|part| part.kind == PartKind::Result && is_it(&part.raw)) {
                witness.complain(format!("{delivery:?} was durable, and is not there any more"));
            }
        }
        self.keeps_within_budget(process, world);
    }

    /// No more is set aside, spent and charged than is allowed, and nothing is forgotten of it.
    pub(super) fn keeps_within_budget(&self, process: &Process, world: &World<'_>) {
        let Some(cap) = self.scenario.cap() else { return };
        let spent = process.journal.budget(Budget::DEFAULT_NAME).unwrap();
        let (charged, spent) = (world.wire.ledger().charged(), spent.map(|spent| spent.committed()));
        if charged > cap || spent.is_some_and(|spent| spent > cap || spent < charged) {
            let problem = format!("{charged} was charged, the journal has {spent:?}, and {cap} was allowed");
            world.witness.complain(problem);
        }
    }
}

impl Report {
    /// Compares what was handed over, what the journal holds and what the server knows.
    pub(super) fn of(case: &Case<'_>, ledger: &Ledger, witness: &Witness, customer: &Customer) -> Self {
        let crashes = case.processes.iter().filter(|life| life.has_died).count();
        let mut report = Self { crashes, complaints: witness.complaints(), ..Self::default() };
        for life in &case.processes {
            report.complaints.extend(life.complaints.iter().cloned());
        }
        // The others may live to their end, since nothing is left for them to do.
        let sure = case.cuts.len().min(case.scenario.before.len() + 1);
        if case.processes[..sure].iter().any(|life| !life.has_died) {
            report.complain("an effect was not had again");
        }
        report.resent = case.resent();
        report.judge_money(case, ledger);
        report.judge_deliveries(case, ledger, customer);
        report.judge_failures(case, ledger, customer);
        report.judge_ends(case, ledger);
        for complaint in &mut report.complaints {
            *complaint = format!("{}: {complaint}", case.name());
        }
        report
    }

    /// Each task is bought once, with the same bytes, and nobody hurries.
    fn judge_money(&mut self, case: &Case<'_>, ledger: &Ledger) {
        for (task, account) in ledger.tasks() {
            let Some(spec) = case.scenario.tasks.iter().find(|spec| spec.uuid == *task) else {
                self.complain(format!("{task} was sent, and is no task of ours"));
                continue;
            };
            let made = account.results.iter().filter(|result| result.ended && result.succeeds).count();
            if account.accepted > 1 || account.billed != made as u64 {
                self.double_billed += 1;
                self.complain(format!("{task}: accepted {}, billed {}", account.accepted, account.billed));
            }
            for pair in account.submissions.windows(2) {
                // A task that was refused has come to its end, and nothing is kept of when it was sent: another process
                // that is asked for it begins it anew, at once.
                let is_hasty = spec.refusal.is_none() && pair[1].at < pair[0].at + secs(1);
                if pair[0].hash != pair[1].hash || is_hasty {
                    self.complain(format!("{task} was sent twice: {pair:?}"));
                }
            }
            // One process does not hurry even then.
            for life in &case.processes {
                let times: Vec<Duration> = life.submissions_of(*task).collect();
                if times.windows(2).any(|pair| pair[1] < pair[0] + secs(1)) {
                    self.complain(format!("{task} was sent by one process at {times:?}"));
                }
            }
        }
    }

    /// Each result is handed over once by each process, and once more where its task was resumed; and always under the
    /// same name, and with a word about it.
    fn judge_deliveries(&mut self, case: &Case<'_>, ledger: &Ledger, customer: &Customer) {
        let log = customer.log();
        let mut first = HashMap::new();
        for delivery in &log {
            self.redelivered += usize::from(delivery.is_redelivered);
            if !delivery.is_durable || delivery.id.is_empty() {
                self.complain(format!("not durable: {delivery:?}"));
            }
            let Some(before) = first.insert(delivery.id.clone(), delivery) else { continue };
            // Whoever resumes a task looks at it anew, and is told what was not confirmed.
            let is_anew = (before.process, before.resumed) < (delivery.process, delivery.resumed);
            if !delivery.is_redelivered || !is_anew || before.item != delivery.item {
                self.complain(format!("{delivery:?} after {before:?}"));
            }
        }
        self.delivered += first.len();
        for spec in &case.scenario.tasks {
            let account = ledger.task(&spec.uuid).cloned().unwrap_or_default();
            let made = usize::try_from(account.billed).unwrap();
            let told = first.values().filter(|delivery| delivery.task == spec.uuid).count();
            let expected = if account.accepted > 0 { spec.succeeding() } else { 0 };
            if told != made || made != expected {
                self.lost += made.saturating_sub(told);
                self.complain(format!("{}: {told} of {made} results, and {expected} expected", spec.uuid));
            }
        }
    }

    /// Each failed result is told as one, and whoever watches a task to its end is told the same of it.
    fn judge_failures(&mut self, case: &Case<'_>, ledger: &Ledger, customer: &Customer) {
        let (told, verdicts) = (customer.failures(), customer.verdicts());
        for verdict in verdicts.iter().filter(|verdict| verdict.told != verdict.failures) {
            self.complain(format!("not what was told one by one: {verdict:?}"));
        }
        for spec in &case.scenario.tasks {
            let is_accepted = ledger.task(&spec.uuid).is_some_and(|account| account.accepted > 0);
            let mut last = verdicts.iter().filter(|verdict| verdict.task == spec.uuid && verdict.is_final);
            let Some(first) = last.next() else {
                // The process that comes last asks for everything once more; a stream it does not watch.
                if is_accepted && !case.scenario.is_streamed {
                    self.complain(format!("{} came to no end", spec.uuid));
                }
                continue;
            };
            let is_expected = |(_, code): &Failed| code == FAILURE;
            let is_whole = first.succeeded == spec.succeeding()
                && first.failures.len() == spec.failing.len()
                && first.failures.iter().all(is_expected);
            if is_accepted && !is_whole {
                self.complain(format!("not how it went: {first:?}"));
            }
            for later in last {
                if (later.succeeded, &later.failures) != (first.succeeded, &first.failures) {
                    self.complain(format!("{later:?} after {first:?}"));
                }
            }
            let mut told = told.iter().filter(|(task, _)| *task == spec.uuid);
            if let Some((_, failed)) = told.find(|(_, failed)| !first.failures.contains(failed)) {
                self.complain(format!("{failed:?} was told, and then {first:?}"));
            }
        }
    }

    /// In the end every task is done, unless nobody can tell what became of it; and then nothing is sent any more.
    fn judge_ends(&mut self, case: &Case<'_>, ledger: &Ledger) {
        let Some(last) = case.processes.last() else { return };
        let stages = last.stages.as_ref().unwrap();
        let accepted = |task| ledger.task(task).is_some_and(|account: &Account| account.accepted > 0);
        for spec in &case.scenario.tasks {
            let stage = stages.get(&spec.uuid);
            let is_sound = match stage {
                // A refusal that nobody heard of is found in the archive, as a failure.
                Some(Stage::Confirmed) => accepted(&spec.uuid) || spec.succeeding() == 0,
                Some(Stage::Refused) => !accepted(&spec.uuid) && spec.succeeding() == 0,
                Some(Stage::Undecided) => !accepted(&spec.uuid) && case.may_be_undecided(),
                // Nothing was begun.
                None => !accepted(&spec.uuid) && case.scenario.budget == Some(PRICE),
                _ => false,
            };
            self.undecided += usize::from(stage == Some(&Stage::Undecided));
            if !is_sound {
                self.complain(format!("{} is {stage:?} in the end", spec.uuid));
            }
        }
        // Whoever recovers after somebody who has recovered finds what somebody has to decide about, and nothing else.
        let before = case.processes.iter().rev().nth(1).and_then(|life| life.stages.as_ref());
        let undecided =
            before.map_or(0, |stages| stages.values().filter(|stage| **stage == Stage::Undecided).count());
        if last.recovered != Some(undecided) {
            self.complain(format!("{:?} tasks were recovered twice, not {undecided}", last.recovered));
        }
        let confirmed = |task| before.is_some_and(|stages| stages.get(task) == Some(&Stage::Confirmed));
        let asked = last.sent.iter().flat_map(|sent| &sent.tasks).filter(|(_, task)| confirmed(task));
        let asked: Vec<&(TaskType, TaskUuid)> = asked.collect();
        if !asked.is_empty() {
            self.complain(format!("the journal knows the answer, and still was sent: {asked:?}"));
        }
    }
}

impl Life {
    /// When it has sent this task.
    fn submissions_of(&self, task: TaskUuid) -> impl Iterator<Item = Duration> {
        let asks = |of: &TaskType| matches!(of, TaskType::GetResponse | TaskType::GetTaskDetails);
        let sent = self.sent.iter();
        let sent = sent.filter(move |sent| sent.tasks.iter().any(|(of, id)| *id == task && !asks(of)));
        sent.map(|sent| sent.at)
    }
}

impl fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
