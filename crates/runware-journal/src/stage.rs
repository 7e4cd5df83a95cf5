//! [`Stage`]: how far a task has come.

/// Holds for tasks that are open, settled or undecided.
///
/// The index `task_to_claim` has the same condition. It has to be written in the same way for SQLite to use that index,
/// with the number and not with a parameter.
pub(crate) const UNFINISHED: &str = "stage <= 2";

/// Holds for the other ones: tasks that are confirmed, refused or abandoned.
pub(crate) const FINISHED: &str = "stage > 2";

/// How far a task has come. Every task in a journal is in exactly one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// It may never have been sent, or is at work.
    Open,
    /// All of it has ended, and nobody has confirmed yet that it arrived.
    Settled,
    /// It may have run, and nothing can be found of it: [somebody has to decide](crate::SqliteJournal::decide).
    Undecided,
    /// All of it has ended and arrived.
    Confirmed,
    /// The server did not take it, or it never left: nothing was bought.
    Refused,
    /// It was given up.
    Abandoned,
}

impl Stage {
    /// All stages.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Settled, Self::Undecided, Self::Confirmed, Self::Refused, Self::Abandoned];

    /// Its name in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settled => "settled",
            Self::Undecided => "undecided",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
        }
    }

    /// What stands for it in the tables.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Settled => 1,
            Self::Undecided => 2,
            Self::Confirmed => 3,
            Self::Refused => 4,
            Self::Abandoned => 5,
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn the_conditions_hold_for_the_stages_that_they_name() {
        let connection = Connection::open_in_memory().unwrap();
        for stage in Stage::ALL {
            let holds = |condition| {
                let query = format!("SELECT {condition} FROM (SELECT {} AS stage)", stage.number());
                connection.query_row(&query, [], |row| row.get::<_, bool>(0)).unwrap()
            };
            let is_unfinished = matches!(stage, Stage::Open | Stage::Settled | Stage::Undecided);
            assert_eq!((holds(UNFINISHED), holds(FINISHED)), (is_unfinished, !is_unfinished), "{stage}");
        }
    }

    #[test]
    fn the_index_of_what_can_be_claimed_has_the_same_condition() {
        let index = "CREATE INDEX task_to_claim ON task (scope, id)";
        let tables = include_str!("schema/1.sql");
        assert!(tables.contains(&format!("{index} WHERE {UNFINISHED};")));
    }
}
