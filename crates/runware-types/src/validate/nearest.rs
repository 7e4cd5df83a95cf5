//! The known name that is nearest to an unknown one.

use alloc::vec::Vec;

/// Names are shorter than this; comparing takes time in proportion to the product of the lengths.
const LONGEST: usize = 64;

/// A name that is cut off is recognised from this length on.
const SHORTEST_START: usize = 4;

/// The name that somebody may have meant: the same but for upper and lower case, or at most a third of its letters wrong,
/// or the only one that begins so.
pub(super) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str> + Clone) -> Option<&'n str> {
    if let Some(same) = known.clone().into_iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return Some(same);
    }
    let letters = |name: &str| -> Vec<char> { name.chars().map(|c| c.to_ascii_lowercase()).collect() };
    if name.len() > LONGEST {
        return None;
    }
    let wanted = letters(name);
    let similar = known
        .clone()
        .into_iter()
        .filter(|known| known.len() <= LONGEST)
        .map(|known| (distance(&wanted, &letters(known)), known))
        .filter(|(distance, known)| *distance * 3 <= wanted.len().max(known.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known);
    let mut longer = known.into_iter().filter(|known| letters(known).starts_with(&wanted));
    similar.or_else(|| longer.next().filter(|_| wanted.len() >= SHORTEST_START && longer.next().is_none()))
}

/// How many letters to insert, delete, replace, or swap with a neighbour, none of them twice: the Damerau–Levenshtein
/// distance in its restricted form.
fn distance(a: &[char], b: &[char]) -> usize {
    // Rows of the table of distances between the first letters of `a` and of `b`.
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (done, &letter_a) in (1..).zip(a) {
        let mut row = Vec::with_capacity(last.len());
        row.push(done);
        let mut previous_b = None;
        for (column, &letter_b) in b.iter().enumerate() {
            let cell = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let replaced = cell(&last, column) + usize::from(letter_a != letter_b);
            let mut best = replaced.min(cell(&last, column + 1) + 1).min(cell(&row, column) + 1);
            if previous_a == Some(letter_b) && previous_b == Some(letter_a) {
                best = best.min(cell(&before_last, column.saturating_sub(1)) + 1);
            }
            row.push(best);
            previous_b = Some(letter_b);
        }
        before_last = core::mem::replace(&mut last, row);
        previous_a = Some(letter_a);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{distance, nearest};

    const KNOWN: [&str; 8] =
        ["width", "height", "steps", "seed", "numberResults", "CFGScale", "positivePrompt", "negativePrompt"];

    #[test]
    fn the_nearest_name_is_found() {
        for (name, expected) in [
            ("numberresults", Some("numberResults")),
            ("NUMBERRESULTS", Some("numberResults")),
            ("CFGscale", Some("CFGScale")),
            ("cfg_scale", Some("CFGScale")),
            ("numberResult", Some("numberResults")),
            ("nubmerResults", Some("numberResults")),
            ("positivPromt", Some("positivePrompt")),
            ("prompt", None),
            ("posit", Some("positivePrompt")),
            ("neg", None),
            ("widht", Some("width")),
            ("with", Some("width")),
            ("sed", Some("seed")),
            ("s", None),
            ("", None),
            ("temperature", None),
            ("ä", None),
        ] {
            assert_eq!(nearest(name, KNOWN), expected, "{name}");
        }
        assert_eq!(nearest(&"width".repeat(1_000_000), KNOWN), None);
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            let [a, b]: [Vec<char>; 2] = [a, b].map(|text| text.chars().collect());
            assert_eq!((distance(&a, &b), distance(&b, &a)), (expected, expected), "{a:?} {b:?}");
        }
    }

    proptest! {
        #[test]
        fn one_edit_is_a_distance_of_one(name in "[a-z]{2,12}", at in 0usize..12, letter in "[A-Z]") {
            let original: Vec<char> = name.chars().collect();
            let at = at % original.len();
            let letter = letter.chars().next().unwrap();
            let mut replaced = original.clone();
            replaced[at] = letter;
            let mut inserted = original.clone();
            inserted.insert(at, letter);
            let mut removed = original.clone();
            removed.remove(at);
            for changed in [replaced, inserted, removed] {
                prop_assert_eq!(distance(&original, &changed), 1);
            }
        }
    }
}
