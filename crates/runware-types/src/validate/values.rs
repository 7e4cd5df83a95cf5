//! Values without parts against their kinds.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::findings::{Words, shown};
use super::media;
use super::nearest::nearest;
use super::outline::JsonType;
use super::pointer::Place;
use super::shapes::{Checker, Side, names};
use crate::media_input::is_web_address;
use crate::spec::Kind;
use crate::{FindingCode, InvalidTaskUuid, Money, Severity, TaskUuid};

/// Whether a value of this JSON type can be of the kind at all.
pub(super) fn takes(kind: &Kind, json_type: JsonType) -> bool {
    match kind {
        Kind::Any => true,
        Kind::OneOf(kinds) => kinds.iter().any(|kind| takes(kind, json_type)),
        Kind::Bool => json_type == JsonType::Boolean,
        Kind::Integer { .. } | Kind::Number { .. } | Kind::Money => json_type == JsonType::Number,
        Kind::Text { .. }
        | Kind::Word(_)
        | Kind::Const(_)
        | Kind::NewTaskUuid
        | Kind::Uuid
        | Kind::Url
        | Kind::Media => json_type == JsonType::String,
        Kind::Object(_) => json_type == JsonType::Object,
        Kind::List { .. } => json_type == JsonType::Array,
    }
}

/// Checks a value that is of the JSON type of its kind.
pub(super) fn check(checker: &mut Checker, kind: &Kind, place: &Place<'_, '_>) {
    match kind {
        Kind::Integer { min, max } => integer(checker, kind, (*min, *max), place),
        Kind::Number { min, max } => number(checker, kind, (*min, *max), place),
        Kind::Money => money(checker, place),
        _ if takes(kind, JsonType::String) => match place.value.text() {
            Some(text) => string(checker, kind, &text, place),
            None => checker.findings.about(
                Severity::Error,
                FindingCode::Malformed,
                place,
                || "has half of a surrogate pair, which is no character",
            ),
        },
        // All there is to say about the others is in their JSON type.
        _ => {}
    }
}

fn integer(checker: &mut Checker, kind: &Kind, (min, max): (i128, i128), place: &Place<'_, '_>) {
    let text = place.value.json();
    if text.contains(['.', 'e', 'E']) {
        return with_fraction(checker, kind, (min, max), place);
    }
    // A number that is too long for an `i128` is beyond every bound there is.
    let fits = match text.parse::<i128>() {
        Ok(number) => (min..=max).contains(&number),
        Err(_) if text.starts_with('-') => min == i128::MIN,
        Err(_) => max == i128::MAX,
    };
    if !fits {
        checker.findings.wrong(Severity::Error, FindingCode::OutOfRange, place, Allowed(kind));
    }
}

/// `4.0` is the whole number 4 to most readers, and nothing says that the service is none of them.
fn with_fraction(checker: &mut Checker, kind: &Kind, (min, max): (i128, i128), place: &Place<'_, '_>) {
    let number: f64 = place.value.json().parse().unwrap_or(f64::NAN);
    if number % 1.0 != 0.0 {
        checker.findings.wrong(Severity::Error, FindingCode::WrongType, place, Allowed(kind));
    } else if !(min as f64..=max as f64).contains(&number) {
        checker.findings.wrong(Severity::Error, FindingCode::OutOfRange, place, Allowed(kind));
    } else {
        checker.findings.wrong(Severity::Warning, FindingCode::WrongType, place, Allowed(kind));
    }
}

fn number(checker: &mut Checker, kind: &Kind, (min, max): (f64, f64), place: &Place<'_, '_>) {
    let number: f64 = place.value.json().parse().unwrap_or(f64::NAN);
    if !(min..=max).contains(&number) {
        checker.findings.wrong(Severity::Error, FindingCode::OutOfRange, place, Allowed(kind));
    } else if !number.is_finite() {
        checker.findings.about(Severity::Warning, FindingCode::OutOfRange, place, || {
            format!("is {}, which is more than usual readers of JSON can hold", shown(place))
        });
    }
}

fn money(checker: &mut Checker, place: &Place<'_, '_>) {
    if let Err(error) = place.value.json().parse::<Money>() {
        checker.findings.about(Severity::Warning, FindingCode::OutOfRange, place, || {
            format!("is an amount that this client cannot read: {error}")
        });
    }
}

fn string(checker: &mut Checker, kind: &Kind, text: &str, place: &Place<'_, '_>) {
    match kind {
        Kind::Text { min, max } => {
            let length = text.chars().count();
            if length < *min as usize || length > *max as usize {
                // The bounds are those of some models.
                checker.findings.about(Severity::Warning, FindingCode::OutOfRange, place, || Words {
                    problem: format!(
                        "has {}; most models take {}",
                        counted(length, "character"),
                        Allowed(kind)
                    ),
                    allowed: Some(Allowed(kind).to_string()),
                    suggestion: None,
                });
            }
        }
        Kind::Word(words) if !words.contains(&text) => unknown_word(checker, words, text, place),
        Kind::Const(word) if *word != text => {
            checker.findings.wrong(Severity::Error, FindingCode::WrongValue, place, Allowed(kind));
        }
        Kind::NewTaskUuid | Kind::Uuid => uuid(checker, kind, text, place),
        Kind::Url if !is_web_address(text) => {
            checker.findings.wrong(Severity::Error, FindingCode::Malformed, place, Allowed(kind));
        }
        Kind::Url if checker.side == Side::Client => media::check_public(checker, text, place),
        Kind::Media => media::check(checker, text, place),
        _ => {}
    }
}

fn unknown_word(checker: &mut Checker, words: &'static [&'static str], text: &str, place: &Place<'_, '_>) {
    checker.findings.about(Severity::Warning, FindingCode::UnknownWord, place, || Words {
        problem: format!(
            "is {}, which is not a known word; known {} {}",
            shown(place),
            if words.len() == 1 { "is" } else { "are" },
            names(words)
        ),
        allowed: Some(names(words)),
        suggestion: nearest(text, words.iter().copied()).map(ToOwned::to_owned),
    });
}

/// Other clients have been seen to send ids of any version, and ids without hyphens; no page says that they are refused.
///
/// Source: `docs/wire.md`, "Requests".
fn uuid(checker: &mut Checker, kind: &Kind, text: &str, place: &Place<'_, '_>) {
    let is_new = matches!(kind, Kind::NewTaskUuid);
    let read = read_id(text);
    let (severity, doubt) = match &read {
        Err(error) => (Severity::Error, error.to_string()),
        Ok(_) if text.len() == UNHYPHENATED => {
            let only = if is_new { ", and this client sends no others" } else { "" };
            (Severity::Warning, format!("a UUID is documented with hyphens{only}"))
        }
        Ok(id) => match id.check_new() {
            Err(error) if is_new => {
                (Severity::Warning, format!("{error}, and this client sends version 4 only"))
            }
            _ => return,
        },
    };
    checker.findings.about(severity, FindingCode::Malformed, place, || Words {
        problem: format!("is {}: {doubt}", shown(place)),
        allowed: Some(Allowed(kind).to_string()),
        suggestion: None,
    });
}

/// How long an id without hyphens is.
const UNHYPHENATED: usize = 32;

/// Reads an id of any version, with hyphens or without.
pub(crate) fn read_id(text: &str) -> Result<TaskUuid, InvalidTaskUuid> {
    let is_plain = text.len() == UNHYPHENATED && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match TaskUuid::parse_echo(text).filter(|_| is_plain) {
        Some(id) => TaskUuid::parse_known(&id.to_string()),
        None => TaskUuid::parse_known(text),
    }
}

/// What is allowed for a kind, in words.
pub(super) struct Allowed<'a>(pub(super) &'a Kind);

impl fmt::Display for Allowed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Any => f.write_str("a JSON value"),
            Kind::Bool => f.write_str("true or false"),
            Kind::Integer { min, max } => {
                f.write_str("a whole number")?;
                range(f, (*min != i128::MIN).then_some(min), (*max < u32::MAX.into()).then_some(max))
            }
            Kind::Number { min: f64::MIN_POSITIVE, .. } => f.write_str("a number above 0"),
            Kind::Number { min, max } => {
                f.write_str("a number")?;
                range(f, min.is_finite().then_some(min), max.is_finite().then_some(max))
            }
            Kind::Text { min: 0, max: u32::MAX } => f.write_str("a string"),
            Kind::Text { min, max: u32::MAX } => write!(f, "a string of at least {min} characters"),
            Kind::Text { min: 0, max } => write!(f, "a string of at most {max} characters"),
            Kind::Text { min, max } => write!(f, "a string of {min} to {max} characters"),
            Kind::Word(words) => write!(f, "a string such as {}", quoted(words, " or ")),
            Kind::Const(word) => write!(f, "\"{word}\""),
            Kind::NewTaskUuid => f.write_str("a string that holds a UUID of version 4"),
            Kind::Uuid => f.write_str("a string that holds a UUID"),
            Kind::Url => f.write_str("an address that begins with http:// or https://"),
            Kind::Media => f.write_str(media::FORMS),
            Kind::Money => f.write_str("a number of US dollars, such as 0.0013"),
            Kind::Object(_) => f.write_str("an object"),
            Kind::List { of, .. } => write!(f, "an array of which each element is {}", Allowed(of)),
            Kind::OneOf(kinds) => {
                let kinds: Vec<String> = kinds.iter().map(|kind| Allowed(kind).to_string()).collect();
                f.write_str(&kinds.join(" or "))
            }
        }
    }
}

fn range<T: fmt::Display>(f: &mut fmt::Formatter<'_>, min: Option<T>, max: Option<T>) -> fmt::Result {
    match (min, max) {
        (Some(min), Some(max)) => write!(f, " from {min} to {max}"),
        (Some(min), None) => write!(f, " of at least {min}"),
        (None, Some(max)) => write!(f, " of at most {max}"),
        (None, None) => Ok(()),
    }
}

/// A number of things.
pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Up to three words in quotes.
fn quoted(words: &[&str], between: &str) -> String {
    let quoted: Vec<String> = words.iter().take(3).map(|word| format!("\"{word}\"")).collect();
    quoted.join(between)
}
