//! What was learned of how long tasks take.

use runware::poll::Durations;
use rusqlite::{Connection, OptionalExtension, Row};

use super::Work;
use crate::checksum::{Checksum, Sum};
use crate::trouble::Trouble;

/// What was kept last.
#[derive(Clone, Debug)]
pub(crate) struct DurationsRow {
    learned: Vec<u8>,
}

impl Work<'_> {
    /// Keeps what was learned. If somebody else has kept something since this owner has last read or kept it, that is
    /// taken in: `seen` is what it was then. What is kept now is the answer.
    pub(crate) fn keep_durations(
        &mut self,
        learned: &Durations,
        seen: Option<Sum>,
    ) -> Result<Option<Sum>, Trouble> {
        let known = DurationsRow::read(self.connection)?;
        let before = known.as_ref().map(DurationsRow::sum);
        let row = match &known {
            Some(known) if before != seen => {
                let mut merged = learned.clone();
                merged.merge(&known.durations()?);
                DurationsRow::of(&merged)?
            }
            _ => DurationsRow::of(learned)?,
        };
        let sum = row.sum();
        if before != Some(sum) {
            self.connection
                .prepare_cached("INSERT OR REPLACE INTO durations VALUES (1, ?1, ?2)")?
                .execute((&row.learned, sum))?;
            self.replace(before, Some(sum));
        }
        Ok(Some(sum))
    }
}

impl DurationsRow {
    pub(crate) fn read(connection: &Connection) -> Result<Option<Self>, Trouble> {
        let mut query = connection.prepare_cached("SELECT * FROM durations WHERE id = 1")?;
        query.query_row([], Self::of_row).optional()?.transpose()
    }

    pub(crate) fn durations(&self) -> Result<Durations, Trouble> {
        serde_json::from_slice(&self.learned).map_err(|error| Trouble::damaged(error.to_string()))
    }

    pub(crate) fn sum(&self) -> Sum {
        Checksum::of("durations").bytes(&self.learned).sum()
    }

    fn of(learned: &Durations) -> Result<Self, Trouble> {
        let learned = serde_json::to_vec(learned).map_err(|error| Trouble::damaged(error.to_string()))?;
        Ok(Self { learned })
    }

    fn of_row(row: &Row<'_>) -> rusqlite::Result<Result<Self, Trouble>> {
        let durations = Self { learned: row.get("learned")? };
        if durations.sum() != row.get("sum")? {
            return Ok(Err(Trouble::damaged("what was learned of durations does not match its checksum")));
        }
        Ok(Ok(durations))
    }
}
