//! Prices: `run --dry-run` and `batch --dry-run`, which submit nothing.

use runware_emulator::{Action, Answer, Ledger};
use serde_json::Value;

use crate::program::{KEY, Program};
use crate::server::{Server, Silence, answer, on_submit, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const RUN: &str = "run klingai:5@3 positivePrompt=fox --task-type videoInference --dry-run";
const FOX: &str = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"fox"}"#;
const WAVES: &str =
    r#"{"taskType":"videoInference","model":"klingai:5@3","positivePrompt":"waves","numberResults":3}"#;
const REFUSED: &str = r#"{"taskType":"imageInference","model":"emulator:refuse@1","positivePrompt":"fox"}"#;

/// Checks that the server was asked so often, and took nothing.
#[track_caller]
fn only_asked(ledger: &Ledger, requests: u64) {
    assert_eq!((ledger.requests(), ledger.accepted(), ledger.billed()), (requests, 0, 0), "{ledger:?}");
}

#[tokio::test]
async fn a_price_is_exact_and_nothing_is_submitted() {
    let server = Server::quick().await;
    let line = format!("{RUN} numberResults=3 taskUUID={U}");
    let ended = server.program(&line).arg("--json").run().await.expect(0);
    assert_eq!(ended.events(), ["priced"]);
    let priced = ended.only("priced");
    assert_eq!((priced.raw("cost"), priced.str("currency")), ("0.54".to_owned(), "USD"));
    assert_eq!(priced.str("taskType"), "videoInference");

    let ended = server.program(&line).run().await.expect(0);
    assert_eq!(ended.text(), "$0.54  videoInference with klingai:5@3\n");
    assert!(ended.stderr.contains("nothing was submitted"), "{ended:?}");
    assert_eq!(server.program(&line).arg("-q").run().await.expect(0).stderr, "");
    only_asked(&server.ledger(), 3);
    assert!(server.bodies().iter().all(|body| !body.contains(U)), "the task's id is not used up");

    let ended = server.program(&line.replace(" --dry-run", " --json")).run().await.expect(0);
    assert_eq!(ended.only("settled").task(), U);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 3));
}

#[tokio::test]
async fn a_stream_has_a_price_too() {
    let server = Server::quick().await;
    let line = "run openai:1@1 messages.0.role=user messages.0.content=hi --stream --dry-run --json";
    let ended = server.program(line).run().await.expect(0);
    assert_eq!(ended.only("priced").raw("cost"), "0.0004");
    only_asked(&server.ledger(), 1);
}

#[tokio::test]
async fn what_the_server_does_not_say_is_unknown() {
    let server = Server::quick().await;
    let none = format!(r#"{{"data":[{{"taskType":"videoInference","taskUUID":"{U}"}}]}}"#);
    for body in [r#"{"data":[]}"#, r#"{"data":[{"cost":0}]}"#, none.as_str()] {
        server.inject(on_submit(answer(200, body)).first(2));
        let ended = server.program(RUN).arg("--json").run().await.expect(0);
        assert_eq!(ended.only("priced").field("cost"), &Value::Null);
        let ended = server.program(RUN).run().await.expect(0);
        assert_eq!(ended.text(), "price unknown  videoInference with klingai:5@3\n");
    }
}

#[tokio::test]
async fn a_refusal_has_its_exit_code_and_names_no_task() {
    let server = Server::with(quick().api_keys([KEY])).await;
    for (model, code) in [("emulator:refuse@1", 3), ("emulator:poor@1", 5)] {
        let line = format!("run {model} positivePrompt=fox --dry-run --json");
        let ended = server.program(&line).run().await.expect(code);
        assert_eq!(ended.events(), ["error"]);
        assert!(!ended.only("error").has("taskUUID") && !ended.only("error").has("resume"));
    }
    let ended = server.program(RUN).env("RUNWARE_API_KEY", "wrong").run().await.expect(4);
    assert_eq!(ended.text(), "");
    server.inject(on_submit(Action::Answer(Answer::error(503, "serviceUnavailable"))));
    let ended = server.program(RUN).run().await.expect(1);
    assert!(ended.stderr.contains("no price could be had; the task was not submitted"), "{ended:?}");
    only_asked(&server.ledger(), 2 + 1 + 3);
}

#[tokio::test]
async fn prices_go_over_http_whatever_the_transport() {
    let server = Server::quick().await;
    for words in ["", "--transport ws", "--transport http"] {
        server.both_ways(RUN).words(words).run().await.expect(0);
    }
    assert_eq!((server.ledger().upgrades(), server.ledger().frames()), (0, 0));
    Program::without_key().words(RUN).arg("--emulator").run().await.expect(0);

    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), FOX).unwrap();
    let batch = format!("batch {} --dry-run", file.path().display());
    for line in [RUN, &batch] {
        let socket_alone = Program::new().words(line).arg("--ws-base-url").arg(server.ws_url());
        let ended = socket_alone.run().await.expect(2);
        assert!(ended.stderr.contains("--dry-run goes over HTTP"), "{ended:?}");
        assert!(ended.stderr.contains("--http-base-url"), "{ended:?}");
    }
    only_asked(&server.ledger(), 3);
}

#[tokio::test]
async fn a_batch_is_priced_line_by_line_and_in_all() {
    let server = Server::quick().await;
    let text = format!("{WAVES}\n\n{FOX}\n{WAVES}");
    let program = || server.program("batch - --dry-run").stdin(text.as_str());
    let ended = program().arg("--json").run().await.expect(0);
    assert_eq!(ended.events(), ["priced", "priced", "priced", "summary"]);
    let costs: Vec<_> = ended.all("priced").iter().map(|line| line.raw("cost")).collect();
    assert_eq!((costs[0].as_str(), costs[2].as_str()), ("0.54", "0.54"));
    let summary = ended.summary();
    let image: f64 = costs[1].parse().unwrap();
    assert!((summary.field("cost").as_f64().unwrap() - 1.08 - image).abs() < 1e-9, "{ended:?}");
    assert_eq!((summary.number("priced"), summary.number("unpriced"), summary.number("rejected")), (3, 0, 0));
    assert_eq!(
        (summary.counts(), summary.number("requests")),
        ([0; 5], 2),
        "equal lines are asked about once"
    );
    only_asked(&server.ledger(), 2);

    let ended = program().run().await.expect(0);
    let lines: Vec<_> = ended.text().lines().collect();
    assert_eq!(lines[0], "$0.54  videoInference with klingai:5@3");
    assert!(lines.len() == 4 && lines[3].ends_with("  in all: 3 tasks"), "{ended:?}");
    only_asked(&server.ledger(), 4);
}

#[tokio::test]
async fn what_would_be_rejected_or_has_no_price_is_counted() {
    let server = Server::quick().await;
    server.inject(on_submit(answer(200, r#"{"data":[]}"#)).when(|request| contains(request.body, "waves")));
    let program = || server.program("batch - --dry-run").stdin(format!("{WAVES}\n{REFUSED}\n{FOX}"));
    let ended = program().arg("--json").run().await.expect(3);
    assert_eq!(ended.events(), ["priced", "error", "priced", "summary"]);
    assert!(ended.only("error").str("message").starts_with("line 2: "), "{ended:?}");
    let summary = ended.summary();
    assert_eq!((summary.number("priced"), summary.number("unpriced"), summary.number("rejected")), (1, 1, 1));
    assert_eq!(summary.raw("cost"), ended.all("priced")[1].raw("cost"));
    let ended = program().run().await.expect(3);
    assert!(ended.text().ends_with("  in all: 3 tasks, 1 of unknown price, 1 rejected\n"), "{ended:?}");
    only_asked(&server.ledger(), 6);
}

fn contains(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn a_batch_without_a_key_or_with_a_bad_line_is_not_priced() {
    let server = Server::with(quick().api_keys([KEY])).await;
    let lines: Vec<String> = (0..50).map(|seed| FOX.replace("fox", &format!("fox {seed}"))).collect();
    let program = || server.program("batch - --dry-run --json").stdin(lines.join("\n"));
    let ended = program().env("RUNWARE_API_KEY", "wrong").run().await.expect(4);
    assert_eq!(ended.events(), ["error", "summary"]);
    assert!(server.ledger().requests() < 50, "the key is as wrong for the others");
    let before = server.ledger().requests();
    let program = server.program("batch - --dry-run --json").stdin(format!("{FOX}\nnonsense"));
    assert_eq!(program.run().await.expect(3).events(), ["error", "summary"]);
    only_asked(&server.ledger(), before);
}

#[tokio::test]
async fn asking_can_be_interrupted() {
    let mut silence = Silence::start().await;
    for (line, events) in [(RUN, &["error"][..]), ("batch - --dry-run", &["error", "summary"])] {
        let running = silence.program(line).arg("--json").stdin(FOX).start().await;
        silence.connected().await;
        running.signal("INT").await;
        let ended = running.end().await.expect(130);
        assert_eq!(ended.events(), events);
        assert_eq!(ended.only("error").str("category"), "aborted");
        assert!(ended.only("error").str("message").contains("nothing was submitted"), "{ended:?}");
    }
}
