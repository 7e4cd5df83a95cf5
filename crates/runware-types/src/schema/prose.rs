//! Documentation of Rust items as plain text.

use alloc::string::String;

/// The text without the markup that only rustdoc understands: of a link its words remain.
///
/// A clause that does nothing but send the reader of the Rust documentation elsewhere, "; see [`media`](Self::media)",
/// is left out.
pub(super) fn plain(doc: &str) -> String {
    let mut plain = String::with_capacity(doc.len());
    let mut rest = doc;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        match Link::at_start_of(link) {
            Some(link) => {
                match plain.strip_suffix("; see ").map(str::len) {
                    Some(end) => plain.truncate(end),
                    None => plain.push_str(link.words),
                }
                rest = link.after;
            }
            None => {
                plain.push('[');
                rest = link;
            }
        }
    }
    plain.push_str(rest);
    plain.trim().into()
}

/// Whether the documentation says that the service has a newer name for the field: "The mask: older; now …".
pub(super) fn is_superseded(doc: &str) -> bool {
    doc.contains(": older")
}

struct Link<'a> {
    words: &'a str,
    after: &'a str,
}

impl<'a> Link<'a> {
    /// Reads `` words](target) `` or `` `Item`] ``. What else stands in brackets is no link.
    fn at_start_of(text: &'a str) -> Option<Self> {
        let (words, after) = text.split_once(']')?;
        match after.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((_, after)) => Some(Self { words, after }),
            None if words.len() > 1 && words.starts_with('`') && words.ends_with('`') => {
                Some(Self { words, after })
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn of_a_link_the_words_remain() {
        for (doc, text) in [
            (" The width in pixels.", "The width in pixels."),
            (
                " The id; [`prepare`](Self::prepare) gives one. Text goes on.",
                "The id; `prepare` gives one. Text goes on.",
            ),
            (" Sets any [`Kind`], or [two](a) [links](b).", "Sets any `Kind`, or two links."),
            (" The address of the image; see [`media`](Self::media).", "The address of the image."),
            (" In `outputs.files[]`, from [0, 1] on, `[`", "In `outputs.files[]`, from [0, 1] on, `[`"),
            ("", ""),
        ] {
            assert_eq!(plain(doc), text);
        }
    }
}
