use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use runware::journal::{Begun, Intent, JournalError, JournalErrorKind};
use runware::types::{ImageInference, TaskUuid};

use super::Writer;
use crate::call::{Call, Calls};
use crate::files::Files;
use crate::mark::Mark;
use crate::trouble::Trouble;
use crate::{BootClock, Options, SqliteJournal, Stage};

fn open(directory: &Path) -> Writer {
    let files = Files::prepare(&directory.join("journal.db"), false).unwrap();
    Writer::open(files, &Options::new()).unwrap()
}

fn intent(number: usize, length: usize) -> Intent {
    let task = ImageInference::new("runware:101@1", "x".repeat(length));
    Intent::new("scope", &task.prepare(TaskUuid::from_key("tests", &number.to_string())).unwrap())
}

fn begin(calls: &Calls, number: usize, length: usize) -> Result<Vec<Begun>, JournalError> {
    let intents = vec![intent(number, length)];
    calls.make_here(move |work| work.begin(&intents))
}

fn pragma(writer: &Writer, name: &str, value: i64) {
    let connection = &writer.open.as_ref().unwrap().connection;
    connection.pragma_update(None, name, value).unwrap();
}

#[test]
fn a_full_disk_is_said_and_nothing_else_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let pages: i64 = {
        let connection = &writer.open.as_ref().unwrap().connection;
        connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap()
    };
    pragma(&writer, "max_page_count", pages + 4);
    let calls = Calls::new(writer);
    begin(&calls, 1, 10).unwrap();
    let error = begin(&calls, 2, 100_000).unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Full);
    assert!(error.to_string().contains("journal.db") && error.to_string().contains("make room"), "{error}");
    // What still fits is written, by the same connection: nothing is wrong with it.
    begin(&calls, 3, 10).unwrap();
    assert!(calls.known().refusal.is_none());
    drop(calls);

    let journal = SqliteJournal::open(directory.path().join("journal.db")).unwrap();
    assert_eq!(journal.check().unwrap().counts.of(Stage::Open), 2);
}

#[test]
fn one_that_does_not_fit_does_not_sink_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = open(directory.path());
    let pages: i64 = {
        let connection = &writer.open.as_ref().unwrap().connection;
        connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap()
    };
    pragma(&writer, "max_page_count", pages + 4);
    let outcomes = Outcomes::default();
    let calls = [(1, 10), (2, 100_000), (3, 10)].map(|(number, length)| {
        let outcomes = Arc::clone(&outcomes);
        Box::new(Beginning { number, intents: vec![intent(number, length)], outcomes }) as Box<dyn Call>
    });
    writer.run(calls.into());
    let outcomes = outcomes.lock().unwrap();
    let fits: Vec<_> = outcomes.iter().map(|(number, outcome)| (*number, outcome.is_none())).collect();
    assert_eq!(fits, [(1, true), (2, false), (3, true)]);
}

/// Which calls were answered, and with which error.
type Outcomes = Arc<Mutex<Vec<(usize, Option<JournalErrorKind>)>>>;

/// A call that puts what came of it on a list.
struct Beginning {
    number: usize,
    intents: Vec<Intent>,
    outcomes: Outcomes,
}

impl Call for Beginning {
    fn weight(&self) -> usize {
        1
    }

    fn is_wanted(&self) -> bool {
        true
    }

    fn run(&mut self, work: &mut crate::work::Work<'_>) -> Result<(), Trouble> {
        work.begin(&self.intents).map(drop)
    }

    fn answer(self: Box<Self>, outcome: Result<(), JournalError>) {
        self.outcomes.lock().unwrap().push((self.number, outcome.err().map(|error| error.kind())));
    }
}

#[test]
fn what_cannot_be_written_is_said_and_can_be_later() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    pragma(&writer, "query_only", 1);
    let calls = Calls::new(writer);
    assert_eq!(begin(&calls, 1, 10).unwrap_err().kind(), JournalErrorKind::ReadOnly);
    calls.ask(|writer| pragma(writer, "query_only", 0));
    begin(&calls, 1, 10).unwrap();
}

#[test]
fn after_a_failed_sync_everything_is_read_again_before_anything_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(Turned::default());
    let files = Files::prepare(&directory.path().join("journal.db"), false).unwrap();
    let mut writer = Writer::open(files, &Options::new().clock(Arc::clone(&clock) as _)).unwrap();
    let failed = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
    let error = writer.refuse(Trouble::Sqlite(rusqlite::Error::SqliteFailure(failed, None)));
    assert_eq!(error.kind(), JournalErrorKind::Io);
    assert!(writer.standing().now().refusal.is_some());
    assert!(writer.open.is_none(), "what was open is not used again");
    let calls = Calls::new(writer);

    // As long as not all of it is there, nothing is written.
    let (mark, aside) = (directory.path().join("journal.db-mark"), directory.path().join("aside"));
    std::fs::rename(&mark, &aside).unwrap();
    for _ in 0..2 {
        assert_eq!(begin(&calls, 1, 10).unwrap_err().kind(), JournalErrorKind::Damaged);
    }
    std::fs::rename(&aside, &mark).unwrap();
    // It is not read again by each call that comes.
    clock.0.store(9, Ordering::Relaxed);
    assert_eq!(begin(&calls, 1, 10).unwrap_err().kind(), JournalErrorKind::Damaged);
    clock.0.store(10, Ordering::Relaxed);
    begin(&calls, 1, 10).unwrap();
    assert!(calls.known().refusal.is_none());
}

/// A clock that is turned by hand, in seconds.
#[derive(Debug, Default)]
struct Turned(AtomicU64);

impl BootClock for Turned {
    fn boot(&self) -> Option<String> {
        Some("one".to_owned())
    }

    fn since_boot(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn time_of_day(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

#[test]
fn what_was_left_aside_is_removed_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()));
    let draft = |suffix| directory.path().join(format!("journal.db-new-{suffix}"));
    let drafts = ["0123456789ABCDEF", "0123456789ABCDEE-journal"].map(draft);
    let others = ["0123456789ABCDEF-old", "copy", "0123456789abcdef", "0123456789ABCDEF0"].map(draft);
    // As after an end between the two names of one file.
    std::fs::hard_link(directory.path().join("journal.db"), &drafts[0]).unwrap();
    for path in drafts[1..].iter().chain(&others) {
        std::fs::write(path, "").unwrap();
    }
    let calls = Calls::new(open(directory.path()));
    assert!(drafts.iter().all(|path| !path.exists()));
    assert!(others.iter().all(|path| path.exists()));
    begin(&calls, 1, 10).unwrap();
}

#[test]
fn who_keeps_the_mark_locked_keeps_nobody_from_opening_where_something_was_left_aside() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()));
    let draft = directory.path().join("journal.db-new-0123456789ABCDEF");
    std::fs::write(&draft, "").unwrap();
    let files = Files::prepare(&directory.path().join("journal.db"), false).unwrap();
    let stopped = Mark::open(&files.mark, true).unwrap();
    let held = stopped.hold().unwrap();
    let calls = Calls::new(open(directory.path()));
    begin(&calls, 1, 10).unwrap();
    assert!(draft.exists(), "somebody may be making it");
    drop((held, calls));
    drop(open(directory.path()));
    assert!(!draft.exists(), "it is removed by whoever is next");
}
