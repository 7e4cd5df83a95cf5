//! What faults do to event streams.

use super::*;
use crate::fault::{Action, Answer, Rule, StreamFault};

/// The stream of the first request, which the fault strikes, and how often its result counts as delivered.
fn struck(action: Action) -> (Response, u64) {
    let mut bench = bench(Options::new().fault(Rule::new(action).nth(1)));
    let response = stream(&mut bench, json!({}));
    bench.core.advance(seconds(8));
    let account = bench.core.ledger().task(&uuid(U)).unwrap();
    assert_eq!(account.billed, 1, "whatever happened on the way");
    (response, account.results[0].delivered)
}

/// All bytes of a stream.
fn bytes(response: &Response) -> Vec<u8> {
    response.pieces.as_ref().unwrap().iter().flat_map(|piece| piece.bytes.to_vec()).collect()
}

fn times(response: &Response) -> Vec<f64> {
    pieces(response).iter().map(|(at, _)| *at).collect()
}

fn unharmed() -> Response {
    stream(&mut bench(Options::new()), json!({}))
}

#[test]
fn a_stream_breaks_off_after_so_many_events() {
    let first_two = pieces(&unharmed())[..2].iter().map(|(_, text)| *text).collect::<String>().into_bytes();
    let count = first_two.len();
    for (fault, fate) in [
        (StreamFault::Cut(2), Fate::Truncate(count)),
        (StreamFault::Stall(2), Fate::Stall(count)),
        (StreamFault::End(2), Fate::Deliver),
    ] {
        let (response, delivered) = struck(Action::Stream(fault));
        assert_eq!((times(&response), bytes(&response)), (vec![1.0, 2.0], first_two.clone()));
        assert_eq!((response.fate, delivered), (fate, 0));
    }
    let (response, delivered) = struck(Action::Stream(StreamFault::End(9)));
    assert_eq!((response, delivered), (unharmed(), 1), "it has no more than nine");
}

#[test]
fn a_stream_breaks_off_after_so_many_bytes() {
    let whole = bytes(&unharmed());
    for (action, fate) in
        [(Action::Truncate(150), Fate::Truncate(150)), (Action::Stall(150), Fate::Stall(150))]
    {
        let (response, delivered) = struck(action);
        assert_eq!((times(&response), bytes(&response)), (vec![1.0, 2.0], whole[..150].to_vec()));
        assert_eq!((response.fate, delivered), (fate, 0));
    }
}

#[test]
fn an_error_may_come_in_the_middle_although_the_task_goes_on() {
    let (response, delivered) = struck(Action::Stream(StreamFault::Fail(3, "providerError".to_owned())));
    let (events, done) = events(&response);
    assert!(done);
    assert_eq!(events.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(events[3].1["errors"][0]["code"], "providerError");
    assert_eq!(delivered, 0);
}

#[test]
fn the_marks_of_the_end_may_be_missing() {
    let (response, delivered) = struck(Action::Stream(StreamFault::NoFinish));
    let (found, done) = events(&response);
    assert_eq!((found.len(), done, delivered), (7, true, 1));
    let (response, delivered) = struck(Action::Stream(StreamFault::NoDone));
    let (found, done) = events(&response);
    assert_eq!((found.len(), done, delivered), (8, false, 1));
    assert_eq!(response.fate, Fate::Deliver);
}

#[test]
fn a_stream_may_come_byte_by_byte() {
    let pause = Duration::from_millis(4);
    let (response, delivered) = struck(Action::Stream(StreamFault::Split { bytes: 1, pause }));
    let parts = response.pieces.as_ref().unwrap();
    assert!(parts.iter().all(|part| part.bytes.len() == 1));
    assert_eq!((bytes(&response), delivered), (bytes(&unharmed()), 1));
    let times: Vec<_> = parts[..3].iter().map(|part| part.at.as_millis()).collect();
    assert_eq!(times, [1_000, 1_004, 1_008]);
    assert_eq!(parts.iter().find(|part| part.at >= seconds(2)).unwrap().at, seconds(2), "each event in time");

    let fault = StreamFault::Split { bytes: 1_000, pause: seconds(3) };
    assert_eq!(times_of(fault), [1.0, 4.0, 7.0, 10.0, 13.0, 16.0, 19.0, 22.0, 25.0]);
}

fn times_of(fault: StreamFault) -> Vec<f64> {
    times(&struck(Action::Stream(fault)).0)
}

#[test]
fn comments_fill_the_silence() {
    let (response, _) = struck(Action::Stream(StreamFault::Comments(seconds(3))));
    let found: Vec<_> =
        pieces(&response).into_iter().filter(|(_, text)| *text == ": keep-alive\n\n").collect();
    assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0.0, 3.0, 6.0]);
    assert_eq!(pieces(&response)[3].1, ": keep-alive\n\n", "before the event of the same time");

    let rule = Rule::new(Action::Stream(StreamFault::Comments(seconds(1))));
    let stuck =
        stream(&mut bench(Options::new().fault(rule)), json!({"model": "emulator:stuck@1"})).pieces.unwrap();
    assert_eq!((stuck.len(), stuck[9_999].at), (10_000, seconds(9_999)));
}

#[test]
fn a_stream_may_turn_out_to_be_no_stream() {
    let (response, delivered) = {
        let rule = Rule::new(Action::Stream(StreamFault::Whole));
        let mut bench = bench(Options::new().fault(rule));
        let response = stream(&mut bench, json!({}));
        (response, bench.core.ledger().task(&uuid(U)).unwrap().results[0].delivered)
    };
    assert_eq!((response.pieces, response.ready_at, delivered), (None, seconds(8), 1));
    assert!(response.body.starts_with(br#"{"data":[{"taskType":"textInference","#));
    assert!(response.headers.contains(&("content-type", "application/json".to_owned())));
}

#[test]
fn the_faults_of_every_reply_strike_streams_too() {
    let (response, _) = struck(Action::Delay(seconds(2)));
    assert_eq!((response.ready_at, times(&response)[..2].to_vec()), (seconds(2), vec![3.0, 4.0]));

    let (response, _) = struck(Action::rewrite(|event| [b"event: x\r\n", &event[..]].concat().into()));
    assert!(pieces(&response).iter().all(|(_, text)| text.starts_with("event: x\r\ndata: ")));

    let (response, _) = struck(Action::EmptyErrors);
    let (found, done) = events(&response);
    assert!(done && found.iter().all(|(_, event)| event["errors"] == json!([])));

    for (action, fate) in [(Action::LoseReply, Fate::Cut), (Action::HandleThenHang, Fate::Hang)] {
        let (response, delivered) = struck(action);
        assert_eq!((response.fate, response.pieces, delivered), (fate, None, 0));
    }
    let (response, delivered) = struck(Action::HandleThenAnswer(Answer::html(200)));
    assert_eq!((response.pieces, delivered), (None, 0));
}

#[test]
fn a_stream_fault_leaves_other_replies_alone() {
    let rule = Rule::new(Action::Stream(StreamFault::Cut(0)));
    let mut struck = Bench::new(Options::new().fault(rule));
    let mut spared = Bench::new(Options::new());
    let body = json!([video(U, json!({}))]).to_string();
    assert_eq!(struck.raw(&Head::bearer("key"), &body), spared.raw(&Head::bearer("key"), &body));
}
