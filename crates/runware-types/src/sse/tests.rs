use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Line, SseDecoder, SseEvent};
use crate::{DecodeError, DecodeErrorKind, Limits};

/// Everything that comes out of a stream that arrives in these pieces.
fn decode<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    max_bytes: usize,
) -> (Vec<SseEvent>, Option<DecodeError>) {
    let mut decoder = SseDecoder::with_limits(&Limits { max_bytes, ..Limits::default() });
    let mut events = Vec::new();
    let mut pieces = pieces.into_iter();
    loop {
        match decoder.next_event() {
            Err(error) => return (events, Some(error)),
            Ok(Some(event)) => events.push(event),
            Ok(None) => match pieces.next() {
                Some(piece) => decoder.push(piece),
                None => break,
            },
        }
    }
    decoder.finish();
    loop {
        match decoder.next_event() {
            Err(error) => return (events, Some(error)),
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, None),
        }
    }
}

/// The events of a stream, each as `name#id: data`, which are the same in one piece, in two, and byte by byte.
fn events(stream: &[u8]) -> Vec<String> {
    let whole = decode([stream], usize::MAX);
    for at in 0..=stream.len() {
        let (head, tail) = stream.split_at(at);
        assert_eq!(decode([head, tail], usize::MAX), whole, "split at {at}");
    }
    assert_eq!(decode(stream.chunks(1), usize::MAX), whole, "byte by byte");
    assert_eq!(whole.1, None);
    whole.0.iter().map(shown).collect()
}

fn shown(event: &SseEvent) -> String {
    let id = event.id.as_ref().map(|id| format!("#{id}")).unwrap_or_default();
    format!("{}{id}: {}", event.name.as_deref().unwrap_or_default(), event.data)
}

#[test]
fn the_grammar_of_event_streams() {
    let table: [(&[u8], &[&str]); 38] = [
        (b"", &[]),
        (b"\n\r\n\r", &[]),
        (b"data: a\n\n", &[": a"]),
        (b"data:a\n\n", &[": a"]),
        (b"data:  a \n\n", &[":  a "]),
        (b"data:\ta\n\n", &[": \ta"]),
        (b"data: a:b: c\n\n", &[": a:b: c"]),
        // Line ends.
        (b"data: a\r\rdata: b\r\r", &[": a", ": b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", &[": a", ": b"]),
        (b"data: a\n\rdata: b\r\n\n", &[": a", ": b"]),
        (b"data: a\r\n\ndata: b\n\r\n", &[": a", ": b"]),
        (b"data: a\rdata: b\r\ndata: c\n\n", &[": a\nb\nc"]),
        ("data: a\u{2028}b\u{85}c\x0b\n\n".as_bytes(), &[": a\u{2028}b\u{85}c\x0b"]),
        // Several lines, and empty ones.
        (b"data: a\ndata\ndata: b\n\n", &[": a\n\nb"]),
        (b"data\n\n", &[": "]),
        (b"data:\n\n", &[": "]),
        (b"data: \n\n", &[": "]),
        (b"data\ndata\n\n", &[": \n"]),
        // Comments.
        (b": hello\n\n", &[]),
        (b":\n:\n:data: a\n\n", &[]),
        (b"data: a\n: in between\ndata: b\n\n", &[": a\nb"]),
        // Other fields.
        (b"event: e\ndata: a\n\ndata: b\n\n", &["e: a", ": b"]),
        (b"event: e\nevent: f\ndata: a\n\n", &["f: a"]),
        (b"event: e\nevent\ndata: a\n\n", &[": a"]),
        (b"event: e\n\ndata: a\n\n", &[": a"]),
        (b"id: 1\ndata: a\n\ndata: b\n\n", &["#1: a", "#1: b"]),
        (b"id: 1\n\ndata: a\n\n", &["#1: a"]),
        (b"id: 1\ndata: a\n\nid\ndata: b\n\n", &["#1: a", ": b"]),
        (b"id: 1\nid: 2\0\ndata: a\n\n", &["#1: a"]),
        (b"retry: 10\ndata: a\n\n", &[": a"]),
        // No fields.
        (b"Data: a\n data: b\ndata : c\ndate: d\ndat\n{}\n\n", &[]),
        // A mark at the very start is dropped, and only there.
        (b"\xEF\xBB\xBFdata: a\n\n", &[": a"]),
        (b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\n", &[]),
        (b"\n\xEF\xBB\xBFdata: a\n\n", &[]),
        (b"\xEF\xBBdata: a\n\n", &[]),
        // The end of the stream ends the last event.
        (b"data: a\n\ndata: b", &[": a", ": b"]),
        (b"data: a\n\nevent: e\ndata: b\r\ndata", &[": a", "e: b\n"]),
        (b"data: a\n\nevent: e\nid: 1\n", &[": a"]),
    ];
    for (stream, expected) in table {
        assert_eq!(events(stream), expected, "{}", stream.escape_ascii());
    }
}

#[test]
fn characters_survive_every_split_and_invalid_ones_are_replaced() {
    let text = "h\u{e9}llo \u{4e16}\u{754c} \u{1f389}";
    let stream = format!("event: {text}\nid: {text}\ndata: {text}\n\n");
    assert_eq!(events(stream.as_bytes()), [format!("{text}#{text}: {text}")]);
    for (bytes, replaced) in [
        (&b"a\xFFb"[..], "a\u{fffd}b"),
        (b"\xF0\x9F\x8E", "\u{fffd}"),
        (b"\xF0\x9F\n", "\u{fffd}"),
        (b"\xED\xA0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
    ] {
        assert_eq!(events(&[b"data: ", bytes].concat()), [format!(": {replaced}")]);
    }
}

#[test]
fn a_line_knows_its_field() {
    for (line, expected) in [
        (&b""[..], Line::Blank),
        (b"data: a", Line::Data("a".into())),
        (b"event:a", Line::Event("a".into())),
        (b"id", Line::Id("".into())),
        (b":data: a", Line::Ignored),
        (b"retry: 1", Line::Ignored),
        (b"datum: a", Line::Unknown("datum: a".into())),
    ] {
        assert_eq!(Line::read(line), expected);
    }
}

#[test]
fn an_event_beyond_the_limit_is_an_error_however_it_arrives() {
    // The limit of 10 is for one line, and for what is kept of those before it.
    for (stream, before, offset) in [
        (&b"data: aaaaa"[..], 0, Some(10)),
        (b"data: aaaa\n\n", 1, None),
        (b": comment !", 0, Some(10)),
        (b"data: a\n\ndata: b\n\n: comment !", 2, Some(28)),
        (b"data:aaaaa\ndata: ", 0, Some(16)),
        // What is replaced grows: four characters for four invalid bytes are more than may be held, but the event is complete.
        (b"data:\xFF\xFF\xFF\xFF\r\n\r\n", 1, None),
        (b"data:\xFF\xFF\xFF\xFF\r\nid\r\n", 0, Some(11)),
        (b"data:aa\ndata:bb\n\n", 1, None),
        (b"event: abc\ndata: bb", 0, Some(18)),
        (b"unknown field", 0, Some(10)),
    ] {
        let whole = decode([stream], 10);
        assert_eq!(whole.0.len(), before);
        assert_eq!(whole.1.as_ref().map(DecodeError::kind), offset.map(|_| DecodeErrorKind::TooLarge));
        assert_eq!(whole.1.as_ref().and_then(DecodeError::offset), offset, "{}", stream.escape_ascii());
        assert_eq!(decode(stream.chunks(1), 10), whole);
    }
}

#[test]
fn an_error_stays_and_frees_the_memory() {
    let mut decoder = SseDecoder::with_limits(&Limits { max_bytes: 4, ..Limits::default() });
    decoder.push(b"data: a\n\n");
    let error = decoder.next_event().unwrap_err();
    assert_eq!(error.to_string(), "JSON beyond the size limit at byte 4: an event has more than 4 bytes");
    decoder.push(b"\n\n\n\n");
    assert_eq!(decoder.lines.capacity(), 0);
    assert_eq!(decoder.next_event(), Err(error.clone()));
    decoder.finish();
    assert_eq!(decoder.next_event(), Err(error));
}

#[test]
fn nothing_is_taken_after_the_end() {
    let mut decoder = SseDecoder::new();
    decoder.push(b"data: a");
    decoder.finish();
    decoder.push(b"b\n\ndata: c\n\n");
    assert_eq!(decoder.next_event().unwrap().map(|event| event.data).as_deref(), Some("a"));
    assert_eq!(decoder.next_event(), Ok(None));
}

/// A decoder that looks through its buffer again for every piece would look at half a TB here.
#[test]
fn a_long_line_that_drips_is_read_in_one_pass() {
    let length = 1 << 20;
    let mut decoder = SseDecoder::new();
    decoder.push(b"data:");
    for _ in 0..length {
        decoder.push(b"a");
        assert!(matches!(decoder.next_event(), Ok(None)));
    }
    decoder.push(b"\n\n");
    assert_eq!(decoder.next_event().unwrap().unwrap().data.len(), length);
}

/// A decoder that closes the gap after every event would move 1 TB here.
#[test]
fn a_long_queue_is_not_moved_for_each_of_its_events() {
    let (event, count) = (b"data:a\n\n", 40_000);
    let mut decoder = SseDecoder::new();
    decoder.push(&event.repeat(count));
    decoder.push(&vec![b':'; 32 << 20]);
    for _ in 0..count {
        decoder.push(b":");
        assert!(decoder.next_event().unwrap().is_some());
    }
}

#[test]
fn what_was_read_is_not_kept() {
    let mut decoder = SseDecoder::new();
    for _ in 0..10_000 {
        decoder.push(b"data: a\n\n: and half a line of a comm");
        assert!(decoder.next_event().unwrap().is_some());
        assert!(matches!(decoder.next_event(), Ok(None)));
        decoder.push(b"ent\n");
    }
    assert!(decoder.lines.capacity() < 1_000, "{}", decoder.lines.capacity());
}

#[test]
fn a_long_id_is_shared_by_the_events_it_holds_for() {
    let mut decoder = SseDecoder::new();
    decoder.push(b"id: a\ndata\n\ndata\n\n");
    let [first, second] = [(); 2].map(|()| decoder.next_event().unwrap().unwrap().id.unwrap());
    assert!(Arc::ptr_eq(&first, &second));
}

/// What event streams are made of, and what may well break one.
const PIECES: [&[u8]; 22] = [
    b"data",
    b"data:",
    b"data: ",
    b"event: ",
    b"id: ",
    b"retry: 1",
    b":",
    b" ",
    b"\n",
    b"\n",
    b"\r",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"a",
    b"{}",
    b"\xEF\xBB\xBF",
    "\u{e9}".as_bytes(),
    "\u{1f389}".as_bytes(),
    b"\xF0\x9F",
    b"\xFF",
];

fn any_stream() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => vec(select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat()),
        1 => vec(any::<u8>(), 0..80),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same_events(
        stream in any_stream(),
        lengths in vec(1_usize..9, 1..8),
        max_bytes in prop_oneof![Just(usize::MAX), 0_usize..30],
    ) {
        let whole = decode([&stream[..]], max_bytes);
        let (mut rest, mut pieces) = (&stream[..], Vec::new());
        for length in lengths.iter().cycle() {
            let Some((piece, after)) = rest.split_at_checked(*length) else { break };
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        prop_assert_eq!(&decode(pieces, max_bytes), &whole);
        prop_assert_eq!(&decode(stream.chunks(1), max_bytes), &whole);
    }

    #[test]
    fn events_that_are_written_are_read(texts in vec("[a-z\u{e9}\u{1f389} :]{0,8}(\n[a-z :]{0,4}){0,3}", 0..6)) {
        let stream: String =
            texts.iter().map(|text| format!("data: {}\r\n\r\n", text.replace('\n', "\ndata: "))).collect();
        let (events, error) = decode(stream.as_bytes().chunks(3), usize::MAX);
        prop_assert_eq!(error, None);
        prop_assert_eq!(events.into_iter().map(|event| event.data).collect::<Vec<_>>(), texts);
    }
}
