//! Parts of a result: objects and lists inside of it, which share its memory.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{RawJson, json};

/// What a value inside of a result can be read as.
pub(crate) trait Part: Sized {
    /// `None` if the value is no such thing.
    fn of(value: RawJson) -> Option<Self>;
}

/// Any value.
impl Part for RawJson {
    fn of(value: RawJson) -> Option<Self> {
        Some(value)
    }
}

/// An object inside of a result: what types that [`part!`] defines are made of.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Object(RawJson);

impl Object {
    pub(super) fn new(value: RawJson) -> Self {
        Self(value)
    }

    pub(crate) fn raw(&self) -> &RawJson {
        &self.0
    }

    /// The JSON text of a field; a `null` counts as absent.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        json::member(self.0.as_str(), name).map(RawValue::get).filter(|value| *value != "null")
    }
}

impl Part for Object {
    fn of(value: RawJson) -> Option<Self> {
        value.as_str().starts_with('{').then_some(Self(value))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Reads `value`, which is the text of a part of `whole`.
pub(crate) fn part<T: Part>(whole: &RawJson, value: &str) -> Option<T> {
    T::of(RawJson::slice_of(whole.as_bytes(), serde_json::from_str(value).ok()?))
}

/// Reads the elements of `list`, which is the text of a part of `whole`; those that are no `T` are left out.
pub(crate) fn parts<T: Part>(whole: &RawJson, list: &str) -> Vec<T> {
    let part = |element| T::of(RawJson::slice_of(whole.as_bytes(), element));
    elements(list).into_iter().filter_map(part).collect()
}

/// The elements of a list that are strings, or numbers, which count as their digits.
pub(crate) fn texts(list: &str) -> Vec<String> {
    elements(list).into_iter().filter_map(|element| text(element.get())).map(Cow::into_owned).collect()
}

fn elements(list: &str) -> Vec<&RawValue> {
    serde_json::from_str(list).unwrap_or_default()
}

fn text(value: &str) -> Option<Cow<'_, str>> {
    let is_number = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number { Some(Cow::Borrowed(value)) } else { json::text(value) }
}

/// Defines an object inside of a result and its [`Shape`](crate::spec::Shape): `Name: "nameOfShape" [GROUPS]`.
macro_rules! part {
    ($(#[$meta:meta])* $name:ident: $shape:literal [$($group:ident),+]) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(crate::result::part::Object);

        impl $name {
            pub(crate) const SHAPE: crate::spec::Shape = crate::spec::Shape::object($shape, &[$(Self::$group),+]);

            /// The object as it came, with every field that has no method here.
            pub fn raw(&self) -> &crate::RawJson {
                self.0.raw()
            }
        }

        impl crate::result::part::Part for $name {
            fn of(value: crate::RawJson) -> Option<Self> {
                crate::result::part::Part::of(value).map(Self)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_tuple(stringify!($name)).field(self.0.raw()).finish()
            }
        }
    };
}
