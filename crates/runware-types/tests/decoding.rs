//! What holds for every reply, whatever is in it.

#![allow(clippy::unwrap_used, reason = "a test stops at the line that failed")]

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use runware_types::{AnomalyKind, ApiError, Envelope, Item, RawJson, TaskDetails};

/// Uses everything a caller could use; none of it may panic.
fn use_up(body: Bytes) {
    let Ok(reply) = Envelope::decode(body.clone()).map_err(|error| {
        assert!(error.offset().is_none_or(|offset| offset <= body.len() * 3));
        error.to_string()
    }) else {
        return;
    };
    let again = Envelope::decode(reply.encode()).unwrap();
    assert_eq!(again.items, reply.items);
    assert!(again.errors.iter().map(ApiError::raw).eq(reply.errors.iter().map(ApiError::raw)));
    for item in &reply.items {
        assert_eq!(&Item::from_raw(item.raw().clone()).unwrap(), item);
        _ = (item.failure(), item.phase(), TaskDetails::from_item(item).map(|details| details.envelope()));
    }
    for error in &reply.errors {
        _ = (ApiError::from_raw(error.raw().clone()), error.category_with_status(500), error.field("min"));
    }
    _ = (format!("{reply:?}"), reply.is_blank());
    for anomaly in &reply.anomalies {
        _ = anomaly.to_string();
    }
}

/// Any JSON value, written with odd but valid numbers, strings and white space.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
        r#""([a-z\u{80}-\u{2fff} ]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,12}""#,
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(" ,"))),
            vec((any_key(), inner), 0..4).prop_map(|members| object(&members)),
        ]
    })
}

/// Keys that a reader looks for, and others.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "taskUUID",
            "taskType",
            "status",
            "progress",
            "resultIndex",
            "cost",
            "error",
            "code",
            "message",
            "text",
            "imageURL",
            "imageUUID",
            "outputs",
            "parameter",
            "data",
            "errors",
            "errorId",
            "request",
            "response",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z]{0,6}",
    ]
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    format!("{{ {}}}", members.join("\t,"))
}

fn any_object() -> impl Strategy<Value = String> {
    vec((any_key(), any_json()), 0..6).prop_map(|members| object(&members))
}

fn any_reply() -> impl Strategy<Value = String> {
    (vec(any_object(), 0..4), vec(any_json(), 0..4)).prop_map(|(items, errors)| {
        format!(r#"{{"data":[{}],"errors":[{}]}}"#, items.join(","), errors.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(body in vec(any::<u8>(), 0..200)) {
        use_up(body.into());
    }

    #[test]
    fn no_json_panics(body in any_json()) {
        use_up(body.into());
    }

    #[test]
    fn no_damaged_reply_panics(
        reply in any_reply(),
        damages in vec((any::<Index>(), proptest::option::of(any::<u8>())), 1..6),
        cut in any::<Option<Index>>(),
    ) {
        let mut body = reply.into_bytes();
        for (at, byte) in damages {
            match byte {
                Some(byte) => *at.get_mut(&mut body) = byte,
                None => _ = body.remove(at.index(body.len())),
            }
        }
        if let Some(cut) = cut {
            body.truncate(cut.index(body.len()));
        }
        use_up(body.into());
    }

    #[test]
    fn items_come_out_as_they_went_in(items in vec(any_object(), 0..6)) {
        let body = Bytes::from(format!(r#"{{"data":[{}]}}"#, items.join(",")));
        let reply = Envelope::decode(body.clone()).unwrap();
        let read: Vec<_> = reply.items.iter().map(|item| item.raw().as_str()).collect();
        prop_assert_eq!(read, items);
        prop_assert_eq!(reply.encode(), body);
    }

    #[test]
    fn entries_share_the_memory_of_the_reply(reply in any_reply()) {
        let body = Bytes::from(reply);
        let reply = Envelope::decode(body.clone()).unwrap();
        let memory = body.as_ptr_range();
        let items = reply.items.iter().map(Item::raw);
        let errors = reply.errors.iter().map(ApiError::raw);
        for raw in items.chain(errors).chain(reply.anomalies.iter().filter_map(|anomaly| anomaly.raw.as_ref())) {
            let part = raw.as_bytes().as_ptr_range();
            prop_assert!(memory.start <= part.start && part.end <= memory.end);
        }
    }

    #[test]
    fn an_unreadable_entry_hides_no_sibling(
        items in vec(any_object(), 0..5),
        broken in proptest::sample::select(vec!["null", "1", "\"\\ud800\"", "[[{}]]", "false", "-1.5e99"]),
        at in any::<Index>(),
    ) {
        let at = at.index(items.len() + 1);
        let mut entries = items.clone();
        entries.insert(at, broken.to_owned());
        let body = format!(r#"{{"data":[{}]}}"#, entries.join(","));
        let reply = Envelope::decode(body.clone()).unwrap();
        let read: Vec<_> = reply.items.iter().map(|item| item.raw().as_str()).collect();
        prop_assert_eq!(read, items);
        let left_out = reply.anomalies.iter().find(|anomaly| anomaly.kind == AnomalyKind::UnusableElement).unwrap();
        prop_assert_eq!(left_out.raw.as_ref().map(RawJson::as_str), Some(broken));
        prop_assert!(body[left_out.offset..].starts_with(broken));
    }

    #[test]
    fn invalid_utf_8_costs_no_entry(items in vec(any_object(), 1..4), junk in vec(0x80_u8..=0xff, 1..8)) {
        let mut body = format!(r#"{{"data":[{},{{"text":""#, items.join(",")).into_bytes();
        let offset = body.len();
        body.extend(junk.iter().map(|byte| byte | 0xf8));
        body.extend_from_slice(br#""}]}"#);
        let reply = Envelope::decode(body).unwrap();
        let read: Vec<_> = reply.items.iter().map(|item| item.raw().as_str()).collect();
        prop_assert_eq!(&read[..items.len()], &items[..]);
        prop_assert_eq!(reply.items.len(), items.len() + 1);
        prop_assert_eq!((reply.anomalies[0].kind, reply.anomalies[0].offset), (AnomalyKind::InvalidUtf8, offset));
    }
}
