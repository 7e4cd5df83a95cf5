//! Where the fields of an item are.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::json::{Member, Scanner, Span};
use crate::{DecodeError, DecodeErrorKind, RawJson};

/// Where the fields of one item are: its part of an index that all items of a reply share.
#[derive(Clone)]
pub(crate) struct Index {
    all: Arc<Vec<Member>>,
    start: u32,
    end: u32,
}

impl Index {
    /// The index of the one item that has all these members.
    pub(crate) fn whole(members: Vec<Member>) -> Self {
        let end = members.len() as u32;
        Self { all: Arc::new(members), start: 0, end }
    }

    /// The part of an index from the member at `start` to the one before `end`.
    pub(crate) fn part_of(all: &Arc<Vec<Member>>, start: u32, end: u32) -> Self {
        Self { all: all.clone(), start, end }
    }

    /// Looks for the fields of one item.
    ///
    /// # Errors
    ///
    /// The value is not an object, or too large to count its bytes.
    pub(super) fn of(item: &RawJson) -> Result<Self, DecodeError> {
        let text = item.as_str();
        if text.len() > Member::MOST_BYTES {
            return Err(DecodeError::new(
                DecodeErrorKind::TooLarge,
                Some(Member::MOST_BYTES),
                "an item of this size is not read",
            ));
        }
        let mut members = Vec::new();
        if Scanner::new(text, usize::MAX).members(&mut members).is_err() {
            let detail = format!("expected an object, found {}", item.describe());
            return Err(DecodeError::new(DecodeErrorKind::Type, Some(0), detail));
        }
        Ok(Self::whole(members))
    }

    /// The fields in the order they were sent.
    pub(super) fn members(&self) -> &[Member] {
        self.all.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Where the last value of this name is in `item`.
    pub(super) fn find(&self, item: &[u8], name: &str) -> Option<Span> {
        Member::last(self.members(), item, name).map(Member::value)
    }
}
