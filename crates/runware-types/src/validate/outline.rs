//! The values of a JSON text, each with its place, without unfolding any.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::json;

/// How deep values may be nested: the walk is recursive, and readers of replies go no deeper either.
pub(super) const MAX_DEPTH: usize = 128;

/// Where the values of a JSON value are: itself, and all that are inside, keys included, in the order of the text.
pub(super) struct Outline<'a> {
    text: &'a str,
    /// Where `text` begins in the text that people see.
    offset: usize,
    nodes: Vec<Node>,
}

#[derive(Clone, Copy)]
struct Node {
    start: usize,
    end: usize,
    /// The index of the first node that is not inside of this one.
    after: usize,
}

impl<'a> Outline<'a> {
    /// Takes stock of `text`, which must be one JSON value without white space around it.
    ///
    /// # Errors
    ///
    /// The offset of the bracket that opens one level too many.
    pub(super) fn of(text: &'a str, offset: usize) -> Result<Self, usize> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut open = Vec::new();
        let mut rest = text;
        while let Some(token) = json::next_token(rest) {
            let start = text.len() - rest.len();
            let end = start + token.len();
            match token {
                "," | ":" => {}
                "{" | "[" if open.len() == MAX_DEPTH => return Err(offset + start),
                "{" | "[" => {
                    open.push(nodes.len());
                    nodes.push(Node { start, end, after: 0 });
                }
                "}" | "]" => {
                    let after = nodes.len();
                    if let Some(node) = open.pop().and_then(|index: usize| nodes.get_mut(index)) {
                        (node.end, node.after) = (end, after);
                    }
                }
                _ => nodes.push(Node { start, end, after: nodes.len() + 1 }),
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
        self.outline.text.get(self.node.start..self.node.end).unwrap_or_default()
    }

    /// The bytes it has in the text that people see.
    pub(super) fn span(self) -> Range<usize> {
        self.outline.offset + self.node.start..self.outline.offset + self.node.end
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
        let end = if self.json_type() == parent { self.node.after } else { 0 };
        let mut next = self.index + 1;
        core::iter::from_fn(move || {
            let child = self.outline.value(next).filter(|_| next < end)?;
            next = child.node.after;
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
    use super::{JsonType, Outline};

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
        assert_eq!(Outline::of(&nested(129), 7).err(), Some(135));
        assert_eq!(Outline::of(&nested(1_000_000), 0).err(), Some(128));
    }
}
