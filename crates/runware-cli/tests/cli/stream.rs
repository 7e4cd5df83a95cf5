//! `run --stream`: a text while it is written.

use std::time::Duration;

use futures_util::future::join_all;
use runware_emulator::{
    Action, Answer, Options, RequestKind, Script, StreamFailure, StreamFault, StreamUsage,
};

use crate::ended::Ended;
use crate::kept::place;
use crate::line::is_uuid;
use crate::program::{KEY, Program};
use crate::server::{Server, answer, on_submit, quick};

const RUN: &str = "run openai:1@1 messages.0.role=user messages.0.content=fox --stream";

/// Checks that one stream was all that was sent.
#[track_caller]
fn sent_once(ended: &Ended, server: &Server) {
    let ledger = server.ledger();
    assert_eq!((ledger.requests(), ledger.requests_of(RequestKind::Submit)), (1, 1), "{ended:?}");
    assert_eq!(ended.summary().number("requests"), 1, "{ended:?}");
    assert_eq!(ended.summary().number("statusChecks"), 0, "{ended:?}");
}

/// The text of all deltas.
#[track_caller]
fn streamed(ended: &Ended) -> String {
    let deltas = ended.all("delta");
    deltas.iter().filter(|line| line.has("text")).map(|line| line.str("text").to_owned()).collect()
}

/// Checks a stream that ended early, and returns the command to go on with.
#[track_caller]
fn goes_on(ended: &Ended, status: &str, counts: [u64; 5]) -> String {
    let settled = ended.only("settled");
    assert_eq!(settled.str("status"), status, "{ended:?}");
    assert_eq!((settled.number("results"), settled.number("failures")), (0, 0));
    assert_eq!(ended.summary().counts(), counts, "{ended:?}");
    assert!(ended.all("result").is_empty(), "a part is no result: {ended:?}");
    assert_eq!(ended.printed_command(), settled.str("resume"));
    ended.printed_command()
}

#[tokio::test]
async fn people_read_the_same_text_as_without() {
    let server = Server::quick().await;
    let task = "taskUUID=a770f077-f413-47de-9dac-be0b26a35da6";
    let streamed = server.program(RUN).arg(task).run().await.expect(0);
    let whole = Server::quick().await;
    let whole = whole.program(RUN.trim_end_matches(" --stream")).arg(task).run().await.expect(0);
    assert!(streamed.text().ends_with('\n') && streamed.text().split(' ').count() > 3, "{streamed:?}");
    assert_eq!(streamed.text(), whole.text());
    assert!(streamed.stderr.contains(" accepted\n"), "{streamed:?}");
    assert!(streamed.stderr.contains("succeeded: 1 result, 0 status checks"), "{streamed:?}");
    assert_eq!(server.ledger().requests(), 1);
}

#[tokio::test]
async fn programs_get_each_piece_and_then_the_whole() {
    for usage in [StreamUsage::WithFinish, StreamUsage::BeforeFinish, StreamUsage::AfterFinish] {
        let server = Server::with(quick().choose(|choices| choices.stream_usage = usage)).await;
        let ended =
            server.program(RUN).words("includeCost=true includeUsage=true --json").run().await.expect(0);
        let mut names = ended.events();
        names.dedup();
        assert_eq!(names, ["submitting", "accepted", "delta", "result", "settled", "summary"]);
        assert!(ended.all("delta").len() > 3, "{ended:?}");
        assert_eq!(ended.only("submitting").str("taskType"), "textInference");
        assert_eq!(ended.only("accepted").field("replayed"), false);
        let task = ended.only("submitting").task().to_owned();
        assert!(ended.lines().iter().filter(|line| line.has("taskUUID")).all(|line| line.task() == task));

        let result = ended.only("result");
        let item = result.field("item");
        assert_eq!((result.number("index"), &item["text"]), (0, &streamed(&ended).into()));
        assert_eq!((&item["taskType"], &item["taskUUID"]), (&"textInference".into(), &task.clone().into()));
        assert_eq!(item["finishReason"], "stop");
        assert!(item["usage"]["totalTokens"].as_u64().is_some_and(|tokens| tokens > 0), "{item}");
        let charged = server.ledger().charged().to_string();
        assert!(result.raw("item").contains(&format!(r#""cost":{charged}"#)), "{result:?}");

        let settled = ended.only("settled");
        assert_eq!((settled.str("status"), settled.number("polls")), ("succeeded", 0));
        assert_eq!((settled.number("results"), settled.has("resume")), (1, false));
        assert_eq!(ended.summary().counts(), [1, 0, 0, 0, 0]);
        sent_once(&ended, &server);
        assert_eq!(server.ledger().billed(), 1);
        // The archive has the same text.
        assert!(server.archived(&task).await.contains(&streamed(&ended)));
    }
}

#[tokio::test]
async fn what_is_written_is_told_at_once() {
    // Its words come over eight seconds: the first that is seen was not held back for the others.
    let script = Script::new().duration(Duration::from_secs(8));
    let server = Server::with(Options::new().script("slow:1@1", script)).await;
    let line = RUN.replace("openai:1@1", "slow:1@1");
    let mut running = server.program(&line).arg("--json").start().await;
    running.event("delta").await;
    assert!(running.elapsed() < Duration::from_secs(6));
    running.signal("INT").await;
    running.end().await.expect(130);
}

#[tokio::test]
async fn thoughts_stand_beside_the_text() {
    let server = Server::quick().await;
    let line = RUN.replace("openai:1@1", "emulator:think@1");
    let ended = server.program(&line).arg("--json").run().await.expect(0);
    let thoughts = ended.all("delta");
    let thoughts: Vec<_> = thoughts.iter().filter(|line| line.has("reasoningContent")).collect();
    let thoughts: String = thoughts.iter().map(|line| line.str("reasoningContent")).collect();
    assert!(!thoughts.is_empty());
    assert_eq!(ended.only("result").field("item")["reasoningContent"], thoughts.as_str());
    assert_eq!(ended.only("result").field("item")["text"], streamed(&ended));

    let people = Server::quick().await.program(&line).run().await.expect(0);
    let thought =
        people.stderr.lines().find(|line| line.contains(' ') && !is_uuid(&line[..36.min(line.len())]));
    assert!(thought.is_some_and(|thought| !people.text().contains(thought)), "{people:?}");
    assert!(!people.stderr.contains('\u{1b}'), "colours are for terminals: {people:?}");
    let server = Server::quick().await;
    let quiet = server.program(&line).arg("-q").run().await.expect(0);
    assert_eq!(quiet.stderr, "");
    assert!(!quiet.text().is_empty());
}

#[tokio::test]
async fn a_stream_goes_over_http_beside_a_socket() {
    let server = Server::with(quick().api_keys([KEY])).await;
    let ended = server.both_ways(RUN).arg("--json").run().await.expect(0);
    assert!(!streamed(&ended).is_empty());
    assert_eq!(ended.summary().number("requests"), 1);
    assert_eq!((server.ledger().requests_of(RequestKind::Submit), server.ledger().billed()), (1, 1));
    Program::without_key().words(RUN).words("--emulator").run().await.expect(0);
}

#[tokio::test]
async fn without_an_http_address_nothing_is_sent() {
    let server = Server::quick().await;
    let program = || Program::new().words(RUN).arg("--ws-base-url").arg(server.ws_url());
    let ended = program().run().await.expect(2);
    assert!(ended.stderr.contains("--http-base-url"), "{ended:?}");
    let ended = program().arg("--json").run().await.expect(2);
    assert_eq!(ended.events(), ["error", "summary"]);
    // What can be made good by no address is said first.
    let image = Program::new().words("run runware:101@1 positivePrompt=fox --stream --ws-base-url");
    let ended = image.arg(server.ws_url()).run().await.expect(3);
    assert!(ended.stderr.contains("--stream is for texts"), "{ended:?}");
    assert_eq!((server.ledger().requests(), server.ledger().upgrades()), (0, 0));
}

#[tokio::test]
async fn a_stream_that_breaks_off_shows_what_came_and_how_to_go_on() {
    let faults = [StreamFault::Cut(3), StreamFault::End(3), StreamFault::Cut(0)];
    let runs = faults.map(async |fault| {
        let none = fault == StreamFault::Cut(0);
        let server = Server::quick().await;
        server.inject(on_submit(Action::Stream(fault.clone())));
        let ended = server.program(RUN).arg("--json").run().await.expect(9);
        assert_eq!(
            (ended.all("accepted").is_empty(), streamed(&ended).is_empty()),
            (none, none),
            "{ended:?}"
        );
        let command = goes_on(&ended, "unknown", [0, 0, 0, 0, 1]);
        let error = ended.only("error");
        assert_eq!((error.str("category"), error.str("resume")), ("connection", command.as_str()));
        sent_once(&ended, &server);
        // The server has gone on.
        let resumed = Program::pasted(&command).run().await.expect(0);
        let whole = resumed.only("result").field("item")["text"].as_str().unwrap().to_owned();
        assert!(whole.starts_with(&streamed(&ended)), "{whole}");
        assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));

        let server = Server::quick().await;
        server.inject(on_submit(Action::Stream(fault)));
        let people = server.program(RUN).run().await.expect(9);
        assert_eq!((people.text().is_empty(), people.text().lines().count() <= 1), (none, true));
        assert!(people.text().is_empty() || people.text().ends_with('\n'), "{people:?}");
        assert!(people.stderr.contains("error: "), "{people:?}");
        people.printed_command();
    });
    join_all(runs).await;
}

#[tokio::test]
async fn a_missing_mark_of_the_end_is_made_good_by_the_other() {
    let runs = [StreamFault::NoFinish, StreamFault::NoDone].map(async |fault| {
        let server = Server::quick().await;
        server.inject(on_submit(Action::Stream(fault)));
        let ended = server.program(RUN).arg("--json").run().await.expect(0);
        assert_eq!(ended.only("result").field("item")["text"], streamed(&ended));
    });
    join_all(runs).await;
}

#[tokio::test]
async fn at_the_deadline_it_goes_on_elsewhere() {
    let stalls = [StreamFault::Stall(3), StreamFault::Stall(0)];
    let runs = stalls.map(async |fault| {
        let accepted = fault == StreamFault::Stall(3);
        let server = Server::quick().await;
        server.inject(on_submit(Action::Stream(fault)));
        let ended = server.program(RUN).words("--json --deadline 1s").run().await.expect(8);
        goes_on(&ended, "running", [0, 0, 0, 1, 0]);
        assert_eq!(ended.all("accepted").len(), usize::from(accepted));
        assert!(ended.all("error").is_empty(), "{ended:?}");
        assert!((1_000..2_000).contains(&ended.only("settled").number("elapsedMs")), "{ended:?}");
    });
    join_all(runs).await;
    // No answer at all is the same.
    let server = Server::quick().await;
    server.inject(on_submit(Action::Hang));
    let ended = server.program(RUN).words("--json --deadline 1s").run().await.expect(8);
    goes_on(&ended, "running", [0, 0, 0, 1, 0]);
    assert!(ended.stderr.contains("may not have it"), "{ended:?}");
}

#[tokio::test]
async fn a_task_that_fails_is_a_failure_with_what_came_before() {
    for form in [StreamFailure::Errors, StreamFailure::Error] {
        let server = Server::with(quick().choose(|choices| choices.stream_failure = form)).await;
        let line = RUN.replace("openai:1@1", "emulator:fail@1");
        let ended = server.program(&line).arg("--json").run().await.expect(6);
        let mut names = ended.events();
        names.dedup();
        assert_eq!(names, ["submitting", "accepted", "delta", "failure", "settled", "summary"]);
        assert_eq!(ended.only("failure").field("error")["code"], "timeoutProvider");
        assert_eq!(ended.only("settled").str("status"), "failed");
        assert_eq!(ended.summary().counts(), [0, 0, 1, 0, 0]);
        sent_once(&ended, &server);
        let people = server.program(&line).run().await.expect(6);
        assert!(people.text().ends_with('\n') && people.stderr.contains("timeoutProvider"), "{people:?}");
    }
}

#[tokio::test]
async fn what_is_refused_before_the_stream_has_its_usual_code() {
    let server = Server::with(quick().api_keys([KEY])).await;
    for (model, key, code, category) in [
        ("emulator:refuse@1", KEY, 3, "validation"),
        ("openai:1@1", "an0ther-key", 4, "auth"),
        ("emulator:poor@1", KEY, 5, "quota"),
    ] {
        let line = RUN.replace("openai:1@1", model);
        let program = server.program(&line).arg("--json").env("RUNWARE_API_KEY", key);
        let ended = program.run().await.expect(code);
        assert_eq!(ended.events(), ["submitting", "failure", "settled", "error", "summary"]);
        assert_eq!(ended.only("error").str("category"), category);
        assert!(!ended.only("settled").has("resume") && !ended.stderr.contains("an0ther-key"), "{ended:?}");
        assert_eq!(ended.summary().counts(), [0, 0, 1, 0, 0]);
    }
    let keyless = Program::without_key().words(RUN).arg("--http-base-url").arg(server.url());
    keyless.run().await.expect(4);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (0, 0));
}

#[tokio::test]
async fn trouble_with_the_server_is_told_as_for_every_task() {
    let server = Server::quick().await;
    server.inject(on_submit(Action::Answer(Answer::error(503, "noAvailableServer"))));
    let ended = server.program(RUN).arg("--json").run().await.expect(1);
    assert_eq!(ended.only("settled").str("status"), "failed");
    // Whether this was sent, nobody knows.
    let server = Server::quick().await;
    server.inject(on_submit(Action::LoseReply));
    let ended = server.program(RUN).arg("--json").run().await.expect(9);
    let resumed = Program::pasted(&goes_on(&ended, "unknown", [0, 0, 0, 0, 1])).run().await.expect(0);
    assert_eq!(resumed.only("result").task(), ended.only("submitting").task());
    assert_eq!(server.ledger().accepted(), 1, "it was not sent again");
}

#[tokio::test]
async fn a_task_that_exists_already_is_not_bought_again() {
    let server = Server::quick().await;
    let task = "taskUUID=a770f077-f413-47de-9dac-be0b26a35da6";
    let first = server.program(RUN).arg(task).run().await.expect(0);
    let again = server.program(RUN).arg(task).run().await.expect(0);
    assert_eq!(again.text(), first.text());
    let again = server.program(RUN).arg(task).arg("--json").run().await.expect(0);
    assert_eq!(again.events(), ["submitting", "accepted", "result", "settled", "summary"]);
    assert_eq!(again.only("result").field("item")["text"], first.text().trim_end());
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
}

#[tokio::test]
async fn a_key_that_was_used_for_another_request_is_refused() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let run = |words: &str| server.program(RUN).words("--json").words(words).journal(&path).run();
    let first = run("--key a").await.expect(0);
    let before = server.ledger().requests();
    let ended = run("--key a temperature=0.5").await.expect(3);
    assert_eq!(ended.events(), ["error", "summary"]);
    assert!(
        ended.only("error").str("message").contains("the key \"a\" was used before, for another request")
    );
    let id = format!("taskUUID={}", first.only("settled").task());
    let ended = run(&format!("{id} temperature=0.5")).await.expect(3);
    assert!(ended.only("error").str("message").contains("in the journal with another request"), "{ended:?}");
    assert_eq!(server.ledger().requests(), before);
    assert_eq!(run("--key a").await.expect(0).only("result").task(), first.only("settled").task());
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn what_cannot_be_streamed_is_not_sent() {
    let server = Server::quick().await;
    for line in [
        "run runware:101@1 positivePrompt=fox --stream",
        "run klingai:5@3 duration=5 positivePrompt=fox --stream",
        &format!("{RUN} numberResults=2"),
        &format!("{RUN} deliveryMethod=sync"),
        &RUN.replace("--stream", "deliveryMethod=stream"),
    ] {
        let ended = server.program(line).arg("--json").run().await.expect(3);
        assert_eq!(ended.events(), ["error", "summary"], "{line}");
        assert_eq!(ended.only("error").str("category"), "validation");
        assert!(server.program(line).run().await.expect(3).stderr.contains("error: "));
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn an_interruption_leaves_the_text_and_the_way_on() {
    let server = Server::quick().await;
    server.inject(on_submit(Action::Stream(StreamFault::Stall(3))));
    let mut running = server.program(RUN).arg("--json").start().await;
    running.event("delta").await;
    let before = running.elapsed();
    running.signal("INT").await;
    let ended = running.end().await.expect(130);
    assert!(ended.took - before < Duration::from_secs(2), "{ended:?}");
    let command = goes_on(&ended, "running", [0, 0, 0, 1, 0]);
    assert_eq!(ended.only("error").str("category"), "aborted");
    assert_eq!(ended.only("error").str("resume"), command);
    let resumed = Program::pasted(&command).run().await.expect(0);
    assert_eq!(resumed.only("result").task(), ended.only("submitting").task());

    // Before the first piece nothing is known.
    let server = Server::quick().await;
    server.inject(on_submit(Action::HandleThenHang));
    let mut running = server.program(RUN).arg("--json").start().await;
    running.event("submitting").await;
    running.signal("TERM").await;
    goes_on(&running.end().await.expect(130), "unknown", [0, 0, 0, 0, 1]);
}

#[tokio::test]
async fn a_reader_who_leaves_ends_the_program_quietly() {
    let script = Script::new().duration(Duration::from_secs(4));
    let server = Server::with(Options::new().script("slow:1@1", script)).await;
    let line = RUN.replace("openai:1@1", "slow:1@1");
    for words in ["", "--json"] {
        let mut running = server.program(&line).words(words).start().await;
        if !words.is_empty() {
            running.event("delta").await;
        }
        running.stop_reading();
        let ended = running.end().await;
        assert_eq!(ended.code, Some(141), "{ended:?}");
        assert!(!ended.stderr.contains("error"), "{ended:?}");
    }
}

#[tokio::test]
async fn pieces_give_terminals_no_orders() {
    let hostile =
        [r"\u001b", r"[2J", r"\u001b]0;own", r"ed\u0007", "\u{9b}", r"31m\u202e", r"\r\nerror: forged"];
    let events: Vec<String> = hostile
        .iter()
        .map(|piece| {
            format!("data: {{\"delta\":{{\"text\":\"{piece}\",\"reasoningContent\":\"{piece}\"}}}}\n\n")
        })
        .collect();
    let body = format!("{}data: [DONE]\n\n", events.concat());
    for words in ["", "-v"] {
        let server = Server::quick().await;
        let reply = Answer::body(200, "text/event-stream", body.clone());
        server.inject(on_submit(Action::Answer(reply)));
        let ended = server.program(RUN).words(words).run().await.expect(0);
        assert!(ended.text().contains("[2J") && ended.text().contains("owned"), "{ended:?}");
        for said in [ended.text(), &ended.stderr] {
            let is_order = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!said.contains(is_order), "{ended:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let server = Server::quick().await;
    server.inject(on_submit(Action::Stream(StreamFault::Whole)));
    let ended = server.program(RUN).arg("--json").run().await.expect(0);
    let archived = server.archived(ended.only("submitting").task()).await;
    assert!(archived.contains(&ended.only("result").raw("item")), "{archived}");
    assert_eq!(ended.only("result").field("item")["text"], streamed(&ended));

    // An error in place of a stream, with the status of a success.
    let server = Server::quick().await;
    let error = r#"{"errors":[{"code":"invalidModel","message":"No such model."}]}"#;
    server.inject(on_submit(answer(200, error)));
    let ended = server.program(RUN).arg("--json").run().await.expect(3);
    assert_eq!(ended.only("failure").field("error")["code"], "invalidModel");
}
