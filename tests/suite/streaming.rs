//! Texts as they are written, over real connections.

use std::time::Duration;

use runware::poll::{Cadence, Plan};
use runware::transport::{Clock, TokioClock};
use runware::types::{CollectedText, RawTask, TaskUuid, TextInference};
use runware::{Client, Error, ErrorKind, Status};
use runware_emulator::{Action, Emulator, Options, Rule, Script, StreamFailure, StreamFault, StreamUsage};

use crate::harness::{id, millis, secs, text, video};
use crate::websocket::{assert_bought_once, within};

/// An emulator whose texts take a fifth of a second, and a client with both ways to it.
async fn start(options: Options) -> (Emulator, Client) {
    let emulator = Emulator::start(options.seed(1)).await.unwrap();
    let builder = Client::builder().api_key("test-key").base_url(emulator.http_url());
    let cadence = Cadence::Exponential { first: millis(50), factor: 1.5, cap: millis(200), spread: 0.2 };
    let plan = Plan::new().with_cadence(cadence).unwrap();
    let client = builder.ws_base_url(emulator.ws_url()).plan(plan).build().unwrap();
    (emulator, client)
}

fn quick() -> Options {
    Options::new().duration(millis(60))
}

fn broken(fault: StreamFault) -> Options {
    quick().fault(Rule::new(Action::Stream(fault)))
}

/// What comes of the stream of a task, in time.
async fn stream(client: &Client, task: impl Into<RawTask>) -> Result<CollectedText, Error> {
    let stream = client.stream_text(task)?;
    within(&TokioClock::new(), secs(5), stream.text()).await
}

/// The text of a task that is over, as the server has kept it.
async fn archived(client: &Client, task: TaskUuid) -> (String, Option<String>) {
    let handle = runware::TaskHandle::new(task).with_expected(1);
    let resumed = client.resume(handle).unwrap();
    let outcome = within(&TokioClock::new(), secs(20), resumed.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "{outcome:?}");
    let item = outcome.results()[0].item().raw().clone();
    let field = |name| item.field(name).map(|value| value.decode::<String>().unwrap());
    (field("text").unwrap(), field("reasoningContent"))
}

fn thoughtful(name: &str) -> TextInference {
    TextInference::prompt("emulator:think@1", "think, then speak").task_uuid(id(name))
}

#[tokio::test]
async fn a_text_comes_in_pieces_long_before_its_end() {
    let (emulator, client) = start(Options::new().duration(millis(400))).await;
    let clock = TokioClock::new();
    let task = text("pieces").include_cost(true).include_usage(true);
    let mut stream = client.stream_text(task).unwrap();
    let mut times = Vec::new();
    let mut pieces = String::new();
    while let Some(delta) = within(&clock, secs(5), stream.next()).await {
        pieces.push_str(&delta.unwrap().text);
        times.push(clock.now());
    }
    let collected = stream.collected().clone();
    assert_eq!(collected.text, pieces);
    assert!(times.len() >= 5 && *times.last().unwrap() - times[0] >= millis(200), "{times:?}");
    assert_eq!(archived(&client, id("pieces")).await.0, collected.text);
    assert_eq!(collected.finish_reason.as_ref().map(|reason| reason.as_str()), Some("stop"));
    assert!(collected.usage.is_some());
    let ledger = emulator.ledger();
    assert_bought_once(&ledger, "pieces");
    assert_eq!(collected.cost, Some(ledger.task(&id("pieces")).unwrap().charged), "to the last digit");
}

/// The stream goes over HTTP, and everything else over the socket.
#[tokio::test]
async fn a_stream_needs_no_socket_and_disturbs_none() {
    let (emulator, client) = start(quick()).await;
    let both = async { tokio::join!(stream(&client, text("beside")), client.run(video("on the socket"))) };
    let (text, outcome) = within(&TokioClock::new(), secs(10), both).await;
    assert!(!text.unwrap().text.is_empty());
    assert_eq!(outcome.unwrap().status(), Status::Succeeded);
    let ledger = emulator.ledger();
    assert_eq!((ledger.sockets_opened(), ledger.frames_of(runware_emulator::RequestKind::Submit)), (1, 1));
    assert_eq!((ledger.accepted(), ledger.billed()), (2, 2));
}

#[tokio::test]
async fn b14_characters_that_are_split_between_pieces_are_whole() {
    for bytes in 1..=5 {
        let fault = StreamFault::Split { bytes, pause: Duration::ZERO };
        let script = Script::new().duration(millis(20)).thinks();
        let options = broken(fault).script("emulator:think@1", script);
        let (_emulator, client) = start(options).await;
        let name = format!("b14 {bytes}");
        let collected = stream(&client, thoughtful(&name)).await.unwrap();
        assert!(!collected.reasoning_content.is_ascii(), "{collected:?}");
        let (text, thoughts) = archived(&client, id(&name)).await;
        assert_eq!((text, thoughts), (collected.text, Some(collected.reasoning_content)));
    }
}

#[tokio::test]
async fn b15_p54_a_text_that_is_cut_is_an_error_with_what_had_come() {
    for fault in [StreamFault::Cut(3), StreamFault::End(3), StreamFault::Cut(1), StreamFault::End(0)] {
        let (emulator, client) = start(broken(fault.clone())).await;
        let error = stream(&client, text("b15")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StreamCut, "{fault:?} {error:?}");
        let partial = error.partial_text().unwrap().text.clone();
        assert!(!error.is_safe_to_resubmit() && error.handle().unwrap().task_uuid() == id("b15"));
        assert_eq!(partial.is_empty(), fault == StreamFault::End(0), "{fault:?} {partial}");
        // The rest can be had: it is the same text.
        let (whole, _) = archived(&client, id("b15")).await;
        assert!(whole.starts_with(&partial) && whole.len() > partial.len(), "{whole} / {partial}");
        assert_bought_once(&emulator.ledger(), "b15");
    }
}

#[tokio::test]
async fn b15_a_stream_needs_one_of_the_two_signs_of_its_end() {
    for fault in [StreamFault::NoDone, StreamFault::NoFinish] {
        let (_emulator, client) = start(broken(fault.clone())).await;
        let collected = stream(&client, text("end")).await.unwrap();
        assert_eq!(archived(&client, id("end")).await.0, collected.text, "{fault:?}");
    }
}

#[tokio::test]
async fn p54_a_stream_that_goes_silent_is_over_after_the_idle_timeout() {
    let (emulator, client) = start(broken(StreamFault::Stall(3))).await;
    let clock = TokioClock::new();
    let stream = client.stream_text(text("silent")).unwrap().with_idle_timeout(millis(200));
    let error = within(&clock, secs(2), stream.text()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamCut, "{error:?}");
    assert!(!error.partial_text().unwrap().text.is_empty());
    assert!(clock.now() >= millis(200) && clock.now() < millis(1_000), "{:?}", clock.now());
    assert!(archived(&client, id("silent")).await.0.starts_with(&error.partial_text().unwrap().text));
    assert_bought_once(&emulator.ledger(), "silent");
}

/// Comments are a sign of life, and of nothing else.
#[tokio::test]
async fn p54_comments_keep_a_slow_stream_alive() {
    let options = broken(StreamFault::Comments(millis(40))).duration(millis(600));
    let script = Script::new().result_at(0, millis(600));
    let (_emulator, client) = start(options.script_task(id("slow"), script)).await;
    let stream = client.stream_text(text("slow")).unwrap().with_idle_timeout(millis(300));
    let collected = within(&TokioClock::new(), secs(5), stream.text()).await.unwrap();
    assert_eq!(archived(&client, id("slow")).await.0, collected.text);
}

#[tokio::test]
async fn p54_an_error_within_a_stream_is_the_tasks_error_with_what_had_come() {
    for shape in [StreamFailure::Errors, StreamFailure::Error] {
        let script = Script::new().duration(millis(60)).fail(0, "timeoutProvider");
        let options =
            quick().script_task(id("fails"), script).choose(|choices| choices.stream_failure = shape);
        let (emulator, client) = start(options).await;
        let error = stream(&client, text("fails")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StreamFailed, "{shape:?} {error:?}");
        assert_eq!(error.api_error().unwrap().code(), "timeoutProvider");
        assert!(!error.partial_text().unwrap().text.is_empty(), "{shape:?}");
        assert_eq!(emulator.ledger().billed(), 0);
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_has_the_whole_text() {
    let (emulator, client) = start(broken(StreamFault::Whole)).await;
    let mut stream = client.stream_text(text("whole")).unwrap();
    let clock = TokioClock::new();
    let delta = within(&clock, secs(5), stream.next()).await.unwrap().unwrap();
    assert!(delta.is_whole);
    assert!(within(&clock, secs(5), stream.next()).await.is_none());
    assert_eq!(archived(&client, id("whole")).await.0, stream.collected().text);
    assert_bought_once(&emulator.ledger(), "whole");
}

#[tokio::test]
async fn usage_and_cost_are_found_wherever_they_stand() {
    for usage in [StreamUsage::WithFinish, StreamUsage::BeforeFinish, StreamUsage::AfterFinish] {
        let (emulator, client) = start(quick().choose(|choices| choices.stream_usage = usage)).await;
        let task = text("usage").include_cost(true).include_usage(true);
        let collected = stream(&client, task).await.unwrap();
        assert!(collected.usage.is_some() && collected.finish_reason.is_some(), "{usage:?}");
        assert_eq!(collected.cost, Some(emulator.ledger().charged()), "{usage:?}");
    }
}

#[tokio::test]
async fn a_refusal_before_the_stream_is_the_error_of_a_submission() {
    let (emulator, client) = start(quick()).await;
    for (model, kind, status) in [
        ("emulator:refuse@1", ErrorKind::Rejected, 400),
        ("emulator:poor@1", ErrorKind::Rejected, 402),
        ("emulator:busy@1", ErrorKind::NotAccepted, 503),
    ] {
        let error = stream(&client, TextInference::prompt(model, "please")).await.unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (kind, Some(status)), "{model} {error:?}");
        assert!(error.is_safe_to_resubmit() && error.partial_text().is_none(), "{model} {error:?}");
    }
    assert_eq!(emulator.ledger().accepted(), 0);
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_billed_and_its_text_can_be_had() {
    let (emulator, client) = start(Options::new().duration(millis(300))).await;
    let mut stream = client.stream_text(text("dropped")).unwrap();
    let delta = within(&TokioClock::new(), secs(5), stream.next()).await.unwrap().unwrap();
    drop(stream);
    assert_eq!(emulator.ledger().billed(), 0, "long before its end");
    let (whole, _) = archived(&client, id("dropped")).await;
    assert!(whole.starts_with(&delta.text), "{whole} / {}", delta.text);
    assert_bought_once(&emulator.ledger(), "dropped");
    within(&TokioClock::new(), secs(3), client.close()).await;
    within(&TokioClock::new(), secs(3), emulator.shutdown()).await;
}

/// One that nobody reads is not sent.
#[tokio::test]
async fn what_cannot_be_streamed_is_refused_here() {
    let (emulator, client) = start(quick()).await;
    for task in [RawTask::from(text("many").number_results(2)), RawTask::from(video("a film"))] {
        let error = client.stream_text(task).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidTask, "{error:?}");
    }
    drop(client.stream_text(text("never asked for")).unwrap());
    assert_eq!(emulator.ledger().requests(), 0);
}

/// The server has it already: it was bought before, and is not bought again.
#[tokio::test]
async fn a_stream_of_a_task_that_exists_buys_nothing() {
    let (emulator, client) = start(quick()).await;
    let _ = stream(&client, text("twice")).await.unwrap();
    let error = stream(&client, text("twice")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UuidReused, "{error:?}");
    assert_bought_once(&emulator.ledger(), "twice");
}
