//! Signals: an end within two seconds, and the command to go on with.

#[cfg(target_os = "linux")]
use std::fs::{DirBuilder, File};
#[cfg(target_os = "linux")]
use std::os::unix::fs::DirBuilderExt as _;
#[cfg(target_os = "linux")]
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use runware_emulator::{Action, Script};

use crate::ended::Ended;
use crate::program::{Program, Running};
use crate::server::{Server, Silence, on_submit, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// Sends a signal and waits for the end, which must come soon.
async fn interrupted(running: Running, signal: &str) -> Ended {
    let before = running.elapsed();
    running.signal(signal).await;
    let ended = running.end().await.expect(130);
    assert!(ended.took - before < Duration::from_secs(2), "{ended:?}");
    ended
}

#[tokio::test]
async fn a_run_that_is_interrupted_goes_on_where_it_was_left() {
    let runs = ["INT", "TERM"].map(async |signal| {
        let script = Script::new().duration(Duration::from_millis(900));
        let server = Server::with(quick().script("slow:1@1", script)).await;
        let mut running = server.program("run slow:1@1 positivePrompt=fox --json").start().await;
        let task = running.event("accepted").await.task().to_owned();
        let ended = interrupted(running, signal).await;
        assert_eq!(ended.events(), ["submitting", "accepted", "settled", "error", "summary"]);
        let (settled, error) = (ended.only("settled"), ended.only("error"));
        assert_eq!((settled.task(), settled.str("status")), (task.as_str(), "running"));
        assert_eq!((error.task(), error.str("category")), (task.as_str(), "aborted"));
        assert_eq!(settled.str("resume"), error.str("resume"));
        assert_eq!(ended.printed_command(), error.str("resume"));
        assert_eq!(ended.summary().counts(), [0, 0, 0, 1, 0]);

        let resumed = Program::pasted(error.str("resume")).run().await.expect(0);
        assert_eq!(resumed.only("result").task(), task);
        assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
    });
    join_all(runs).await;
}

#[tokio::test]
async fn before_the_acceptance_nothing_is_known() {
    let silence = Silence::start().await;
    let mut running = silence.program("run m positivePrompt=fox --json").start().await;
    let task = running.event("submitting").await.task().to_owned();
    let ended = interrupted(running, "INT").await;
    assert_eq!(ended.events(), ["submitting", "settled", "error", "summary"]);
    assert_eq!(ended.only("settled").str("status"), "unknown");
    assert!(ended.printed_command().contains(&task));

    let mut running = silence.program("submit m positivePrompt=fox --json").start().await;
    let task = running.event("submitting").await.task().to_owned();
    let ended = interrupted(running, "INT").await;
    assert_eq!(ended.only("error").task(), task);
    assert_eq!(ended.printed_command(), ended.only("error").str("resume"));
}

#[tokio::test]
async fn a_task_whose_acceptance_got_lost_is_found_by_the_printed_command() {
    let server = Server::quick().await;
    server.inject(on_submit(Action::HandleThenHang));
    let mut running = server.program("run runware:101@1 positivePrompt=fox --json").start().await;
    running.event("submitting").await;
    while server.ledger().accepted() == 0 {
        tokio::task::yield_now().await;
    }
    let ended = interrupted(running, "INT").await;
    let resumed = Program::pasted(ended.only("error").str("resume")).run().await.expect(0);
    assert_eq!(resumed.only("result").task(), ended.only("submitting").task());
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn the_tasks_of_a_batch_are_left_together() {
    let server = Server::quick().await;
    let task =
        |model: &str| format!(r#"{{"taskType":"imageInference","model":"{model}","positivePrompt":"fox"}}"#);
    let text = [task("emulator:fast@1"), task("emulator:stuck@1"), task("emulator:stuck@1")].join("\n");
    let mut running = server.program("batch - --json").stdin(text).start().await;
    running.event("settled").await;
    let ended = interrupted(running, "INT").await;
    assert_eq!(ended.summary().counts(), [1, 0, 0, 2, 0]);
    let ledger = server.ledger();
    for settled in ended.all("settled") {
        let account = ledger.task(&settled.task().parse().unwrap()).unwrap();
        assert_eq!(settled.number("polls"), account.checks, "{settled:?}");
    }
    let left: Vec<String> = ended
        .all("settled")
        .iter()
        .filter(|line| line.str("status") == "running")
        .map(|line| line.task().to_owned())
        .collect();
    let words = format!("runware wait {} {} ", left[0], left[1]);
    assert!(ended.only("error").str("resume").starts_with(&words), "{ended:?}");
    assert!(ended.printed_command().starts_with(&words));
}

#[tokio::test]
async fn questions_are_interrupted_too() {
    let mut silence = Silence::start().await;
    for command in ["wait", "status", "details"] {
        let running = silence.program(&format!("{command} {U}")).start().await;
        silence.connected().await;
        let ended = interrupted(running, "INT").await;
        assert!(ended.printed_command().contains(U), "{command}: {ended:?}");
        let running = silence.program(&format!("{command} {U} --json")).start().await;
        silence.connected().await;
        let ended = interrupted(running, "INT").await;
        assert_eq!(ended.only("error").str("resume"), ended.printed_command());
    }
}

#[tokio::test]
async fn people_read_how_to_go_on() {
    let server = Server::quick().await;
    let running = server.program("run emulator:stuck@1 positivePrompt=fox").start().await;
    while server.ledger().accepted() == 0 {
        tokio::task::yield_now().await;
    }
    let ended = interrupted(running, "INT").await;
    assert_eq!(ended.text(), "");
    assert!(ended.stderr.contains("interrupted"), "{ended:?}");
    assert!(ended.printed_command().ends_with(&format!("--http-base-url {}", server.url())));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_signal_is_heard_while_the_journal_is_locked() {
    let server = Server::quick().await;
    let run = "run runware:101@1 positivePrompt=fox";
    let decide = &format!("decide {U} abandon");
    let commands = [run, "batch -", "collect", "doctor", "list", "prune", decide];
    let runs = commands.map(async |command| {
        let (_folder, path) = crate::kept::place();
        let (mark, _held) = locked(&path);
        let signal = if command == run { "TERM" } else { "INT" };
        let running = server.program(command).arg("--json").stdin("").journal(&path).start().await;
        running.opens(&mark.canonicalize().unwrap()).await;
        let ended = interrupted(running, signal).await;
        let error = ended.only("error");
        assert_eq!(error.str("category"), "aborted", "{command}");
        assert!(error.str("message").contains("nothing was sent"), "{command}: {error:?}");
        assert!(!path.exists());
    });
    join_all(runs).await;
    assert_eq!(server.ledger().requests(), 0);
}

/// All of it is told, and that it is told again.
#[tokio::test]
async fn what_is_delivered_and_not_noted_yet_when_a_signal_comes_is_said() {
    let text = "run openai:1@1 messages.0.role=user messages.0.content=hi";
    let runs = ["", " --stream"].map(async |stream| {
        let script = Script::new().duration(Duration::from_millis(700));
        let server = Server::with(quick().script("openai:1@1", script)).await;
        let (_folder, path) = crate::kept::place();
        let line = format!("{text}{stream} --json --deadline 1s");
        let mut running = server.program(&line).journal(&path).start().await;
        running.event("accepted").await;
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        running.event("settled").await;
        let ended = interrupted(running, "INT").await;
        let error = ended.only("error");
        assert_eq!((error.str("category"), ended.all("result").len()), ("aborted", 1), "{ended:?}");
        assert_eq!(ended.summary().counts(), [1, 0, 0, 0, 0]);
        assert!(ended.stderr.contains(error.str("resume")), "{ended:?}");
        drop(other);
        let again = Program::pasted(error.str("resume")).run().await.expect(0);
        assert_eq!(again.only("result").task(), ended.only("result").task());
        assert_eq!(server.ledger().accepted(), 1);
    });
    join_all(runs).await;
}

/// What has an id already is to be gone on with, also where the signal came before the first question.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_waits_for_the_journal_is_told_how_to_go_on() {
    let server = Server::quick().await;
    let commands = [format!("wait {U}"), "collect".to_owned()];
    let runs = commands.map(async |command| {
        let (_folder, path) = crate::kept::place();
        let (mark, _held) = locked(&path);
        let running = server.program(&command).arg("--json").journal(&path).start().await;
        running.opens(&mark.canonicalize().unwrap()).await;
        let ended = interrupted(running, "INT").await;
        let resume = ended.only("error").str("resume").to_owned();
        assert!(resume.starts_with(&format!("runware {command} ")), "{command}: {ended:?}");
        assert!(ended.stderr.contains(&resume), "{command}: {ended:?}");
    });
    join_all(runs).await;
}

/// One is delivered, which cannot be noted, and the other goes on on the server: one command does both.
#[tokio::test]
async fn what_is_not_noted_is_said_beside_what_is_open() {
    let script = Script::new().duration(Duration::from_millis(700));
    let server = Server::with(quick().script("slow:1@1", script)).await;
    let (_folder, path) = crate::kept::place();
    let task =
        |model: &str| format!(r#"{{"taskType":"imageInference","model":"{model}","positivePrompt":"fox"}}"#);
    let text = [task("slow:1@1"), task("emulator:stuck@1")].join("\n");
    let batch = server.program("batch - --json --deadline 1s").journal(&path).stdin(text);
    let mut running = batch.start().await;
    running.event("accepted").await;
    running.event("accepted").await;
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    running.event("settled").await;
    running.event("settled").await;
    let ended = interrupted(running, "INT").await;
    assert_eq!(ended.summary().counts(), [1, 0, 0, 1, 0]);
    let error = ended.only("error");
    let message = error.str("message");
    assert!(message.contains("what is delivered: 1 task; 1 task more: what the server has"), "{message}");
    let command = error.str("resume");
    assert!(command.starts_with("runware collect "), "{command}");
    for words in ["This delivers it again:", "To go on waiting for it:"] {
        assert!(ended.stderr.contains(&format!("{words}\n  {command}")), "{ended:?}");
    }
    drop(other);
    let again = Program::pasted(command).run().await.expect(8);
    assert_eq!(again.only("result").task(), ended.only("result").task());
    assert_eq!((again.summary().counts(), server.ledger().accepted()), ([1, 0, 0, 1, 0], 2));
}

/// Between two of its steps somebody else writes: it stands still then, as with a journal that is large.
#[tokio::test]
async fn whoever_interrupts_prune_is_told_that_a_part_may_have_gone() {
    const TASKS: i64 = 5_000;
    // It may be through before anybody has a look.
    for _ in 0..10 {
        let (_folder, path) = crate::kept::place();
        let pen = crate::kept::Pen::new(&path, "127.0.0.1:1");
        pen.refused(TASKS).await;
        drop(pen);
        let other = rusqlite::Connection::open(&path).unwrap();
        // Whoever waits for the lock sleeps between its looks, and misses the moments in which it is free.
        other.busy_timeout(Duration::ZERO).unwrap();
        let left = || other.query_one("SELECT count(*) FROM task", [], |row| row.get::<_, i64>(0)).unwrap();
        let prune = || Program::without_key().words("prune --older-than 0s --json").journal(&path);
        let running = prune().start().await;
        while left() == TASKS || other.execute_batch("BEGIN IMMEDIATE").is_err() {
            tokio::task::yield_now().await;
        }
        let kept = left();
        if kept == 0 {
            continue;
        }
        let ended = interrupted(running, "INT").await;
        assert_eq!(ended.events(), ["error"]);
        let message = ended.only("error").str("message").to_owned();
        assert!(message.contains("what has gone by now stays gone"), "{message}");
        other.execute_batch("ROLLBACK").unwrap();
        let again = prune().run().await.expect(0);
        assert_eq!(again.only("pruned").number("forgotten"), kept.unsigned_abs());
        return;
    }
    panic!("it was never seen at work");
}

/// The mark of a journal that is being made: whoever does so keeps others from it, for as long as this is held.
#[cfg(target_os = "linux")]
fn locked(journal: &Path) -> (PathBuf, File) {
    DirBuilder::new().mode(0o700).create(journal.parent().unwrap()).unwrap();
    let mark = journal.with_file_name("journal.db-mark");
    let held = File::create(&mark).unwrap();
    held.lock().unwrap();
    (mark, held)
}
