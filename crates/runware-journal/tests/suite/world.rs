//! What the tests share: a clock that they turn, journals in a directory of their own, and tasks.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use runware::journal::{
    Begun, Claim, Claimed, Fact, Intent, Journal, JournalError, Note, Part, PartKind, Record, Ticket,
};
use runware::types::{ImageInference, RawJson, TaskUuid};
use runware_journal::{BootClock, Options, SqliteJournal};
use tempfile::TempDir;

pub(crate) const SCOPE: &str = "https://api.example";

/// A clock that only moves when told to.
#[derive(Debug)]
pub(crate) struct ManualClock(Mutex<(Option<String>, Duration, SystemTime)>);

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        let day = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        Arc::new(Self(Mutex::new((Some("first".to_owned()), Duration::from_secs(1000), day))))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        now.1 += by;
        now.2 += by;
    }

    /// The machine is started anew.
    pub(crate) fn reboot(&self, boot: &str) {
        let mut now = self.0.lock().unwrap();
        now.0 = Some(boot.to_owned());
        now.1 = Duration::from_secs(5);
    }

    pub(crate) fn set_time_of_day(&self, time: SystemTime) {
        self.0.lock().unwrap().2 = time;
    }
}

impl BootClock for ManualClock {
    fn boot(&self) -> Option<String> {
        self.0.lock().unwrap().0.clone()
    }

    fn since_boot(&self) -> Duration {
        self.0.lock().unwrap().1
    }

    fn time_of_day(&self) -> SystemTime {
        self.0.lock().unwrap().2
    }
}

/// A directory with a journal in it.
pub(crate) struct Place {
    pub(crate) directory: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) clock: Arc<ManualClock>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// In memory, where there is such a place: for many openings of what need not last.
    pub(crate) fn in_memory() -> Self {
        Self::within(tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap()))
    }

    fn within(directory: TempDir) -> Self {
        let path = directory.path().join("state").join("journal.db");
        Self { directory, path, clock: ManualClock::new() }
    }

    pub(crate) fn options(&self) -> Options {
        Options::new().clock(Arc::clone(&self.clock) as Arc<dyn BootClock>)
    }

    pub(crate) fn open(&self) -> SqliteJournal {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<SqliteJournal, JournalError> {
        self.options().open(&self.path)
    }

    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(suffix);
        name.into()
    }
}

/// The trait's methods without `async`, and for one task where that is enough.
pub(crate) trait Now: Journal {
    fn begin_now(&self, intent: Intent) -> Begun {
        self.try_begin(vec![intent]).unwrap().remove(0)
    }

    fn try_begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        block_on(self.begin(intents))
    }

    /// Begins a task that is not known.
    fn ticket(&self, intent: Intent) -> Ticket {
        match self.begin_now(intent) {
            Begun::New(ticket) => ticket,
            other => panic!("{other:?}"),
        }
    }

    /// Begins a task that is known.
    fn known(&self, intent: Intent) -> Record {
        match self.begin_now(intent) {
            Begun::Known(record) => *record,
            other => panic!("{other:?}"),
        }
    }

    /// Whether the ticket holds.
    fn note(&self, ticket: Ticket, fact: Fact) -> bool {
        block_on(self.record(vec![Note { ticket, fact }])).unwrap().is_empty()
    }

    fn claim_all(&self) -> Claimed {
        block_on(self.claim(Claim::all(SCOPE))).unwrap()
    }
}

impl Now for SqliteJournal {}

/// Without a runtime, everything is done on this thread, unless another one is at it.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

pub(crate) fn uuid(number: usize) -> TaskUuid {
    TaskUuid::from_key("tests", &number.to_string())
}

/// The intent for this task.
pub(crate) fn intent(number: usize) -> Intent {
    other_intent(number, "a lighthouse at dawn")
}

/// The same id with this prompt.
pub(crate) fn other_intent(number: usize, prompt: &str) -> Intent {
    let task = ImageInference::new("runware:101@1", prompt).number_results(2);
    Intent::new(SCOPE, &task.prepare(uuid(number)).unwrap())
}

pub(crate) fn part(ordinal: u32) -> Part {
    let raw = format!(r#"{{"imageUUID": "{ordinal}", "cost": 1.10}}"#);
    let kind = if ordinal % 3 == 2 { PartKind::Failure } else { PartKind::Result };
    Part { ordinal, index: ordinal.is_multiple_of(2).then_some(ordinal), kind, raw: json(&raw) }
}

pub(crate) fn json(text: &str) -> RawJson {
    RawJson::parse(Bytes::copy_from_slice(text.as_bytes())).unwrap()
}
