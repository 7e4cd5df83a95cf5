//! Looking into objects and lists without unfolding the values inside.

use alloc::vec::Vec;
use core::fmt;

use serde::Deserializer;
use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::AnomalyKind;
use super::source::Source;
use crate::json::{Flaw, Member, Scanner};

/// The fields of one object.
pub(crate) struct Fields<'a> {
    object: &'a str,
    members: Vec<Member>,
}

impl<'a> Fields<'a> {
    /// Reads one object, which must be all of `text` and is JSON.
    ///
    /// # Errors
    ///
    /// The text is not an object, or is too large to count its bytes.
    pub(crate) fn read(text: &'a str) -> Result<Self, Flaw> {
        let mut members = Vec::new();
        if text.len() > Member::MOST_BYTES {
            return Err(Flaw::Malformed);
        }
        Scanner::new(text, usize::MAX).members(&mut members)?;
        Ok(Self::new(text, members))
    }

    /// The fields of an object whose members these are.
    pub(super) fn new(object: &'a str, members: Vec<Member>) -> Self {
        Self { object, members }
    }

    /// The whole object.
    pub(super) fn object(&self) -> &'a str {
        self.object
    }

    /// The whole object, and where its members are.
    pub(super) fn into_parts(self) -> (&'a str, Vec<Member>) {
        (self.object, self.members)
    }

    /// Whether the object has no keys at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of a key; of a key written twice, the last one. A `null` says as much as no key.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let member = Member::last(&self.members, self.object.as_bytes(), name)?;
        Some(member.value().text_of(self.object)).filter(|value| *value != "null")
    }

    /// Like [`get`](Self::get), and the value is worth a look: not `false`, not an empty string, list or object.
    pub(crate) fn get_telling(&self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|value| !says_nothing(value))
    }

    /// Whether the key is there, even if with a `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        Member::last(&self.members, self.object.as_bytes(), name).is_some()
    }

    /// Whether the object tells of a failure: with an `error`, or with a `code` in words.
    pub(crate) fn tell_failure(&self) -> bool {
        self.get_telling("error").is_some()
            || self.get_telling("code").is_some_and(|code| code.starts_with('"'))
    }

    /// The value of a key as a `T`; a value that is no `T` is noted and counts as absent.
    pub(crate) fn decode<T: DeserializeOwned>(
        &self,
        name: &'static str,
        source: &mut Source<'_>,
    ) -> Option<T> {
        let value = self.get(name)?;
        let decoded = serde_json::from_str(value).ok();
        if decoded.is_none() {
            source.note(AnomalyKind::UnusableField, Some(name), value);
        }
        decoded
    }

    /// Notes those of these keys that were written twice.
    pub(crate) fn note_repeated(&self, names: &[&'static str], source: &mut Source<'_>) {
        let mut seen: Vec<(&str, &str, bool)> = Vec::new();
        for member in &self.members {
            let Some(name) = names.iter().find(|name| member.is(self.object.as_bytes(), name)) else {
                continue;
            };
            match seen.iter_mut().find(|(before, ..)| before == name) {
                None => seen.push((name, member.value().text_of(self.object), false)),
                // Once per key is enough to know, and a body full of one key must not fill the memory.
                Some((_, before, is_noted)) if !*is_noted => {
                    source.note(AnomalyKind::RepeatedKey, Some(name), before);
                    *is_noted = true;
                }
                Some(_) => {}
            }
        }
    }
}

/// Whether a value stands for "nothing here": `null`, `false`, `""`, `[]`, `{}`.
pub(crate) fn says_nothing(value: &str) -> bool {
    let inside = |open, close| value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    matches!(value, "null" | "false" | "\"\"")
        || inside('[', ']').or_else(|| inside('{', '}')).is_some_and(|inside| inside.trim_ascii().is_empty())
}

/// The elements of a list.
pub(crate) struct Elements<'a> {
    pub(crate) values: Vec<&'a RawValue>,
    /// The first element beyond the limit, if there are more than the limit allows.
    pub(crate) surplus: Option<&'a RawValue>,
}

impl<'a> Elements<'a> {
    /// Reads one list, which must be all of `text`, and keeps at most `limit` of its elements.
    ///
    /// # Errors
    ///
    /// The text is not JSON or not a list.
    pub(crate) fn read(text: &'a str, limit: usize) -> serde_json::Result<Self> {
        let mut parser = serde_json::Deserializer::from_str(text);
        let elements = parser.deserialize_seq(AtMost(limit))?;
        parser.end()?;
        Ok(elements)
    }
}

struct AtMost(usize);

impl<'de> Visitor<'de> for AtMost {
    type Value = Elements<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Elements { values: Vec::new(), surplus: None };
        while elements.values.len() < self.0 {
            let Some(value) = list.next_element()? else { return Ok(elements) };
            elements.values.push(value);
        }
        elements.surplus = list.next_element()?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(elements)
    }
}
