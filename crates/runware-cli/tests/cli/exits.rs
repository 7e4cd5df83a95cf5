//! The exit codes, each by a real cause.

use std::time::Duration;

use futures_util::future::join_all;
use runware_emulator::{Action, Answer, Options, RequestKind, Script};
use tokio::net::TcpSocket;

use crate::program::Program;
use crate::server::{Server, on_check, on_submit, quick};

const DONE: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const FAILED: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
const STUCK: &str = "50836053-a0ee-4cf5-b9d6-ae7c5d140ada";
const ABSENT: &str = "b7db282d-2943-4f12-992f-77df3ad3ec71";

#[tokio::test]
async fn one_task_decides_by_how_it_ends() {
    let server = Server::quick().await;
    for (model, code, billed) in [
        ("emulator:fast@1", 0, 2),
        ("emulator:refuse@1", 3, 0),
        ("emulator:poor@1", 5, 0),
        ("emulator:partial@1", 6, 1),
        ("emulator:fail@1", 6, 0),
    ] {
        let before = server.ledger().billed();
        let line = format!("run {model} positivePrompt=fox numberResults=2 deliveryMethod=sync --json");
        let ended = server.program(&line).run().await.expect(code);
        assert_eq!(server.ledger().billed() - before, billed, "{model}");
        assert_eq!(ended.all("error").len(), usize::from([3, 5].contains(&code)), "{ended:?}");
    }
    for (model, code) in
        [("emulator:fast@1", 0), ("emulator:refuse@1", 3), ("emulator:poor@1", 5), ("emulator:fail@1", 0)]
    {
        server.program(&format!("submit {model} positivePrompt=fox")).run().await.expect(code);
    }
}

#[tokio::test]
async fn a_task_that_is_wrong_is_not_even_sent() {
    let server = Server::quick().await;
    for value in [
        "numberResults:=\"4\"",
        "numberResults=0",
        "taskUUID=nonsense",
        "taskUUID=01890a5d-ac96-774b-bcce-b302099a8057",
    ] {
        let ended = server.program("run m --json").arg(value).run().await.expect(3);
        let field = value.split([':', '=']).next().unwrap();
        assert!(ended.only("error").str("message").contains(&format!("`{field}`")), "{ended:?}");
        assert_eq!(ended.summary().number("requests"), 0);
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn a_key_that_dies_after_the_first_result_is_told_with_what_was_delivered() {
    let script = Script::new().result_at(0, Duration::ZERO).result_at(1, Duration::from_secs(600));
    let server = Server::with(Options::new().script("m", script)).await;
    let revoked = Action::Answer(Answer::error(401, "invalidApiKey"));
    server.inject(on_check(revoked).when(|check| check.now > Duration::from_millis(1_500)));
    let ended = server.program("run m positivePrompt=fox numberResults=2 --json").run().await.expect(4);
    assert_eq!((ended.all("result").len(), ended.summary().number("running")), (1, 1));
    assert_eq!(ended.only("settled").str("status"), "running");
    assert_eq!(ended.only("error").str("category"), "auth");
    assert!(ended.only("error").str("resume").starts_with("runware wait "), "{ended:?}");
}

#[tokio::test]
async fn trouble_with_the_server() {
    tokio::join!(nobody_listens(), no_capacity(), no_answer());
}

async fn nobody_listens() {
    // A port that is taken, and where nobody listens.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}/v1", socket.local_addr().unwrap());
    let cases = ["run m positivePrompt=fox", "submit m positivePrompt=fox", "batch -"].map(ToOwned::to_owned);
    let questions = ["status", "details"].map(|command| format!("{command} {DONE}"));
    let runs = cases.iter().chain(&questions).map(async |line| {
        let task = r#"{"taskType":"imageInference"}"#;
        let program = Program::new().words(line).words("--json --http-base-url").arg(&url).stdin(task);
        let ended = program.run().await.expect(1);
        let error = ended.only("error");
        assert_eq!(error.str("category"), "connection", "{ended:?}");
        assert!(error.has("taskUUID"), "{ended:?}");
    });
    join_all(runs).await;
}

async fn no_capacity() {
    let server = Server::quick().await;
    let ended = server.program("run emulator:busy@1 positivePrompt=fox --json").run().await.expect(1);
    assert_eq!(ended.only("failure").field("error")["retryable"], true);
    assert_eq!((ended.only("settled").str("status"), server.ledger().accepted()), ("failed", 0));
}

/// A task that may have been sent is left open, and not sent again in the dark.
async fn no_answer() {
    let runs = [Action::Reset, Action::Answer(Answer::html(502))].map(async |action| {
        let server = Server::with(quick().fault(on_submit(action))).await;
        let ended = server.program("run m positivePrompt=fox --deadline 1500ms --json").run().await.expect(8);
        assert_eq!(ended.only("settled").str("status"), "running");
        assert_eq!(ended.printed_command(), ended.only("settled").str("resume"));
        assert_eq!(server.ledger().requests_of(RequestKind::Submit), 1);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn of_several_tasks_the_worst_decides() {
    let server = Server::quick().await;
    for (task, model) in [(DONE, "emulator:fast@1"), (FAILED, "emulator:fail@1"), (STUCK, "emulator:stuck@1")]
    {
        server.hold(task, model, 1).await;
    }
    let cases = [
        (vec![DONE], 0, [1, 0, 0, 0, 0]),
        (vec![DONE, FAILED], 6, [1, 0, 1, 0, 0]),
        (vec![STUCK, FAILED, DONE], 8, [1, 0, 1, 1, 0]),
        (vec![FAILED, ABSENT, STUCK, DONE], 9, [1, 0, 1, 1, 1]),
        (vec![ABSENT, STUCK], 9, [0, 0, 0, 1, 1]),
    ];
    let waits = cases.iter().map(|(tasks, code, counts)| async {
        let all = tasks.join(" ");
        server.program(&format!("status {all}")).run().await.expect(*code);
        let line = format!("wait {all} --deadline 2s --json");
        let ended = server.program(&line).run().await.expect(*code);
        assert_eq!(ended.summary().counts(), *counts);
        if *code == 9 {
            let url = server.url();
            let details = format!("  runware details {ABSENT} --http-base-url {url} --deadline 2s --json\n");
            assert!(ended.stderr.contains(&details), "{ended:?}");
        }
        let open = tasks.iter().copied().filter(|task| [STUCK, ABSENT].contains(task));
        let open = open.collect::<Vec<_>>().join(" ");
        if !open.is_empty() {
            assert!(ended.printed_command().starts_with(&format!("runware wait {open} ")), "{ended:?}");
        }
    });
    join_all(waits).await;
}

#[tokio::test]
async fn a_batch_of_many_kinds_ends_with_the_worst_and_delivers_the_rest() {
    let server = Server::quick().await;
    let task = |model: &str, results: u32| {
        format!(
            r#"{{"taskType":"imageInference","model":"{model}","positivePrompt":"fox","numberResults":{results}}}"#
        )
    };
    let tasks = [
        task("emulator:fast@1", 2),
        task("emulator:partial@1", 3),
        task("emulator:fail@1", 1),
        task("emulator:refuse@1", 1),
        task("emulator:poor@1", 1),
        task("emulator:stuck@1", 1),
    ];
    let refused = [task("emulator:refuse@1", 1), task("emulator:refuse@1", 1)].join("\n");
    let (many, ended, refused) = tokio::join!(
        server.program("batch - --json --deadline 2s").stdin(tasks.join("\n")).run(),
        server.program("batch -").stdin(tasks[..5].join("\n")).run(),
        server.program("batch -").stdin(refused).run(),
    );
    let many = many.expect(8);
    assert_eq!(many.summary().counts(), [1, 1, 3, 1, 0]);
    assert_eq!(many.all("result").len(), 4);
    assert_eq!(many.all("failure").len(), 4);
    ended.expect(6);
    refused.expect(3);
}
