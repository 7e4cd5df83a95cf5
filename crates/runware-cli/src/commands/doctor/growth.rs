//! Whether a journal keeps what could go.

use std::time::Duration;

use runware::journal::JournalError;
use runware_journal::{Pruned, Retention};

use crate::output::event::Prunable;
use crate::resume::Resume;

/// A journal is large from here on: all of it is read by each command.
const LARGE: u64 = 64 << 20;

/// What of a large journal could go although it is not old.
const RECENT: Duration = Duration::from_secs(24 * 60 * 60);

/// What could go: what is old, or else, of a journal of so many bytes that is large, what has been over for a day.
///
/// # Errors
///
/// The journal cannot be asked.
pub(super) fn prunable(
    bytes: u64,
    resume: &Resume,
    ask: impl Fn(Retention) -> Result<Pruned, JournalError>,
) -> Result<Option<Prunable>, JournalError> {
    let ages = [(Retention::DEFAULT, None), (RECENT, Some(RECENT))];
    let number = if bytes < LARGE { 1 } else { ages.len() };
    for (older_than, flag) in ages.into_iter().take(number) {
        let Pruned { tasks, requests, parts, .. } = ask(Retention::older_than(older_than))?;
        if tasks > 0 {
            let command = resume.prune(flag);
            return Ok(Some(Prunable { tasks, requests, parts, older_than, command }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_could_go_and_of_much_what_is_over() {
        let asked = |bytes, old: u64, recent: u64| {
            let ask = |retention: Retention| {
                let mut pruned = Pruned::default();
                pruned.tasks = if retention == Retention::default() { old } else { recent };
                Ok(pruned)
            };
            prunable(bytes, &Resume::default(), ask).unwrap().map(|found| (found.tasks, found.command))
        };
        let old = || "runware prune".to_owned();
        assert_eq!(asked(1, 0, 7), None);
        assert_eq!(asked(1, 3, 7), Some((3, old())));
        assert_eq!(asked(LARGE, 3, 7), Some((3, old())));
        assert_eq!(asked(LARGE, 0, 7), Some((7, "runware prune --older-than 1day".to_owned())));
        assert_eq!(asked(LARGE, 0, 0), None);
    }
}
