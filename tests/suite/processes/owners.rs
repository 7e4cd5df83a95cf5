//! Whether a task has had one owner at a time, by what its owners have printed.
//!
//! A process may be stopped between the moment at which something is in the journal and that at which it says so. So each
//! call has two times, between which it was had; and what is complained of cannot have been right at any moment between.
//! What a process did not say before it was killed nobody knows here.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use runware_journal::Options;
use runware_tests::crash::{Heard, Line};

/// What is known of a process that has ended.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) heard: Heard,
    /// It was killed then or later.
    pub(super) killed: Option<Duration>,
}

/// How often tasks changed hands, and what was wrong about that.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// The tickets that were given out.
    given: usize,
    /// The tasks that went from one process to another, with both of them heard of.
    pub(super) handed_on: usize,
    /// The notes about tasks that belonged to another process by then. Nothing was written.
    fenced: usize,
    pub(super) complaints: Vec<String>,
}

/// When something was done in the journal.
#[derive(Clone, Copy, Debug)]
struct Span {
    since: Duration,
    until: Duration,
}

/// One process that owns one task by one ticket.
#[derive(Debug)]
struct Tenure {
    process: usize,
    /// When it was given the ticket first.
    given: Span,
    /// When it has last begun to write something with it that the journal has taken.
    noted: Option<Span>,
    /// When it may have let go of it.
    let_go: Option<Span>,
}

/// The tenures of a task, by their epochs.
type Tenures = BTreeMap<u64, Tenure>;

impl Owners {
    pub(super) fn of(lives: &[Life]) -> Self {
        let mut owners = Self::default();
        for (task, tenures) in owners.tenures(lives) {
            let pairs = tenures.iter().zip(tenures.iter().skip(1));
            for ((epoch, before), (next, after)) in pairs {
                for complaint in before.complaints(after) {
                    owners.complaints.push(format!("{task}, {epoch} and then {next}: {complaint}"));
                }
                // With one between them, of which nobody has said a word, nothing is known of how that one ended.
                if *next == epoch + 1 && before.process != after.process {
                    owners.handed_on += 1;
                    owners.judge_takeover(&task, before, after, &lives[before.process]);
                }
            }
        }
        owners
    }

    fn tenures(&mut self, lives: &[Life]) -> BTreeMap<String, Tenures> {
        let mut tasks: BTreeMap<String, Tenures> = BTreeMap::new();
        let lines = |event| {
            let all = lives.iter().enumerate();
            all.flat_map(move |(process, life)| life.heard.all(event).map(move |line| (process, line)))
        };
        for (process, line) in lines("owned") {
            let (task, epoch) = ticket(line);
            let tenure = tasks.entry(task.clone()).or_default().entry(epoch).or_insert_with(|| {
                self.given += 1;
                Tenure { process, given: Span::of(line), noted: None, let_go: None }
            });
            // Who has a task and asks for all of them is told of it again.
            if tenure.process != process {
                let complaint = format!("{task} went to {} and {process} with epoch {epoch}", tenure.process);
                self.complaints.push(complaint);
            }
        }
        for (is_last, event) in [(false, "noted"), (true, "letGo")] {
            for (process, line) in lines(event) {
                let (task, epoch) = ticket(line);
                let tenure = tasks.get_mut(&task).and_then(|tenures| tenures.get_mut(&epoch));
                let Some(tenure) = tenure.filter(|tenure| tenure.process == process) else {
                    self.complaints
                        .push(format!("{process} wrote about {task}, which it was never given: {line:?}"));
                    continue;
                };
                tenure.noted = Some(tenure.noted.map_or(Span::of(line), |noted| noted.later(Span::of(line))));
                if is_last {
                    tenure.let_go.get_or_insert(Span::of(line));
                }
            }
        }
        self.fenced = lines("fenced").count();
        tasks
    }

    /// Whoever has said that it is alive keeps its tasks for as long as its lease, unless it lets go or ends.
    fn judge_takeover(&mut self, task: &str, before: &Tenure, after: &Tenure, life: &Life) {
        let is_free = before.let_go.is_some_and(|let_go| let_go.since <= after.given.until)
            || life.killed.is_some_and(|killed| killed <= after.given.until);
        if is_free {
            return;
        }
        let said = life.heard.all("alive").map(Span::of).filter(|said| said.until <= after.given.since);
        let Some(last) = said.map(|said| said.since).max() else { return };
        // A call writes down that its process is alive only where a quarter of the lease has gone by since that was done.
        let held_until = last + Options::DEFAULT_LEASE * 3 / 4;
        if after.given.until < held_until {
            self.complaints.push(format!(
                "{task} was taken from {} by {} at {:?}, and was its own until {held_until:?}",
                before.process, after.process, after.given
            ));
        }
    }
}

impl Tenure {
    /// What cannot be if another one has come after this.
    fn complaints(&self, next: &Self) -> Vec<String> {
        let mut complaints = Vec::new();
        if next.given.until < self.given.since {
            complaints.push(format!("given at {:?} and then {:?}", self.given, next.given));
        }
        if let Some(noted) = self.noted.filter(|noted| next.given.until < noted.since) {
            complaints.push(format!("{} wrote at {noted:?}, after {:?}", self.process, next.given));
        }
        complaints
    }
}

impl Span {
    fn of(line: &Line) -> Self {
        let [since, until] = [line.since, line.until].map(|time| Duration::from_nanos(time.unwrap()));
        Self { since, until }
    }

    fn later(self, other: Self) -> Self {
        if self.since < other.since { other } else { self }
    }
}

impl fmt::Display for Owners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, handed_on, fenced, .. } = self;
        write!(f, "tickets={given} handed_on={handed_on} fenced={fenced}")
    }
}

fn ticket(line: &Line) -> (String, u64) {
    (line.task.clone().unwrap(), line.epoch.unwrap())
}
