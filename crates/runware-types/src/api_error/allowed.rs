//! What an error says would have been allowed.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::text_of;
use crate::RawJson;
use crate::envelope::Elements;

/// The numbers that a parameter may be, each exactly as the server wrote it; see [`ApiError::range`].
///
/// ```
/// use runware_types::{ApiError, RawJson};
///
/// let error = ApiError::from_raw(RawJson::parse(r#"{"code": "invalidWidth", "min": 256, "max": 16383}"#)?);
/// let range = error.range().unwrap();
/// assert_eq!(range.max.unwrap().decode::<u32>()?, 16383);
/// assert_eq!(range.multiplier, None);
/// # Ok::<(), runware_types::DecodeError>(())
/// ```
///
/// Source: `docs/wire.md`, "Errors".
///
/// [`ApiError::range`]: crate::ApiError::range
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AllowedRange {
    /// The `min`: the least that is allowed.
    pub min: Option<RawJson>,
    /// The `max`: the most that is allowed.
    pub max: Option<RawJson>,
    /// The `multiplier`: what the number must be a multiple of.
    pub multiplier: Option<RawJson>,
    /// The `default`: what counts when the parameter is left out.
    pub default: Option<RawJson>,
}

impl AllowedRange {
    /// Makes a range of the numbers that `field` finds; `None` if it finds none.
    pub(super) fn read(field: impl Fn(&str) -> Option<RawJson>) -> Option<Self> {
        let number = |name| field(name).filter(is_number);
        let range = Self {
            min: number("min"),
            max: number("max"),
            multiplier: number("multiplier"),
            default: number("default"),
        };
        let Self { min, max, multiplier, default } = &range;
        [min, max, multiplier, default].iter().any(|number| number.is_some()).then_some(range)
    }
}

/// One of the values that a parameter may have; see [`ApiError::allowed_values`](crate::ApiError::allowed_values).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AllowedValue {
    /// What the value is listed under, if the server sent an object: an aspect ratio such as `3:2`.
    pub name: Option<String>,
    /// The value, exactly as it was written.
    pub value: RawJson,
}

impl AllowedValue {
    /// The values of a list, or of an object with their keys; of any other value, itself. At most `limit` are read.
    pub(super) fn read_all(values: &RawJson, limit: usize) -> Vec<Self> {
        let keep = |name, value| Self { name, value: RawJson::slice_of(values.as_bytes(), value) };
        if let Ok(list) = Elements::read(values.as_str(), limit) {
            return list.values.into_iter().map(|value| keep(None, value)).collect();
        }
        let mut parser = serde_json::Deserializer::from_slice(values.as_bytes());
        match parser.deserialize_map(Members { limit }) {
            Ok(members) => members.into_iter().map(|(name, value)| keep(Some(name), value)).collect(),
            Err(_) => vec![Self { name: None, value: values.clone() }],
        }
    }
}

fn is_number(value: &RawJson) -> bool {
    value.as_str().starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// Reads the members of an object, in order.
struct Members {
    limit: usize,
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        // A key is read as raw text: one that is no valid string must not hide the others.
        while let Some(key) = map.next_key::<&RawValue>()? {
            if members.len() < self.limit {
                members.push((text_of(key.get()), map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(members)
    }
}
