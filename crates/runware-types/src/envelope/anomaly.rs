//! What was odd about a reply that could be read nonetheless.

use core::fmt;

use crate::RawJson;

/// Something odd in a reply, noted while the rest of it was read.
///
/// A server newer than this crate, or a proxy in between, may send what the protocol does not foresee. None of it
/// hides the items beside it: it is noted here, and reading goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Anomaly {
    /// What was odd.
    pub kind: AnomalyKind,
    /// The key it was found at, if it was found at one.
    pub field: Option<&'static str>,
    /// Where it begins, in bytes from the start of the text that was read; see
    /// [`Envelope::decode_with`](super::Envelope::decode_with).
    pub offset: usize,
    /// The value that was left out, exactly as it was written. `None` for [`AnomalyKind::InvalidUtf8`].
    pub raw: Option<RawJson>,
}

impl Anomaly {
    /// How many are noted of one reply. The first ones tell what is wrong with its sender; a body full of odd things must
    /// not fill the memory.
    pub(super) const MOST: usize = 1_000;
}

/// The kinds of [`Anomaly`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnomalyKind {
    /// Bytes that are no UTF-8; each such sequence was replaced by U+FFFD before the reply was read.
    InvalidUtf8,
    /// A key was written twice in one object. The last value counts; the one before it is in `raw`.
    RepeatedKey,
    /// A known key holds a value of the wrong type or out of range, and counts as absent.
    UnusableField,
    /// An element of a list that is neither an item nor an error, such as a `null` in `data`.
    UnusableElement,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field {
            write!(f, "`{field}`: ")?;
        }
        f.write_str(match self.kind {
            AnomalyKind::InvalidUtf8 => "invalid UTF-8 was replaced",
            AnomalyKind::RepeatedKey => "the key was repeated and its last value taken, not",
            AnomalyKind::UnusableField => "ignored the unusable value",
            AnomalyKind::UnusableElement => "left out an element that is neither an item nor an error:",
        })?;
        if let Some(raw) = &self.raw {
            write!(f, " {}", raw.describe())?;
        }
        write!(f, " (byte {})", self.offset)
    }
}
