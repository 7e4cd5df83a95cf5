//! A journal that says which tasks it was given and what it wrote about them: whoever hears all processes can tell whether
//! two of them had one task at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use runware::journal::{Begun, Claim, Claimed, Fact, Intent, Journal, JournalError, Note, Record, Ticket};
use runware::poll::Durations;
use runware::transport::async_trait;
use runware::types::TaskUuid;
use runware_journal::{BootClock, SqliteJournal};
use serde_json::json;

use super::print;
use crate::haste::HastyBoot;

/// A journal, each of whose calls is printed once it has returned, with the times at which it was made and returned.
#[derive(Debug)]
pub(super) struct Witnessed {
    journal: SqliteJournal,
    clock: Arc<HastyBoot>,
    /// The tasks by the journal's own numbers.
    tasks: Mutex<HashMap<u64, TaskUuid>>,
}

/// What a call was.
#[derive(Clone, Copy, Debug)]
enum Word {
    /// The process has this ticket now.
    Owned,
    /// Something was written about the task with this ticket.
    Noted,
    /// The same, and with that the process may no longer look after it.
    LetGo,
    /// The ticket no longer held, and nothing was written.
    Fenced,
}

impl Witnessed {
    /// Its times are those of this clock, which all processes share.
    pub(super) fn new(journal: SqliteJournal, clock: Arc<HastyBoot>) -> Self {
        Self { journal, clock, tasks: Mutex::default() }
    }

    fn now(&self) -> Duration {
        self.clock.since_boot()
    }

    /// Says that a call which was made at `since` went well: that is a sign of life in any case.
    fn said(&self, since: Duration, about: impl IntoIterator<Item = (Word, Ticket)>) {
        let (since, until) = (nanoseconds(since), nanoseconds(self.now()));
        // If nobody listens any more, the process ends by what it says next.
        let _ = print(&json!({"event": "alive", "since": since, "until": until}));
        for (word, ticket) in about {
            let task = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).get(&ticket.id).copied();
            let _ = print(&json!({
                "event": word.event(),
                "taskUUID": task,
                "epoch": ticket.epoch,
                "since": since,
                "until": until,
            }));
        }
    }

    fn know(&self, ticket: Ticket, task: TaskUuid) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).insert(ticket.id, task);
    }

    /// What this process has now of a task that was known.
    fn given(&self, record: &Record) -> Option<(Word, Ticket)> {
        // There is nothing left to own of what is confirmed, and it is shown to anybody.
        (!record.is_confirmed).then(|| {
            self.know(record.ticket, record.task_uuid);
            (Word::Owned, record.ticket)
        })
    }
}

#[async_trait]
impl Journal for Witnessed {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        let since = self.now();
        let tasks: Vec<TaskUuid> = intents.iter().map(|intent| intent.task_uuid).collect();
        let begun = self.journal.begin(intents).await?;
        let given = tasks.into_iter().zip(&begun).filter_map(|(task, begun)| match begun {
            Begun::New(ticket) => {
                self.know(*ticket, task);
                Some((Word::Owned, *ticket))
            }
            Begun::Known(record) => self.given(record),
            _ => None,
        });
        self.said(since, given);
        Ok(begun)
    }

    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        let since = self.now();
        let words: Vec<_> = notes.iter().map(|note| (Word::of(note), note.ticket)).collect();
        let fenced = self.journal.record(notes).await?;
        let word =
            |(word, ticket)| if fenced.contains(&ticket) { (Word::Fenced, ticket) } else { (word, ticket) };
        self.said(since, words.into_iter().map(word));
        Ok(fenced)
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError> {
        let since = self.now();
        let claimed = self.journal.claim(claim).await?;
        self.said(since, claimed.tasks.iter().filter_map(|record| self.given(record)));
        Ok(claimed)
    }

    async fn renew(&self) -> Result<(), JournalError> {
        let since = self.now();
        self.journal.renew().await?;
        self.said(since, []);
        Ok(())
    }

    fn identity(&self) -> usize {
        self.journal.identity()
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        self.journal.durations().await
    }

    async fn keep_durations(&self, durations: Durations) -> Result<(), JournalError> {
        self.journal.keep_durations(durations).await
    }
}

impl Word {
    fn of(note: &Note) -> Self {
        match note.fact {
            Fact::Released | Fact::Refused { .. } | Fact::Undecided { .. } => Self::LetGo,
            _ => Self::Noted,
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Owned => "owned",
            Self::Noted => "noted",
            Self::LetGo => "letGo",
            Self::Fenced => "fenced",
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
