//! JSON kept as it was written.

mod member;
mod scan;
mod short;
#[cfg(test)]
mod tests;

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use core::fmt;

use bytes::Bytes;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::DecodeError;
use crate::finite::{self, InvalidValue};

pub(crate) use member::{Member, Span, key};
pub(crate) use scan::{Flaw, Scanner};
pub(crate) use short::{HIDDEN, abridged, is_secret, next_token, secrets, shortened};

/// One JSON value, kept as the exact text it was written in.
///
/// Numbers keep all their digits, objects keep the order of their keys, and a value cut out of a larger text shares
/// that text's memory. Two values are equal when their texts are. `Debug` shows at most 200 characters and no API key.
///
/// ```
/// use runware_types::RawJson;
///
/// let item = RawJson::parse(r#"{"seed": 123456789012345678901234567890, "cost": 1.10}"#)?;
/// assert_eq!(item.field("cost").unwrap().as_str(), "1.10");
/// assert_eq!(item.field("cost").unwrap().decode::<f32>()?, 1.1);
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJson(Bytes);

impl RawJson {
    /// Takes text that holds one JSON value; white space around the value is dropped.
    ///
    /// # Errors
    ///
    /// The text is empty, is not UTF-8, or is not one JSON value. Depth is no error: the value is not unfolded here.
    pub fn parse(bytes: impl Into<Bytes>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        match serde_json::from_slice::<&RawValue>(&bytes) {
            Ok(value) => Ok(Self::slice_of(&bytes, value)),
            Err(error) => Err(DecodeError::from_parser(&error, &bytes)),
        }
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    ///
    /// The value holds a NaN or an infinity at any depth, for which JSON has no number, or it cannot be written as JSON
    /// at all, such as a map whose keys are lists.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, InvalidValue> {
        finite::check(value)?;
        match serde_json::to_vec(value) {
            Ok(text) => Ok(Self(text.into())),
            Err(error) => Err(InvalidValue::not_json(&error)),
        }
    }

    /// The part of `buffer` that `value` was read from, without copying it. `value` must borrow from `buffer`.
    pub(crate) fn slice_of(buffer: &Bytes, value: &RawValue) -> Self {
        Self::part_of(buffer, value.get().as_bytes())
    }

    /// The part of `buffer` that `value` is, without copying it. `value` must be one JSON value, and borrow from
    /// `buffer`.
    pub(crate) fn part_of(buffer: &Bytes, value: &[u8]) -> Self {
        Self(buffer.slice_ref(value))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Every constructor has checked that this is UTF-8.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The text as shared memory.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// Reads the value as a `T`.
    ///
    /// # Errors
    ///
    /// The value is not of that type. Offsets count from the start of this value.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_json::from_slice(&self.0).map_err(|error| DecodeError::from_parser(&error, &self.0))
    }

    /// The value of a key of this object, sharing this value's memory; of a key written twice, the last one.
    ///
    /// `None` if there is no such key, or if this value is no object.
    pub fn field(&self, name: &str) -> Option<Self> {
        Some(Self::slice_of(&self.0, self.value(name)?))
    }

    pub(crate) fn value(&self, name: &str) -> Option<&RawValue> {
        let mut parser = serde_json::Deserializer::from_slice(&self.0);
        parser.deserialize_map(FieldNamed(name)).ok().flatten()
    }

    /// The value and its type in words, for messages: `"4" (a string)`, `an array`.
    pub(crate) fn describe(&self) -> String {
        describe(self.as_str())
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short::abridged(self.as_str(), 200))
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: &RawValue = serde_json::from_slice(&self.0).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
        Ok(Self(Bytes::from(text.into_boxed_bytes())))
    }
}

/// The content of a JSON string: borrowed where the JSON has no escapes. `None` for what is no string.
pub(crate) fn text(json: &str) -> Option<Cow<'_, str>> {
    let inside = json.strip_prefix('"')?.strip_suffix('"')?;
    // The value was read as JSON before: without escapes, all that is between the quotes is its content.
    match memchr::memchr(b'\\', inside.as_bytes()) {
        None => Some(Cow::Borrowed(inside)),
        Some(_) => serde_json::from_str(json).ok().map(Cow::Owned),
    }
}

/// The value of a key of a JSON object; of a key written twice, the last one. `None` also for what is no object.
pub(crate) fn member<'a>(json: &'a str, name: &str) -> Option<&'a RawValue> {
    serde_json::Deserializer::from_str(json).deserialize_map(FieldNamed(name)).ok().flatten()
}

/// A JSON value and its type in words, for messages: `"4" (a string)`, `an array`.
pub(crate) fn describe(json: &str) -> String {
    let kind = match json.as_bytes().first() {
        Some(b'{') => return "an object".to_owned(),
        Some(b'[') => return "an array".to_owned(),
        Some(b'n') => return "null".to_owned(),
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    };
    format!("{} ({kind})", short::abridged(json, 60))
}

/// Text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Finds the value of one key of an object.
struct FieldNamed<'a>(&'a str);

impl<'de> Visitor<'de> for FieldNamed<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_it) = map.next_key_seed(KeyIs(self.0))? {
            if is_it {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Compares a key without allocating. Reads bytes: one key with a lone surrogate must not hide the others.
struct KeyIs<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for KeyIs<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for KeyIs<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<bool, E> {
        Ok(key == self.0.as_bytes())
    }
}
