//! One text, and why it is in the suite.

use std::fmt;

/// A text, its name and, in a word, its point.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) text: Vec<u8>,
    why: &'static str,
}

impl Case {
    pub(crate) fn new(name: impl Into<String>, text: impl Into<Vec<u8>>, why: &'static str) -> Self {
        Self { name: name.into(), text: text.into(), why }
    }
}

/// The rows of a table; `prefix` says which production they belong to, and whether they hold.
pub(crate) fn table(prefix: &str, rows: &[(&str, &str, &'static str)]) -> Vec<Case> {
    rows.iter().map(|(name, text, why)| Case::new(format!("{prefix}{name}"), *text, why)).collect()
}

/// The rows of a table of texts that are no UTF-8.
pub(crate) fn byte_table(prefix: &str, rows: &[(&str, &[u8], &'static str)]) -> Vec<Case> {
    rows.iter().map(|(name, text, why)| Case::new(format!("{prefix}{name}"), *text, why)).collect()
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.text.get(..80).unwrap_or(&self.text);
        write!(f, "{} ({}) {}", self.name, self.why, start.escape_ascii())
    }
}
