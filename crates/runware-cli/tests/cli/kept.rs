//! Journals that tests write themselves: what took an hour, or an unlucky crash, is there at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use runware::journal::{Begun, Claim, Fact, Intent, Journal as _, Note, Part, PartKind, Reserve, Ticket};
use runware::transport::ApiKey;
use runware::types::{ImageInference, Prepared, RawJson, TaskUuid};
use runware_journal::{BootClock, Options, SqliteJournal, SystemBootClock};
use tempfile::TempDir;

use crate::program::KEY;

/// A folder with a place for a journal, and the journal's path.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept").join("journal.db");
    (folder, path)
}

/// A journal that belongs to the test until it is dropped.
pub(crate) struct Pen {
    journal: Option<SqliteJournal>,
    path: PathBuf,
    service: String,
}

impl Pen {
    pub(crate) fn new(path: &Path, service: &str) -> Self {
        Self::with(path, service, Options::new())
    }

    /// The same, so long ago; before the machine was started, if nothing is said.
    pub(crate) fn earlier(path: &Path, service: &str, ago: Option<Duration>) -> Self {
        let clock = Arc::new(Earlier { clock: SystemBootClock::new(), ago });
        Self::with(path, service, Options::new().clock(clock))
    }

    /// The same, which keeps no requests.
    pub(crate) fn redacting(path: &Path, service: &str) -> Self {
        Self::with(path, service, Options::new().redact(true))
    }

    fn with(path: &Path, service: &str, options: Options) -> Self {
        let journal = Some(options.open(path).unwrap());
        Self { journal, path: path.to_owned(), service: service.to_owned() }
    }

    fn journal(&self) -> &SqliteJournal {
        self.journal.as_ref().unwrap()
    }

    /// The task that the tests write of, as its own command would prepare it.
    pub(crate) fn task(task: &str, model: &str) -> Prepared {
        let task_uuid: TaskUuid = task.parse().unwrap();
        ImageInference::new(model, "fox")
            .delivery_method(runware::types::DeliveryMethod::Async)
            .prepare(task_uuid)
            .unwrap()
    }

    /// Begins a task.
    pub(crate) async fn begin(&self, task: &str, change: impl FnOnce(&mut Intent)) -> Ticket {
        let mut intent = Intent::new(self.service.clone(), &Self::task(task, "runware:101@1"));
        intent.account = Some(ApiKey::new(KEY).unwrap().fingerprint());
        change(&mut intent);
        match self.journal().begin(vec![intent]).await.unwrap().remove(0) {
            Begun::New(ticket) => ticket,
            other => panic!("{other:?}"),
        }
    }

    /// Begins so many tasks that are refused at once.
    pub(crate) async fn refused(&self, tasks: i64) {
        let task = |number: i64| TaskUuid::from_key("refused", &format!("{number}"));
        let intent = |number| Self::task(&task(number).to_string(), "runware:101@1");
        let intents = (0..tasks).map(|number| Intent::new(self.service.clone(), &intent(number)));
        let begun = self.journal().begin(intents.collect()).await.unwrap();
        let refused = || Fact::Refused { reason: "no".to_owned() };
        let notes = begun.into_iter().map(|begun| match begun {
            Begun::New(ticket) => Note { ticket, fact: refused() },
            other => panic!("{other:?}"),
        });
        assert_eq!(self.journal().record(notes.collect()).await.unwrap(), []);
    }

    /// Takes a task into the care of the test.
    pub(crate) async fn take(&self, task: &str) {
        let claim = Claim::one(self.service.clone(), task.parse().unwrap());
        assert_eq!(self.journal().claim(claim).await.unwrap().tasks.len(), 1);
    }

    /// Writes down what became of a task.
    pub(crate) async fn note(&self, ticket: Ticket, facts: impl IntoIterator<Item = Fact>) {
        let notes = facts.into_iter().map(|fact| Note { ticket, fact }).collect();
        assert_eq!(self.journal().record(notes).await.unwrap(), []);
    }
}

/// Who comes next finds that nobody looks after its tasks: the file is closed on another thread.
impl Drop for Pen {
    fn drop(&mut self) {
        self.journal = None;
        while !std::thread::panicking()
            && SqliteJournal::open(&self.path).unwrap().check().unwrap().owners > 1
        {
            std::thread::yield_now();
        }
    }
}

/// The clock of the machine as it was once.
#[derive(Debug)]
struct Earlier {
    clock: SystemBootClock,
    ago: Option<Duration>,
}

impl BootClock for Earlier {
    fn boot(&self) -> Option<String> {
        match self.ago {
            Some(_) => self.clock.boot(),
            None => Some("an earlier start".to_owned()),
        }
    }

    fn since_boot(&self) -> Duration {
        self.clock.since_boot().saturating_sub(self.ago.unwrap_or_default())
    }

    fn time_of_day(&self) -> SystemTime {
        self.clock.time_of_day() - self.ago.unwrap_or_default()
    }
}

/// A result, as the server sent it.
pub(crate) fn result(ordinal: u32, raw: &str) -> Fact {
    Fact::Ended(Part {
        ordinal,
        index: None,
        kind: PartKind::Result,
        raw: RawJson::parse(raw.to_owned()).unwrap(),
    })
}

/// A failed result, as the server sent it.
pub(crate) fn failure(ordinal: u32, raw: &str) -> Fact {
    Fact::Ended(Part {
        ordinal,
        index: None,
        kind: PartKind::Failure,
        raw: RawJson::parse(raw.to_owned()).unwrap(),
    })
}

/// The end of a task that has cost this.
pub(crate) fn settled(cost: Option<&str>) -> Fact {
    Fact::Settled { cost: cost.map(|cost| cost.parse().unwrap()) }
}

/// Nobody can tell what became of it.
pub(crate) fn undecided() -> Fact {
    Fact::Undecided { evidence: "the archive does not have it".to_owned() }
}

/// So much of a budget.
pub(crate) fn reserve(price: &str) -> Reserve {
    Reserve { budget: "spring".to_owned(), cap: "10".parse().unwrap(), price: Some(price.parse().unwrap()) }
}
