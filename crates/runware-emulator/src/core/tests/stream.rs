//! Event streams: what comes when, and what goes wrong.

mod fault;

use super::*;
use crate::choices::{StreamFailure, StreamResults, StreamUsage};
use crate::core::{Fate, Piece};

fn text(more: Value) -> Value {
    with(
        json!({
            "taskType": "textInference", "taskUUID": U, "model": "m", "messages": [{}], "deliveryMethod": "stream"
        }),
        more,
    )
}

/// The pieces of a stream whose task takes eight seconds; a text has seven words.
fn pieces(response: &Response) -> Vec<(f64, &str)> {
    let read = |piece: &'_ Piece| piece.at.as_secs_f64();
    let pieces = response.pieces.as_ref().unwrap();
    pieces.iter().map(|piece| (read(piece), std::str::from_utf8(&piece.bytes).unwrap())).collect()
}

/// The events among them: `data:` lines of JSON, with their times, and whether `[DONE]` came last.
fn events(response: &Response) -> (Vec<(f64, Value)>, bool) {
    let mut events: Vec<(f64, &str)> = pieces(response)
        .into_iter()
        .map(|(at, text)| (at, text.strip_prefix("data: ").unwrap().strip_suffix("\n\n").unwrap()))
        .collect();
    let done = events.pop_if(|(_, data)| *data == "[DONE]").is_some();
    (events.into_iter().map(|(at, data)| (at, serde_json::from_str(data).unwrap())).collect(), done)
}

/// A bench of tasks that take eight seconds, a second for each word and one to the end.
fn bench(options: Options) -> Bench {
    Bench::timed(options.duration(seconds(8)))
}

fn stream(bench: &mut Bench, more: Value) -> Response {
    let response = bench.raw(&Head::bearer("key"), &json!([text(more)]).to_string());
    assert_eq!(response.status, 200, "{response:?}");
    response
}

/// The text that all deltas make.
fn said(events: &[(f64, Value)]) -> String {
    events.iter().filter_map(|(_, event)| event["delta"]["text"].as_str()).collect()
}

#[test]
fn words_come_one_by_one_over_the_time_of_the_task() {
    let mut bench = bench(Options::new());
    let response = stream(bench.at(100.0), json!({"includeCost": true}));
    assert_eq!((response.ready_at, response.fate, response.body.len()), (seconds(100), Fate::Deliver, 0));
    let header = |name| response.headers.iter().find(|(found, _)| *found == name).unwrap().1.as_str();
    assert_eq!(
        [header("content-type"), header("x-emulator"), header("cache-control")],
        ["text/event-stream", "1", "no-cache"]
    );
    let head = format!(r#"data: {{"taskType":"textInference","taskUUID":"{U}","delta":"#);
    let end = r#"{},"finishReason":"stop","usage":{"promptTokens":8,"completionTokens":7,"totalTokens":15},"cost":0.0004}"#;
    let word = |text: &str| format!("{head}{{\"text\":\"{text}\"}}}}\n\n");
    let expected = [
        (101.0, word("The ")),
        (102.0, word("crooked ")),
        (103.0, word("café ")),
        (104.0, word("follows ")),
        (105.0, word("the ")),
        (106.0, word("second ")),
        (107.0, word("clock.")),
        (108.0, format!("{head}{end}\n\n")),
        (108.0, "data: [DONE]\n\n".to_owned()),
    ];
    assert_eq!(pieces(&response), expected.each_ref().map(|(at, text)| (*at, text.as_str())));
}

#[test]
fn the_text_is_the_one_that_other_ways_show() {
    let mut bench = bench(Options::new());
    let (events, _) = events(&stream(&mut bench, json!({})));
    assert!(events.iter().all(|(_, event)| event.get("cost").is_none()), "nobody asked for it");
    assert_eq!(bench.at(7.9).check()["data"][0]["status"], "processing");
    assert_eq!(bench.ok(details(U))["data"][0]["response"], json!({}));
    assert_eq!(bench.core.ledger().billed(), 0);
    let checked = bench.at(8.0).check()["data"][0].clone();
    let shown = bench.ok(details(U))["data"][0].clone();
    let (_, last) = events.last().unwrap();
    assert_eq!(shown["request"], json!([text(json!({}))]));
    for item in [&checked, &shown["response"]["data"][0]] {
        assert_eq!(item["text"], said(&events));
        assert_eq!((&item["usage"], &item["finishReason"]), (&last["usage"], &last["finishReason"]));
    }
    let account = bench.core.ledger().task(&uuid(U)).unwrap();
    assert_eq!((account.accepted, account.billed, account.results[0].delivered), (1, 1, 3));
    assert_eq!(account.results[0].first_delivered_at, Some(seconds(8)), "with the end of the stream");

    let mut deaf = Bench::timed(Options::new().choose(|choices| choices.check_sync_tasks = false));
    stream(&mut deaf, json!({}));
    assert_eq!(deaf.check(), json!({"data": []}));
}

#[test]
fn thoughts_come_before_the_text() {
    let mut bench = bench(Options::new());
    let (events, done) = events(&stream(&mut bench, json!({"model": "emulator:think@1"})));
    assert!(done);
    let kinds: Vec<_> = events
        .iter()
        .map(|(_, event)| event["delta"].as_object().unwrap().keys().next().map_or("", String::as_str))
        .collect();
    assert_eq!(kinds, [["reasoningContent"; 5].as_slice(), &["text"; 7], &[""]].concat());
    let thoughts: String =
        events.iter().filter_map(|(_, event)| event["delta"]["reasoningContent"].as_str()).collect();
    let item = bench.at(8.0).check()["data"][0].clone();
    assert_eq!((&item["reasoningContent"], &item["text"]), (&json!(thoughts), &json!(said(&events))));
    assert_eq!(item["usage"]["completionTokens"], 12);
}

#[test]
fn usage_and_cost_come_where_they_are_said_to_come() {
    for (usage, expected) in [
        (StreamUsage::WithFinish, [Some("cost finishReason usage"), None]),
        (StreamUsage::BeforeFinish, [Some("cost usage"), Some("finishReason")]),
        (StreamUsage::AfterFinish, [Some("finishReason"), Some("cost usage")]),
    ] {
        let mut bench = bench(Options::new().choose(|choices| choices.stream_usage = usage));
        let (events, done) = events(&stream(&mut bench, json!({"includeCost": true})));
        assert!(done);
        let common = ["taskType", "taskUUID", "delta"];
        let found: Vec<_> = events[7..]
            .iter()
            .map(|(at, event)| {
                assert_eq!((*at, &event["delta"]), (8.0, &json!({})));
                let mut keys: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
                keys.retain(|key| !common.contains(key));
                keys.sort_unstable();
                keys.join(" ")
            })
            .collect();
        assert_eq!(found, expected.into_iter().flatten().collect::<Vec<_>>());
    }
}

#[test]
fn events_may_leave_out_whose_they_are() {
    let mut bench = bench(Options::new().choose(|choices| choices.stream_names_task = false));
    let response = stream(&mut bench, json!({}));
    let pieces = pieces(&response);
    assert!(pieces[0].1.contains(U));
    assert_eq!(pieces[1].1, "data: {\"delta\":{\"text\":\"crooked \"}}\n\n");
}

#[test]
fn several_results_are_refused_or_mixed() {
    let several = || json!({"numberResults": 2});
    let error = bench(Options::new()).error(400, json!([text(several())]));
    assert_eq!((&error["code"], &error["max"]), (&json!("invalidNumberResults"), &json!(1)));

    for (choice, marked) in [(StreamResults::Unmarked, false), (StreamResults::Marked, true)] {
        let script = Script::new().result_at(0, seconds(8)).result_at(1, seconds(16));
        let options = Options::new().script("m", script);
        let mut bench = bench(options.choose(|choices| choices.stream_results = choice));
        let (events, done) = events(&stream(&mut bench, several()));
        assert!(done);
        assert_eq!(events.len(), 16);
        assert!(events.is_sorted_by_key(|(at, _)| *at));
        assert_eq!(events.last().unwrap().0, 16.0);
        let indexes: Vec<_> = events.iter().map(|(_, event)| event["resultIndex"].as_u64()).collect();
        let first_six = [0, 0, 1, 0, 0, 1].map(|index| Some(index).filter(|_| marked));
        assert_eq!(indexes[..6], first_six);
        assert_eq!(bench.at(16.0).check()["data"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_task_that_fails_says_half_and_then_why() {
    let message = "The external provider did not respond within the timeout window. The request was automatically \
                   terminated.";
    let error = json!({"code": "timeoutProvider", "message": message});
    let ids = json!({"taskType": "textInference", "taskUUID": U});
    let listed = json!({"errors": [with(error.clone(), ids.clone())]});
    let single = with(json!({"error": error}), ids);
    for (form, ends, expected) in
        [(StreamFailure::Errors, true, listed), (StreamFailure::Error, false, single)]
    {
        let mut bench = bench(Options::new().choose(|choices| {
            choices.stream_failure = form;
            choices.stream_failure_done = ends;
        }));
        let response = stream(&mut bench, json!({"model": "emulator:fail@1"}));
        let (events, done) = events(&response);
        assert_eq!((done, response.fate), (ends, Fate::Deliver));
        assert_eq!(events.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 8.0]);
        assert_eq!(said(&events), "The crooked café ");
        assert_eq!(events[3].1, expected);
        assert_eq!(bench.at(8.0).check()["errors"][0]["code"], "timeoutProvider");
        let account = bench.core.ledger().task(&uuid(U)).unwrap();
        assert_eq!((account.billed, account.results[0].delivered), (0, 2));
    }
}

#[test]
fn a_task_that_never_ends_says_nothing() {
    let response = stream(&mut bench(Options::new()), json!({"model": "emulator:stuck@1"}));
    assert_eq!((response.pieces.unwrap().len(), response.fate), (0, Fate::Stall(0)));
}

#[test]
fn refusals_come_before_the_stream_as_to_any_other_task() {
    for (more, status, code) in [
        (json!({"model": "emulator:poor@1"}), 402, "insufficientCredits"),
        (json!({"model": "emulator:busy@1"}), 503, "noAvailableServer"),
        (json!({"messages": []}), 400, "invalidMessages"),
        (json!({"deliveryMethod": "streamed"}), 400, "invalidDeliveryMethod"),
    ] {
        let mut bench = bench(Options::new());
        assert_eq!(bench.error(status, json!([text(more)]))["code"], code);
        assert_eq!(bench.core.ledger().accepted(), 0);
    }
    let mut bench = bench(Options::new());
    stream(&mut bench, json!({}));
    assert_eq!(bench.error(400, json!([text(json!({}))]))["code"], "conflictTaskUUID");
}

#[test]
fn only_texts_are_streamed_and_only_one_by_one() {
    let mut bench = bench(Options::new());
    let error = bench.error(400, json!([image(U, json!({"deliveryMethod": "stream"}))]));
    assert_eq!(error["code"], "invalidDeliveryMethod");
    assert_eq!(error["allowedValues"], json!(["sync", "async"]));
    let error = bench.error(400, json!([text(json!({})), video(V, json!({}))]));
    assert_eq!((&error["code"], error.get("taskUUID")), (&json!("invalidDeliveryMethod"), None));
    assert_eq!(bench.core.ledger().accepted(), 0);
    let key = json!({"taskType": "authentication", "apiKey": "key"});
    let response = bench.raw(&Head::new(), &json!([key, text(json!({}))]).to_string());
    assert_eq!(response.pieces.unwrap().len(), 9, "the key may stand before it");
}

#[test]
fn a_dry_run_prices_a_stream() {
    let mut bench = bench(Options::new());
    let response = bench.raw(&Head::bearer("key").dry_run(), &json!([text(json!({}))]).to_string());
    assert_eq!(response.pieces, None);
    assert!(response.body.ends_with(br#""cost":0.0004}]}"#));
}
