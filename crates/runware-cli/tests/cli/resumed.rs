//! `batch` again: the same file buys only what is missing, and finishes the rest.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use runware_emulator::{Options, Script};

use crate::ended::Ended;
use crate::kept::place;
use crate::program::Program;
use crate::server::{Server, quick};

const FOX: &str = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"fox"}"#;
const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

fn batch(server: &Server, path: &Path, text: impl Into<Vec<u8>>) -> Program {
    server.program("batch - --json").journal(path).stdin(text)
}

fn tasks(ended: &Ended, event: &str) -> HashSet<String> {
    ended.all(event).iter().map(|line| line.task().to_owned()).collect()
}

#[tokio::test]
async fn a_batch_that_was_killed_is_finished_and_nothing_is_bought_twice() {
    let script = Script::new().duration(Duration::from_millis(1_200));
    let server = Server::with(quick().script("slow:1@1", script)).await;
    let (_folder, path) = place();
    let slow = FOX.replace("runware:101@1", "slow:1@1");
    let text = [FOX, &slow, FOX, &slow, &slow].join("\n");
    let mut first = batch(&server, &path, text.as_str()).start().await;
    first.event("settled").await;
    first.signal("KILL").await;
    first.end().await;
    assert_eq!(server.ledger().accepted(), 5);

    // One more line is the only one that is new.
    let ended = batch(&server, &path, format!("{text}\n{FOX}")).run().await.expect(0);
    assert_eq!(ended.summary().counts(), [6, 0, 0, 0, 0]);
    assert_eq!((tasks(&ended, "submitting").len(), tasks(&ended, "result").len()), (1, 6));
    assert!(ended.all("result").iter().any(|line| line.has("redelivered")), "{ended:?}");
    let ledger = server.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (6, 6));
    assert!(ledger.tasks().all(|(_, account)| account.submitted == 1));

    // Everything is there: nothing is asked any more.
    let before = ledger.requests();
    let again = batch(&server, &path, format!("{text}\n{FOX}")).run().await.expect(0);
    assert_eq!((tasks(&again, "result"), server.ledger().requests()), (tasks(&ended, "result"), before));
    assert!(tasks(&again, "submitting").is_empty());
}

#[tokio::test]
async fn a_batch_whose_output_nobody_reads_is_delivered_later() {
    let server = Server::with(Options::new().duration(Duration::from_millis(200))).await;
    let (_folder, path) = place();
    // More than a pipe takes.
    let text = [FOX; 250].join("\n");
    let mut first = batch(&server, &path, text.as_str()).start().await;
    first.event("result").await;
    first.signal("KILL").await;
    let told = first.end().await;
    let collected = server.program("collect --json").journal(&path).run().await.expect(0);
    let confirmed = Program::without_key().words("list --done --json").journal(&path).run().await.expect(0);
    assert_eq!(confirmed.all("task").len(), 250);
    let whole = told.text().lines().filter(|line| line.contains("\"event\":\"result\"")).count();
    assert!(collected.all("result").len() + whole >= 250, "{whole} and {}", collected.all("result").len());
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (250, 250));
}

#[tokio::test]
async fn a_line_is_known_by_its_key() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let keyed = |key: &str, prompt: &str| {
        FOX.replace("{\"taskType", &format!("{{\"key\":\"{key}\",\"taskType")).replace("fox", prompt)
    };
    let text = [keyed("a", "fox"), keyed("b", "fox")].join("\n");
    let first = batch(&server, &path, text.as_str()).run().await.expect(0);
    assert!(server.bodies().iter().all(|body| !body.contains("\"key\"")), "{:?}", server.bodies());
    let turned = [keyed("b", "fox"), keyed("c", "fox"), keyed("a", "fox")].join("\n");
    let second = batch(&server, &path, turned).run().await.expect(0);
    assert_eq!(tasks(&second, "submitting").len(), 1);
    assert!(tasks(&second, "result").is_superset(&tasks(&first, "result")));
    assert_eq!(server.ledger().accepted(), 3);

    // The key belongs to another task.
    let refused = batch(&server, &path, keyed("a", "owl")).run().await.expect(3);
    assert_eq!(refused.only("failure").field("error")["code"], "uuidReused");
    let twice =
        batch(&server, &path, [keyed("d", "fox"), keyed("d", "owl")].join("\n")).run().await.expect(3);
    assert!(twice.only("error").str("message").contains("line 2: `key` is that of line 1"), "{twice:?}");
    let listed = Program::without_key().words("list --json").journal(&path).run().await.expect(0);
    let keys: Vec<String> = listed.all("task").iter().map(|line| line.str("key").to_owned()).collect();
    assert_eq!((keys.len(), keys.first().map(String::as_str)), (3, Some("c")));
    assert_eq!(server.ledger().accepted(), 3);
}

#[tokio::test]
async fn equal_lines_are_different_tasks_and_another_name_makes_others() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let text = [FOX; 3].join("\n");
    let named = |name: &str| batch(&server, &path, text.as_str()).words("--name").arg(name).run();
    let first = batch(&server, &path, text.as_str()).run().await.expect(0);
    assert_eq!((tasks(&first, "result").len(), server.ledger().accepted()), (3, 3));
    let spring = named("spring").await.expect(0);
    assert!(tasks(&spring, "result").is_disjoint(&tasks(&first, "result")));
    assert_eq!(tasks(&named("spring").await.expect(0), "result"), tasks(&spring, "result"));
    assert_eq!(server.ledger().accepted(), 6);

    // Without a journal nothing is known, and each time is the first.
    for _ in 0..2 {
        server.program("batch - --no-journal").stdin(FOX).run().await.expect(0);
    }
    assert_eq!(server.ledger().accepted(), 8);
}

#[tokio::test]
async fn a_line_that_was_refused_is_tried_again() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let refuse = runware_emulator::Rule::new(crate::server::answer(
        400,
        &format!(r#"{{"errors":[{{"code":"invalidModel","message":"no","taskUUID":"{U}"}}]}}"#),
    ));
    server.inject(refuse.kind(runware_emulator::RequestKind::Submit).first(1));
    let task = FOX.replace("{\"taskType", &format!("{{\"taskUUID\":\"{U}\",\"taskType"));
    batch(&server, &path, task.as_str()).run().await.expect(3);
    let ended = batch(&server, &path, task.as_str()).run().await.expect(0);
    assert_eq!((ended.only("submitting").task(), ended.only("result").task()), (U, U));
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn a_journal_that_the_environment_names_is_named_again() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let line = "submit runware:101@1 positivePrompt=fox";
    let ended = server.program(line).env("RUNWARE_JOURNAL", &path).run().await.expect(0);
    let command = ended.printed_command();
    assert!(command.ends_with(&format!(" --journal {}", path.display())), "{command}");
    // Whoever wrote it before that one command has it nowhere else.
    Program::pasted(&command).run().await.expect(0);
    let listed = Program::without_key().words("list --done --json").journal(&path).run().await.expect(0);
    assert_eq!(listed.only("task").task(), ended.text().trim());
}
