//! `wait`: for tasks of this or any other program; submits nothing.

use runware_emulator::RequestKind;

use crate::kept::place;
use crate::server::{Server, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const V: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

#[tokio::test]
async fn it_finishes_what_another_program_submitted() {
    let server = Server::quick().await;
    server.hold(U, "emulator:fast@1", 2).await;
    server.hold(V, "emulator:partial@1", 2).await;
    let ended = server.program(&format!("wait {U} {V} --json")).run().await.expect(6);
    assert_eq!(ended.summary().counts(), [1, 1, 0, 0, 0]);
    assert!(ended.all("submitting").is_empty());
    let results = ended.all("result").iter().map(|line| line.task().to_owned()).collect::<Vec<_>>();
    assert_eq!(results.iter().filter(|task| *task == U).count(), 2);
    assert_eq!(results.iter().filter(|task| *task == V).count(), 1);
    let ledger = server.ledger();
    // The two that the test itself submitted.
    assert_eq!((ledger.requests_of(RequestKind::Submit), ledger.accepted()), (2, 2));
    assert_eq!(ended.summary().number("requests"), ledger.requests() - 2);
    assert_eq!(ended.summary().number("statusChecks"), ledger.status_checks());
}

#[tokio::test]
async fn ids_of_any_version_and_case_are_known_and_asked_about_once() {
    let server = Server::quick().await;
    let seventh = "01890a5d-ac96-774b-bcce-b302099a8057";
    server.hold(seventh, "emulator:fast@1", 1).await;
    let line = format!("wait {} {seventh} --json", seventh.to_uppercase());
    let ended = server.program(&line).run().await.expect(0);
    assert_eq!(ended.summary().number("tasks"), 1);
    assert_eq!(ended.only("settled").task(), seventh);
    assert_eq!(server.ledger().status_checks(), 1);
}

#[tokio::test]
async fn many_tasks_share_their_requests() {
    let server = Server::quick().await;
    let mut tasks = Vec::new();
    for number in 0..40 {
        let task = format!("a770f077-f413-47de-9dac-be0b26a350{number:02}");
        server.hold(&task, "emulator:fast@1", 1).await;
        tasks.push(task);
    }
    let ended = server.program(&format!("wait {} --json", tasks.join(" "))).run().await.expect(0);
    let summary = ended.summary();
    assert_eq!(summary.counts(), [40, 0, 0, 0, 0]);
    assert_eq!(summary.number("statusChecks"), 40);
    assert!(summary.number("requests") < 10, "{summary:?}");
}

#[tokio::test]
async fn about_a_task_that_the_journal_does_not_have_there_is_nothing_to_decide_there() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    server.program("run runware:101@1 positivePrompt=fox").journal(&path).run().await.expect(0);
    let ended =
        server.program(&format!("wait {U} --json --deadline 1s")).journal(&path).run().await.expect(9);
    assert!(!ended.stderr.contains("decide") && ended.stderr.contains("same taskUUID"), "{ended:?}");
}

#[tokio::test]
async fn without_time_nothing_is_bought_and_nothing_is_given_up() {
    let server = Server::with(quick()).await;
    server.hold(U, "emulator:stuck@1", 1).await;
    let ended = server.program(&format!("wait {U} --deadline 0s --json")).run().await.expect(8);
    assert_eq!(ended.only("settled").str("status"), "running");
    let started = server.program("run m positivePrompt=fox --deadline 0s --json").run().await.expect(1);
    assert_eq!(started.only("failure").field("error")["code"], "notAccepted");
    assert_eq!(server.ledger().accepted(), 1, "without time nothing is bought");
}
