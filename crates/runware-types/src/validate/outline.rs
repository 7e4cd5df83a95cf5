//! The values of a JSON text, each with its place, without unfolding any.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::json;

/// How deep values may be nested: the walk is recursive, and readers of replies go no deeper either.
pub(super) const MAX_DEPTH: usize = 128;

/// How many bytes a value may have: what readers of replies take unless told otherwise.
pub(super) const MAX_BYTES: usize = 64 * 1024 * 1024;

/// How many values may be in one value, keys included: more than any task has, and few enough that their places, and what
/// is gathered of them, fit into some 50 MB.
pub(super) const MAX_VALUES: usize = 1 << 20;

/// Where the values of a JSON value are: itself, and all that are inside, keys included, in the order of the text.
pub(super) struct Outline<'a> {
    text: &'a str,
    /// Where `text` begins in the text that people see.
    offset: usize,
    nodes: Vec<Node>,
}

/// Counted in 32 bits, which is enough for [`MAX_BYTES`] and [`MAX_VALUES`].
#[derive(Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// The index of the first node that is not inside of this one.
    after: u32,
}

/// Why there is no outline of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooMuch {
    /// It is nested too deeply: where the bracket is that opens one level too many.
    Depth(usize),
    Bytes,
    Values,
}

impl<'a> Outline<'a> {
    /// Takes stock of `text`, which must be one JSON value without white space around it.
    ///
    /// # Errors
    ///
    /// The text goes beyond [`MAX_DEPTH`], [`MAX_BYTES`] or [`MAX_VALUES`].
    pub(super) fn of(text: &'a str, offset: usize) -> Result<Self, TooMuch> {
        if text.len() > MAX_BYTES {
            return Err(TooMuch::Bytes);
        }
        let mut nodes: Vec<Node> = Vec::new();
        let mut open = Vec::new();
        let mut rest = text;
        while let Some(token) = json::next_token(rest) {
            let start = text.len() - rest.len();
            let end = start + token.len();
            let after = nodes.len() as u32;
            match token {
                "," | ":" => {}
                "{" | "[" if open.len() == MAX_DEPTH => return Err(TooMuch::Depth(offset + start)),
                "}" | "]" => {
                    if let Some(node) = open.pop().and_then(|index: usize| nodes.get_mut(index)) {
                        (node.end, node.after) = (end as u32, after);
                    }
                }
                _ if nodes.len() == MAX_VALUES => return Err(TooMuch::Values),
                _ => {
                    if matches!(token, "{" | "[") {
                        open.push(nodes.len());
                    }
                    nodes.push(Node { start: start as u32, end: end as u32, after: after + 1 });
                }
            }
            rest = rest.get(token.len()..).unwrap_or_default().trim_ascii_start();
        }
        Ok(Self { text, offset, nodes })
    }

    /// The whole value.
    pub(super) fn root(&'a self) -> Option<Value<'a>> {
        self.value(0)
    }

    fn value(&'a self, index: usize) -> Option<Value<'a>> {
        Some(Value { outline: self, index, node: *self.nodes.get(index)? })
    }
}

/// A JSON value, or a key.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    outline: &'a Outline<'a>,
    index: usize,
    node: Node,
}

impl<'a> Value<'a> {
    pub(super) fn json(self) -> &'a str {
        self.outline.text.get(self.place()).unwrap_or_default()
    }

    /// The bytes it has in the text that people see.
    pub(super) fn span(self) -> Range<usize> {
        let place = self.place();
        self.outline.offset + place.start..self.outline.offset + place.end
    }

    fn place(self) -> Range<usize> {
        self.node.start as usize..self.node.end as usize
    }

    pub(super) fn json_type(self) -> JsonType {
        match self.json().as_bytes().first() {
            Some(b'{') => JsonType::Object,
            Some(b'[') => JsonType::Array,
            Some(b'"') => JsonType::String,
            Some(b't' | b'f') => JsonType::Boolean,
            Some(b'n') => JsonType::Null,
            _ => JsonType::Number,
        }
    }

    /// The content of a string; `None` for other values, and for half of a surrogate pair, which is no text.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        json::text(self.json())
    }

    /// The content of a key. One that is no text stands as it is written.
    pub(super) fn key(self) -> Cow<'a, str> {
        self.text().unwrap_or_else(|| Cow::Borrowed(self.json().trim_matches('"')))
    }

    /// Keys and values of an object; nothing for other values.
    pub(super) fn members(self) -> impl Iterator<Item = (Self, Self)> {
        let mut children = self.children_if(JsonType::Object);
        core::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The elements of an array; nothing for other values.
    pub(super) fn elements(self) -> impl Iterator<Item = Self> {
        self.children_if(JsonType::Array)
    }

    /// The value of a key; of a key written twice, the last one.
    pub(super) fn member(self, key: &str) -> Option<Self> {
        self.members().filter(|(name, _)| name.key() == key).map(|(_, value)| value).last()
    }

    fn children_if(self, parent: JsonType) -> impl Iterator<Item = Self> {
        let end = if self.json_type() == parent { self.node.after as usize } else { 0 };
        let mut next = self.index + 1;
        core::iter::from_fn(move || {
            let child = self.outline.value(next).filter(|_| next < end)?;
            next = child.node.after as usize;
            Some(child)
        })
    }
}

/// The types that JSON has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonType {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonType, MAX_BYTES, MAX_VALUES, Outline, TooMuch};

    #[test]
    fn every_value_has_its_place() {
        let text = r#"{"a" : [1, "x\"]", {}, []] ,"b":{"c":null}}"#;
        let outline = Outline::of(text, 100).unwrap();
        let root = outline.root().unwrap();
        assert_eq!((root.json(), root.span()), (text, 100..100 + text.len()));
        let members: Vec<_> = root.members().map(|(key, value)| (key.key(), value.json())).collect();
        assert_eq!(members, [("a".into(), r#"[1, "x\"]", {}, []]"#), ("b".into(), r#"{"c":null}"#)]);
        let elements: Vec<_> = root.member("a").unwrap().elements().map(|value| value.json()).collect();
        assert_eq!(elements, ["1", r#""x\"]""#, "{}", "[]"]);
        let inner = root.member("b").unwrap().member("c").unwrap();
        assert_eq!((inner.json_type(), inner.span()), (JsonType::Null, 137..141));
        assert_eq!(text.get(37..41), Some("null"));
    }

    #[test]
    fn scalars_and_empty_containers_hold_nothing() {
        for text in ["1", "\"a\"", "null", "{}", "[]", "[{}]"] {
            let outline = Outline::of(text, 0).unwrap();
            assert_eq!(outline.root().unwrap().members().count(), 0, "{text}");
        }
        let outline = Outline::of("{\"a\":1}", 0).unwrap();
        assert_eq!(outline.root().unwrap().elements().count(), 0);
    }

    #[test]
    fn what_is_nested_too_deeply_is_not_walked() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Outline::of(&nested(128), 0).is_ok());
        assert_eq!(Outline::of(&nested(129), 7).err(), Some(TooMuch::Depth(135)));
        assert_eq!(Outline::of(&nested(1_000_000), 0).err(), Some(TooMuch::Depth(128)));
    }

    #[test]
    fn what_is_too_large_is_not_walked() {
        let list = |values: usize| format!("[{}]", vec!["0"; values - 1].join(","));
        assert!(Outline::of(&list(MAX_VALUES), 0).is_ok());
        assert_eq!(Outline::of(&list(MAX_VALUES + 1), 0).err(), Some(TooMuch::Values));
        let text = |bytes: usize| format!("\"{}\"", "a".repeat(bytes - 2));
        assert!(Outline::of(&text(MAX_BYTES), 0).is_ok());
        assert_eq!(Outline::of(&text(MAX_BYTES + 1), 0).err(), Some(TooMuch::Bytes));
    }

    #[test]
    fn readers_of_replies_have_the_same_limits() {
        let limits = crate::Limits::default();
        assert_eq!((limits.max_bytes, limits.max_depth), (MAX_BYTES, super::MAX_DEPTH));
    }
}
