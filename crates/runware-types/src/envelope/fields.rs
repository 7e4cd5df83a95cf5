//! Looking into objects and lists without unfolding the values inside.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::AnomalyKind;
use super::source::Source;

/// The values of some keys of one object.
pub(crate) struct Fields<'a> {
    known: Vec<(&'static str, &'a RawValue)>,
    repeated: Vec<(&'static str, &'a RawValue)>,
    is_empty: bool,
}

impl<'a> Fields<'a> {
    /// Reads one object, which must be all of `text`, and keeps the values of the keys in `names`.
    ///
    /// # Errors
    ///
    /// The text is not JSON or not an object.
    pub(crate) fn read(text: &'a str, names: &[&[&'static str]]) -> serde_json::Result<Self> {
        let mut parser = serde_json::Deserializer::from_str(text);
        let fields = parser.deserialize_map(Named(names))?;
        parser.end()?;
        Ok(fields)
    }

    /// Whether the object has no keys at all, known or not.
    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The value of a key; of a key written twice, the last one. A `null` says as much as no key.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.known
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
            .filter(|v| v.get() != "null")
    }

    /// Like [`get`](Self::get), and the value is worth a look: not `false`, not an empty string, list or object.
    pub(crate) fn get_telling(&self, name: &str) -> Option<&'a RawValue> {
        self.get(name).filter(|value| !says_nothing(value))
    }

    /// Whether the key is there, even if with a `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.known.iter().any(|(known, _)| *known == name)
    }

    /// Whether the object tells of a failure: with an `error`, or with a `code` in words.
    pub(crate) fn tell_failure(&self) -> bool {
        self.get_telling("error").is_some()
            || self.get_telling("code").is_some_and(|code| code.get().starts_with('"'))
    }

    /// The value of a key as a `T`; a value that is no `T` is noted and counts as absent.
    pub(crate) fn decode<T: DeserializeOwned>(
        &self,
        name: &'static str,
        source: &mut Source<'_>,
    ) -> Option<T> {
        let value = self.get(name)?;
        let decoded = serde_json::from_str(value.get()).ok();
        if decoded.is_none() {
            source.note(AnomalyKind::UnusableField, Some(name), value);
        }
        decoded
    }

    /// Notes the keys that were written twice.
    pub(crate) fn note_repeated(&self, source: &mut Source<'_>) {
        for (name, value) in &self.repeated {
            source.note(AnomalyKind::RepeatedKey, Some(name), value);
        }
    }

    fn put(&mut self, name: &'static str, value: &'a RawValue) {
        let Some(slot) = self.known.iter_mut().find(|(known, _)| *known == name) else {
            self.known.push((name, value));
            return;
        };
        let before = core::mem::replace(&mut slot.1, value);
        // Once per key is enough to know, and a body full of one key must not fill the memory.
        if !self.repeated.iter().any(|(known, _)| *known == name) {
            self.repeated.push((name, before));
        }
    }
}

/// Whether a value stands for "nothing here": `null`, `false`, `""`, `[]`, `{}`.
pub(crate) fn says_nothing(value: &RawValue) -> bool {
    let text = value.get();
    let inside = |open, close| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    matches!(text, "null" | "false" | "\"\"")
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

struct Named<'n>(&'n [&'n [&'static str]]);

impl<'de> Visitor<'de> for Named<'_> {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields { known: Vec::new(), repeated: Vec::new(), is_empty: true };
        // A key is read as raw text, too: one that is no valid string must not hide the others.
        while let Some(key) = map.next_key::<&RawValue>()? {
            fields.is_empty = false;
            let key = unquoted(key);
            match self.0.iter().copied().flatten().find(|name| **name == key) {
                Some(name) => fields.put(name, map.next_value()?),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(fields)
    }
}

/// The content of a key; empty if it is no valid string.
fn unquoted(key: &RawValue) -> Cow<'_, str> {
    let text = key.get();
    if text.contains('\\') {
        return Cow::Owned(serde_json::from_str(text).unwrap_or_default());
    }
    Cow::Borrowed(text.trim_matches('"'))
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
