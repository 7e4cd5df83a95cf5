//! Replies that were cut, mended, mixed and made up.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use runware_types::{AnomalyKind, ApiError, DecodeErrorKind, Envelope, Item, RawJson, TaskDetails};

use super::cases;
use crate::wire::{replies, reply};

#[test]
fn no_reply_that_was_cut_short_is_taken_for_a_whole_one() {
    for name in replies() {
        let text = reply(name);
        let whole = text.trim_end();
        for length in (0..whole.len()).filter(|length| whole.is_char_boundary(*length)) {
            let error = Envelope::decode(whole[..length].to_owned()).expect_err(name);
            assert!(matches!(error.kind(), DecodeErrorKind::Empty | DecodeErrorKind::Syntax), "{error}");
            assert!(error.offset().is_none_or(|offset| offset <= length), "{error}");
        }
    }
}

#[test]
fn nothing_may_follow_a_reply_but_white_space() {
    for name in replies() {
        let text = reply(name);
        for garbage in ["x", "{}", "]", "}", ",", "null", "\0", "\u{feff}"] {
            let error = Envelope::decode(format!("{text}{garbage}")).expect_err(name);
            assert_eq!(error.kind(), DecodeErrorKind::Syntax, "{name} and {garbage:?}");
        }
        let padded = Envelope::decode(format!("\u{feff} \r\n\t{text} \n")).unwrap();
        assert_eq!(padded.encode(), Envelope::decode(text).unwrap().encode(), "{name}");
    }
}

/// One change to a text.
#[derive(Clone, Debug)]
enum Edit {
    Replace(Index, u8),
    Insert(Index, &'static str),
    Remove(Index, Index),
    Repeat(Index, Index),
    Splice(Index, Vec<u8>),
}

impl Edit {
    fn apply(&self, text: &mut Vec<u8>) {
        let at = |index: &Index, text: &[u8]| index.index(text.len() + 1);
        match self {
            Self::Replace(index, byte) if !text.is_empty() => *index.get_mut(text) = *byte,
            Self::Replace(..) => {}
            Self::Insert(index, piece) => {
                let at = at(index, text);
                text.splice(at..at, piece.bytes());
            }
            Self::Remove(one, other) => {
                let (one, other) = (at(one, text), at(other, text));
                text.drain(one.min(other)..one.max(other));
            }
            Self::Repeat(one, other) => {
                let (one, other) = (at(one, text), at(other, text));
                let piece = text[one.min(other)..one.max(other)].to_vec();
                text.splice(one..one, piece);
            }
            Self::Splice(index, piece) => {
                let at = at(index, text);
                text.truncate(at);
                text.extend_from_slice(piece);
            }
        }
    }
}

/// What a reply is made of, and what it may well be spoilt by.
const PIECES: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "null",
    "0",
    "-1e999",
    "\"data\":",
    "\"errors\":",
    "\"error\":",
    "\"taskUUID\":",
    "\"status\":\"error\"",
    "\"text\":\"a\"",
    "\"resultIndex\":1.5",
    "\\ud800",
    "\u{feff}",
];

fn any_sample() -> impl Strategy<Value = String> {
    select(replies().collect::<Vec<_>>()).prop_map(reply)
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let index = || any::<Index>();
    prop_oneof![
        4 => (index(), any::<u8>()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        4 => (index(), select(&PIECES[..])).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        2 => (index(), index()).prop_map(|(one, other)| Edit::Remove(one, other)),
        2 => (index(), index()).prop_map(|(one, other)| Edit::Repeat(one, other)),
        1 => (index(), any_sample(), index()).prop_map(|(at, other, from)| {
            let from = from.index(other.len());
            Edit::Splice(at, other.into_bytes().split_off(from))
        }),
    ]
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_mutated_reply_is_read_soundly_or_refused(
        sample in any_sample(),
        edits in vec(any_edit(), 1..8),
    ) {
        let mut text = sample.into_bytes();
        edits.iter().for_each(|edit| edit.apply(&mut text));
        check(text);
    }

    #[test]
    fn a_heap_of_pieces_is_read_soundly_or_refused(pieces in vec(select(&PIECES[..]), 0..60)) {
        check(pieces.concat().into_bytes());
    }

    #[test]
    fn a_heap_of_bytes_is_read_soundly_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        check(bytes);
    }
}

/// Decodes, and looks at everything there is to see. What is handed out is the sender's, and says the same
/// when it is read again.
fn check(text: Vec<u8>) {
    let reply = match Envelope::decode(text.clone()) {
        Ok(reply) => reply,
        Err(error) => {
            // Each invalid byte becomes three of U+FFFD, and offsets count after that.
            assert!(error.offset().is_none_or(|offset| offset <= 3 * text.len()), "{error}");
            return;
        }
    };
    assert_eq!(reply.raw().as_ref(), text);
    let verbatim = !reply.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::InvalidUtf8);
    let readable = String::from_utf8_lossy(&text);
    for raw in reply.items.iter().map(Item::raw).chain(reply.errors.iter().map(ApiError::raw)) {
        assert!(!verbatim || readable.contains(raw.as_str()), "{raw:?} was never sent");
        assert_eq!(&RawJson::parse(raw.as_bytes().clone()).unwrap(), raw);
    }
    let again = Envelope::decode(reply.encode()).unwrap();
    assert_eq!(again.items, reply.items);
    assert_eq!(again.encode(), reply.encode());
    for item in &reply.items {
        assert_eq!(&Item::from_raw(item.raw().clone()).unwrap(), item);
        assert_eq!(item.failure().is_some(), item.phase() == runware_types::Phase::Failed);
        let details = TaskDetails::from_item(item).ok();
        _ = details.map(|details| (details.tasks().is_ok(), details.envelope().map(|inner| inner.encode())));
    }
    for error in &reply.errors {
        assert!(!error.code().is_empty());
        _ = (error.category_with_status(500), error.field("allowedValues"), error.to_string());
    }
    let shown = format!("{reply:?}");
    assert!(shown.len() < 2_000 * (1 + again.items.len() + reply.errors.len() + reply.anomalies.len()));
}
