//! A reply that is an object, taken apart in one pass.

use alloc::vec::Vec;

use super::Fields;
use super::entries::Entries;
use crate::json::{self, Flaw, Member, Scanner};

/// A reply that is an object.
pub(super) struct Body<'a> {
    pub(super) fields: Fields<'a>,
    /// The entries of `data`.
    pub(super) entries: Entries,
}

impl<'a> Body<'a> {
    /// Reads one object, which must be all of `text`, with a scanner of that text.
    pub(super) fn read(text: &'a str, scanner: &mut Scanner<'_>, max_items: usize) -> Result<Self, Flaw> {
        let (mut members, mut entries) = (Vec::new(), Entries::default());
        scanner.peek();
        let start = scanner.offset();
        let mut more = scanner.enter()?;
        while more {
            let key = scanner.key()?;
            let is_data = *json::key(text.as_bytes().get(key.clone()).unwrap_or_default()) == *b"data";
            let value = if is_data { entries.read(scanner, max_items)? } else { scanner.value()? };
            members.push(Member::new(start, &key, &value));
            more = scanner.next()?;
        }
        let object = text.get(start..scanner.offset()).unwrap_or_default();
        scanner.finish()?;
        Ok(Self { fields: Fields::new(object, members), entries })
    }
}
