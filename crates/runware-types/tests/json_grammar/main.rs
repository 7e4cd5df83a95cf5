//! The JSON grammar of RFC 8259, production by production: what has to be accepted and kept byte for byte (`y_`), what
//! has to be refused (`n_`), and what the standard leaves open, with the outcome that was chosen (`i_`).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it failed"
)]

mod case;
mod encoding;
mod literals;
mod numbers;
mod open;
mod space;
mod strings;
mod structure;

use std::collections::BTreeMap;

use case::Case;
use runware_types::{DecodeErrorKind, Envelope, RawJson, RawTask};

/// What has to be accepted.
fn accepted() -> Vec<Case> {
    [
        literals::accepted(),
        numbers::accepted(),
        strings::accepted(),
        structure::accepted(),
        space::accepted(),
        encoding::accepted(),
    ]
    .concat()
}

/// Wrong tokens: wrong alone, and wrong as a value in any place.
fn rejected_tokens() -> Vec<Case> {
    [literals::rejected(), numbers::rejected(), strings::rejected()].concat()
}

/// What has to be refused.
fn rejected() -> Vec<Case> {
    [rejected_tokens(), structure::rejected(), space::rejected(), encoding::rejected()].concat()
}

/// A task with `value` in it; also an item of a reply.
fn task_with(value: &[u8]) -> Vec<u8> {
    [br#"{"taskType":"ping","value":"#, value, b"}"].concat()
}

fn reply_with(entry: &[u8]) -> Vec<u8> {
    [br#"{"data":["#, entry, b"]}"].concat()
}

/// The text without the white space of JSON around it.
fn trimmed(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| b" \t\n\r".contains(byte);
    let start = text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    &text[start..end]
}

#[test]
fn accepted_texts_are_kept_byte_for_byte() {
    for case in accepted() {
        match RawJson::parse(case.text.clone()) {
            Ok(value) => assert_eq!(value.as_bytes(), trimmed(&case.text), "{case}"),
            Err(error) => panic!("{case}: {error}"),
        }
    }
}

#[test]
fn accepted_texts_are_kept_byte_for_byte_inside_a_task_and_a_reply() {
    for case in accepted() {
        let task = task_with(&case.text);
        match RawTask::from_json(&task) {
            Ok(read) => assert_eq!(read.encode().unwrap(), task_with(trimmed(&case.text)), "{case}"),
            Err(error) => panic!("{case}: {error}"),
        }
        let reply = reply_with(&task);
        match Envelope::decode(reply.clone()) {
            Ok(read) => {
                assert_eq!((read.encode(), read.anomalies), (reply.into(), vec![]), "{case}");
                assert_eq!(read.items[0].raw().field("value").unwrap().as_bytes(), trimmed(&case.text));
            }
            Err(error) => panic!("{case}: {error}"),
        }
    }
}

#[test]
fn rejected_texts_are_refused_and_say_where() {
    for case in rejected() {
        let Err(error) = RawJson::parse(case.text.clone()) else { panic!("{case} was accepted") };
        let empty = trimmed(&case.text).is_empty();
        let kind = if empty { DecodeErrorKind::Empty } else { DecodeErrorKind::Syntax };
        assert_eq!(error.kind(), kind, "{case}: {error}");
        assert_eq!(error.offset().is_none(), empty, "{case}: {error}");
        assert!(error.offset().is_none_or(|offset| offset <= case.text.len()), "{case}: {error}");
    }
}

#[test]
fn rejected_tokens_are_refused_inside_a_task_and_a_reply() {
    for case in rejected_tokens() {
        let task = task_with(&case.text);
        assert!(RawTask::from_json(&task).is_err(), "{case} was accepted in a task");
        let Err(error) = Envelope::decode(reply_with(&task)) else {
            panic!("{case} was accepted in a reply")
        };
        assert_eq!(error.kind(), DecodeErrorKind::Syntax, "{case}: {error}");
    }
}

#[test]
fn a_refused_byte_is_pointed_at() {
    let table: [(&str, usize); 12] = [
        ("[1,\u{a0}2]", 3),
        ("[1,2,]", 5),
        ("{\"a\":01}", 6),
        ("[+1]", 1),
        ("[1.]", 3),
        ("[nulL]", 4),
        ("[\"a\\x\"]", 4),
        ("{\"a\" \"b\"}", 5),
        ("{a:1}", 1),
        ("{} {}", 3),
        ("[\"a\u{0}\"]", 3),
        ("[1", 2),
    ];
    for (text, offset) in table {
        assert_eq!(RawJson::parse(text).unwrap_err().offset(), Some(offset), "{text:?}");
    }
}

#[test]
fn what_the_standard_leaves_open_has_the_outcome_that_was_chosen() {
    let mut wrong = Vec::new();
    for open in open::cases() {
        let found = open.outcome();
        if found != open.expected {
            wrong.push(format!("{}: expected {:?}, found {found:?}", open.case, open.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_cases_are_many_and_no_two_are_the_same() {
    let open: Vec<Case> = open::cases().into_iter().map(|open| open.case).collect();
    let (accepted, rejected) = (accepted(), rejected());
    for (prefix, cases, least) in [("y_", &accepted, 95), ("n_", &rejected, 188), ("i_", &open, 35)] {
        assert!(cases.len() >= least, "{} cases of {prefix}", cases.len());
        assert!(cases.iter().all(|case| case.name.starts_with(prefix)));
    }
    let (mut names, mut texts) = (BTreeMap::new(), BTreeMap::new());
    for case in accepted.iter().chain(&rejected).chain(&open) {
        if let Some(other) = names.insert(&case.name, case) {
            panic!("two cases have the name of {other}");
        }
        if let Some(other) = texts.insert(&case.text, case) {
            panic!("{case} repeats {other}");
        }
    }
}
