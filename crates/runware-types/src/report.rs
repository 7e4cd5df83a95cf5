//! What is wrong, or may be wrong, with a request or a reply.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// All that was found in a request or a reply, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
    checked: usize,
}

/// One thing that is wrong or may be wrong.
///
/// `Display` is one line: `error[missing-field]: /0/model: is missing; …`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of thing it is; stable, for programs and translations.
    pub code: FindingCode,
    /// Where it is, as a JSON pointer (RFC 6901) from the root of the text: `/0/inputs/seedImage`. Empty for the root.
    pub pointer: String,
    /// What is wrong, as the rest of a sentence that begins with the field.
    pub problem: String,
    /// What was found there, shortened, if anything is there.
    pub found: Option<String>,
    /// What is allowed there, if that is known.
    pub allowed: Option<String>,
    /// The nearest name that is known, if the name that was found is not.
    pub suggestion: Option<String>,
    /// Where it is in the text; `None` for typed tasks, which have no text.
    pub location: Option<Location>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Location {
    /// Where it begins, in bytes from the start of the text.
    pub offset: usize,
    /// How many bytes it has.
    pub length: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// The kinds of [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingCode {
    /// The text is not JSON.
    Syntax,
    /// The text is JSON, but not a task, a request or a reply.
    Shape,
    /// A key is written twice.
    RepeatedKey,
    /// A required field is missing.
    MissingField,
    /// A field that is not known here.
    UnknownField,
    /// A value of the wrong JSON type.
    WrongType,
    /// A number, a text or a list outside of its bounds.
    OutOfRange,
    /// A word that is not known here.
    UnknownWord,
    /// A text that is not of the form it must have: an id, an address.
    Malformed,
    /// A media input that is none of the four forms.
    NotMedia,
    /// Fields that do not go together.
    Conflict,
    /// A field that has no effect beside the others.
    NoEffect,
    /// A task type that is not known here.
    UnknownTaskType,
    /// A model whose own rules are not known here.
    UncheckedModel,
}

impl Report {
    pub(crate) fn new(findings: Vec<Finding>, checked: usize) -> Self {
        Self { findings, checked }
    }

    /// Everything that was found, in the order of the text.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many tasks, or how many entries of a reply, were looked at.
    pub fn checked(&self) -> usize {
        self.checked
    }

    /// The findings that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// What it all comes to: the worst of the findings, where a warning alone leaves the verdict as it is.
    pub fn verdict(&self) -> Verdict {
        let has = |severity| self.findings.iter().any(|finding| finding.severity == severity);
        if has(Severity::Error) {
            Verdict::Invalid
        } else if has(Severity::Unknown) || has(Severity::Warning) {
            Verdict::CannotTell
        } else {
            Verdict::Valid
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

impl FindingCode {
    /// The stable name, such as `missing-field`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Shape => "shape",
            Self::RepeatedKey => "repeated-key",
            Self::MissingField => "missing-field",
            Self::UnknownField => "unknown-field",
            Self::WrongType => "wrong-type",
            Self::OutOfRange => "out-of-range",
            Self::UnknownWord => "unknown-word",
            Self::Malformed => "malformed",
            Self::NotMedia => "not-media",
            Self::Conflict => "conflict",
            Self::NoEffect => "no-effect",
            Self::UnknownTaskType => "unknown-task-type",
            Self::UncheckedModel => "unchecked-model",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.code)?;
        if !self.pointer.is_empty() {
            write!(f, ": {}", self.pointer)?;
        }
        write!(f, ": {}", self.problem)
    }
}
