//! What has to hold after all processes.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use runware_emulator::{Account, Ledger};

use super::heard::Line;
use super::journal::Listed;
use super::process::Ended;

/// Two submissions of one task are at least this far apart.
const APART: Duration = Duration::from_secs(1);

/// Exit codes of processes that did what can be done: 0 delivered, 6 failed in part, 8 still running, 9 unknown.
const SOUND: &[i32] = &[0, 6, 8, 9];

/// Everything that can be compared.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) processes: Vec<Ended>,
    pub(super) listed: Vec<Listed>,
    /// How long each undisturbed collection took to its first request, or to its end.
    pub(super) recoveries: Vec<Duration>,
}

/// One line of figures, and what was wrong.
#[derive(Debug, Default)]
pub(super) struct Report {
    rounds: u64,
    tasks: usize,
    delivered: usize,
    lost: usize,
    double_billed: usize,
    redelivered: usize,
    recovery_max: Duration,
    /// What was wrong, in words.
    pub(super) complaints: Vec<String>,
}

/// A result that was printed.
struct Delivery<'a> {
    item: &'a str,
    times: usize,
}

impl Evidence {
    pub(super) fn judge(mut self, rounds: u64, ledger: &Ledger) -> Report {
        // Whoever takes a task over ends after whoever had it before.
        self.processes.sort_by_key(|process| process.until);
        let mut report = Report {
            rounds,
            tasks: self.listed.len(),
            recovery_max: self.recoveries.iter().copied().max().unwrap_or_default(),
            ..Report::default()
        };
        report.judge_processes(&self.processes);
        let delivered = report.judge_deliveries(&self.processes);
        let states = self.listed.iter().map(|task| (task.task.as_str(), task.state.as_str())).collect();
        report.judge_tasks(ledger, &delivered, &states);
        report
    }
}

impl Report {
    fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }

    /// Whoever was not killed ended in an orderly manner, and whoever was had printed whole events until then.
    fn judge_processes(&mut self, processes: &[Ended]) {
        for Ended { words, code, heard, errors, .. } in processes {
            if code.is_some_and(|code| !SOUND.contains(&code)) {
                self.complain(format!("`{words}` ended with {code:?}: {errors}"));
            }
            if errors.contains("panicked") {
                self.complain(format!("`{words}` panicked: {errors}"));
            }
            heard.strange.iter().for_each(|line| self.complain(format!("`{words}` printed: {line}")));
        }
    }

    /// Results come once from each process; what comes again is the same, and says so. Returns how many different
    /// results were printed of each task.
    fn judge_deliveries(&mut self, processes: &[Ended]) -> HashMap<String, usize> {
        let mut printed: HashMap<&str, Delivery<'_>> = HashMap::new();
        let mut tasks: HashMap<String, usize> = HashMap::new();
        for process in processes {
            let mut here = HashSet::new();
            for line in process.heard.all("result") {
                let (Some(id), Some(task), Some(item)) = parts(line) else {
                    self.complain(format!("`{}` printed a result without a name: {line:?}", process.words));
                    continue;
                };
                if !here.insert(id) {
                    self.complain(format!("{id} came twice from `{}`", process.words));
                }
                self.redelivered += usize::from(line.redelivered);
                let before = printed.entry(id).or_insert(Delivery { item, times: 0 });
                before.times += 1;
                let (is_first, is_equal) = (before.times == 1, before.item == item);
                if is_first {
                    *tasks.entry(task.to_lowercase()).or_default() += 1;
                } else if !line.redelivered {
                    self.complain(format!("{id} came again from `{}`, and did not say so", process.words));
                }
                if !is_equal {
                    self.complain(format!("{id} came again as another result"));
                }
            }
        }
        self.delivered = printed.len();
        tasks
    }

    fn judge_tasks(
        &mut self,
        ledger: &Ledger,
        delivered: &HashMap<String, usize>,
        states: &HashMap<&str, &str>,
    ) {
        for (task, account) in ledger.tasks() {
            let task = task.to_string();
            self.judge_money(&task, account);
            let told = delivered.get(&task).copied().unwrap_or_default();
            let billed = usize::try_from(account.billed).unwrap_or(usize::MAX);
            if told < billed {
                self.lost += billed - told;
                let state = states.get(task.as_str());
                self.complain(format!("{task}: {billed} results were billed, {told} delivered; {state:?}"));
            }
            if told > billed {
                self.complain(format!("{task}: {told} results were delivered, {billed} billed"));
            }
            if !states.contains_key(task.as_str()) {
                self.complain(format!("{task} was sent, and is not in the journal"));
            }
        }
        for (task, state) in states {
            let is_known = delivered.contains_key(*task);
            match *state {
                "confirmed" | "refused" => {}
                // Nobody can have it: whether it was sent is for somebody to decide.
                "undecided" if !is_known => {}
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

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, tasks, delivered, lost, double_billed, redelivered, recovery_max, .. } = self;
        write!(f, "rounds={rounds} tasks={tasks} delivered={delivered} lost={lost} ")?;
        write!(f, "double_billed={double_billed} redelivered={redelivered} ")?;
        write!(f, "recovery_max_ms={}", recovery_max.as_millis())
    }
}
