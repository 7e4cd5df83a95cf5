//! What is wrong, or may be wrong, with a request or a reply.

mod display;
mod excerpt;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Serialize, Serializer};

pub use excerpt::Excerpt;

/// Defines an enum of things that have a stable name.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every kind, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, such as `missing-field`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

/// Everything that was found in a request or a reply; see [`validate_text`](crate::validate_text).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
    checked: usize,
    omitted: usize,
}

/// One thing that is wrong or may be wrong.
///
/// `Display` is one line, such as `error[missing-field]: /0/model is missing; it must be a string`. `Serialize` writes an
/// object with the names of the fields in camelCase, without those that are `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of thing it is; stable, for programs and translations.
    pub code: FindingCode,
    /// Where it is, as a JSON pointer (RFC 6901) from the root of the value: `/0/inputs/seedImage`. Empty for the root. A
    /// field that is missing has the pointer that it would have.
    pub pointer: String,
    /// What is wrong, as the rest of a sentence that begins with the field.
    pub problem: String,
    /// The JSON that is there, shortened and without API keys, if there is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What is allowed there, in words, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
    /// The nearest name that is known, if the name that was found is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// Where it is in the text; `None` for typed tasks, which have no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Which value of the text it is in, from 0: the line of JSON Lines, if none of them is empty. Always 0 where there is
    /// but one value.
    pub value_index: usize,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is known to be wrong, but it could not be checked: an unknown model or task type.
    Unknown,
    /// Unknown to this crate, or without effect: a newer server may accept it.
    Warning,
    /// The protocol documents that this is rejected.
    Error,
}

/// What a [`Report`] comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Everything could be checked, and nothing is known to be rejected.
    Valid,
    /// Nothing is known to be rejected, but not everything could be checked.
    CannotTell,
    /// Something is documented to be rejected.
    Invalid,
}

/// A place in a text.
///
/// An unknown field is at its key, a missing one at the bracket that opens its object, anything else at the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Location {
    /// Where it begins, in bytes from the start of the text, a byte order mark included.
    pub offset: usize,
    /// How many bytes it has; 0 at the end of the text.
    pub length: usize,
    /// The line, from 1; lines end with a line feed.
    pub line: usize,
    /// The column, from 1, in characters; a byte order mark is none.
    pub column: usize,
}

codes! {
    /// The kinds of [`Finding`].
    pub enum FindingCode {
        /// The text is not JSON.
        Syntax = "syntax",
        /// The text is JSON, but not a task, a request or a reply.
        Shape = "shape",
        /// A key is written twice.
        RepeatedKey = "repeated-key",
        /// A required field is missing.
        MissingField = "missing-field",
        /// A field that is not known here.
        UnknownField = "unknown-field",
        /// A value of the wrong JSON type.
        WrongType = "wrong-type",
        /// A number, a text or a list outside of its bounds.
        OutOfRange = "out-of-range",
        /// A word that is not known here.
        UnknownWord = "unknown-word",
        /// Another text than the only one that is allowed.
        WrongValue = "wrong-value",
        /// A text that is not of the form it must have: an id, an address.
        Malformed = "malformed",
        /// A media input that is none of the four forms.
        NotMedia = "not-media",
        /// A media input that is taken as base64 and is too short to be a file.
        ShortBase64 = "short-base64",
        /// An address that only the caller's own machine or network can reach.
        PrivateAddress = "private-address",
        /// Fields that do not go together.
        Conflict = "conflict",
        /// A field that has no effect beside the others.
        NoEffect = "no-effect",
        /// An id that another task has already.
        DuplicateId = "duplicate-id",
        /// An element that is not where it must be.
        Misplaced = "misplaced",
        /// A shape of replies that readers accept and nobody documents.
        UndocumentedShape = "undocumented-shape",
        /// A task type that is not known here.
        UnknownTaskType = "unknown-task-type",
        /// A model whose own rules are not known here.
        UncheckedModel = "unchecked-model",
        /// A value that is nested too deeply to be checked.
        TooDeep = "too-deep",
        /// A value with too many bytes, or too many values inside, to be checked.
        TooLarge = "too-large",
    }
}

impl Report {
    pub(crate) fn new(findings: Vec<Finding>, checked: usize, omitted: usize) -> Self {
        Self { findings, checked, omitted }
    }

    /// The same report about something that has no text.
    pub(crate) fn without_locations(mut self) -> Self {
        self.findings.iter_mut().for_each(|finding| finding.location = None);
        self
    }

    /// What was found, in the order of the text: at most 1,000 findings of each [`Severity`].
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many findings there were beyond those that are kept.
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// How many tasks, or how many entries of a reply, were looked at.
    pub fn checked(&self) -> usize {
        self.checked
    }

    /// The findings that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Error)
    }

    /// The findings that are warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Warning)
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }

    /// What it all comes to: [`Invalid`](Verdict::Invalid) with any error, else [`CannotTell`](Verdict::CannotTell) with any
    /// finding, else [`Valid`](Verdict::Valid).
    pub fn verdict(&self) -> Verdict {
        if self.errors().next().is_some() {
            Verdict::Invalid
        } else if self.findings.is_empty() {
            Verdict::Valid
        } else {
            Verdict::CannotTell
        }
    }

    /// The findings as a compiler would print them, each with the line of `text` that it is about, and a line that counts
    /// them; no colours.
    ///
    /// `name` is what people call the text, such as its file name, and `text` is what was checked. API keys in it are covered,
    /// and control characters are replaced. For the report of [`validate`](crate::validate), `text` may be empty.
    pub fn display<'a>(&'a self, name: &'a str, text: &'a str) -> impl fmt::Display + 'a {
        display::Rendered::new(self, name, text)
    }

    /// Each finding with the line of `text` that it is about, for programs that print them in their own way.
    ///
    /// `text` is what was checked. There is no line for findings without a [location](Finding::location).
    pub fn excerpts<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a Finding, Option<Excerpt>)> {
        let source = excerpt::Source::new(text);
        self.findings.iter().map(move |finding| {
            let excerpt = finding.location.as_ref().and_then(|location| source.excerpt(location));
            (finding, excerpt)
        })
    }
}

impl Severity {
    /// `error`, `warning` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Verdict {
    /// `valid`, `cannot-tell` or `invalid`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::CannotTell => "cannot-tell",
            Self::Invalid => "invalid",
        }
    }
}

macro_rules! shown_by_name {
    ($($type:ident)*) => {
        $(
            impl fmt::Display for $type {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.pad(self.as_str())
                }
            }

            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        )*
    };
}

shown_by_name! { Severity Verdict FindingCode }

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = if self.pointer.is_empty() { "the text" } else { &self.pointer };
        let [subject, problem] = [subject, &self.problem].map(display::harmless);
        write!(f, "{}[{}]: {subject} {problem}", self.severity, self.code)
    }
}
