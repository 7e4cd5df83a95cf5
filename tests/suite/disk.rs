//! The real program on a disk that fails: the n-th write or sync of the journal's files, for each n.
//!
//! `preload/faulty_disk.c` comes before the C library and lets calls fail.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use runware::journal::JournalError;
use runware::types::TaskUuid;
use runware_emulator::{Emulator, Options};
use runware_journal::{Filter, SqliteJournal, Stage};
use runware_tests::crash::Heard;
use runware_tests::program;
use tokio::process::Command;

use crate::preload;

/// At most so many places are tried for each command and each way to fail.
const MOST_PLACES: usize = 12;

/// How a call fails.
const WAYS: [(&str, &str); 4] =
    [("ENOSPC", "once"), ("ENOSPC", "always"), ("EIO", "once"), ("SHORT", "always")];

/// The commands: one whose results come with the answer, one that returns before they do, and one whose text is streamed.
const COMMANDS: [&str; 3] = [
    "run runware:101@1 positivePrompt=waves numberResults=2 deliveryMethod=sync",
    "submit runware:101@1 positivePrompt=waves deliveryMethod=async",
    "run openai:1@1 messages.0.role=user messages.0.content=hi --stream",
];

#[tokio::test]
async fn whatever_fails_on_the_disk_nothing_is_sent_without_an_intent_and_no_result_is_lost() {
    let bench = Bench::set().await;
    let mut total = Tally::default();
    for command in COMMANDS {
        let not_durable = total.not_durable;
        let all = bench.count(command).await;
        assert!(all > 5, "{all} writes and syncs");
        let step = if is_every_place() { 1 } else { all.div_ceil(MOST_PLACES) };
        for (way, (error, mode)) in WAYS.into_iter().enumerate() {
            // Each way fails in places of its own.
            for nth in (1 + way * 3 % step..=all).step_by(step) {
                bench.fail(command, nth, error, mode, &mut total).await;
            }
        }
        // Where a result is printed, some disk was in time to fail for it.
        if command.starts_with("run") && total.not_durable == not_durable {
            total.complaints.push(format!("`{command}` has kept everything"));
        }
        total.places += all;
    }
    println!("{total:?}");
    assert!(total.complaints.is_empty(), "{:#?}", total.complaints);
    assert!(total.refused > 0 && total.delivered > 0 && total.not_durable > 0, "{total:?}");
}

/// `RUNWARE_DISK=all cargo test -p runware-tests disk` tries all places.
#[expect(clippy::disallowed_methods, reason = "a person chooses how much to try")]
fn is_every_place() -> bool {
    std::env::var("RUNWARE_DISK").is_ok_and(|value| value == "all")
}

struct Bench {
    folder: tempfile::TempDir,
    library: PathBuf,
    program: PathBuf,
    emulator: Emulator,
}

/// What came of all runs.
#[derive(Debug, Default)]
struct Tally {
    places: usize,
    runs: usize,
    /// Runs in which nothing was sent.
    refused: usize,
    /// Runs whose results were printed at once.
    delivered: usize,
    /// Runs that said that what they printed is not kept.
    not_durable: usize,
    /// Runs whose results came from a later process.
    recovered: usize,
    complaints: Vec<String>,
}

impl Bench {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = preload::compile("faulty_disk", folder.path());
        let emulator = Emulator::start(Options::new().duration(Duration::ZERO)).await.unwrap();
        Self { folder, library, program: program::runware().unwrap(), emulator }
    }

    /// How many writes and syncs a command makes.
    async fn count(&self, command: &str) -> usize {
        let state = tempfile::tempdir_in(self.folder.path()).unwrap();
        let count = state.path().join("count");
        let mut program = self.command(command, state.path());
        program.env("FAULTY_DISK_COUNT", &count);
        let output = program.output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(count).unwrap().lines().count()
    }

    /// Runs a command whose n-th write or sync fails, and then another that finishes what is open.
    async fn fail(&self, command: &str, nth: usize, error: &str, mode: &str, total: &mut Tally) {
        let state = tempfile::tempdir_in(self.folder.path()).unwrap();
        let before: HashSet<_> = self.emulator.ledger().tasks().map(|(task, _)| *task).collect();
        let mut program = self.command(command, state.path());
        program.env("FAULTY_DISK_NTH", nth.to_string()).env("FAULTY_DISK_ERRNO", error);
        let output = program.env("FAULTY_DISK_MODE", mode).output().await.unwrap();
        let (heard, errors) =
            (Heard::read(&output.stdout), String::from_utf8_lossy(&output.stderr).into_owned());
        let name = format!("`{command}`, {nth} {error} {mode}");
        let mut complain = |what: String| total.complaints.push(format!("{name}: {what}\n{errors}"));
        let ledger = self.emulator.ledger();
        let sent: Vec<_> = ledger.tasks().filter(|(task, _)| !before.contains(task)).collect();
        // Either nothing was sent, for want of a journal, or all went well as far as the caller is concerned.
        let expected = if sent.is_empty() { 1 } else { 0 };
        if output.status.code() != Some(expected) || errors.contains("panicked") {
            complain(format!("it ended with {} in place of {expected}", output.status));
        }
        let kept = match Shelf::read(state.path()) {
            Ok(kept) => kept,
            Err(error) => {
                complain(format!("the journal cannot be opened: {error}"));
                Shelf::default()
            }
        };
        let is_sent = |task: &TaskUuid| sent.iter().any(|(sent, _)| *sent == task);
        for (task, _) in sent.iter().filter(|(task, _)| !kept.parts.contains_key(task)) {
            complain(format!("{task} was sent without an intent"));
        }
        let printed = heard.all("result").count();
        let billed = sent.iter().map(|(_, account)| account.billed).sum::<u64>() as usize;
        let is_told = heard.all("settled").any(|line| line.durable == Some(false));
        if is_told != errors.contains("this output may be the only copy") {
            complain("people and programs were told different things".to_owned());
        }
        if kept.parts.values().sum::<usize>() < printed && !is_told {
            complain("what is not kept was printed as if it were".to_owned());
        }
        if command.starts_with("run") && printed != billed {
            complain(format!("{printed} of {billed} results were handed over"));
        }
        let collect = self.command("collect --deadline 5s", state.path()).output().await.unwrap();
        let again = Heard::read(&collect.stdout);
        let named = |heard: &Heard| heard.all("result").filter_map(|line| line.delivery_id.clone()).collect();
        let (mut names, more): (HashSet<String>, HashSet<String>) = (named(&heard), named(&again));
        names.extend(more);
        if names.len() != billed && printed < billed {
            complain(format!("{} of {billed} results after all: {collect:?}", names.len()));
        }
        if names.len() > billed {
            complain(format!("{names:?} are the names of {billed} results: {collect:?}"));
        }
        let ledger = self.emulator.ledger();
        let is_again = |task: &TaskUuid| ledger.task(task).is_some_and(|account| account.submitted > 1);
        if command.ends_with("--stream") && sent.iter().any(|(task, _)| is_again(task)) {
            complain("a text was asked for again".to_owned());
        }
        // What was begun and never sent is looked for, for longer than this waits.
        let expected = if kept.open.iter().all(is_sent) { 0 } else { 8 };
        if collect.status.code() != Some(expected) {
            complain(format!("collecting ended with {collect:?} in place of {expected}"));
        }
        total.runs += 1;
        total.refused += usize::from(sent.is_empty());
        total.delivered += usize::from(printed > 0);
        total.not_durable += usize::from(is_told);
        total.recovered += usize::from(printed < billed);
    }

    /// The program, with its journal on the disk that fails.
    fn command(&self, words: &str, state: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("RUNWARE_API_KEY", "disk").args(words.split(' ')).arg("--json");
        command.arg("--http-base-url").arg(self.emulator.http_url()).arg("--journal").arg(journal(state));
        command.env("LD_PRELOAD", &self.library);
        command.env("FAULTY_DISK_PATH", state).stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

/// What a journal has after a command.
#[derive(Debug, Default)]
struct Shelf {
    /// How many results and failures of each task are kept.
    parts: HashMap<TaskUuid, usize>,
    /// The tasks that are to go on.
    open: Vec<TaskUuid>,
}

impl Shelf {
    fn read(state: &Path) -> Result<Self, JournalError> {
        let journal = SqliteJournal::open(journal(state))?;
        let mut shelf = Self::default();
        for task in journal.list(&Filter::new())? {
            let kept = journal.kept(Some(&task.scope), task.task_uuid)?;
            shelf.parts.insert(task.task_uuid, kept.iter().map(|kept| kept.parts.len()).sum());
            if task.stage == Stage::Open {
                shelf.open.push(task.task_uuid);
            }
        }
        Ok(shelf)
    }
}

fn journal(state: &Path) -> PathBuf {
    state.join("kept").join("journal.db")
}
