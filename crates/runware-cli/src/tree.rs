//! JSON that can be built up and shown without losing a digit or the order of its members.

use std::fmt;

use runware::types::RawJson;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value whose objects and lists are unfolded, while everything else keeps its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// A place that has no value yet.
    Vacant,
    /// A string.
    Text(String),
    /// Any value, as it was written.
    Raw(RawJson),
    /// A list.
    List(Vec<Tree>),
    /// An object; its members in the order they were written.
    Object(Vec<(String, Tree)>),
}

/// Where values nest deeper than this, they stay folded.
const MAX_DEPTH: usize = 100;

impl Tree {
    /// Unfolds a value.
    pub(crate) fn unfold(json: &RawJson) -> Self {
        Self::unfold_to(json, MAX_DEPTH)
    }

    fn unfold_to(json: &RawJson, depth: usize) -> Self {
        let folded = || Self::Raw(json.clone());
        let Some(depth) = depth.checked_sub(1) else { return folded() };
        match json.as_bytes().first() {
            Some(b'{') => json.decode::<Members>().map_or_else(
                |_| folded(),
                |Members(members)| {
                    let unfold = |(key, value)| (key, Self::unfold_to(&value, depth));
                    Self::Object(members.into_iter().map(unfold).collect())
                },
            ),
            Some(b'[') => json.decode::<Vec<RawJson>>().map_or_else(
                |_| folded(),
                |values| Self::List(values.iter().map(|value| Self::unfold_to(value, depth)).collect()),
            ),
            _ => folded(),
        }
    }

    /// Gives the place at the end of a path its value, making the objects and lists on the way.
    ///
    /// # Errors
    ///
    /// In words: the place has a value already, or the path cannot lead there.
    pub(crate) fn place(&mut self, path: &[&str], value: Self) -> Result<(), String> {
        match path.split_first() {
            Some((first, rest)) => self.step(first)?.place(rest, value),
            None if *self == Self::Vacant => {
                *self = value;
                Ok(())
            }
            None => Err("is given twice; a field has one value".to_owned()),
        }
    }

    /// The member of an object or list; a vacant place becomes what can have such a member.
    fn step(&mut self, segment: &str) -> Result<&mut Self, String> {
        let index =
            segment.parse::<usize>().ok().filter(|_| segment.bytes().all(|byte| byte.is_ascii_digit()));
        if *self == Self::Vacant {
            *self = if index.is_some() { Self::List(Vec::new()) } else { Self::Object(Vec::new()) };
        }
        match (self, index) {
            (Self::Object(members), _) => {
                let known = members.iter().position(|(key, _)| key == segment).unwrap_or(members.len());
                if known == members.len() {
                    members.push((segment.to_owned(), Self::Vacant));
                }
                members.get_mut(known).map(|(_, value)| value).ok_or_else(String::new)
            }
            (Self::List(values), Some(index)) => {
                let next = values.len();
                if index == next {
                    values.push(Self::Vacant);
                }
                values.get_mut(index).ok_or(format!("leaves a gap: the list's next place is {next}"))
            }
            (Self::List(_), None) => Err(format!("leads into a list, where `{segment}` is no place; 0 is")),
            _ => Err(format!("leads into a value that has no member `{segment}`")),
        }
    }

    /// Replaces every API key with a note.
    pub(crate) fn hide_keys(&mut self) {
        match self {
            Self::Object(members) => {
                for (key, value) in members {
                    match key.eq_ignore_ascii_case("apiKey") {
                        true => *value = Self::Text("(hidden)".to_owned()),
                        false => value.hide_keys(),
                    }
                }
            }
            Self::List(values) => values.iter_mut().for_each(Self::hide_keys),
            // What could not be unfolded cannot be searched either.
            Self::Raw(json) if matches!(json.as_bytes().first(), Some(b'{' | b'[')) => {
                *self = Self::Text("(nested too deeply or unreadable)".to_owned());
            }
            Self::Raw(_) | Self::Text(_) | Self::Vacant => {}
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Vacant => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Raw(json) => json.serialize(serializer),
            Self::List(values) => values.serialize(serializer),
            Self::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
        }
    }
}

/// The members of an object, in order and with duplicates.
struct Members(Vec<(String, RawJson)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> RawJson {
        RawJson::parse(text.to_owned()).unwrap()
    }

    fn written(tree: &Tree) -> String {
        serde_json::to_string(tree).unwrap()
    }

    #[test]
    fn unfolding_and_writing_keeps_order_digits_and_escapes() {
        let text = r#"{"z":1.10,"a":[{"n":123456789012345678901234567890},"\u00e9"],"z":null}"#;
        assert_eq!(written(&Tree::unfold(&json(text))), text);
    }

    #[test]
    fn what_nests_too_deeply_stays_as_it_is() {
        let text = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(written(&Tree::unfold(&json(&text))), text);
    }

    #[test]
    fn places_are_made_on_the_way() {
        let mut tree = Tree::Vacant;
        for (path, value) in [("a.b.0", "1"), ("a.b.1.c", "2"), ("a.d", "3"), ("0", "4")] {
            let path: Vec<&str> = path.split('.').collect();
            tree.place(&path, Tree::Raw(json(value))).unwrap();
        }
        assert_eq!(written(&tree), r#"{"a":{"b":[1,{"c":2}],"d":3},"0":4}"#);
    }

    #[test]
    fn places_that_cannot_be_are_refused() {
        let mut tree = Tree::unfold(&json(r#"{"list":[1],"text":"x"}"#));
        for (path, expected) in [
            (vec!["text"], "is given twice"),
            (vec!["text", "a"], "has no member `a`"),
            (vec!["list", "0"], "is given twice"),
            (vec!["list", "2"], "next place is 1"),
            (vec!["list", "a"], "`a` is no place"),
            (vec!["list", "99999999999999999999999"], "is no place"),
        ] {
            let refusal = tree.place(&path, Tree::Text("y".to_owned())).unwrap_err();
            assert!(refusal.contains(expected), "{path:?}: {refusal}");
        }
    }

    #[test]
    fn keys_are_hidden_wherever_they_stand() {
        let mut tree = Tree::unfold(&json(
            r#"[{"taskType":"authentication","apiKey":"s3cret"},{"deep":{"list":[{"APIKEY":["s3cret"]}]}}]"#,
        ));
        tree.hide_keys();
        assert!(!written(&tree).contains("s3cret"), "{}", written(&tree));

        let deep = format!("{}{{\"apiKey\":\"s3cret\"}}{}", "[".repeat(200), "]".repeat(200));
        let mut tree = Tree::unfold(&json(&deep));
        tree.hide_keys();
        assert!(!written(&tree).contains("s3cret"));
    }
}
