//! Streamed text on a script and a clock that is moved by hand.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

#[path = "streaming/ids.rs"]
mod ids;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use runware::poll::Plan;
use runware::transport::testing::{ManualClock, ScriptedTransport, Step};
use runware::transport::{Clock, Delivery, ErrorKind as TransportErrorKind, TransportError};
use runware::types::{
    CollectedText, ErrorCategory, FinishReason, ImageInference, RawTask, TextDelta, TextInference,
};
use runware::{Client, Error, ErrorKind, TextStream};

const SAMPLE: &str = include_str!("../../../tests/fixtures/wire/text-stream.sse");
const TASK: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
const SECOND: Duration = Duration::from_secs(1);
const NOW: Duration = Duration::ZERO;

/// One piece with `Hel`, and the beginning of the next.
const BEGUN: &str = "data: {\"delta\":{\"text\":\"Hel\"}}\n\ndata: {\"delta\":{\"te";

struct Setup {
    clock: Arc<ManualClock>,
    transport: Arc<ScriptedTransport>,
    client: Client,
}

impl Setup {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new());
        let transport = Arc::new(ScriptedTransport::new(clock.clone()));
        let client =
            Client::builder().transport(transport.clone()).clock(clock.clone()).seed(1).build().unwrap();
        Self { clock, transport, client }
    }

    /// A client whose first stream meets this.
    fn with(step: Step) -> Self {
        let setup = Self::new();
        setup.transport.push(step);
        setup
    }

    fn stream(&self) -> TextStream {
        self.client.stream_text(task()).unwrap()
    }

    /// Reads a stream to its end, with the clock moved on whenever nothing else can happen.
    async fn read(&self, stream: &mut TextStream) -> (Vec<TextDelta>, Option<Error>) {
        let mut pieces = Vec::new();
        loop {
            match self.moving(stream.next()).await {
                Some(Ok(piece)) => pieces.push(piece),
                Some(Err(error)) => {
                    assert!(stream.next().await.is_none(), "nothing after an error");
                    assert_eq!(self.transport.open_bodies(), 0, "the connection is let go");
                    return (pieces, Some(error));
                }
                None => return (pieces, None),
            }
        }
    }

    async fn moving<F: Future>(&self, future: F) -> F::Output {
        tokio::select! {
            biased;
            output = future => output,
            () = async {
                // Bounded: a test that hangs fails.
                for _ in 0..100_000 {
                    tokio::task::yield_now().await;
                    if let Some(wake) = self.clock.next_wake() {
                        self.clock.advance_to(wake);
                    }
                }
            } => panic!("the test hangs"),
        }
    }

    /// The text of one stream, or the error in its place.
    async fn text(&self) -> Result<CollectedText, Error> {
        self.moving(self.stream().text()).await
    }

    async fn error(&self) -> Error {
        self.text().await.unwrap_err()
    }
}

fn task() -> TextInference {
    TextInference::prompt("google:gemini@3.1-pro", "hunter2").task_uuid(TASK.parse().unwrap())
}

fn broken(delivery: Delivery) -> TransportError {
    TransportError::new(TransportErrorKind::Interrupted, delivery, "the connection broke off")
}

fn unreachable() -> Step {
    Step::error(TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, "no connection"))
}

fn events(body: impl Into<String>) -> Step {
    Step::stream([(NOW, body.into())])
}

#[tokio::test]
async fn the_text_comes_in_pieces_with_usage_and_exact_cost_behind_its_end() {
    let setup = Setup::with(events(SAMPLE));
    let mut stream = setup.stream();
    assert_eq!(stream.handle().task_uuid().to_string(), TASK);
    assert!(setup.transport.attempts().is_empty(), "nothing is sent before it is asked for");

    let (pieces, error) = setup.read(&mut stream).await;
    assert!(error.is_none(), "{error:?}");
    let texts: Vec<_> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(texts, ["", "Hel", "lo, 世界 🎉", ""]);
    assert_eq!(pieces[0].reasoning_content, "Grüße?");
    let collected = stream.collected();
    assert_eq!(collected.text, "Hello, 世界 🎉");
    assert_eq!(collected.reasoning_content, "Grüße?");
    assert_eq!(collected.finish_reason, Some(FinishReason::Stop));
    assert_eq!(collected.usage.as_ref().unwrap().total_tokens(), Some(5));
    assert_eq!(collected.cost.unwrap().to_string(), "0.00001");
    assert!(stream.next().await.is_none());
    assert_eq!(stream.delivery_id(), None, "nothing is kept");
    assert_eq!(setup.transport.open_bodies(), 0);
    assert_eq!(stream.text().await.unwrap().text, "Hello, 世界 🎉", "also after its end");

    let stats = setup.client.stats();
    assert_eq!((stats.requests, stats.submissions, stats.status_checks), (1, 1, 0));
}

#[tokio::test]
async fn the_request_is_the_task_with_its_id_asking_for_a_stream() {
    let setup = Setup::with(events(SAMPLE));
    setup.text().await.unwrap();
    let attempts = setup.transport.attempts();
    let sent = String::from_utf8(attempts[0].attempt.body().to_vec()).unwrap();
    assert!(sent.starts_with(&format!(r#"[{{"taskType":"textInference","taskUUID":"{TASK}","#)), "{sent}");
    assert!(sent.contains(r#""deliveryMethod":"stream""#), "{sent}");
    assert_eq!(attempts[0].attempt.timeout, Plan::default().deadline());
}

#[tokio::test]
async fn every_split_of_the_bytes_gives_the_same_pieces() {
    let setup = Setup::new();
    let read = async |parts: Vec<&[u8]>| {
        let parts = parts.into_iter().map(|part| (NOW, part.to_vec()));
        setup.transport.push(Step::stream(parts.collect::<Vec<_>>()));
        let mut stream = setup.stream();
        let (pieces, error) = setup.read(&mut stream).await;
        assert!(error.is_none(), "{error:?}");
        (pieces, stream.collected().clone())
    };
    let whole = read(vec![SAMPLE.as_bytes()]).await;
    for at in 0..=SAMPLE.len() {
        let (head, tail) = SAMPLE.as_bytes().split_at(at);
        assert_eq!(read(vec![head, tail]).await, whole, "split at {at}");
    }
    assert_eq!(read(SAMPLE.as_bytes().chunks(1).collect()).await, whole, "byte by byte");
}

#[tokio::test]
async fn usage_and_cost_may_come_after_the_finish_reason() {
    let body = "data: {\"delta\":{\"text\":\"a\"},\"finishReason\":\"length\"}\n\n\
                data: {\"usage\":{\"totalTokens\":7}}\n\ndata: {\"cost\":0.1000000000000000001}\n\ndata: [DONE]\n\n";
    let text = Setup::with(events(body)).text().await.unwrap();
    assert_eq!(text.finish_reason, Some(FinishReason::Length));
    assert_eq!(text.usage.unwrap().total_tokens(), Some(7));
    assert_eq!(text.cost.unwrap().to_string(), "0.1000000000000000001");
}

#[tokio::test]
async fn a_stream_cut_anywhere_is_an_error_with_the_text_so_far() {
    let whole = SAMPLE.find("data: {\"delta\":{},\"finishReason\"").unwrap();
    let setup = Setup::new();
    for at in 0..whole {
        let head = SAMPLE.as_bytes()[..at].to_vec();
        for step in [Step::stream([(NOW, head.clone())]), {
            Step::stream([(NOW, head)]).breaking(broken(Delivery::MaybeSent))
        }] {
            setup.transport.push(step);
            let mut stream = setup.stream();
            let (pieces, error) = setup.read(&mut stream).await;
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::StreamCut, "cut at {at}");
            let partial: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            assert_eq!(error.partial_text().unwrap().text, partial);
            assert_eq!(stream.collected().text, partial);
            assert!("Hello, 世界 🎉".starts_with(&partial));
            assert_eq!(error.handle().unwrap(), stream.handle());
            assert!(!error.is_safe_to_resubmit());
        }
    }
}

#[tokio::test]
async fn an_error_after_the_finish_reason_does_not_cut_the_text() {
    let body = "data: {\"delta\":{\"text\":\"a\"},\"finishReason\":\"stop\"}\n\n";
    for step in [
        events(body),
        events(body).breaking(broken(Delivery::MaybeSent)),
        events(body).silent(),
        // Not so much as a line's end.
        events(body.trim_end()).breaking(broken(Delivery::MaybeSent)),
    ] {
        assert_eq!(Setup::with(step).text().await.unwrap().text, "a");
    }
}

#[tokio::test]
async fn a_broken_connection_is_the_source_of_the_cut() {
    let setup = Setup::with(events(BEGUN).breaking(broken(Delivery::MaybeSent)));
    let error = setup.error().await;
    assert_eq!(error.kind(), ErrorKind::StreamCut);
    assert_eq!(error.source().unwrap().to_string(), "the connection broke off");
    assert_eq!(error.category(), ErrorCategory::Connection);
    assert_eq!(
        error.to_string(),
        format!(
            "the text of task {TASK} was cut after 3 bytes: the connection broke off; the task was sent and may be \
             billed; resume it, or look it up, for the whole text"
        )
    );
    assert_eq!(setup.transport.attempts().len(), 1, "nothing that arrived is sent again");
}

#[tokio::test]
async fn a_failure_within_the_stream_has_the_text_so_far_and_the_servers_error() {
    for frame in [
        r#"{"errors":[{"code":"providerError","message":"it broke","taskUUID":"24cd5dff-cb81-4db5-8506-b72a9425f9d1"}]}"#,
        r#"{"error":{"code":"providerError","message":"it broke"}}"#,
    ] {
        for tail in ["", "data: [DONE]\n\n"] {
            let body = format!("data: {{\"delta\":{{\"text\":\"Hel\"}}}}\n\ndata: {frame}\n\n{tail}");
            let error = Setup::with(events(body)).error().await;
            assert_eq!(error.kind(), ErrorKind::StreamFailed);
            assert_eq!(error.api_error().unwrap().code(), "providerError");
            assert_eq!(error.partial_text().unwrap().text, "Hel");
            assert!(error.to_string().contains("it broke (providerError)"), "{error}");
            assert!(!error.is_safe_to_resubmit());
        }
    }
}

#[tokio::test]
async fn a_failure_behind_a_text_is_no_refusal_even_without_the_form_of_events() {
    for body in [
        "{\"delta\":{\"text\":\"Hel\"}}\n{\"errors\":[{\"code\":\"invalidModel\"}]}\n",
        "{\"data\":[{\"text\":\"Hel\"}],\"errors\":[{\"code\":\"invalidModel\"}]}",
    ] {
        let error = Setup::with(events(body)).error().await;
        assert_eq!(error.kind(), ErrorKind::StreamFailed);
        assert_eq!(error.partial_text().unwrap().text, "Hel");
    }

    let body = "\u{feff}{\"errors\":[{\"code\":\"invalidModel\"}]}";
    assert_eq!(Setup::with(events(body)).error().await.kind(), ErrorKind::Rejected, "without a text it is");
}

#[tokio::test]
async fn after_a_failure_a_silent_server_is_not_waited_for_long() {
    let body = "data: {\"delta\":{\"text\":\"Hel\"}}\n\ndata: {\"error\":{\"code\":\"providerError\"}}\n\n";
    let setup = Setup::with(events(body).silent());
    assert_eq!(setup.error().await.kind(), ErrorKind::StreamFailed);
    assert_eq!(setup.clock.now(), 5 * SECOND);

    // What only keeps the connection alive is no sign of anything.
    let alive = (0..100).map(|_| (4 * SECOND, ": keep-alive\n\n"));
    let setup = Setup::with(Step::stream([(NOW, body)].into_iter().chain(alive)));
    assert_eq!(setup.error().await.kind(), ErrorKind::StreamFailed);
    assert_eq!(setup.clock.now(), 5 * SECOND);

    // What makes it good is waited for, and each sign of it counts.
    let pieces = [
        (NOW, body),
        (4 * SECOND, "data: {\"delta\":{\"text\":\"lo\"}}\n\n"),
        (4 * SECOND, "data: {\"finishReason\":\"stop\"}\n\ndata: [DONE]\n\n"),
    ];
    assert_eq!(Setup::with(Step::stream(pieces)).text().await.unwrap().text, "Hello");

    // Once it is made good, all is as if nothing had been.
    let pieces = [
        (NOW, format!("{body}data: {{\"finishReason\":\"stop\"}}\n\n")),
        (50 * SECOND, "data: {\"cost\":0.5}\n\ndata: [DONE]\n\n".to_owned()),
    ];
    assert_eq!(Setup::with(Step::stream(pieces)).text().await.unwrap().cost.unwrap().to_string(), "0.5");
}

#[tokio::test]
async fn silence_is_cut_at_the_exact_millisecond() {
    let pieces =
        [(SECOND, "data: {\"delta\":{\"text\":\"a\"}}\n\n"), (59_999 * SECOND / 1000, ": alive\n\n")];
    let setup = Setup::with(Step::stream(pieces).silent());
    let error = setup.error().await;
    assert_eq!(setup.clock.now(), Duration::from_millis(1_000 + 59_999 + 60_000));
    assert_eq!((error.kind(), error.category()), (ErrorKind::StreamCut, ErrorCategory::Timeout));
    assert_eq!(error.partial_text().unwrap().text, "a");

    let setup = Setup::with(events(BEGUN).silent());
    let mut stream = setup.stream().with_idle_timeout(Duration::from_millis(1_234));
    let (_, error) = setup.read(&mut stream).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::StreamCut);
    assert_eq!(setup.clock.now(), Duration::from_millis(1_234));
}

#[tokio::test]
async fn the_deadline_bounds_a_stream_that_never_falls_silent() {
    let piece = (SECOND, "data: {\"delta\":{\"text\":\"a\"}}\n\n");
    let setup = Setup::with(Step::stream(vec![piece; 100]));
    let client = setup.client.with_plan(Plan::default().with_deadline(10 * SECOND + SECOND / 2));
    let mut stream = client.stream_text(task()).unwrap();
    let (pieces, error) = setup.read(&mut stream).await;
    assert_eq!((pieces.len(), setup.clock.now()), (10, 10 * SECOND + SECOND / 2));
    let error = error.unwrap();
    assert_eq!((error.kind(), error.category()), (ErrorKind::StreamCut, ErrorCategory::Timeout));
    assert_eq!(error.partial_text().unwrap().text, "aaaaaaaaaa");
}

#[tokio::test]
async fn a_server_that_does_not_answer_may_have_the_task() {
    let setup = Setup::with(Step::hang());
    let error = setup.error().await;
    assert_eq!(setup.clock.now(), 60 * SECOND);
    assert_eq!(error.kind(), ErrorKind::Unconfirmed);
    assert_eq!(error.task_uuid().unwrap().to_string(), TASK);
    assert!(error.source().is_some() && !error.is_safe_to_resubmit());
    assert_eq!(
        error.to_string(),
        format!(
            "task {TASK} was sent, and whether it was accepted is not known: no reply within 60s; resume it, or look \
             it up"
        )
    );
    assert_eq!(setup.transport.attempts().len(), 1);
    assert_eq!(setup.client.stats().submissions, 1);
}

#[tokio::test]
async fn dropping_the_stream_ends_the_connection() {
    let setup = Setup::with(events(BEGUN).silent());
    let mut stream = setup.stream();
    assert_eq!(setup.moving(stream.next()).await.unwrap().unwrap().text, "Hel");
    assert_eq!(setup.transport.open_bodies(), 1);
    drop(stream);
    assert_eq!(setup.transport.open_bodies(), 0);
    assert_eq!(setup.clock.sleepers(), 0, "and leaves no alarm behind");

    let unread = setup.stream();
    drop(unread);
    assert_eq!(setup.transport.attempts().len(), 1, "a stream that nobody reads is not sent");
}

#[tokio::test]
async fn a_dropped_future_loses_no_piece() {
    let pieces = SAMPLE.as_bytes().chunks(7).map(|part| (SECOND, part.to_vec())).collect::<Vec<_>>();
    let setup = Setup::with(Step::stream(pieces));
    let mut stream = setup.stream();
    loop {
        let next = tokio::select! {
            biased;
            next = stream.next() => next,
            () = std::future::ready(()) => {
                setup.clock.advance(SECOND / 3);
                continue;
            }
        };
        match next {
            Some(piece) => drop(piece.unwrap()),
            None => break,
        }
    }
    assert_eq!(stream.collected().text, "Hello, 世界 🎉");
}

#[tokio::test]
async fn what_was_not_sent_is_offered_three_times() {
    let setup = Setup::new();
    setup.transport.answer_with(|_| unreachable());
    let error = setup.error().await;
    assert_eq!(error.kind(), ErrorKind::NotAccepted);
    assert!(error.is_safe_to_resubmit());
    assert_eq!(error.source().unwrap().to_string(), "no connection");
    let attempts = setup.transport.attempts();
    let times: Vec<_> = attempts.iter().map(|attempt| attempt.at).collect();
    assert_eq!((times.len(), times[0], times[1]), (3, NOW, NOW), "the second at once");
    assert!(times[2] >= Duration::from_millis(250) && times[2] <= SECOND, "the third later: {times:?}");
    assert!(attempts.iter().all(|attempt| attempt.attempt.body() == attempts[0].attempt.body()));
    assert_eq!((setup.client.stats().requests, setup.client.stats().submissions), (0, 0));

    let setup = Setup::with(unreachable());
    setup.transport.push(events(SAMPLE));
    assert_eq!(setup.text().await.unwrap().text, "Hello, 世界 🎉");
    assert_eq!((setup.client.stats().requests, setup.client.stats().submissions), (1, 1));
}

#[tokio::test]
async fn what_cannot_help_is_not_tried_again_and_what_may_have_arrived_never() {
    for (kind, delivery, expected) in [
        (TransportErrorKind::Tls, Delivery::NotSent, ErrorKind::NotAccepted),
        (TransportErrorKind::Configuration, Delivery::NotSent, ErrorKind::NotAccepted),
        (TransportErrorKind::Closed, Delivery::NotSent, ErrorKind::Closed),
        (TransportErrorKind::Interrupted, Delivery::MaybeSent, ErrorKind::Unconfirmed),
        (TransportErrorKind::Undecodable, Delivery::Answered, ErrorKind::Unconfirmed),
    ] {
        let setup = Setup::with(Step::error(TransportError::new(kind, delivery, "no")));
        let error = setup.error().await;
        assert_eq!(error.kind(), expected, "{kind:?}");
        assert_eq!(error.is_safe_to_resubmit(), delivery == Delivery::NotSent);
        assert_eq!(setup.transport.attempts().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_before_the_stream_is_that_of_a_submission() {
    for (status, body, expected) in [
        (401, r#"{"errors":[{"code":"invalidApiKey","message":"no"}]}"#, ErrorKind::Rejected),
        (
            400,
            r#"{"error":{"code":"invalidModel"},"taskUUID":"24cd5dff-cb81-4db5-8506-b72a9425f9d1"}"#,
            ErrorKind::Rejected,
        ),
        (200, r#"{"errors":[{"code":"invalidModel"}]}"#, ErrorKind::Rejected),
        (200, " \r\n{\"data\":[],\"errors\":[{\"code\":\"insufficientCredits\"}]}", ErrorKind::Rejected),
        (404, r#"{"data":[]}"#, ErrorKind::Rejected),
        (429, r#"{"errors":[{"code":"rateLimitExceeded"}]}"#, ErrorKind::NotAccepted),
        (503, r#"{"errors":[{"code":"noAvailableServer"}]}"#, ErrorKind::NotAccepted),
        (500, r#"{"errors":[{"code":"internalServerError"}]}"#, ErrorKind::Unconfirmed),
        (400, r#"{"errors":[{"code":"invalidProviderContent"}]}"#, ErrorKind::StreamFailed),
        (502, "<html>", ErrorKind::Unconfirmed),
        (403, "<html>", ErrorKind::Rejected),
        (200, "", ErrorKind::Unconfirmed),
    ] {
        let setup = Setup::with(Step::body(status, body));
        let error = setup.error().await;
        assert_eq!(error.kind(), expected, "{status} {body}: {error}");
        assert_eq!(error.handle().unwrap().task_uuid().to_string(), TASK);
        assert_eq!(error.http_status(), Some(status));
        assert_eq!(setup.transport.attempts().len(), 1, "a refusal is not answered with another try");
        if !body.contains("html") && body.contains("code") {
            assert!(error.api_error().is_some(), "{status} {body}");
        }
    }
    assert!(Setup::with(Step::body(401, r#"{"errors":[{"code":"invalidApiKey"}]}"#)).error().await.is_auth());
}

#[tokio::test]
async fn a_task_that_exists_is_not_bought_again() {
    let conflict = format!(r#"{{"errors":[{{"code":"conflictTaskUUID","taskUUID":"{TASK}"}}]}}"#);
    for step in [
        Step::body(400, conflict.clone()),
        Step::body(200, conflict.clone()),
        events(format!("data: {conflict}\n\n")),
    ] {
        let setup = Setup::with(step);
        let error = setup.error().await;
        assert_eq!(error.kind(), ErrorKind::UuidReused);
        assert_eq!(error.api_error().unwrap().code(), "conflictTaskUUID");
        assert!(!error.is_safe_to_resubmit());
        assert_eq!(
            error.to_string(),
            format!(
                "task {TASK} exists already, so nothing new was bought; resume it for its text, or use a new taskUUID \
                 for a new one"
            )
        );
        assert_eq!(setup.transport.attempts().len(), 1);
    }
}

#[tokio::test]
async fn a_whole_result_instead_of_a_stream_is_the_text() {
    let body = format!(
        r#"{{"data":[{{"taskType":"textInference","taskUUID":"{TASK}","text":"Four.","finishReason":"stop","cost":0.5}}]}}"#
    );
    for step in [Step::body(200, body.clone()), Step::body(500, body.clone()), {
        Step::stream(body.bytes().map(|byte| (NOW, vec![byte])).collect::<Vec<_>>())
    }] {
        let setup = Setup::with(step);
        let mut stream = setup.stream();
        let (pieces, error) = setup.read(&mut stream).await;
        assert!(error.is_none(), "{error:?}");
        assert!(pieces.len() == 1 && pieces[0].is_whole);
        let text = stream.text().await.unwrap();
        assert_eq!((text.text.as_str(), text.cost.unwrap().to_string().as_str()), ("Four.", "0.5"));
    }
}

#[tokio::test]
async fn an_acknowledgement_is_no_text() {
    let body = format!(r#"{{"data":[{{"taskType":"textInference","taskUUID":"{TASK}"}}]}}"#);
    for body in [body.as_str(), r#"{"data":[]}"#, "data: [{}]\n\n", "hello\n"] {
        let error = Setup::with(events(body)).error().await;
        assert_eq!(error.kind(), ErrorKind::StreamCut, "{body}");
        assert_eq!(error.partial_text(), Some(&CollectedText::default()));
    }
}

#[tokio::test]
async fn a_task_that_cannot_be_streamed_is_refused_with_its_field() {
    let setup = Setup::new();
    let refused = |task: RawTask| {
        let error = setup.client.stream_text(task).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidTask);
        error.source().map_or_else(|| error.to_string(), ToString::to_string)
    };
    let text = RawTask::from(task());
    assert!(
        refused(ImageInference::new("runware:101@1", "a").into())
            .contains("`taskType` is \"imageInference\"")
    );
    for other in ["\"async\"", "\"sync\"", "null", "7"] {
        let other = runware::types::RawJson::parse(other).unwrap();
        assert!(refused(text.clone().set_raw("deliveryMethod", other)).contains("`deliveryMethod` is"));
    }
    assert!(refused(text.clone().set("numberResults", 3)).contains("`numberResults` is 3; it must be 1"));
    assert!(refused(text.clone().set("numberResults", "1")).contains("`numberResults` is \"1\""));
    assert!(refused(text.clone().set("taskUUID", "x")).contains("`taskUUID` is"));
    assert!(setup.transport.attempts().is_empty());

    setup.transport.push(events(SAMPLE));
    let asked = text.set("deliveryMethod", "stream").set("numberResults", 1);
    setup.moving(setup.client.stream_text(asked).unwrap().text()).await.unwrap();
}

#[tokio::test]
async fn a_closed_client_streams_nothing_and_ends_what_it_streams() {
    let setup = Setup::with(events(BEGUN).silent());
    let other = "6f1a8f4c-1a55-4d0a-8a3c-2f7f3d3c9b11".parse().unwrap();
    let mut unread = setup.client.stream_text(TextInference::prompt("a", "b").task_uuid(other)).unwrap();
    let mut stream = setup.stream();
    assert_eq!(setup.moving(stream.next()).await.unwrap().unwrap().text, "Hel");
    let (next, ()) = tokio::join!(stream.next(), setup.client.close());
    let error = next.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(error.partial_text().unwrap().text, "Hel");
    assert_eq!(error.handle(), Some(stream.handle()));
    assert!(!error.is_safe_to_resubmit());
    assert_eq!(setup.transport.open_bodies(), 0);

    let error = unread.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(error.is_safe_to_resubmit(), "it was never sent");
    let error = setup.client.stream_text(task()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(error.is_safe_to_resubmit());
}

#[tokio::test]
async fn a_client_closed_before_the_answer_leaves_the_task_to_be_resumed() {
    let setup = Setup::with(Step::hang());
    let mut stream = setup.stream();
    let (next, ()) = tokio::join!(stream.next(), setup.client.close());
    let error = next.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(!error.is_safe_to_resubmit(), "it may have arrived");
}

#[tokio::test]
async fn a_stream_keeps_its_client_alive_and_an_error_is_never_forgotten() {
    let Setup { clock, transport, client } = Setup::with(events(BEGUN));
    let stream = client.stream_text(task()).unwrap();
    drop(client);
    let keeper = Setup { clock, transport, client: Setup::new().client };
    let mut stream = stream;
    let (pieces, error) = keeper.read(&mut stream).await;
    assert_eq!((pieces.len(), error.unwrap().kind()), (1, ErrorKind::StreamCut));
    assert_eq!(stream.text().await.unwrap_err().kind(), ErrorKind::StreamCut);
}

#[tokio::test]
async fn nothing_shows_a_text_by_accident() {
    let setup = Setup::with(events("data: {\"delta\":{\"text\":\"hunter2\"}}\n\n"));
    let mut stream = setup.stream();
    let (_, error) = setup.read(&mut stream).await;
    let error = error.unwrap();
    assert_eq!(error.partial_text().unwrap().text, "hunter2");
    let shown = format!("{stream:?} {error:?} {error}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
