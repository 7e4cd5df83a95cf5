//! What reading a reply allocates, and what it shares.

#![allow(clippy::unwrap_used, reason = "a test stops at the line that failed")]

use std::borrow::Cow;

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use runware_types::{Envelope, FindingCode, Media, check_reply, check_request, validate_text};

/// A reply with this many results.
fn reply(results: usize, media: &str) -> Bytes {
    let item = format!(
        r#"{{"taskType":"imageInference","taskUUID":"a770f077-f413-47de-9dac-be0b26a35da6",
            "imageUUID":"77da2d99-a6d3-44d9-b8c0-ae9fb06b6200",{media},"seed":42,"NSFWContent":false,"cost":0.0013}}"#
    );
    let body = Bytes::from(format!(r#"{{"data":[{}]}}"#, vec![item; results].join(",")));
    // The first clone of a buffer makes the counter that the clones share.
    drop(body.clone());
    body
}

fn url() -> &'static str {
    r#""imageURL":"https://im.runware.ai/image/ws/0.5/ii/77da2d99-a6d3-44d9-b8c0-ae9fb06b6200.jpg""#
}

fn base64() -> String {
    format!(r#""imageBase64Data":"{}""#, "QUJD".repeat(500_000))
}

fn decoding(body: &Bytes) -> AllocationInfo {
    measure(|| {
        _ = Envelope::decode(body.clone()).unwrap();
    })
}

#[test]
fn two_megabytes_of_base64_are_not_copied() {
    let body = reply(1, &base64());
    let allocated = decoding(&body);
    assert!(allocated.bytes_total < 1_000, "{} bytes", allocated.bytes_total);

    let reply = Envelope::decode(body.clone()).unwrap();
    let item = &reply.items[0];
    let allocated = measure(|| {
        let Some(Media::Base64(Cow::Borrowed(data))) = item.media() else {
            panic!("the media is not borrowed")
        };
        assert!(data.len() == 2_000_000 && body.as_ptr_range().contains(&data.as_ptr()));
        _ = (item.task_uuid(), item.task_uuid_text(), item.result_uuid(), item.cost(), item.clone());
        _ = (item.field("imageBase64Data"), item.field("seed"), item.fields().count());
    });
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn a_result_costs_no_allocation_of_its_own() {
    let (few, many) = (decoding(&reply(20, url())), decoding(&reply(2_000, url())));
    // Two lists grow with the results, each by doubling.
    // Lists that turn out longer than the first result let expect may grow once more.
    assert!(many.count_total <= few.count_total + 2, "{} and {}", few.count_total, many.count_total);
}

#[test]
fn an_entry_takes_no_more_than_is_documented_however_short_it_is() {
    let list = |entry: &str| vec![entry; 20_000].join(",");
    let around = |length: usize| {
        let keys = ["code", "message", "taskType", "taskUUID", "status", "documentation", "parameter"];
        keys.map(|key| format!(r#","{key}":"{}""#, "x".repeat(length))).concat()
    };
    for (body, most) in [
        (format!(r#"{{"data":[{}]}}"#, list("{}")), 300),
        (format!(r#"{{"data":[{}]}}"#, list("0")), 300),
        (format!(r#"{{"data":[{}]}}"#, list(r#"{"cost":{},"cost":{}}"#)), 300),
        (format!(r#"{{"errors":[{}]}}"#, list("0")), 300),
        (format!(r#"{{"errors":[{}]}}"#, list("null")), 300),
        (format!(r#"{{"errors":[{}]}}"#, list(r#"{"code":1,"code":2}"#)), 300),
        (format!("[{}]", list(r#"{"taskUUID":0}"#)), 800),
        (format!("[{}]", list(r#"{"code":"e"}"#)), 800),
        (format!(r#"{{"error":[{}]{}}}"#, list(r#"{"a":1}"#), around(254)), 2_000),
        (format!(r#"{{"error":[{}]{}}}"#, list(r#"{"a":1}"#), around(1_000)), 300),
    ] {
        let body = Bytes::from(body);
        drop(body.clone());
        let allocated = decoding(&body);
        let (start, each) = (body.slice(..20), allocated.bytes_max / 20_000);
        assert!(each <= most, "{each} bytes an entry: {start:?}");
    }
}

#[test]
fn the_places_of_fields_take_no_more_than_is_documented() {
    let body = Bytes::from(format!(r#"{{"data":[{{{}"":0}}]}}"#, r#""":0,"#.repeat(140_000)));
    drop(body.clone());
    let allocated = decoding(&body);
    assert!(allocated.bytes_max <= 3 * 16 * 140_000, "{} bytes", allocated.bytes_max);
}

#[test]
fn checking_takes_no_more_than_a_bound_however_many_values_there_are() {
    let numbers = format!("[{}0]", "0,".repeat(2_000_000));
    for check in
        [check_request, check_reply, |body: &[u8]| validate_text(core::str::from_utf8(body).unwrap())]
    {
        let mut report = None;
        let allocated = measure(|| report = Some(check(numbers.as_bytes())));
        assert!(allocated.bytes_max < 20_000_000, "{} bytes", allocated.bytes_max);
        let report = report.unwrap();
        let [finding] = report.findings() else { panic!("{report:?}") };
        assert_eq!(finding.code, FindingCode::TooLarge);
    }
}

#[test]
fn the_values_of_a_text_are_checked_one_after_the_other() {
    for (value, values) in [("0 ", 200_000), ("[0]\n", 200_000), ("[0\n", 50_000)] {
        let text = format!("{}[0]", value.repeat(values));
        let allocated = measure(|| _ = validate_text(&text));
        assert!(allocated.bytes_max < 2_000_000, "{value:?}: {} bytes", allocated.bytes_max);
    }
}
