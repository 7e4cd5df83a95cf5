//! The entries of `data`, found in the pass over the whole reply.

use alloc::vec::Vec;
use core::ops::Range;

use crate::json::{Flaw, Member, Scanner, Span};

/// The entries of `data`, in the order they were sent.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
    /// The members of all the entries that are objects, one entry after the other.
    pub(super) members: Vec<Member>,
    /// Where the first entry beyond the limit begins, if there are more than the limit allows.
    pub(super) surplus: Option<usize>,
}

/// One entry of `data`.
pub(super) struct Entry {
    /// Where it is in the text of the reply.
    pub(super) place: Span,
    /// Where its members are among the members of all entries; `None` if it is no object.
    pub(super) members: Option<Range<u32>>,
}

impl Entries {
    /// Takes the value of `data`, whatever it is, and finds the first `limit` entries of a list, or the one object.
    /// Answers where the value is.
    pub(super) fn read(&mut self, scanner: &mut Scanner<'_>, limit: usize) -> Result<Range<usize>, Flaw> {
        // Of a `data` written twice, the last one counts.
        *self = Self::default();
        match scanner.peek() {
            Some(b'[') => self.read_list(scanner, limit),
            Some(b'{') => self.read_entry(scanner),
            _ => scanner.value(),
        }
    }

    fn read_list(&mut self, scanner: &mut Scanner<'_>, limit: usize) -> Result<Range<usize>, Flaw> {
        let start = scanner.offset();
        let mut more = scanner.enter()?;
        while more {
            if self.list.len() < limit {
                let place = self.read_entry(scanner)?;
                if self.list.len() == 1 {
                    self.make_room(scanner.left() / place.len(), limit);
                }
            } else {
                let surplus = scanner.value()?;
                self.surplus.get_or_insert(surplus.start);
            }
            more = scanner.next()?;
        }
        Ok(start..scanner.offset())
    }

    /// Makes room for so many more entries like the first one, so that the lists need not grow step by step.
    fn make_room(&mut self, entries: usize, limit: usize) {
        let entries = entries.min(limit);
        self.list.reserve(entries);
        self.members.reserve(entries * self.members.len());
    }

    fn read_entry(&mut self, scanner: &mut Scanner<'_>) -> Result<Range<usize>, Flaw> {
        let is_object = scanner.peek() == Some(b'{');
        let first = self.members.len() as u32;
        let place = if is_object { scanner.members(&mut self.members)? } else { scanner.value()? };
        let members = is_object.then_some(first..self.members.len() as u32);
        self.list.push(Entry { place: Span::new(place.start, place.end), members });
        Ok(place)
    }
}
