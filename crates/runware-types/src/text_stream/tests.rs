use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{CollectedText, TextDelta, TextEvent, TextStreamDecoder, TextStreamEnd};
use crate::{DecodeError, DecodeErrorKind, FinishReason, Limits, TaskType};

const SAMPLE: &str = include_str!("../../../../tests/fixtures/wire/text-stream.sse");
const TASK: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

/// Everything that comes out of a body that arrives in these pieces.
fn decode<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: &Limits,
) -> (Vec<TextEvent>, Option<DecodeError>) {
    let mut decoder = TextStreamDecoder::with_limits(limits);
    let mut events = Vec::new();
    let mut pieces = pieces.into_iter();
    loop {
        match decoder.next_event() {
            Err(error) => return (events, Some(error)),
            Ok(Some(event)) => events.push(event),
            Ok(None) if matches!(events.last(), Some(TextEvent::End(_))) => return (events, None),
            Ok(None) => match pieces.next() {
                Some(piece) => decoder.push(piece),
                None => decoder.finish(),
            },
        }
    }
}

fn decode_whole(body: &[u8]) -> Vec<TextEvent> {
    let (events, error) = decode([body], &Limits::default());
    assert_eq!(error, None);
    events
}

fn deltas(events: &[TextEvent]) -> impl Iterator<Item = &TextDelta> {
    events.iter().filter_map(|event| match event {
        TextEvent::Delta(delta) => Some(delta),
        _ => None,
    })
}

fn collected(events: &[TextEvent]) -> CollectedText {
    deltas(events).fold(CollectedText::default(), |mut so_far, delta| {
        so_far.add(delta);
        so_far
    })
}

fn end(events: &[TextEvent]) -> TextStreamEnd {
    match events.last() {
        Some(TextEvent::End(end)) => *end,
        other => panic!("{other:?} is no end"),
    }
}

/// A body's events in short: `+text ~thoughts .reason $cost`, `!code message`, `?other`, and the end.
fn story(body: &str) -> String {
    let events = decode_whole(body.as_bytes());
    for at in 0..=body.len() {
        let (head, tail) = body.as_bytes().split_at(at);
        assert_eq!(decode([head, tail], &Limits::default()).0, events, "{body:?} split at {at}");
    }
    assert_eq!(decode(body.as_bytes().chunks(1), &Limits::default()).0, events, "{body:?} byte by byte");
    events.iter().map(told).collect::<Vec<_>>().join(" | ")
}

fn told(event: &TextEvent) -> String {
    match event {
        TextEvent::Delta(delta) => {
            let mut told = vec![format!("{}{}", if delta.is_whole { "=" } else { "+" }, delta.text)];
            if !delta.reasoning_content.is_empty() {
                told.push(format!("~{}", delta.reasoning_content));
            }
            told.extend(delta.finish_reason.as_ref().map(|reason| format!(".{reason}")));
            told.extend(delta.cost.map(|cost| format!("${cost}")));
            told.join(" ")
        }
        TextEvent::Error(error) => format!("!{} {}", error.code(), error.message()),
        TextEvent::Other(text) => format!("?{text}"),
        TextEvent::End(end) => format!("{end:?}"),
    }
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (body, expected) in table {
        assert_eq!(&story(body), expected, "{body:?}");
    }
}

#[test]
fn the_sample_is_read() {
    let events = decode_whole(SAMPLE.as_bytes());
    let told = story(SAMPLE);
    assert_eq!(
        told,
        "+ ~Gr\u{fc}\u{df}e? | +Hel | +lo, \u{4e16}\u{754c} \u{1f389} | + .stop $0.00001 | Finished"
    );

    let pieces: Vec<_> = deltas(&events).collect();
    assert_eq!(pieces[1].task_uuid, TASK.parse().ok());
    assert_eq!(pieces[1].task_type, Some(TaskType::TextInference));
    assert_eq!(pieces[3].task_uuid, None);
    let collected = collected(&events);
    assert_eq!(collected.text, "Hello, \u{4e16}\u{754c} \u{1f389}");
    assert_eq!(collected.reasoning_content, "Gr\u{fc}\u{df}e?");
    assert_eq!(collected.finish_reason, Some(FinishReason::Stop));
    assert_eq!(collected.usage.unwrap().total_tokens(), Some(5));
    assert_eq!(collected.cost, Some("0.00001".parse().unwrap()));
}

#[test]
fn blank_lines_between_events_may_be_missing() {
    check(&[
        (
            "data: {\"delta\":{\"text\":\"a\"}}\ndata: {\"delta\":{\"text\":\"b\"}}\ndata: [DONE]\n",
            "+a | +b | Finished",
        ),
        (
            "data:{\"delta\":{\"text\":\"a\"}}\r\ndata:{\"delta\":{\"text\":\"b\"}}\r\ndata:[DONE]",
            "+a | +b | Finished",
        ),
        ("data: {\"delta\":{\"text\":\"a\"}}\rid: 1\rdata: [DONE]\r", "+a | Finished"),
        ("\u{feff}data: {\"delta\":{\"text\":\"a\"}}\n: keep alive\ndata:  [DONE] \n", "+a | Finished"),
    ]);
}

#[test]
fn a_piece_counts_before_its_blank_line() {
    let mut decoder = TextStreamDecoder::new();
    decoder.push(b"data: {\"delta\":{\"text\":\"a\"}}\n");
    assert!(matches!(decoder.next_event(), Ok(Some(TextEvent::Delta(_)))));
    decoder.push(b"data: {\"delta\":\ndata: [DONE]\r");
    assert!(matches!(decoder.next_event(), Ok(Some(TextEvent::Other(text))) if text == "{\"delta\":"));
    assert_eq!(decoder.next_event(), Ok(Some(TextEvent::End(TextStreamEnd::Finished))));
}

#[test]
fn an_unreadable_line_does_not_hold_up_the_next() {
    let mut decoder = TextStreamDecoder::new();
    decoder.push(b"data: so what\ndata: {\"delta\":{\"text\":\"a\"}}\n");
    assert!(matches!(decoder.next_event(), Ok(Some(TextEvent::Other(text))) if text == "so what"));
    assert!(matches!(decoder.next_event(), Ok(Some(TextEvent::Delta(_)))));
}

#[test]
fn json_may_go_over_several_lines() {
    check(&[
        ("data: {\"delta\":\ndata: {\"text\":\ndata\ndata: \"a\"}}\n\ndata: [DONE]", "+a | Finished"),
        ("data: {\"delta\":\n: comment\ndata: {\"text\":\"a\"}}\n\n", "+a | Cut"),
        // No value as a whole, but lines that are some by themselves.
        (
            "data: {\"delta\":\ndata: {\"delta\":{\"text\":\"a\"}}\ndata: {\"delta\":{\"text\":\"b\"}}\n\n",
            "?{\"delta\": | +a | +b | Cut",
        ),
        (
            "data: {\"a\":\ndata: x\ndata: {\"delta\":{\"text\":\"a\"}}\ndata: [\n\n",
            "?{\"a\":\nx | +a | ?[ | Cut",
        ),
        // The mark is no JSON, so it ends whatever was open.
        ("data: [\ndata: [DONE]\ndata: ]\n\n", "?[ | Finished"),
    ]);
}

#[test]
fn every_way_to_end() {
    check(&[
        ("", "Cut"),
        ("\n\n", "Cut"),
        (": keep alive\n\n", "Cut"),
        ("data: [DONE]\n\n", "Finished"),
        ("data: [DONE]", "Finished"),
        ("[DONE]", "Finished"),
        ("data: [DONE", "?[DONE | Cut"),
        ("data: \"[DONE]\"\n\n", "?\"[DONE]\" | Cut"),
        ("data: [done]\n\n", "?[done] | Cut"),
        ("data: {\"delta\":{\"text\":\"a\"}}\n\n", "+a | Cut"),
        ("data: {\"delta\":{\"text\":\"a\"}", "?{\"delta\":{\"text\":\"a\"} | Cut"),
        ("data: {\"delta\":{\"text\":\"a\"}}", "+a | Cut"),
        ("data: {\"delta\":{},\"finishReason\":\"length\"}", "+ .length | Ended"),
        ("data: {\"finishReason\":\"new\"}\n\ndata: {\"cost\":0.5}\n\n", "+ .new | + $0.5 | Ended"),
        ("data: {\"delta\":{},\"finishReason\":null}", "+ | Cut"),
        ("data: {\"delta\":{},\"finishReason\":\"\"}", "+ | Cut"),
        ("data: {\"finishReason\":\"stop\"}\ndata: {\"error\":\"late\"}", "+ .stop | !unknown late | Failed"),
        ("data: {\"error\":\"e\"}\ndata: [DONE]", "!unknown e | Failed"),
        // Of failure and finish the later one counts, whether the mark comes or not.
        (
            "data: {\"delta\":{\"text\":\"Hel\"}}\ndata: {\"errors\":[{\"code\":\"a\"}]}\ndata: [DONE]",
            "+Hel | !a  | Failed",
        ),
        ("data: {\"error\":\"e\"}\ndata: {\"finishReason\":\"stop\"}", "!unknown e | + .stop | Ended"),
        (
            "data: {\"error\":\"e\"}\ndata: {\"finishReason\":\"stop\"}\ndata: [DONE]",
            "!unknown e | + .stop | Finished",
        ),
        ("data: {\"error\":\"e\"}\ndata: {\"text\":\"t\"}\ndata: [DONE]", "!unknown e | =t | Finished"),
        (
            "data: {\"finishReason\":\"stop\"}\ndata: {\"error\":\"late\"}\ndata: [DONE]",
            "+ .stop | !unknown late | Failed",
        ),
        ("data: {\"finishReason\":\"stop\",\"error\":\"e\"}\ndata: [DONE]", "+ .stop | !unknown e | Failed"),
        (
            "data: {\"error\":\"e\"}\ndata: {\"delta\":{\"text\":\"a\"}}\ndata: [DONE]",
            "!unknown e | +a | Failed",
        ),
    ]);
    for (end, is_complete) in [
        (TextStreamEnd::Finished, true),
        (TextStreamEnd::Ended, true),
        (TextStreamEnd::Failed, false),
        (TextStreamEnd::Cut, false),
    ] {
        assert_eq!(end.is_complete(), is_complete);
    }
}

#[test]
fn nothing_counts_after_the_mark() {
    check(&[
        ("data: [DONE]\n\ndata: {\"delta\":{\"text\":\"a\"}}\n\ndata: [DONE]\n\n", "Finished"),
        ("data: [DONE]\nrubbish", "Finished"),
    ]);
    let mut decoder = TextStreamDecoder::new();
    decoder.push(b"data: [DONE]\n");
    assert_eq!(decoder.next_event(), Ok(Some(TextEvent::End(TextStreamEnd::Finished))));
    decoder.push(&b"data: {\"delta\":{\"text\":\"a\"}}\n".repeat(1_000));
    decoder.finish();
    assert_eq!(decoder.next_event(), Ok(None));
    assert!(decoder.lines.capacity() < 1_000, "{}", decoder.lines.capacity());
}

#[test]
fn failures_come_in_every_shape() {
    let events = [
        ("{\"errors\":[{\"code\":\"a\",\"message\":\"b\"},{\"code\":\"c\"}]}", "!a b | !c "),
        (
            "{\"error\":{\"code\":\"a\",\"message\":\"b\"},\"taskUUID\":\"U\",\"taskType\":\"textInference\"}",
            "!a b",
        ),
        ("{\"error\":[{\"code\":\"a\"},\"b\"]}", "!a  | !unknown b"),
        ("{\"code\":\"a\",\"message\":\"b\"}", "!a b"),
        ("[{\"code\":\"a\",\"message\":\"b\"}]", "!a b"),
        ("{\"message\":\"Bad gateway\"}", "!unknown Bad gateway"),
        ("{\"data\":[{\"taskUUID\":\"U\",\"status\":\"error\",\"error\":{\"code\":\"a\"}}]}", "!a "),
        ("{\"taskUUID\":\"U\",\"status\":\"error\"}", "!unknown "),
        // A failure hides no text beside it, and none of its cost.
        ("{\"delta\":{\"text\":\"t\"},\"errors\":[{\"code\":\"a\"}]}", "+t | !a "),
        ("{\"delta\":{\"text\":\"t\"},\"error\":{\"code\":\"a\"}}", "+t | !a "),
        ("{\"taskUUID\":\"U\",\"delta\":{\"text\":\"t\"},\"error\":{\"code\":\"a\"}}", "+t | !a "),
        ("{\"taskUUID\":\"U\",\"status\":\"error\",\"cost\":0.5}", "+ $0.5 | !unknown "),
    ];
    for (json, expected) in events {
        assert_eq!(story(&format!("data: {json}\n\n")), format!("{expected} | Failed"), "{json}");
        assert_eq!(story(json), format!("{expected} | Failed"), "{json} as the body");
        let later = format!("data: {{\"delta\":{{}}}}\n\n{json}\ndata: [DONE]\n");
        assert_eq!(story(&later), format!("+ | {expected} | Failed"), "{json} between events");
    }
}

#[test]
fn a_body_that_is_json_is_a_reply() {
    check(&[
        (
            "{\n  \"errors\": [\n    {\n\n \"code\": \"a\",\r\n \"message\": \"b\" }\n  ]\n}\n",
            "!a b | Failed",
        ),
        ("\u{feff} \n\n  [\n{\"code\":\"a\"}\n]", "!a  | Failed"),
        ("{\"errors\":[{\"code\":\"a\"", "?{\"errors\":[{\"code\":\"a\" | Cut"),
        ("{\"data\":[]}", "?{\"data\":[]} | Cut"),
        (
            "{\"data\":[{\"taskUUID\":\"U\",\"text\":\"all\",\"reasoningContent\":\"hm\",\"finishReason\":\"stop\"}]}",
            "=all ~hm .stop | Ended",
        ),
        ("{\"data\":[{\"taskUUID\":\"U\",\"taskType\":\"textInference\",\"text\":\"all\"}]}", "=all | Ended"),
        ("{\"data\":[{\"taskUUID\":\"U\",\"taskType\":\"textInference\"}]}", "+ | Cut"),
        // Never one value with the data of an event.
        ("{\"delta\":\ndata: {\"text\":\"a\"}}\n\n", "?{\"delta\": | ?{\"text\":\"a\"}} | Cut"),
        ("data: {\"delta\":\n{\"text\":\"a\"}}\n\n", "?{\"delta\": | ?{\"text\":\"a\"}} | Cut"),
        // JSON that turns into events, and several values.
        ("{\n\ndata: {\"delta\":{\"text\":\"a\"}}\n\n", "?{ | +a | Cut"),
        ("{\"delta\":{\"text\":\"a\"}}\n{\"delta\":{\"text\":\"b\"}}\n[DONE]\n", "+a | +b | Finished"),
        ("<html>\n<p>Bad gateway\n</html>", "?<html> | ?<p>Bad gateway | ?</html> | Cut"),
    ]);
}

#[test]
fn pieces_may_be_wrapped() {
    check(&[
        ("data: {\"data\":{\"delta\":{\"text\":\"a\"}}}\n", "+a | Cut"),
        ("data: {\"data\":[{\"delta\":{\"text\":\"a\"}},{\"delta\":{\"text\":\"b\"}}]}\n", "+a | +b | Cut"),
        ("data: {\"data\":[{\"delta\":{\"text\":\"a\"}}],\"errors\":[]}\n", "+a | Cut"),
        (
            "data: {\"data\":[{\"delta\":{\"text\":\"a\"}}],\"errors\":[{\"code\":\"b\"}]}\n",
            "+a | !b  | Failed",
        ),
        (
            "data: {\"data\":[{\"delta\":{\"text\":\"a\"}}],\"finishReason\":\"stop\"}\n",
            "+a | + .stop | Ended",
        ),
    ]);
}

#[test]
fn what_is_not_known_is_kept_and_hides_nothing() {
    for other in
        ["null", "12", "\"text\"", "{}", "{\"a\":1}", "[]", "[1]", "[[{}]]", "so what", "{\"a\":1} {}", "{,}"]
    {
        let body = format!("data: {other}\n\ndata: {{\"delta\":{{\"text\":\"a\"}}}}\n\ndata: [DONE]\n\n");
        assert_eq!(story(&body), format!("?{other} | +a | Finished"));
    }
    check(&[("data: \n\ndata\n\nretry: 1\nnew: field\n\n", "?new: field | Cut")]);
}

#[test]
fn a_field_of_an_unexpected_type_hides_none_of_the_others() {
    check(&[
        ("data: {\"delta\":{\"text\":5,\"reasoningContent\":\"a\"},\"finishReason\":[]}", "+ ~a | Cut"),
        ("data: {\"delta\":\"b\",\"finishReason\":\"stop\",\"usage\":1,\"cost\":[]}", "+ .stop | Ended"),
        ("data: {\"delta\":null,\"text\":\"a\"}", "=a | Ended"),
        ("data: {\"delta\":{},\"text\":\"a\"}", "+ | Cut"),
        ("data: {\"text\":null,\"taskUUID\":\"U\"}", "+ | Cut"),
        // Half of a surrogate pair.
        ("data: {\"delta\":{\"text\":\"a\\ud83cb\"}}", "+a\u{fffd}\u{fffd}\u{fffd}b | Cut"),
    ]);
}

#[test]
fn a_piece_keeps_its_text_and_its_index() {
    let json =
        "{\"delta\":{\"text\":\"a\",\"new\":[1]},\"resultIndex\":2,\"cost\":1.10,\"other\":{\"b\":1e400}}";
    let events = decode_whole(format!("data: {json}\n\n").as_bytes());
    let delta = deltas(&events).next().unwrap();
    assert_eq!(delta.raw.as_str(), json);
    assert_eq!((delta.result_index, delta.cost), (Some(2), Some("1.1".parse().unwrap())));
}

#[test]
fn what_comes_last_counts_and_a_whole_result_replaces_the_pieces() {
    let body = r#"
data: {"delta":{"text":"a","reasoningContent":"c"},"usage":{"totalTokens":1},"cost":0.1}
data: {"delta":{"text":"b"},"finishReason":"stop"}
data: {"delta":{},"finishReason":"length","usage":{"totalTokens":2},"cost":0.2}
data: {"delta":{}}
"#;
    let so_far = collected(&decode_whole(body.as_bytes()));
    assert_eq!((so_far.text.as_str(), so_far.reasoning_content.as_str()), ("ab", "c"));
    assert_eq!(so_far.finish_reason, Some(FinishReason::Length));
    assert_eq!(so_far.usage.unwrap().total_tokens(), Some(2));
    assert_eq!(so_far.cost, Some("0.2".parse().unwrap()));

    let whole = collected(&decode_whole(format!("{body}data: {{\"text\":\"ab.\"}}\n").as_bytes()));
    assert_eq!((whole.text.as_str(), whole.reasoning_content.as_str()), ("ab.", ""));
    assert_eq!(whole.cost, Some("0.2".parse().unwrap()));
}

#[test]
fn a_stream_that_is_cut_anywhere_says_so_and_leaves_the_text_so_far() {
    let whole = collected(&decode_whole(SAMPLE.as_bytes()));
    let mark_ends = SAMPLE.find("[DONE]").unwrap() + "[DONE]".len();
    let reason_ends = SAMPLE[..SAMPLE.find("data: [DONE]").unwrap()].trim_end().len();
    let mut text_before = String::new();
    for length in 0..=SAMPLE.len() {
        let events = decode_whole(&SAMPLE.as_bytes()[..length]);
        let expected = match length {
            _ if length >= mark_ends => TextStreamEnd::Finished,
            _ if length >= reason_ends => TextStreamEnd::Ended,
            _ => TextStreamEnd::Cut,
        };
        assert_eq!(end(&events), expected, "cut at {length}");
        let text = collected(&events).text;
        assert!(whole.text.starts_with(&text) && text.starts_with(&text_before), "cut at {length}: {text:?}");
        text_before = text;
    }
    assert_eq!(text_before, whole.text);
}

#[test]
fn an_event_beyond_the_limits_is_an_error_and_a_deep_one_is_not() {
    let limits = Limits { max_bytes: 40, max_depth: 4, max_items: 2 };
    let fine = "data: {\"delta\":{\"text\":\"a\"}}\n\n";
    for large in [
        format!("data: {{\"delta\":{{\"text\":\"{}\"}}}}\n\n", "a".repeat(40)),
        format!("data: [\n{}", "data: 1,\n".repeat(40)),
        format!("{{\n{}", "\"a\": 1,\n".repeat(40)),
    ] {
        let body = fine.repeat(3) + &large;
        let whole = decode([body.as_bytes()], &limits);
        assert_eq!(whole.0.len(), 3);
        assert_eq!(whole.1.as_ref().map(DecodeError::kind), Some(DecodeErrorKind::TooLarge));
        assert_eq!(decode(body.as_bytes().chunks(1), &limits), whole);
    }
    for odd in ["[[[[[1]]]]]", "{\"data\":[1,2,3]}"] {
        let body = format!("data: {odd}\n\n{fine}");
        let (events, error) = decode([body.as_bytes()], &limits);
        assert_eq!((events[0].clone(), error), (TextEvent::Other(odd.to_owned()), None));
        assert_eq!(collected(&events).text, "a");
    }
}

/// A decoder that parses the held lines again for each new one would parse 15 GB here.
#[test]
fn an_event_of_many_lines_is_read_in_one_pass() {
    let count = 100_000;
    let mut decoder = TextStreamDecoder::new();
    decoder.push(b"data: [\n");
    for _ in 0..count {
        decoder.push(b"data:1,\n");
        assert!(matches!(decoder.next_event(), Ok(None)));
    }
    decoder.push(b"\n");
    let other = decoder.next_event().unwrap();
    assert!(matches!(other, Some(TextEvent::Other(text)) if text.len() == 1 + 3 * count));
}

#[test]
fn debug_is_short_and_shows_no_key() {
    for (other, expected) in [
        ("{\"apiKey\":\"secret\"}", "Other({\"apiKey\":\"[hidden]\"})"),
        ("bad gateway", "Other(\"bad gateway\")"),
    ] {
        assert_eq!(format!("{:?}", TextEvent::Other(other.to_owned())), expected);
    }
    let long = TextEvent::Other("a b ".repeat(100_000));
    assert!(format!("{long:?}").len() < 300);
    let mut decoder = TextStreamDecoder::new();
    decoder.push(b"secret");
    assert_eq!(format!("{decoder:?}"), "TextStreamDecoder { .. }");
}

/// What bodies are made of, and what may well break one.
const PIECES: [&str; 27] = [
    "data: ",
    "data: ",
    "data: {\"delta\":{\"text\":\"h\u{e9}\"}}\n",
    "data: {\"delta\":{\"text\":\"\u{1f389}\"},\"finishReason\":\"stop\"}\n\n",
    "data: {\"errors\":[{\"code\":\"a\"}]}\r\n",
    "{\"delta\":",
    "{\"text\":\"a\"}",
    "{\"error\":\"a\"}",
    "{\"data\":[",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "null",
    "[DONE]",
    ": comment",
    "event: error",
    "\n",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\u{feff}",
    "\0",
    " ",
];

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => vec(select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat().into_bytes()),
        1 => (0..SAMPLE.len(), any::<u8>()).prop_map(|(at, byte)| {
            let mut body = SAMPLE.as_bytes().to_vec();
            body[at] = byte;
            body
        }),
        1 => vec(any::<u8>(), 0..120),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_any_body_gives_the_same_events(
        body in any_body(),
        lengths in vec(1_usize..9, 1..8),
        max_bytes in prop_oneof![Just(usize::MAX), 0_usize..60],
    ) {
        let limits = Limits { max_bytes, ..Limits::default() };
        let whole = decode([&body[..]], &limits);
        let (mut rest, mut pieces) = (&body[..], Vec::new());
        for length in lengths.iter().cycle() {
            let Some((piece, after)) = rest.split_at_checked(*length) else { break };
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        prop_assert_eq!(&decode(pieces, &limits), &whole);
        prop_assert_eq!(&decode(body.chunks(1), &limits), &whole);

        let ends = whole.0.iter().filter(|event| matches!(event, TextEvent::End(_))).count();
        prop_assert_eq!(ends, usize::from(whole.1.is_none()));
        if whole.1.is_none() && end(&whole.0) == TextStreamEnd::Finished {
            prop_assert!(body.windows(6).any(|window| window == b"[DONE]"));
        }
        _ = format!("{whole:?}");
    }

    /// No text is lost or doubled, however it was cut up on its way.
    #[test]
    fn a_text_that_is_streamed_arrives(texts in vec("\\PC{0,6}", 0..8), blank in "\r?\n\n?") {
        let piece = |text| format!("data: {}{blank}", serde_json::json!({"delta": {"text": text}}));
        let body: String = texts.iter().map(piece).collect();
        let events = decode_whole(body.as_bytes());
        prop_assert_eq!(events.len(), texts.len() + 1);
        prop_assert_eq!(collected(&events).text, texts.concat());
    }
}
