//! JSON objects written in a chosen order.
//!
//! The replies keep the member order of the documented samples, which a map would lose.

use std::fmt::Display;

use serde_json::Value;

/// A JSON object under construction.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self(String::from("{"))
    }

    pub(crate) fn text(self, key: &str, value: &str) -> Self {
        let value = quoted(value);
        self.raw(key, &value)
    }

    /// Writes what displays as a JSON number or as `true` and `false`.
    pub(crate) fn number(self, key: &str, value: impl Display) -> Self {
        self.raw(key, &value.to_string())
    }

    /// Writes `value`, which is JSON already.
    pub(crate) fn raw(mut self, key: &str, value: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(key));
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// Adds a member where there is something to add.
    pub(crate) fn with<T>(self, value: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => add(self, value),
            None => self,
        }
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// The JSON array of members that are JSON already.
pub(crate) fn array(members: &[String]) -> String {
    format!("[{}]", members.join(","))
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stay_in_order_and_texts_are_escaped() {
        let object = Object::new()
            .text("b", "say \"hi\"\n")
            .number("a", 7)
            .raw("raw", "{\"n\": 1}")
            .with(None::<u8>, |object, value| object.number("absent", value))
            .end();
        assert_eq!(object, r#"{"b":"say \"hi\"\n","a":7,"raw":{"n": 1}}"#);
        assert_eq!(Object::new().end(), "{}");
        assert_eq!(array(&[]), "[]");
    }
}
