//! The keys of an item that routing needs, looked up and decoded.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use serde::de::DeserializeOwned;

use super::key::{Key, Keys};
use crate::envelope::{AnomalyKind, Source, says_nothing};
use crate::json::{self, Member, Span};

/// The keys of one item that a reader of replies looks at.
pub(super) struct Head<'a> {
    text: &'a str,
    members: &'a [Member],
    /// For each key the place of its last member, counted from 1.
    places: [u32; Key::ALL.len()],
    found: Keys,
}

impl<'a> Head<'a> {
    /// Looks the keys up among the members of the object `text`. Notes those that were written twice.
    pub(super) fn find(text: &'a str, members: &'a [Member], source: &mut Source<'_>) -> Self {
        let mut head = Self { text, members, places: [0; Key::ALL.len()], found: Keys::default() };
        let mut repeated = Keys::default();
        for (place, member) in (1..).zip(members) {
            let Some(key) = Key::of(&member.key(text.as_bytes())) else { continue };
            // Once per key is enough to know, and a body full of one key must not fill the memory.
            if head.found.has(key) && !repeated.has(key) {
                repeated = repeated.with(key);
                source.note(AnomalyKind::RepeatedKey, Some(key.name()), head.written(key));
            }
            head.found = head.found.with(key);
            if let Some(slot) = head.places.get_mut(key as usize) {
                *slot = place;
            }
        }
        head
    }

    /// Whether there is an output that says something. One of a type that no output has is noted and counts as absent.
    pub(super) fn has_output(&self, source: &mut Source<'_>) -> bool {
        let mut has_output = false;
        for key in self.found.that_are_in(Keys::OUTPUTS).iter() {
            let usable = self.read(key, source, |value| {
                let fits = match key {
                    Key::Outputs => value.starts_with(['{', '[']),
                    // What a classifying model says may have any form.
                    Key::StructuredData => true,
                    _ => value.starts_with('"'),
                };
                fits.then_some(value)
            });
            // An empty text can be all a model had to say.
            has_output |= usable.is_some_and(|value| key == Key::Text || !says_nothing(value));
        }
        has_output
    }

    /// Whether the item tells of a failure: with an `error`, or with a `code` in words.
    pub(super) fn tells_failure(&self) -> bool {
        self.tells(Key::Error) || self.tells(Key::Code) && self.written(Key::Code).starts_with('"')
    }

    /// The first of the result's ids that is there and not empty.
    pub(super) fn result_uuid(&self, source: &mut Source<'_>) -> Option<Text> {
        let ids = self.found.that_are_in(Keys::RESULT_UUIDS).iter();
        let mut usable = ids.filter_map(|key| Some((key, self.string(key, source)?)));
        usable.find(|(_, id)| !id.is_empty()).map(|(key, id)| self.kept(key, id))
    }

    /// The string of this key; a value that is none is noted and counts as absent.
    pub(super) fn string(&self, key: Key, source: &mut Source<'_>) -> Option<Cow<'a, str>> {
        self.read(key, source, json::text)
    }

    /// The value of this key as a `T`; a value that is no `T` is noted and counts as absent.
    pub(super) fn decode<T: DeserializeOwned>(&self, key: Key, source: &mut Source<'_>) -> Option<T> {
        self.read(key, source, |value| serde_json::from_str(value).ok())
    }

    pub(super) fn read<T>(
        &self,
        key: Key,
        source: &mut Source<'_>,
        decode: impl FnOnce(&'a str) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let decoded = decode(value);
        if decoded.is_none() {
            source.note(AnomalyKind::UnusableField, Some(key.name()), value);
        }
        decoded
    }

    /// The string of this key, which [`string`](Self::string) has read, in a form that outlives the text.
    pub(super) fn kept(&self, key: Key, string: Cow<'a, str>) -> Text {
        match (string, self.place(key)) {
            (Cow::Borrowed(_), Some(place)) => Text::Plain(place.inside_quotes()),
            (string, _) => Text::Decoded(string.into()),
        }
    }

    /// The value of this key. A `null` says as much as no key.
    fn value(&self, key: Key) -> Option<&'a str> {
        Some(self.written(key)).filter(|value| !matches!(*value, "" | "null"))
    }

    /// Whether the value is there and is worth a look.
    fn tells(&self, key: Key) -> bool {
        self.value(key).is_some_and(|value| !says_nothing(value))
    }

    /// The JSON text of this key's last value; empty if the key is not there.
    fn written(&self, key: Key) -> &'a str {
        self.place(key).map(|place| place.text_of(self.text)).unwrap_or_default()
    }

    fn place(&self, key: Key) -> Option<Span> {
        let place = self.places.get(key as usize)?.checked_sub(1)?;
        Some(self.members.get(place as usize)?.value())
    }
}

/// A string of an item.
#[derive(Clone)]
pub(super) enum Text {
    /// Written without escapes: the part of the item that it is.
    Plain(Span),
    /// What the escapes stand for.
    Decoded(Box<str>),
}

impl Text {
    pub(super) fn of<'a>(&'a self, item: &'a [u8]) -> &'a str {
        match self {
            Self::Plain(span) => span.checked_text_of(item),
            Self::Decoded(text) => text,
        }
    }
}
