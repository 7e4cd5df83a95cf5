//! Making intents durable together, and apart where there is no room for all of them.

use crate::journal::{Begun, Intent, Journal, JournalError, JournalErrorKind};

/// Begins intents in one group. If there is no room for that, it is divided until those that do not fit stand alone, so
/// that the others need not wait for room. There is one answer for each, in order.
///
/// # Cancel safety
///
/// Some may have been begun.
pub(super) async fn begin_what_fits(
    journal: &dyn Journal,
    intents: Vec<Intent>,
) -> Vec<Result<Begun, JournalError>> {
    let mut answers = Vec::with_capacity(intents.len());
    let mut groups = vec![intents];
    while let Some(mut group) = groups.pop() {
        let count = group.len();
        if count <= 1 {
            answers.extend(each(journal.begin(group).await, count));
            continue;
        }
        match journal.begin(group.clone()).await {
            Err(error) if error.kind() == JournalErrorKind::Full => {
                groups.push(group.split_off(count / 2));
                groups.push(group);
            }
            begun => answers.extend(each(begun, count)),
        }
    }
    answers
}

/// One answer for each intent of a group. An implementation that gives fewer has begun none of the rest, for all that is
/// known.
fn each(
    begun: Result<Vec<Begun>, JournalError>,
    count: usize,
) -> impl Iterator<Item = Result<Begun, JournalError>> {
    let (begun, error) = match begun {
        Ok(begun) => (begun, too_few()),
        Err(error) => (Vec::new(), error),
    };
    begun.into_iter().map(Ok).chain(std::iter::repeat_with(move || Err(error.clone()))).take(count)
}

fn too_few() -> JournalError {
    JournalError::new(JournalErrorKind::Io, "the journal answered fewer intents than it was given")
}
