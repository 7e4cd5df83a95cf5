//! Streamed texts in the journal.

use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use runware::journal::{Begun, Claim, Claimed, Intent, Journal, JournalError, Note, PartKind, Ticket};
use runware::poll::{Durations, Plan};
use runware::transport::testing::{ManualClock, Step};
use runware::transport::{Delivery, ErrorKind as TransportErrorKind, TransportError, async_trait};
use runware::types::{Item, RawTask, TextInference};
use runware::{ErrorKind, TextStream};

use crate::journal::{FOR_EVER, Shelf};
use crate::keeping;
use crate::world::{SECOND, World, id};

const TEXT: &str = "data: {\"delta\":{\"text\":\"Hel\"}}\n\ndata: {\"delta\":{\"text\":\"lo\"},\"finishReason\":\"stop\",\"usage\":{\"promptTokens\":3}}\n\ndata: {\"cost\":0.0012}\n\ndata: [DONE]\n\n";

fn prompt() -> RawTask {
    RawTask::from(TextInference::prompt("a:b@1", "hi").task_uuid(id("a")))
}

fn whole() -> Step {
    Step::stream([(Duration::ZERO, TEXT)])
}

/// Reads a stream to its end.
async fn read(world: &World, stream: &mut TextStream) -> Result<String, ErrorKind> {
    let mut text = String::new();
    while let Some(piece) = world.run(stream.next()).await {
        text.push_str(&piece.map_err(|error| error.kind())?.text);
    }
    Ok(text)
}

#[tokio::test]
async fn a_text_is_begun_before_it_is_asked_for_and_kept_at_its_end() {
    let (world, shelf) = keeping(|_, _| whole());
    shelf.begin_takes(2 * SECOND);
    let mut stream = world.client.stream_text(prompt()).unwrap();
    assert_eq!(stream.item(), None);
    assert_eq!(read(&world, &mut stream).await.unwrap(), "Hello");
    assert_eq!(world.transport.attempts()[0].at, 2 * SECOND);
    assert_eq!(shelf.words(), ["begun a", "ended 0 Result a", "settled 0.0012 a"]);
    assert!(stream.is_durable());
    let parts = shelf.parts(id("a"));
    assert_eq!((parts[0].kind, parts[0].ordinal), (PartKind::Result, 0));
    let raw = parts[0].raw.clone();
    let expected = format!(
        r#"{{"taskType":"textInference","taskUUID":"{}","text":"Hello","finishReason":"stop","usage":{{"promptTokens":3}},"cost":0.0012}}"#,
        id("a")
    );
    assert_eq!(raw.as_str(), expected);
    assert_eq!(stream.item().unwrap().raw(), &raw, "what is handed over is what is kept");
    assert_eq!(Item::from_raw(raw).unwrap().cost(), Some("0.0012".parse().unwrap()));
    stream.confirm().await.unwrap();
    assert_eq!(shelf.words().last().unwrap(), "confirmed a");
}

#[tokio::test]
async fn a_text_has_one_name_whenever_it_is_handed_over() {
    let (world, _shelf) = keeping(|_, _| whole());
    let mut stream = world.client.stream_text(prompt()).unwrap();
    assert_eq!(world.run(stream.next()).await.unwrap().unwrap().text, "Hel");
    assert_eq!(stream.delivery_id(), None, "a part has no name");
    read(&world, &mut stream).await.unwrap();
    let name = stream.delivery_id().unwrap();
    assert_eq!(name.to_string(), format!("{}/0", id("a")));
    let item = stream.item().unwrap();
    drop(stream);

    let again = world.client.resume(id("a")).unwrap();
    let outcome = world.run(again.outcome()).await.unwrap();
    let [result] = outcome.results() else { panic!("{outcome:?}") };
    assert_eq!((result.delivery_id(), result.is_redelivered()), (Some(name), true));
    assert_eq!(result.item().raw(), item.raw());
    assert_eq!(world.transport.attempts().len(), 1);
}

#[tokio::test]
async fn a_whole_text_is_durable_before_its_end_is_told() {
    let (world, shelf) = keeping(|_, _| whole());
    shelf.record_takes(3 * SECOND);
    let mut stream = world.client.stream_text(prompt()).unwrap();
    read(&world, &mut stream).await.unwrap();
    assert_eq!(world.clock_now(), 3 * SECOND);
    assert_eq!(shelf.log()[1..], ["3000 ended 0 Result a", "3000 settled 0.0012 a"]);
}

#[tokio::test]
async fn without_a_durable_intent_no_text_is_asked_for() {
    let (world, shelf) = keeping(|_, _| whole());
    shelf.fail_begin(true);
    let mut stream = world.client.stream_text(prompt()).unwrap();
    assert_eq!(read(&world, &mut stream).await, Err(ErrorKind::Journal));
    shelf.fail_begin(false);
    shelf.begin_takes(FOR_EVER);
    let mut stream = world.client.stream_text(prompt()).unwrap();
    assert_eq!(read(&world, &mut stream).await, Err(ErrorKind::Journal));
    assert_eq!(world.clock_now(), 1_200 * SECOND, "the deadline of the plan");
    assert!(world.transport.attempts().is_empty());
}

#[tokio::test]
async fn a_text_that_cannot_be_kept_is_handed_over_all_the_same() {
    let (world, shelf) = keeping(|_, _| whole());
    shelf.fail_record(true);
    let mut stream = world.client.stream_text(prompt()).unwrap();
    assert_eq!(read(&world, &mut stream).await.unwrap(), "Hello");
    assert!(!stream.is_durable() && stream.delivery_id().is_some());
    assert_eq!(world.run(stream.confirm()).await.unwrap_err().kind(), ErrorKind::Journal);
    shelf.fail_record(false);
    stream.confirm().await.unwrap();
    assert_eq!(shelf.words(), ["begun a", "ended 0 Result a", "settled 0.0012 a", "confirmed a"]);
}

#[tokio::test]
async fn a_text_that_is_not_whole_is_left_open_and_one_that_was_not_taken_is_not() {
    let refusal = r#"{"code":"invalidModel","message":"no","taskUUID":"$a"}"#;
    let broken = TransportError::new(TransportErrorKind::Interrupted, Delivery::MaybeSent, "cut");
    let unreachable = TransportError::new(TransportErrorKind::Tls, Delivery::NotSent, "no");
    let begun = "data: {\"delta\":{\"text\":\"Hel\"}}\n\n";
    let refused = format!(r#"{{"errors":[{}]}}"#, refusal.replace("$a", &id("a").to_string()));
    for (step, kind, last) in [
        (
            Step::stream([(Duration::ZERO, begun)]).breaking(broken.clone()),
            ErrorKind::StreamCut,
            "released a",
        ),
        (Step::stream([(Duration::ZERO, refused)]), ErrorKind::Rejected, "refused a"),
        (Step::error(unreachable), ErrorKind::NotAccepted, "refused a"),
        (Step::error(broken), ErrorKind::Unconfirmed, "released a"),
    ] {
        let mut step = Some(step);
        let (world, shelf) = keeping(move |_, _| step.take().unwrap_or_else(Step::hang));
        let mut stream = world.client.stream_text(prompt()).unwrap();
        assert_eq!(read(&world, &mut stream).await, Err(kind));
        assert_eq!(shelf.words(), ["begun a", last]);
        stream.confirm().await.unwrap();
        assert_eq!(shelf.words().len(), 2);
    }
}

#[tokio::test]
async fn a_text_that_is_dropped_is_left_open_for_whoever_resumes_it() {
    let (world, shelf) =
        keeping(|_, _| Step::stream([(Duration::ZERO, "data: {\"delta\":{\"text\":\"Hel\"}}\n\n")]).silent());
    let mut stream = world.client.stream_text(prompt()).unwrap();
    world.run(stream.next()).await.unwrap().unwrap();
    world.pass(20 * SECOND).await;
    assert_eq!(shelf.renewed(), [15_000], "it is alive");
    drop(stream);
    world.settle().await;
    assert_eq!(shelf.words(), ["begun a", "released a"]);
    world.pass(100 * SECOND).await;
    assert_eq!(shelf.renewed(), [15_000]);
}

#[tokio::test]
async fn a_text_that_was_begun_before_is_not_asked_for_again() {
    let (world, shelf) = keeping(|_, _| whole());
    let mut stream = world.client.stream_text(prompt()).unwrap();
    read(&world, &mut stream).await.unwrap();
    let mut again = world.client.stream_text(prompt()).unwrap();
    assert_eq!(read(&world, &mut again).await, Err(ErrorKind::UuidReused));
    assert_eq!(world.transport.attempts().len(), 1);
    assert_eq!(shelf.parts(id("a")).len(), 1);
}

#[tokio::test]
async fn a_text_that_was_given_up_before_its_intent_was_durable_is_refused_then() {
    let clock = ManualClock::new();
    let shelf = Shelf::new(&clock);
    shelf.begin_takes(5 * SECOND);
    let journal = Arc::new(Resolute(shelf.clone()));
    let plan = Plan::default().with_deadline(3 * SECOND);
    let world = crate::world_on(clock, |builder| builder.journal(journal).plan(plan), |_, _| whole());
    let mut stream = world.client.stream_text(prompt()).unwrap();
    let error = world.run(stream.next()).await.unwrap().unwrap_err();
    assert!(error.kind() == ErrorKind::Journal && world.clock_now() == 3 * SECOND);
    world.pass(20 * SECOND).await;
    assert!(world.transport.attempts().is_empty());
    // Nothing was bought, so nothing stays set aside for it, and nobody has to decide about it.
    assert_eq!(shelf.words(), ["begun a", "refused a"]);
}

/// Like one in a file: what it has begun to write it writes, whoever waits for that.
#[derive(Debug)]
struct Resolute(Arc<Shelf>);

#[async_trait]
impl Journal for Resolute {
    async fn begin(&self, intents: Vec<Intent>) -> Result<Vec<Begun>, JournalError> {
        let shelf = Arc::clone(&self.0);
        tokio::spawn(async move { shelf.begin(intents).await }).await.unwrap()
    }

    async fn record(&self, notes: Vec<Note>) -> Result<Vec<Ticket>, JournalError> {
        self.0.record(notes).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, JournalError> {
        self.0.claim(claim).await
    }

    async fn renew(&self) -> Result<(), JournalError> {
        self.0.renew().await
    }

    async fn durations(&self) -> Result<Option<Durations>, JournalError> {
        self.0.durations().await
    }

    async fn keep_durations(&self, durations: Durations) -> Result<(), JournalError> {
        self.0.keep_durations(durations).await
    }
}

#[tokio::test]
async fn who_watches_a_text_that_is_being_streamed_does_not_let_go_of_it_for_the_stream() {
    let (world, shelf) = keeping(|_, attempt| match crate::world::is_check(attempt) {
        true => crate::world::answer(crate::world::RUNNING),
        false => Step::stream([(Duration::ZERO, "data: {\"delta\":{\"text\":\"Hel\"}}\n\n")]).silent(),
    });
    let mut stream = world.client.stream_text(prompt()).unwrap();
    world.run(stream.next()).await.unwrap().unwrap();
    let watched = world.client.resume(id("a")).unwrap();
    world.settle().await;
    drop(watched);
    world.settle().await;
    // It is still being read here: nobody else may take it up.
    assert!(!shelf.words().contains(&"released a".to_owned()), "{:?}", shelf.words());
    drop(stream);
}

#[tokio::test]
async fn a_text_that_others_may_have_taken_over_before_it_is_sent_is_asked_about() {
    for (is_fenced, text, words) in [
        (
            false,
            Ok("Hello".to_owned()),
            &["begun a", "resending a", "ended 0 Result a", "settled 0.0012 a"][..],
        ),
        (true, Err(ErrorKind::TakenOver), &["begun a"][..]),
    ] {
        let (world, shelf) = keeping(|_, _| whole());
        // Whoever hears so late that it was begun may have been stopped meanwhile.
        shelf.begin_takes(40 * SECOND);
        if is_fenced {
            shelf.fence(id("a"));
        }
        let mut stream = world.client.stream_text(prompt()).unwrap();
        assert_eq!(read(&world, &mut stream).await, text);
        assert_eq!(shelf.words(), words);
        assert_eq!(world.transport.attempts().is_empty(), is_fenced);
    }
}

/// So is one whose machine slept meanwhile, during which nobody gave a sign of life.
#[tokio::test]
async fn a_text_whose_machine_slept_before_it_is_sent_is_asked_about() {
    let (world, shelf) = keeping(|_, _| whole());
    shelf.begin_takes(SECOND);
    let mut stream = world.client.stream_text(prompt()).unwrap();
    let mut next = std::pin::pin!(stream.next());
    std::future::poll_fn(|context| {
        assert!(next.as_mut().poll(context).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    world.settle().await;
    world.clock.suspend(40 * SECOND);
    world.run(next).await.unwrap().unwrap();
    assert_eq!(shelf.words()[..2], ["begun a", "resending a"]);
}

#[tokio::test]
async fn a_text_that_is_dropped_before_it_is_begun_is_refused_then() {
    let (world, shelf) = keeping(|_, _| whole());
    shelf.begin_takes(5 * SECOND);
    let mut stream = world.client.stream_text(prompt()).unwrap();
    std::future::poll_fn(|context| {
        assert!(std::pin::Pin::new(&mut stream).poll_next(context).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    drop(stream);
    world.pass(10 * SECOND).await;
    assert_eq!(shelf.words(), ["begun a", "refused a"]);
    assert!(world.transport.attempts().is_empty());
    world.pass(100 * SECOND).await;
    assert!(shelf.renewed().is_empty(), "nothing is left to be looked after");
}
