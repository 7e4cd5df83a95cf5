//! What has to hold after all processes.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use runware::types::TaskUuid;
use runware_emulator::{Account, Ledger};

use super::heard::{Heard, Line};

/// Two submissions of one task are at least this far apart.
const APART: Duration = Duration::from_secs(1);

/// What may have been sent is sent again within this time; later it is for somebody to decide.
const WINDOW: Duration = Duration::from_secs(3_600);

/// Exit codes of processes that did what can be done: 0 delivered, 6 failed in part, 8 still running, 9 unknown.
const SOUND: &[i32] = &[0, 6, 8, 9];

/// Everything that can be compared.
#[derive(Debug, Default)]
pub struct Evidence {
    /// What each process has printed.
    pub(super) heard: Vec<Heard>,
    /// How each task in the journal stands, by its id.
    pub(super) states: HashMap<String, String>,
    /// How long each undisturbed collection took to its first request, or to its end.
    pub(super) recoveries: Vec<Duration>,
    /// How long all of it took.
    pub(super) took: Duration,
    complaints: Vec<String>,
}

/// One line of figures, and what was wrong.
#[derive(Debug, Default)]
pub struct Report {
    rounds: u64,
    tasks: usize,
    delivered: usize,
    lost: usize,
    double_billed: usize,
    redelivered: usize,
    recovery_max: Duration,
    /// What was wrong, in words.
    pub complaints: Vec<String>,
}

/// A result that was printed.
struct Delivery<'a> {
    item: &'a str,
    /// How often it came as though nobody could have it yet.
    first_times: usize,
}

impl Evidence {
    /// What these processes have printed, and how each task stands in the end.
    pub fn of(heard: &[Heard], states: HashMap<String, String>) -> Self {
        let mut evidence = Self { states, ..Self::default() };
        for heard in heard {
            evidence.add("a process", None, heard.clone(), "");
        }
        evidence
    }

    /// Adds a process: whoever was not killed ended in an orderly manner, and whoever was had printed whole events.
    pub(super) fn add(&mut self, words: &str, code: Option<i32>, heard: Heard, errors: &str) {
        if code.is_some_and(|code| !SOUND.contains(&code)) {
            self.complaints.push(format!("`{words}` ended with {code:?}: {errors}"));
        }
        if errors.contains("panicked") {
            self.complaints.push(format!("`{words}` panicked: {errors}"));
        }
        let strange = heard.strange.iter().map(|line| format!("`{words}` printed: {line}"));
        self.complaints.extend(strange);
        self.heard.push(heard);
    }

    /// Compares it with what really happened.
    pub fn judge(self, rounds: u64, ledger: &Ledger) -> Report {
        self.judge_accounts(rounds, &ledger.tasks().collect())
    }

    fn judge_accounts(self, rounds: u64, accounts: &HashMap<&TaskUuid, &Account>) -> Report {
        let mut report = Report {
            rounds,
            tasks: self.states.len(),
            recovery_max: self.recoveries.iter().copied().max().unwrap_or_default(),
            complaints: self.complaints,
            ..Report::default()
        };
        let delivered = report.judge_deliveries(&self.heard);
        report.judge_accounts(accounts, &delivered, &self.states);
        let sent = accounts.keys().map(ToString::to_string).collect();
        report.judge_states(&self.states, &sent, &delivered, self.took);
        report
    }
}

impl Report {
    fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }

    /// Results come once from each process; what comes again is the same, and says so. Returns how many different
    /// results were printed of each task.
    fn judge_deliveries(&mut self, processes: &[Heard]) -> HashMap<String, usize> {
        let mut printed: HashMap<&str, Delivery<'_>> = HashMap::new();
        let mut tasks: HashMap<String, usize> = HashMap::new();
        for heard in processes {
            let mut here = HashSet::new();
            for line in heard.all("result") {
                let (Some(id), Some(task), Some(item)) = parts(line) else {
                    self.complain(format!("a result without a name: {line:?}"));
                    continue;
                };
                if !here.insert(id) {
                    self.complain(format!("{id} came twice from one process"));
                }
                self.redelivered += usize::from(line.redelivered);
                let delivery = printed.entry(id).or_insert_with(|| {
                    *tasks.entry(task.to_lowercase()).or_default() += 1;
                    Delivery { item, first_times: 0 }
                });
                delivery.first_times += usize::from(!line.redelivered);
                if delivery.first_times > 1 {
                    self.complaints.push(format!("{id} came again, and did not say so"));
                }
                if delivery.item != item {
                    self.complaints.push(format!("{id} came again as another result"));
                }
            }
        }
        self.delivered = printed.len();
        tasks
    }

    fn judge_accounts(
        &mut self,
        accounts: &HashMap<&TaskUuid, &Account>,
        delivered: &HashMap<String, usize>,
        states: &HashMap<String, String>,
    ) {
        for (task, account) in accounts {
            let task = task.to_string();
            self.judge_money(&task, account);
            let told = delivered.get(&task).copied().unwrap_or_default();
            let billed = usize::try_from(account.billed).unwrap_or(usize::MAX);
            let state = states.get(&task);
            if told < billed {
                self.lost += billed - told;
                self.complain(format!("{task}: {billed} results were billed, {told} delivered; {state:?}"));
            }
            if told > billed {
                self.complain(format!("{task}: {told} results were delivered, {billed} billed"));
            }
            if state.is_none() {
                self.complain(format!("{task} was sent, and is not in the journal"));
            }
        }
    }

    /// Nothing is left to be done, and nothing to be decided but what is too old to be sent again.
    fn judge_states(
        &mut self,
        states: &HashMap<String, String>,
        sent: &HashSet<String>,
        delivered: &HashMap<String, usize>,
        took: Duration,
    ) {
        for (task, state) in states {
            match state.as_str() {
                "confirmed" if sent.contains(task) => {}
                "confirmed" => self.complain(format!("{task} is confirmed, and was never sent")),
                "refused" => {}
                "undecided" if took >= WINDOW && !delivered.contains_key(task) => {}
                _ => self.complain(format!("{task} is still {state} in the end")),
            }
        }
    }

    fn judge_money(&mut self, task: &str, account: &Account) {
        let made = account.results.iter().filter(|result| result.ended && result.succeeds).count();
        if account.accepted > 1 || account.billed != made as u64 {
            self.double_billed += 1;
            let Account { accepted, billed, .. } = account;
            self.complain(format!("{task}: {accepted} times accepted, {billed} of {made} results billed"));
        }
        for (earlier, later) in account.submissions.iter().zip(account.submissions.iter().skip(1)) {
            if earlier.hash != later.hash {
                self.complain(format!("{task} was sent with other bytes"));
            }
            if later.at.saturating_sub(earlier.at) < APART {
                self.complain(format!("{task} was sent at {:?} and {:?}", earlier.at, later.at));
            }
        }
    }
}

fn parts(line: &Line) -> (Option<&str>, Option<&str>, Option<&str>) {
    (line.delivery_id.as_deref(), line.task.as_deref(), line.item.as_ref().map(|item| item.get()))
}

impl Report {
    /// Both of them as one.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.rounds += other.rounds;
        self.tasks += other.tasks;
        self.delivered += other.delivered;
        self.lost += other.lost;
        self.double_billed += other.double_billed;
        self.redelivered += other.redelivered;
        self.recovery_max = self.recovery_max.max(other.recovery_max);
        self.complaints.extend(other.complaints);
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, tasks, delivered, lost, double_billed, redelivered, recovery_max, .. } = self;
        write!(f, "rounds={rounds} tasks={tasks} delivered={delivered} lost={lost} ")?;
        write!(f, "double_billed={double_billed} redelivered={redelivered} ")?;
        write!(f, "recovery_max_ms={}", recovery_max.as_millis())
    }
}
