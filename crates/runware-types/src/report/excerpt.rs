//! The part of a text that a finding is about, fit to be shown.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::Location;
use super::display::is_control;
use crate::json;

/// How many characters of a line are shown before and from the place of a finding.
const BEFORE: usize = 80;
const FROM: usize = 60;

/// The part of a line that a [`Finding`](super::Finding) is about, without API keys and orders to terminals.
///
/// Made by [`Report::excerpts`](super::Report::excerpts).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excerpt {
    /// The part of the line, at most some 140 characters, with an ellipsis where it was cut.
    pub text: String,
    /// The bytes of the text that are at fault; none where something is missing at the end.
    pub marked: Range<usize>,
    /// Whether the line begins before the text, so that columns cannot be counted in it.
    pub is_cut_before: bool,
}

/// A text, and where the API keys in it are.
pub(super) struct Source<'a> {
    text: &'a str,
    secrets: Vec<Range<usize>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, secrets: json::secrets(text) }
    }

    /// The line of a place; `None` for a place that is not in the text.
    pub(super) fn excerpt(&self, location: &Location) -> Option<Excerpt> {
        let (before, after) = self.text.split_at_checked(location.offset)?;
        // A line may be megabytes long: what is looked at is what is shown.
        let start = before.char_indices().rev().map(|(at, _)| at).take(BEFORE).last().unwrap_or(before.len());
        let left_of = before.get(start..).unwrap_or_default();
        let start_of_line = left_of.rfind('\n').map(|at| start + at + 1);
        let right_of =
            after.char_indices().nth(FROM).map_or(after, |(at, _)| after.get(..at).unwrap_or_default());
        let end_of_line = right_of.find(['\n', '\r']).map(|at| before.len() + at);

        let is_cut_before = start_of_line.is_none() && start > 0;
        let is_cut_behind = end_of_line.is_none() && right_of.len() < after.len();
        let start = start_of_line.unwrap_or(start);
        let end = end_of_line.unwrap_or(before.len() + right_of.len());
        let marked_end = (before.len() + location.length).min(end);

        let mut text = String::from(if is_cut_before { "…" } else { "" });
        text.push_str(&self.harmless_part(start..before.len()));
        let marked_start = text.len();
        text.push_str(&self.harmless_part(before.len()..marked_end));
        let marked = marked_start..text.len();
        text.push_str(&self.harmless_part(marked_end..end));
        text.push_str(if is_cut_behind { "…" } else { "" });
        Some(Excerpt { text, marked, is_cut_before })
    }

    /// A part of the text, without API keys and control characters, and with as many characters as it has.
    fn harmless_part(&self, part: Range<usize>) -> String {
        let text = self.text.get(part.clone()).unwrap_or_default();
        let first = self.secrets.partition_point(|secret| secret.end <= part.start);
        let near = self.secrets.iter().skip(first).take_while(|secret| secret.start < part.end);
        let is_secret = |at: usize| near.clone().any(|secret| secret.contains(&(part.start + at)));
        text.char_indices()
            .filter(|(_, c)| *c != '\u{feff}')
            .map(|(at, c)| match c {
                _ if is_secret(at) => '*',
                '\t' => ' ',
                _ if is_control(c) => '\u{fffd}',
                _ => c,
            })
            .collect()
    }
}
