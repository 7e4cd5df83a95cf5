//! `collect`: whatever became of earlier commands, their tasks are finished and delivered, and none is bought twice.

use std::path::Path;
use std::time::Duration;

use runware::types::TaskUuid;
use runware_emulator::{RequestKind, Script};

use crate::ended::Ended;
use crate::kept::{Pen, failure, place, result, settled};
use crate::program::{Program, Running};
use crate::server::{Server, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const V: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

async fn collect(server: &Server, path: &Path) -> Ended {
    server.program("collect --json").journal(path).run().await
}

/// Ends a program as a power cut would.
async fn killed(running: Running) {
    running.signal("KILL").await;
    running.end().await;
}

fn service(server: &Server) -> String {
    format!("127.0.0.1:{}", server.port())
}

#[tokio::test]
async fn it_finishes_what_another_command_submitted() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let submitted =
        server.program("submit runware:101@1 positivePrompt=fox").journal(&path).run().await.expect(0);
    let task = submitted.text().trim();
    let ended = collect(&server, &path).await.expect(0);
    assert_eq!(ended.only("result").task(), task);
    assert!(!ended.only("result").has("redelivered"), "it was never delivered: {ended:?}");
    assert_eq!(ended.only("result").str("deliveryId"), format!("{task}/0"));
    assert_eq!(ended.summary().counts(), [1, 0, 0, 0, 0]);
    assert!(ended.all("submitting").is_empty());

    let before = server.ledger().requests();
    let again = collect(&server, &path).await.expect(0);
    assert_eq!((again.events(), again.summary().counts()), (vec!["summary".to_owned()], [0; 5]));
    assert_eq!((server.ledger().requests(), server.ledger().accepted()), (before, 1));
}

#[tokio::test]
async fn a_result_that_nobody_read_is_delivered_again() {
    let script = Script::new().duration(Duration::from_millis(900));
    let server = Server::with(quick().script("slow:1@1", script)).await;
    let (_folder, path) = place();
    let mut running = server.program("run slow:1@1 positivePrompt=fox --json").journal(&path).start().await;
    let task = running.event("accepted").await.task().to_owned();
    running.stop_reading();
    running.end().await.expect(141);

    let ended = collect(&server, &path).await.expect(0);
    let result = ended.only("result");
    assert_eq!((result.task(), result.str("deliveryId")), (task.as_str(), format!("{task}/0").as_str()));
    assert_eq!(result.field("redelivered"), true);
    assert_eq!(ended.summary().counts(), [1, 0, 0, 0, 0]);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
    assert_eq!(collect(&server, &path).await.expect(0).events(), ["summary"]);
}

#[tokio::test]
async fn what_was_told_before_a_crash_is_told_again_under_the_same_name() {
    let script = Script::new().result_at(0, Duration::ZERO).result_at(1, Duration::from_secs(3));
    let server = Server::with(quick().script("halves:1@1", script)).await;
    let (_folder, path) = place();
    let line = "run halves:1@1 positivePrompt=fox numberResults=2 --json";
    let mut running = server.program(line).journal(&path).start().await;
    let first = running.event("result").await;
    killed(running).await;

    let ended = collect(&server, &path).await.expect(0);
    let results = ended.all("result");
    assert_eq!(results.len(), 2, "{ended:?}");
    let same = results.iter().find(|line| line.str("deliveryId") == first.str("deliveryId")).unwrap();
    assert_eq!((same.raw("item"), same.field("redelivered")), (first.raw("item"), &true.into()));
    let other = results.iter().find(|line| line.str("deliveryId") != first.str("deliveryId")).unwrap();
    assert!(!other.has("redelivered"), "{ended:?}");
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 2));
}

#[tokio::test]
async fn a_task_that_never_arrived_is_sent_under_its_own_id() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let pen = Pen::earlier(&path, &service(&server), Some(Duration::from_secs(65)));
    pen.begin(U, |_| {}).await;
    drop(pen);
    let ended = collect(&server, &path).await.expect(0);
    assert_eq!(ended.only("result").task(), U);
    let account = server.ledger().task(&U.parse::<TaskUuid>().unwrap()).unwrap().clone();
    assert_eq!((account.submitted, account.accepted, account.billed), (1, 1, 1));
    let sent: Vec<String> =
        server.bodies().into_iter().filter(|body| body.contains("imageInference")).collect();
    let bytes = Pen::task(U, "runware:101@1").bytes().clone();
    assert_eq!(sent, [format!("[{}]", String::from_utf8(bytes.to_vec()).unwrap())]);
}

#[tokio::test]
async fn the_exit_code_is_that_of_the_worst_task() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    for (model, exit, counts) in [
        ("emulator:partial@1", 6, [0, 1, 0, 0, 0]),
        ("emulator:fail@1", 6, [0, 0, 1, 0, 0]),
        ("emulator:stuck@1", 8, [0, 0, 0, 1, 0]),
    ] {
        let line = format!("submit {model} positivePrompt=fox numberResults=2");
        server.program(&line).journal(&path).run().await.expect(0);
        let collect = server.program("collect --json --deadline 1500ms").journal(&path);
        assert_eq!(collect.run().await.expect(exit).summary().counts(), counts, "{model}");
    }
    let left = server.program("collect --json --deadline 1500ms").journal(&path).run().await.expect(8);
    assert_eq!(left.summary().counts(), [0, 0, 0, 1, 0], "it stays open until it ends");
    let command = left.only("settled").str("resume").to_owned();
    assert!(
        command.ends_with(&format!("--journal {} --deadline '1s 500ms' --json", path.display())),
        "{command}"
    );
    assert_eq!(server.ledger().requests_of(RequestKind::Submit), 3);
}

#[tokio::test]
async fn what_has_settled_needs_no_server() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let pen = Pen::new(&path, &service(&server));
    let ticket = pen.begin(U, |intent| intent.expected = 2).await;
    let item = format!(
        r#"{{"taskType":"imageInference","taskUUID":"{U}","imageURL":"https://h/i.jpg", "cost":1.10}}"#
    );
    let error = r#"{"code":"timeoutProvider","message":"too late"}"#;
    pen.note(ticket, [result(0, &item), failure(1, error), settled(Some("1.10"))]).await;
    drop(pen);
    let ended = collect(&server, &path).await.expect(6);
    assert_eq!(ended.only("result").raw("item"), item);
    assert_eq!(ended.only("failure").field("error")["code"], "timeoutProvider");
    assert_eq!(ended.summary().counts(), [0, 1, 0, 0, 0]);
    assert_eq!((ended.summary().number("requests"), server.ledger().requests()), (0, 0));
}

#[tokio::test]
async fn nobody_takes_what_another_process_looks_after() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let run = server.program("run emulator:stuck@1 positivePrompt=fox --json").journal(&path);
    let mut running = run.start().await;
    running.event("accepted").await;
    let ended = collect(&server, &path).await.expect(0);
    assert_eq!(ended.summary().counts(), [0; 5]);
    assert!(ended.stderr.contains("1 task more: another process"), "{ended:?}");
    assert_eq!(ended.summary().number("held"), 1);
    let doctor = || Program::without_key().words("doctor").journal(&path).run();
    let people = doctor().await.expect(0);
    assert!(people.text().contains("(a running process looks after it)"), "{people:?}");
    assert!(!people.text().contains("runware collect"), "there is nothing to collect: {people:?}");
    killed(running).await;
    let taken = server.program("collect --json --deadline 1s").journal(&path).run().await.expect(8);
    assert_eq!(taken.summary().counts(), [0, 0, 0, 1, 0], "its owner is dead");
    assert_eq!(taken.summary().number("held"), 0);
    assert!(doctor().await.expect(0).text().contains("runware collect"));
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn tasks_of_other_servers_are_left_alone() {
    let (here, there) = (Server::quick().await, Server::quick().await);
    let (_folder, path) = place();
    here.program("submit runware:101@1 positivePrompt=fox").journal(&path).run().await.expect(0);
    let elsewhere = collect(&there, &path).await.expect(0);
    assert_eq!((elsewhere.summary().counts(), there.ledger().requests()), ([0; 5], 0));
    assert_eq!(elsewhere.summary().number("elsewhere"), 1);
    assert!(elsewhere.stderr.contains(&format!("1 task more for {}", service(&here))), "{elsewhere:?}");
    let command =
        format!("runware collect --http-base-url {} --journal {} --json", here.url(), path.display());
    assert!(elsewhere.stderr.lines().any(|line| line.trim() == command), "no {command:?} in {elsewhere:?}");
    let doctor = there.program("doctor").journal(&path).run().await.expect(0);
    assert!(doctor.stderr.contains(&format!("1 task for {}", service(&here))), "{doctor:?}");
    let findings = there.program("doctor --json").journal(&path).run().await.expect(0).only("doctor");
    assert_eq!(findings.field("journal")["findings"]["elsewhere"][service(&here)], 1);
    let emulated = || Program::without_key().words("collect --emulator");
    let passing = emulated().run().await.expect(0);
    assert!(passing.stderr.contains("RUNWARE_JOURNAL") && !passing.stderr.contains("no journal yet"));
    let named = emulated().arg("--json").env("RUNWARE_JOURNAL", &path).run().await.expect(0);
    assert_eq!(named.summary().number("elsewhere"), 1);
    let collected = Program::pasted(&command).run().await.expect(0);
    assert_eq!(collected.summary().counts(), [1, 0, 0, 0, 0]);
    assert_eq!(collect(&there, &path).await.expect(0).summary().number("elsewhere"), 0);
}

#[tokio::test]
async fn nothing_open_is_no_trouble_and_leaves_nothing_behind() {
    let server = Server::quick().await;
    let (folder, path) = place();
    let ended = collect(&server, &path).await.expect(0);
    assert_eq!((ended.events(), ended.summary().counts()), (vec!["summary".to_owned()], [0; 5]));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "who only looks makes no journal");
    server.program("collect --no-journal").run().await.expect(2);
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn waiting_for_a_task_of_the_journal_delivers_it_too() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    for task in [U, V] {
        let line = format!("submit runware:101@1 positivePrompt=fox taskUUID={task}");
        server.program(&line).journal(&path).run().await.expect(0);
    }
    let waited = server.program(&format!("wait {U} --json")).journal(&path).run().await.expect(0);
    assert_eq!(waited.only("result").str("deliveryId"), format!("{U}/0"));
    let collected = collect(&server, &path).await.expect(0);
    assert_eq!(collected.only("settled").task(), V, "the other one is delivered already");
}
