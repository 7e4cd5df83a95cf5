//! The deadline: what is told when it passes, and how to go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use runware::types::TaskUuid;
use runware_emulator::{Action, Answer, RequestKind, Rule};

use crate::ended::Ended;
use crate::program::{KEY, Program};
use crate::server::{Server, Silence, on_check, on_submit, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// How much later than its deadline a wait may end, by the program's own clock.
const GRACE: Duration = Duration::from_millis(250);

/// How long a process may take to start and to end on a busy machine.
const OVERHEAD: Duration = Duration::from_millis(1_500);

/// Checks a run that its deadline ended, and returns the command that it gives to go on with.
#[track_caller]
fn still_running(ended: &Ended, deadline: Duration) -> String {
    let settled = ended.only("settled");
    assert_eq!(settled.str("status"), "running");
    let elapsed = Duration::from_millis(settled.number("elapsedMs"));
    assert!((deadline..=deadline + GRACE).contains(&elapsed), "{ended:?}");
    assert!(ended.took <= deadline + GRACE + OVERHEAD, "{ended:?}");
    assert_eq!(ended.summary().counts(), [0, 0, 0, 1, 0]);
    let resume = settled.str("resume");
    assert!(resume.starts_with(&format!("runware wait {} ", settled.task())), "{resume}");
    assert_eq!(ended.printed_command(), resume);
    resume.to_owned()
}

#[tokio::test]
async fn a_silent_server_is_left_at_the_deadline_and_found_again_by_the_printed_command() {
    let silence = Silence::start().await;
    let run = silence.program("run runware:101@1 positivePrompt=fox --deadline 3s --json").run();
    let line = format!("wait {U} --deadline 3s --json");
    let (run, wait) = tokio::join!(run, silence.program(&line).run());
    still_running(&run.expect(8), Duration::from_secs(3));
    let resume = still_running(&wait.expect(8), Duration::from_secs(3));

    let emulator = silence.healed(quick()).await;
    let server = Server::around(emulator);
    server.hold(U, "emulator:fast@1", 1).await;
    let ended = Program::pasted(&resume).run().await.expect(0);
    assert_eq!((ended.only("result").task(), ended.only("settled").str("status")), (U, "succeeded"));
    assert_eq!(server.ledger().task(&U.parse::<TaskUuid>().unwrap()).unwrap().submitted, 1);
}

#[tokio::test]
async fn a_silent_server_is_left_at_the_deadline_whatever_it_is_silent_in() {
    tokio::join!(silence_after_taking_the_task(), every_way_to_hang());
}

async fn silence_after_taking_the_task() {
    let silent = Arc::new(AtomicBool::new(true));
    let is_silent = Arc::clone(&silent);
    let hang = Rule::new(Action::HandleThenHang).when(move |_| is_silent.load(Ordering::Relaxed));
    let server = Server::with(quick().fault(hang)).await;
    let line = "run runware:101@1 positivePrompt=fox --deadline 1s --json";
    let ended = server.program(line).run().await.expect(8);
    let resume = still_running(&ended, Duration::from_secs(1));
    silent.store(false, Ordering::Relaxed);
    let resumed = Program::pasted(&resume).run().await.expect(0);
    assert_eq!(resumed.only("result").task(), ended.only("submitting").task());
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
    assert!(resumed.all("submitting").is_empty());
}

async fn every_way_to_hang() {
    let second = Duration::from_secs(1);
    let hangs = [
        on_submit(Action::Hang),
        on_submit(Action::HandleThenHang),
        on_submit(Action::Stall(5)),
        on_submit(Action::Delay(Duration::from_secs(60))),
        on_check(Action::Hang),
        on_check(Action::Stall(5)),
        on_check(Action::Answer(Answer::html(503).retry_after("3600"))),
        on_check(Action::Reset),
    ];
    let runs = hangs.into_iter().map(|hang| async move {
        let server = Server::with(quick().fault(hang)).await;
        let line = "run runware:101@1 positivePrompt=fox --deadline 1s --json";
        still_running(&server.program(line).run().await.expect(8), second);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn the_deadline_of_a_batch_is_each_tasks_own() {
    let server = Server::quick().await;
    let task =
        |model: &str| format!(r#"{{"taskType":"imageInference","model":"{model}","positivePrompt":"fox"}}"#);
    let text = [task("emulator:fast@1"), task("emulator:stuck@1"), task("emulator:stuck@1")].join("\n");
    let ended = server.program("batch - --deadline 2s --json").stdin(text).run().await.expect(8);
    assert_eq!(ended.summary().counts(), [1, 0, 0, 2, 0]);
    let command = ended.printed_command();
    for settled in ended.all("settled").iter().filter(|line| line.str("status") == "running") {
        assert!(command.contains(settled.task()), "one command goes on with all of them: {command}");
        assert!(settled.str("resume").contains(settled.task()));
    }
}

#[tokio::test]
async fn people_read_how_to_go_on() {
    let server = Server::quick().await;
    let line = "run emulator:stuck@1 positivePrompt=fox --deadline 500ms";
    let ended = server.program(line).run().await.expect(8);
    assert_eq!(ended.text(), "");
    let command = ended.printed_command();
    assert!(command.ends_with(&format!("--http-base-url {} --deadline 500ms", server.url())), "{command}");
    let again = Program::pasted(&command).run().await.expect(8);
    assert_eq!(again.printed_command(), command);
}

#[tokio::test]
async fn the_command_to_go_on_with_carries_the_flags_that_matter() {
    let server = Server::quick().await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("it's a key");
    std::fs::write(&key, KEY).unwrap();
    let line = "run emulator:stuck@1 positivePrompt=fox --deadline 300ms --json";
    let program = Program::without_key().words(line).env("RUNWARE_HTTP_BASE_URL", server.url());
    let ended = program.arg("--api-key-file").arg(&key).run().await.expect(8);
    let command = ended.only("settled").str("resume").to_owned();
    // In a shell that has neither the key nor the address.
    let pasted = Program::pasted(&command).env("RUNWARE_API_KEY", "").run().await.expect(8);
    assert_eq!(pasted.only("settled").task(), ended.only("settled").task());
    assert_eq!(server.ledger().requests_of(RequestKind::Submit), 1);
}
