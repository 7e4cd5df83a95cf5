use runware_transport::testing::{ManualClock, ScriptedTransport, Step};
use runware_transport::{Call, ErrorKind, Reply};
use runware_types::{Envelope, GetResponse, GetTaskDetails, TaskUuid};

use super::*;

const TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER: &str = r#"{"data":[{"taskType":"imageInference"}]}"#;

/// Both ways on scripts, with one clock that is moved by hand.
struct Ways {
    clock: ManualClock,
    socket: ScriptedTransport,
    http: ScriptedTransport,
    routed: Routed,
}

impl Ways {
    fn new() -> Self {
        let clock = ManualClock::new();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let socket = ScriptedTransport::new(Arc::clone(&shared));
        let http = ScriptedTransport::new(Arc::clone(&shared));
        let routed = Routed::new(Arc::new(socket.clone()), Arc::new(http.clone()), shared);
        Self { clock, socket, http, routed }
    }

    /// All that an attempt brings: one word for each reply, and for the fault at its end.
    async fn send(&self, attempt: Attempt) -> Vec<String> {
        let mut story = Vec::new();
        match self.routed.send(attempt).await {
            Err(fault) => story.push(format!("{:?}", fault.kind())),
            Ok(mut replies) => {
                while let Some(reply) = replies.next().await {
                    story.push(match reply {
                        Ok(reply) => reply.status.to_string(),
                        Err(fault) => format!("{:?}", fault.kind()),
                    });
                }
            }
        }
        story
    }

    fn sent(&self) -> (usize, usize) {
        (self.socket.attempts().len(), self.http.attempts().len())
    }
}

fn id(key: &str) -> TaskUuid {
    TaskUuid::from_key("test", key)
}

fn submission() -> Attempt {
    Attempt::new([Call::new(Some(id("a")), r#"{"taskType":"imageInference"}"#)], TIMEOUT)
}

fn check(keys: &[&str]) -> Attempt {
    let calls = keys.iter().map(|key| Call::new(Some(id(key)), GetResponse::new(id(key)).encode()));
    Attempt::new(calls, TIMEOUT)
}

fn details(key: &str) -> Attempt {
    Attempt::new([Call::new(Some(id(key)), GetTaskDetails::new(id(key)).encode())], TIMEOUT)
}

fn fault(kind: ErrorKind, delivery: Delivery) -> TransportError {
    TransportError::new(kind, delivery, "broken")
}

fn reply(status: u16) -> Reply {
    Reply::new(status, Envelope::decode(ANSWER).unwrap())
}

#[tokio::test]
async fn the_socket_comes_first() {
    let ways = Ways::new();
    ways.socket.push(Step::replies([Ok(reply(200)), Ok(reply(201)), Ok(reply(202))]));
    ways.socket.push(Step::replies([Ok(reply(200)), Ok(reply(201))]));
    assert_eq!(ways.send(submission()).await, ["200", "201", "202"]);
    assert_eq!(ways.send(check(&["a"])).await, ["200", "201"]);
    assert_eq!(ways.sent(), (2, 0));
}

#[tokio::test]
async fn what_the_socket_did_not_take_goes_over_http_as_the_same_attempt() {
    for kind in [ErrorKind::Connect, ErrorKind::Tls, ErrorKind::Timeout, ErrorKind::Configuration] {
        for step in [Step::error, |fault| Step::replies([Err(fault)])] {
            let ways = Ways::new();
            ways.socket.push(step(fault(kind, Delivery::NotSent).with_status(429)));
            ways.http.push(Step::body(200, ANSWER));
            assert_eq!(ways.send(submission()).await, ["200"], "{kind:?}");
            assert_eq!(ways.http.attempts()[0].attempt, submission());
        }
    }
}

#[tokio::test]
async fn http_has_the_time_that_the_socket_left() {
    for (patience, left) in [(4, Some(6)), (10, None)] {
        let ways = Ways::new();
        let unsent = Step::error(fault(ErrorKind::Timeout, Delivery::NotSent));
        ways.socket.push(unsent.after(Duration::from_secs(patience)));
        ways.http.push(Step::body(200, ANSWER));
        let (story, ()) = tokio::join!(ways.send(submission()), async {
            ways.clock.advance(Duration::from_secs(patience))
        });
        let attempts = ways.http.attempts();
        let timeout = attempts.first().map(|recorded| recorded.attempt.timeout.as_secs());
        assert_eq!(timeout, left);
        assert_eq!(story, [if left.is_some() { "200" } else { "Timeout" }]);
    }
}

#[tokio::test]
async fn what_neither_way_takes_says_so_of_both() {
    let ways = Ways::new();
    let refused = |way: &str| fault(ErrorKind::Connect, Delivery::NotSent).with_causes([way]);
    ways.socket.push(Step::error(refused("no socket")));
    ways.http.push(Step::error(refused("no HTTP").with_status(502)));
    let error = ways.routed.send(submission()).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.status()), ("broken", Some(502)));
    let before = "before that, the WebSocket was no way: broken: no socket";
    assert_eq!(causes(&error), ["no HTTP", before]);
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_sent_over_http() {
    for kind in [ErrorKind::Disconnected, ErrorKind::Timeout, ErrorKind::Interrupted] {
        let ways = Ways::new();
        ways.socket.push(Step::error(fault(kind, Delivery::MaybeSent)));
        ways.socket.push(Step::replies([Ok(reply(200)), Err(fault(kind, Delivery::MaybeSent))]));
        ways.socket.push(Step::replies([Ok(reply(200)), Err(fault(kind, Delivery::MaybeSent))]));
        let name = format!("{kind:?}");
        assert_eq!(ways.send(submission()).await, [name.as_str()]);
        assert_eq!(ways.send(submission()).await, ["200", &name]);
        assert_eq!(ways.send(check(&["a"])).await, ["200", &name]);
        assert_eq!(ways.sent(), (3, 0));
    }
}

#[tokio::test]
async fn a_closed_socket_is_closed() {
    let ways = Ways::new();
    ways.socket.push(Step::error(fault(ErrorKind::Closed, Delivery::NotSent)));
    assert_eq!(ways.send(submission()).await, ["Closed"]);
    assert_eq!(ways.sent(), (1, 0));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_asked_for_over_http_from_then_on() {
    let too_large = || fault(ErrorKind::TooLarge, Delivery::Answered);
    for (step, attempt) in [
        (Step::error(too_large()), check(&["a", "b"])),
        (Step::replies([Err(too_large())]), check(&["a", "b"])),
        (Step::replies([Ok(reply(200)), Err(too_large())]), check(&["a", "b"])),
        (Step::error(too_large()), details("a")),
    ] {
        let ways = Ways::new();
        ways.socket.push(step);
        ways.http.answer_with(|_| Step::body(207, ANSWER));
        assert_eq!(ways.send(attempt).await, ["207"], "the whole answer is the one over HTTP");
        assert_eq!(ways.send(check(&["a"])).await, ["207"]);
        assert_eq!(ways.send(check(&["c", "a"])).await, ["207"]);
        ways.socket.push(Step::body(200, ANSWER));
        assert_eq!(ways.send(check(&["c"])).await, ["200"], "others stay on the socket");
        assert_eq!(ways.sent(), (2, 3));
    }
}

#[tokio::test]
async fn half_an_answer_is_kept_when_http_has_none() {
    let ways = Ways::new();
    let too_large = fault(ErrorKind::TooLarge, Delivery::Answered);
    ways.socket.push(Step::replies([Ok(reply(200)), Err(too_large)]));
    ways.http.push(Step::error(fault(ErrorKind::Connect, Delivery::NotSent)));
    assert_eq!(ways.send(check(&["a", "b"])).await, ["200", "Connect"]);
}

#[tokio::test]
async fn a_submission_whose_answer_is_too_large_is_not_repeated_but_asked_about_over_http() {
    let too_large = || fault(ErrorKind::TooLarge, Delivery::Answered);
    for step in [Step::error(too_large()), Step::replies([Ok(reply(200)), Err(too_large())])] {
        let ways = Ways::new();
        ways.socket.push(step);
        assert_eq!(ways.send(submission()).await.last().unwrap(), "TooLarge");
        assert_eq!(ways.sent(), (1, 0));
        ways.http.push(Step::body(200, ANSWER));
        assert_eq!(ways.send(check(&["a"])).await, ["200"]);
        assert_eq!(ways.sent(), (1, 1));
    }
}

#[tokio::test]
async fn large_bodies_go_over_http() {
    let ways = Ways::new();
    ways.http.answer_with(|_| Step::body(200, ANSWER));
    ways.socket.answer_with(|_| Step::body(201, ANSWER));
    let of = |bytes: usize| Attempt::new([Call::new(None, "x".repeat(bytes))], TIMEOUT);
    assert_eq!(ways.send(of(LARGEST_FRAME)).await, ["200"]);
    assert_eq!(ways.send(of(LARGEST_FRAME - 2)).await, ["201"]);
}

#[tokio::test]
async fn silence_is_passed_on() {
    let ways = Ways::new();
    ways.socket.push(Step::replies([]));
    assert_eq!(ways.send(check(&["a"])).await, [""; 0]);
    assert_eq!(ways.sent(), (1, 0));
}

/// A transport that streams.
#[derive(Debug)]
struct Streaming;

#[async_trait]
impl Transport for Streaming {
    async fn send(&self, _: Attempt) -> Result<Replies, TransportError> {
        Err(fault(ErrorKind::Configuration, Delivery::NotSent))
    }

    async fn open_stream(&self, _: Attempt, _: Duration) -> Result<StreamingReply, TransportError> {
        Ok(StreamingReply::new(200, None, Empty))
    }
}

struct Empty;

impl futures_core::Stream for Empty {
    type Item = Result<bytes::Bytes, TransportError>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(None)
    }
}

#[tokio::test]
async fn streams_go_over_http_and_stray_replies_come_from_the_socket() {
    let Ways { clock, socket, .. } = Ways::new();
    let routed = Routed::new(Arc::new(socket.clone()), Arc::new(Streaming), Arc::new(clock));
    assert_eq!(routed.open_stream(submission(), TIMEOUT).await.unwrap().status, 200);
    socket.push_unclaimed(reply(299));
    assert_eq!(routed.take_unclaimed().unwrap().next().await.unwrap().status, 299);
    assert!(routed.take_unclaimed().is_none());
    assert!(routed.connection().state().is_ready());
}

#[tokio::test]
async fn dry_runs_go_over_http_and_are_no_attempts_there() {
    let ways = Ways::new();
    ways.http.push(Step::body(200, ANSWER));
    ways.http.push(Step::error(fault(ErrorKind::Interrupted, Delivery::MaybeSent)));
    let mut replies = ways.routed.dry_run(submission()).await.unwrap();
    assert_eq!(replies.next().await.unwrap().unwrap().status, 200);
    assert!(ways.routed.dry_run(submission()).await.is_err());
    assert!(ways.http.attempts().iter().all(|sent| sent.is_dry_run));
    assert_eq!(ways.sent(), (0, 2));
}

#[tokio::test]
async fn closing_closes_both() {
    let ways = Ways::new();
    ways.routed.close().await;
    for way in [&ways.socket, &ways.http] {
        assert!(way.send(submission()).await.unwrap_err().is_closed());
    }
}

/// A network on which nothing can be reached.
#[cfg(feature = "websocket")]
#[derive(Debug)]
struct Unreachable;

#[cfg(feature = "websocket")]
#[async_trait]
impl runware_transport::Connector for Unreachable {
    async fn connect(&self) -> std::io::Result<Box<dyn runware_transport::Io>> {
        Err(std::io::ErrorKind::ConnectionRefused.into())
    }
}

#[cfg(feature = "websocket")]
#[tokio::test(start_paused = true)]
async fn a_socket_that_cannot_be_had_costs_five_seconds_once() {
    use runware_transport::session::Settings;
    use runware_transport::{TokioClock, WebSocketTransport};

    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let socket = WebSocketTransport::builder(None)
        .connector(Arc::new(Unreachable))
        .clock(Arc::clone(&clock))
        .settings(Settings::default().with_patience(Duration::from_secs(5)))
        .build()
        .unwrap();
    let http = ScriptedTransport::new(Arc::clone(&clock));
    http.answer_with(|_| Step::body(200, ANSWER));
    let routed = Routed::new(Arc::new(socket), Arc::new(http.clone()), Arc::clone(&clock));
    for _ in 0..3 {
        assert!(routed.send(submission()).await.unwrap().next().await.unwrap().is_ok());
    }
    let sent: Vec<u64> = http.attempts().iter().map(|recorded| recorded.at.as_secs()).collect();
    assert_eq!(sent, [5, 5, 5]);
    assert_eq!(http.attempts()[0].attempt.timeout, TIMEOUT - Duration::from_secs(5));
    routed.close().await;
}
