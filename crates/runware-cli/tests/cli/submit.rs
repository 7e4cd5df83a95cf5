//! `submit`: returns at once, and prints the taskUUID.

use std::time::Duration;

use futures_util::future::join_all;
use runware_emulator::{Action, Answer, Options};

use crate::line::is_uuid;
use crate::program::Program;
use crate::server::{Server, on_submit};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

#[tokio::test]
async fn it_prints_the_task_uuid_and_leaves_the_waiting_to_others() {
    let server = Server::with(Options::new().duration(Duration::from_millis(300))).await;
    let ended = server.program("submit runware:101@1 positivePrompt=fox").run().await.expect(0);
    let task = ended.text().strip_suffix('\n').unwrap();
    assert!(is_uuid(task), "{ended:?}");
    assert_eq!(server.ledger().status_checks(), 0);
    assert_eq!(ended.printed_command(), format!("runware wait {task} --http-base-url {}", server.url()));

    let waited = Program::pasted(&format!("{} --json", ended.printed_command())).run().await.expect(0);
    assert_eq!(waited.only("result").task(), task);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
}

#[tokio::test]
async fn programs_get_the_events_up_to_the_acceptance() {
    let server = Server::quick().await;
    let line = format!("submit emulator:stuck@1 positivePrompt=fox taskUUID={U} --json");
    let ended = server.program(&line).run().await.expect(0);
    assert_eq!(ended.events(), ["submitting", "accepted"]);
    assert_eq!((ended.only("accepted").task(), ended.only("accepted").field("replayed")), (U, &false.into()));
    assert_eq!(server.ledger().requests(), 1);
    // The command to go on with, for programs and for whoever reads along.
    let command = format!("runware wait {U} --http-base-url {} --json", server.url());
    assert_eq!(
        (ended.only("accepted").str("resume"), ended.printed_command()),
        (command.as_str(), command.clone())
    );
    let quiet = server.program(&format!("{line} -q")).run().await.expect(0);
    assert_eq!((quiet.only("accepted").str("resume"), quiet.stderr.as_str()), (command.as_str(), ""));
}

#[tokio::test]
async fn a_task_that_exists_already_is_not_bought_again() {
    let server = Server::quick().await;
    let line = format!("submit runware:101@1 positivePrompt=fox taskUUID={U} --json");
    server.program(&line).run().await.expect(0);
    let ended = server.program(&line).run().await.expect(0);
    assert_eq!(ended.only("accepted").field("replayed"), true);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
}

#[tokio::test]
async fn a_lost_reply_is_looked_for_before_it_returns() {
    let actions = [Action::LoseReply, Action::HandleThenAnswer(Answer::html(502))];
    let runs = actions.map(async |action| {
        let server = Server::quick().await;
        server.inject(on_submit(action).nth(1));
        let ended = server.program("submit runware:101@1 positivePrompt=fox").run().await.expect(0);
        let task = ended.text().trim().parse().unwrap();
        let account = server.ledger().task(&task).unwrap().clone();
        assert_eq!((account.submitted, account.accepted, account.billed), (1, 1, 1));
    });
    join_all(runs).await;
}
