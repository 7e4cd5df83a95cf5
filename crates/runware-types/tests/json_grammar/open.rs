//! What the standard leaves open, and what becomes of it in each of the readers.

use runware_types::{Envelope, RawJson, RawTask};

use crate::case::Case;
use crate::{reply_with, task_with, trimmed};

/// A text, where it stands, and its outcome in four readers:
///
/// 1. `RawJson::parse` of the text alone: `kept` byte for byte, or the kind of the error;
/// 2. `RawTask::from_json`, with the text as a value in the task or as the task: `kept`, or `refused`;
/// 3. `Envelope::decode`, with that task as the only item: `kept`, with what was noted, or the kind of the error;
/// 4. `serde_json::Value`, for every reader of types: `read`, or the kind of the error. What it refuses stays raw text.
pub(crate) struct Open {
    pub(crate) case: Case,
    pub(crate) expected: &'static str,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    Value,
    Task,
}

use Place::{Task, Value};

pub(crate) fn cases() -> Vec<Open> {
    let mut cases = Vec::new();
    for (why, place, expected, texts) in GROUPS {
        for (name, text) in *texts {
            let case = Case::new(format!("i_{why}_{name}"), *text, why);
            cases.push(Open { case, expected, place: *place });
        }
    }
    for (name, text, expected) in long_values().into_iter().chain(deep_values()) {
        let case = Case::new(format!("i_size_{name}"), text, "size");
        cases.push(Open { case, expected, place: Value });
    }
    cases.extend(other_encodings());
    cases
}

type Group = (&'static str, Place, &'static str, &'static [(&'static str, &'static [u8])]);

#[rustfmt::skip]
const GROUPS: &[Group] = &[
    // An escape that stands for no character. The text is valid, and no string can hold it.
    ("surrogate", Value, "kept | kept | kept | Syntax", &[
        ("high", br#""\ud800""#),
        ("high_last", br#""\udbff""#),
        ("low", br#""\udc00""#),
        ("low_last", br#""\uDFFF""#),
        ("high_then_letter", br#""\ud83dx""#),
        ("high_then_escape", br#""\ud83d\n""#),
        ("high_then_quote", br#""\ud83d\"""#),
        ("high_then_unicode", br#""\ud83d\u0041""#),
        ("high_twice", br#""\ud83d\ud83d""#),
        ("high_twice_then_low", br#""\ud83d\ud83d\ude00""#),
        ("low_then_high", br#""\ude00\ud83d""#),
        ("in_a_list", br#"["a","\ud800","b"]"#),
        ("in_a_key", br#"{"\ud800":1}"#),
        ("in_a_key_and_a_value", br#"{"\udc00":"\udc00","a":1}"#),
    ]),
    ("surrogate", Task, "kept | refused | kept, UnusableField | Syntax", &[
        ("for_the_type", br#"{"taskType":"\ud800"}"#),
    ]),
    ("surrogate", Task, "kept | refused | kept | Syntax", &[
        ("for_a_key_beside", br#"{"taskType":"ping","\ud800":1}"#),
    ]),
    ("surrogate", Task, "kept | kept | kept | Syntax", &[
        ("for_a_value_beside", br#"{"taskType":"ping","positivePrompt":"\ud800"}"#),
    ]),
    ("surrogate", Task, "kept | kept | kept, UnusableField | Syntax", &[
        ("for_the_id", br#"{"taskType":"ping","taskUUID":"\ud800"}"#),
    ]),
    // Numbers have no bounds in the grammar.
    ("number", Value, "kept | kept | kept | Syntax", &[
        ("too_large", b"1e400"),
        ("too_small", b"-1e400"),
        ("exponent_of_18_digits", b"1e999999999999999999"),
        ("fraction_too_large", b"0.001e999"),
        ("just_too_large", b"1.7976931348623159e308"),
    ]),
    ("number", Value, "kept | kept | kept | read", &[
        ("underflow", b"1e-400"),
        ("underflow_of_18_digits", b"1e-999999999999999999"),
        ("zero_with_large_exponent", b"0e999999999999999999"),
        ("largest", b"1.7976931348623157e308"),
        ("smallest", b"5e-324"),
        ("minus_zero", b"-0.00"),
        ("integer_above_53_bits", b"9007199254740995"),
        ("integer_above_64_bits", b"18446744073709551616"),
        ("integer_below_64_bits", b"-9223372036854775809"),
        ("integer_of_30_digits", b"123456789012345678901234567890"),
        ("trailing_zeros", b"1.10"),
    ]),
    // Names need not be unique.
    ("repeated", Value, "kept | kept | kept | read", &[
        ("key", br#"{"a":1,"a":2}"#),
        ("key_and_value", br#"{"a":1,"a":1}"#),
        ("key_escaped", br#"{"a":1,"\u0061":2}"#),
        ("key_in_a_list", br#"[{"a":1,"b":2,"a":3}]"#),
    ]),
    ("repeated", Task, "kept | refused | kept, RepeatedKey | read", &[
        ("type", br#"{"taskType":"ping","taskType":"caption"}"#),
        ("type_escaped", br#"{"taskType":"ping","\u0074askType":"caption"}"#),
        ("status", br#"{"taskType":"ping","status":"success","status":"error"}"#),
    ]),
    ("repeated", Task, "kept | refused | kept | read", &[
        ("other", br#"{"taskType":"ping","width":1,"width":2}"#),
    ]),
    // Wrong bytes inside a string cost the string, and not the reply around it.
    ("utf8", Value, "Syntax | refused | kept, InvalidUtf8 | Syntax", &[
        ("continuation_alone", b"\"\x80\""),
        ("continuation_last", b"\"\xbf\""),
        ("two_bytes_cut", b"\"\xc3\""),
        ("two_bytes_broken", b"\"\xc3a\""),
        ("three_bytes_cut", b"\"\xe2\x82\""),
        ("four_bytes_cut", b"\"\xf0\x9f\x98\""),
        ("overlong_two", b"\"\xc0\xaf\""),
        ("overlong_three", b"\"\xe0\x80\xaf\""),
        ("overlong_four", b"\"\xf0\x80\x80\xaf\""),
        ("overlong_quote", b"\"\xc0\xa2\""),
        ("overlong_nul", b"\"\xc0\x80\""),
        ("surrogate_high", b"\"\xed\xa0\x80\""),
        ("surrogate_low", b"\"\xed\xb0\x80\""),
        ("surrogate_pair", b"\"\xed\xa0\xbd\xed\xb8\x80\""),
        ("beyond_the_last", b"\"\xf4\x90\x80\x80\""),
        ("five_bytes", b"\"\xf8\x88\x80\x80\x80\""),
        ("six_bytes", b"\"\xfc\x84\x80\x80\x80\x80\""),
        ("fe", b"\"\xfe\""),
        ("ff", b"\"\xff\""),
        ("latin_1", b"\"caf\xe9\""),
        ("shift_jis", b"\"\x93\xfa\x96\x7b\""),
        ("in_a_key", b"{\"\xff\":1}"),
        ("in_the_second_value", b"[\"a\",\"\xff\"]"),
    ]),
    // A byte order mark must not be sent and may be ignored.
    ("mark", Task, "Syntax | kept | kept | Syntax", &[
        ("before", b"\xef\xbb\xbf{\"taskType\":\"ping\"}"),
        ("before_space", b"\xef\xbb\xbf {\"taskType\":\"ping\"}\n"),
    ]),
    ("mark", Task, "Syntax | refused | Syntax | Syntax", &[
        ("twice", b"\xef\xbb\xbf\xef\xbb\xbf{\"taskType\":\"ping\"}"),
        ("behind_space", b" \xef\xbb\xbf{\"taskType\":\"ping\"}"),
        ("behind", b"{\"taskType\":\"ping\"}\xef\xbb\xbf"),
    ]),
    ("mark", Task, "Syntax | refused | Empty | Syntax", &[
        ("alone", b"\xef\xbb\xbf"),
    ]),
    // Characters that are valid and that few expect.
    ("character", Task, "kept | kept | kept | read", &[
        ("nul_in_the_type", br#"{"taskType":"ping\u0000"}"#),
        ("nul_in_a_key", br#"{"taskType":"ping","a\u0000":1}"#),
        ("empty_type", br#"{"taskType":"ping","":1}"#),
    ]),
];

/// Names, texts and outcomes.
type Sized = Vec<(String, String, &'static str)>;

fn long_values() -> Sized {
    let kept = "kept | kept | kept | read";
    let beyond_types = "kept | kept | kept | Syntax";
    let digits = |count| "7".repeat(count);
    let letters = |count| "a".repeat(count);
    let values = [
        ("integer_of_400_digits", digits(400), beyond_types),
        ("integer_of_100000_digits", digits(100_000), beyond_types),
        ("fraction_of_100000_digits", format!("0.{}", digits(100_000)), kept),
        ("exponent_of_100000_digits", format!("1e{}", digits(100_000)), beyond_types),
        ("exponent_minus_100000_digits", format!("1e-{}", digits(100_000)), kept),
        ("string_of_1000000_bytes", format!("\"{}\"", letters(1_000_000)), kept),
        ("key_of_100000_bytes", format!("{{\"{}\":1}}", letters(100_000)), kept),
    ];
    values.map(|(name, text, expected)| (name.to_owned(), text, expected)).into()
}

/// A reply may be nested 128 deep, itself included, which leaves 125 to a value in a task in a list.
fn deep_values() -> Sized {
    let mut cases = Vec::new();
    for (depth, expected) in [
        (125, "kept | kept | kept | read"),
        (126, "kept | kept | TooDeep | read"),
        (127, "kept | kept | TooDeep | read"),
        (128, "kept | kept | TooDeep | TooDeep"),
        (1_000, "kept | kept | TooDeep | TooDeep"),
        (100_000, "kept | kept | TooDeep | TooDeep"),
    ] {
        let objects = r#"{"a":"#.repeat(depth) + "0" + &"}".repeat(depth);
        cases.push((format!("lists_{depth}_deep"), "[".repeat(depth) + &"]".repeat(depth), expected));
        cases.push((format!("objects_{depth}_deep"), objects, expected));
    }
    cases
}

/// A whole task in the encodings that earlier standards allowed.
fn other_encodings() -> Vec<Open> {
    let text = r#"{"taskType":"ping"}"#;
    let utf_16 = |mark: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(bytes).collect()
    };
    let utf_32 = |mark: &str, bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
        format!("{mark}{text}").chars().map(u32::from).flat_map(bytes).collect()
    };
    let mark = "\u{feff}";
    let texts = [
        ("16_little", utf_16("", u16::to_le_bytes)),
        ("16_big", utf_16("", u16::to_be_bytes)),
        ("16_little_with_mark", utf_16(mark, u16::to_le_bytes)),
        ("16_big_with_mark", utf_16(mark, u16::to_be_bytes)),
        ("32_little", utf_32("", u32::to_le_bytes)),
        ("32_big", utf_32("", u32::to_be_bytes)),
        ("32_little_with_mark", utf_32(mark, u32::to_le_bytes)),
        ("32_big_with_mark", utf_32(mark, u32::to_be_bytes)),
    ];
    let open = |(name, text)| {
        let case = Case::new(format!("i_utf_{name}"), text, "charset");
        Open { case, expected: "Syntax | refused | Syntax | Syntax", place: Task }
    };
    texts.into_iter().map(open).collect()
}

impl Open {
    /// What the readers make of the text.
    pub(crate) fn outcome(&self) -> String {
        let text = &self.case.text;
        let (task, reply) = match self.place {
            Value => (task_with(text), reply_with(&task_with(text))),
            Task => (text.clone(), text.clone()),
        };
        [self.raw(), self.task(&task), self.reply(&reply), self.typed()].join(" | ")
    }

    fn raw(&self) -> String {
        match RawJson::parse(self.case.text.clone()) {
            Ok(value) => {
                assert_eq!(value.as_bytes(), trimmed(&self.case.text), "{}", self.case);
                "kept".to_owned()
            }
            Err(error) => format!("{:?}", error.kind()),
        }
    }

    fn task(&self, text: &[u8]) -> String {
        match RawTask::from_json(text) {
            Ok(task) => {
                let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
                assert_eq!(task.encode().unwrap(), trimmed(text), "{}", self.case);
                "kept".to_owned()
            }
            Err(_) => "refused".to_owned(),
        }
    }

    fn reply(&self, text: &[u8]) -> String {
        match Envelope::decode(text.to_vec()) {
            Ok(reply) => {
                assert_eq!((reply.raw().as_ref(), reply.items.len()), (text, 1), "{}", self.case);
                let kinds = reply.anomalies.iter().map(|anomaly| format!(", {:?}", anomaly.kind));
                format!("kept{}", kinds.collect::<String>())
            }
            Err(error) => format!("{:?}", error.kind()),
        }
    }

    fn typed(&self) -> String {
        match RawJson::parse(self.case.text.clone()).and_then(|raw| raw.decode::<serde_json::Value>()) {
            Ok(_) => "read".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        }
    }
}
