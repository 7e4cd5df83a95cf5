//! JSON objects that keep the order and the text of their members.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::InvalidTask;
use crate::{RawJson, json};

/// The members of an object, each key once.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Object(Vec<(String, RawJson)>);

impl Object {
    /// Takes an object apart; the values share its memory.
    pub(super) fn parse(text: &RawJson) -> Result<Self, InvalidTask> {
        if !text.as_bytes().starts_with(b"{") {
            return Err(InvalidTask::whole(format!("is {}; it must be a JSON object", text.describe())));
        }
        let members = serde_json::Deserializer::from_slice(text.as_bytes())
            .deserialize_map(Members)
            .map_err(|error| InvalidTask::whole(format!("cannot be read: {error}")))?;
        let mut seen = BTreeSet::new();
        if let Some((key, _)) = members.iter().find(|(key, _)| !seen.insert(key.as_str())) {
            return Err(InvalidTask::new(key, "is written twice; a field must have one value"));
        }
        let kept = |(key, value)| (key, RawJson::slice_of(text.as_bytes(), value));
        Ok(Self(members.into_iter().map(kept).collect()))
    }

    pub(super) fn get(&self, key: &str) -> Option<&RawJson> {
        self.iter().find_map(|(name, value)| (name == key).then_some(value))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Replaces a member in its place, or adds it at the end.
    pub(super) fn insert(&mut self, key: &str, value: RawJson) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<RawJson> {
        let at = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(at).1)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.iter() {
            object.serialize_entry(key, value)?;
        }
        object.end()
    }
}

/// Reads an object's members without reading their values, duplicates included.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// Writes an object member by member.
pub(super) struct ObjectWriter(String);

impl ObjectWriter {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    /// Adds a member whose value is JSON already.
    pub(super) fn member(&mut self, key: &str, value: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&json::quoted(key));
        self.0.push(':');
        self.0.push_str(value);
    }

    pub(super) fn finish(mut self) -> Bytes {
        self.0.push('}');
        // A task waits, perhaps long, and among many: without the room that its writing took.
        self.0.into_boxed_str().into_boxed_bytes().into()
    }
}
