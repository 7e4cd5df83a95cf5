//! `batch`: a file of tasks, submitted together and waited for in one scheduler.

use std::fs;

use futures_util::future::join_all;
use runware_emulator::Action;

use crate::server::{Server, on_submit};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

const FOX: &str = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"fox"}"#;

#[tokio::test]
async fn a_file_and_standard_input_are_the_same() {
    let text = format!("{FOX}\n\n{FOX}\r\n{FOX}");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &text).unwrap();
    let runs = [file.path().to_str().unwrap(), "-"].map(async |name| {
        let server = Server::quick().await;
        let program = server.program(&format!("batch {name} --json")).stdin(text.as_str());
        let ended = program.run().await.expect(0);
        assert_eq!(ended.summary().counts(), [3, 0, 0, 0, 0]);
        assert_eq!(ended.all("submitting").len(), 3);
        // All of them in one request, and in one more to ask for them.
        assert_eq!((ended.summary().number("requests"), server.ledger().requests()), (2, 2));
        assert_eq!(server.ledger().billed(), 3);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn many_tasks_share_their_requests() {
    let server = Server::quick().await;
    let ended = server.program("batch - --json").stdin([FOX; 250].join("\n")).run().await.expect(0);
    let (summary, ledger) = (ended.summary(), server.ledger());
    assert_eq!(summary.counts(), [250, 0, 0, 0, 0]);
    assert_eq!((ledger.accepted(), ledger.billed()), (250, 250));
    assert_eq!(summary.number("statusChecks"), ledger.status_checks());
    assert_eq!((summary.number("requests"), ledger.requests()), (6, 6), "three to submit, three to ask");
}

#[tokio::test]
async fn fields_that_are_not_known_are_passed_on_as_they_are() {
    let server = Server::quick().await;
    let task = format!(
        r#"{{"unheardOf": {{"b":1.10,"a":[1e2, null]}},"taskType":"imageInference","model":"emulator:fast@1","positivePrompt":"\u0066ox","CFGScale":7.50,"taskUUID":"{U}","deliveryMethod":"sync"}}"#
    );
    let ended = server.program("batch - --json").stdin(task).run().await.expect(0);
    assert_eq!(ended.only("settled").task(), U);
    assert_eq!(
        server.body(),
        format!(
            r#"[{{"taskType":"imageInference","taskUUID":"{U}","unheardOf":{{"b":1.10,"a":[1e2, null]}},"model":"emulator:fast@1","positivePrompt":"\u0066ox","CFGScale":7.50,"deliveryMethod":"sync"}}]"#
        )
    );
}

#[tokio::test]
async fn one_line_that_is_no_task_stops_them_all() {
    let server = Server::quick().await;
    for (line, expected) in [
        ("{\"taskType\":\"imageInference\",", "line 3"),
        ("{\"prompt\":\"fox\"}", "line 3: `taskType`"),
        ("[]", "line 3"),
        ("{\"taskType\":\"imageInference\",\"numberResults\":\"4\"}", "line 3: `numberResults`"),
        ("{\"taskType\":\"imageInference\",\"numberResults\":0}", "line 3: `numberResults`"),
        ("{\"taskType\":\"imageInference\",\"taskUUID\":\"nonsense\"}", "line 3: `taskUUID`"),
        (
            "{\"taskType\":\"getResponse\",\"taskUUID\":\"a770f077-f413-47de-9dac-be0b26a35da6\"}",
            "line 3: `getResponse`",
        ),
    ] {
        let text = format!("{FOX}\n\n{line}\n{FOX}\n");
        let ended = server.program("batch -").stdin(text.as_str()).run().await.expect(3);
        assert!(ended.stderr.contains(expected), "no {expected:?} in {ended:?}");
        assert_eq!(ended.text(), "");
        let ended = server.program("batch - --json").stdin(text).run().await.expect(3);
        assert_eq!(ended.events(), ["error", "summary"]);
        assert!(ended.only("error").str("message").contains(expected), "{ended:?}");
        assert_eq!(ended.only("error").str("category"), "validation");
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn every_bad_line_is_named() {
    let server = Server::quick().await;
    let text = format!("{FOX}\nnonsense\n{FOX}\n{{\"taskType\":7}}\n");
    let ended = server.program("batch -").stdin(text).run().await.expect(3);
    assert!(ended.stderr.contains("line 2: ") && ended.stderr.contains("line 4: `taskType`"), "{ended:?}");
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn one_id_for_two_tasks_is_a_mistake() {
    let server = Server::quick().await;
    let task = |uuid: &str| format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}"}}"#);
    let text = format!("{}\n{FOX}\n{}", task(U), task(&U.to_uppercase()));
    let ended = server.program("batch -").stdin(text).run().await.expect(3);
    assert!(ended.stderr.contains("line 3: `taskUUID`") && ended.stderr.contains("line 1"), "{ended:?}");
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn a_task_that_the_server_has_already_is_waited_for_and_not_bought_again() {
    let server = Server::quick().await;
    server.hold(U, "emulator:fast@1", 1).await;
    let task = format!(
        r#"{{"taskType":"videoInference","taskUUID":"{U}","model":"emulator:fast@1","positivePrompt":"waves"}}"#
    );
    let ended = server.program("batch - --json").stdin(format!("{FOX}\n{task}")).run().await.expect(0);
    for accepted in ended.all("accepted") {
        assert_eq!(accepted.field("replayed"), accepted.task() == U);
    }
    assert_eq!(ended.summary().counts(), [2, 0, 0, 0, 0]);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (2, 2));
}

#[tokio::test]
async fn a_lost_reply_costs_none_of_its_tasks() {
    let server = Server::quick().await;
    server.inject(on_submit(Action::LoseReply).nth(1));
    let text = [FOX; 8].join("\n");
    let ended = server.program("batch - --json").stdin(text).run().await.expect(0);
    assert_eq!(ended.summary().counts(), [8, 0, 0, 0, 0]);
    let ledger = server.ledger();
    assert_eq!((ledger.accepted(), ledger.billed()), (8, 8));
    assert!(ledger.tasks().all(|(_, account)| account.submitted == 1));
}

#[tokio::test]
async fn no_tasks_are_no_trouble() {
    let server = Server::quick().await;
    let ended = server.program("batch - --json").stdin("\n\n").run().await.expect(0);
    assert_eq!(ended.summary().counts(), [0; 5]);
    assert_eq!(server.ledger().requests(), 0);
}
