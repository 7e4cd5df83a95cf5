//! [`Meta`]: what holds for a journal as a whole.

use rusqlite::{Connection, Row, named_params};

use crate::checksum::{Checksum, Sum};
use crate::mark::Position;
use crate::trouble::Trouble;
use crate::{Counts, Stage};

/// The one row about the journal as a whole: how far it was written, and what must be in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) name: [u8; 16],
    /// Grows by one with each transaction that changes something.
    pub(crate) sequence: i64,
    pub(crate) next_task: i64,
    pub(crate) next_owner: i64,
    pub(crate) counts: Counts,
    /// The sum of the checksums of all tasks, owners and budgets, and of the durations.
    pub(crate) total: Sum,
}

impl Meta {
    /// Of a new journal.
    pub(crate) fn new(connection: &Connection) -> Result<Self, Trouble> {
        let name = connection.query_row("SELECT randomblob(16)", [], |row| row.get(0))?;
        let counts = Counts::default();
        Ok(Self { name, sequence: 0, next_task: 1, next_owner: 1, counts, total: Sum::default() })
    }

    pub(crate) fn read(connection: &Connection) -> Result<Self, Trouble> {
        let mut query = connection.prepare_cached("SELECT * FROM journal WHERE id = 1")?;
        let (meta, sum) = query.query_row([], |row| Ok((Self::of(row)?, row.get::<_, Sum>("sum")?)))?;
        if meta.sum() != sum {
            return Err(Trouble::damaged("what is known of the whole does not match its checksum"));
        }
        Ok(meta)
    }

    pub(crate) fn insert(&self, connection: &Connection) -> Result<(), Trouble> {
        self.write(
            connection,
            "INSERT INTO journal VALUES (1, :name, :sequence, :next_task, :next_owner, :open, :settled, :undecided,
                :confirmed, :refused, :abandoned, :total, :sum)",
        )
    }

    pub(crate) fn update(&self, connection: &Connection) -> Result<(), Trouble> {
        self.write(
            connection,
            "UPDATE journal SET name = :name, sequence = :sequence, next_task = :next_task,
                next_owner = :next_owner, open = :open, settled = :settled, undecided = :undecided,
                confirmed = :confirmed, refused = :refused, abandoned = :abandoned, total = :total, sum = :sum
                WHERE id = 1",
        )
    }

    pub(crate) fn position(&self) -> Position {
        Position { name: self.name, sequence: self.sequence }
    }

    fn write(&self, connection: &Connection, statement: &str) -> Result<(), Trouble> {
        let [open, settled, undecided, confirmed, refused, abandoned] = self.counts.signed();
        connection.prepare_cached(statement)?.execute(named_params! {
            ":name": self.name,
            ":sequence": self.sequence,
            ":next_task": self.next_task,
            ":next_owner": self.next_owner,
            ":open": open,
            ":settled": settled,
            ":undecided": undecided,
            ":confirmed": confirmed,
            ":refused": refused,
            ":abandoned": abandoned,
            ":total": self.total,
            ":sum": self.sum(),
        })?;
        Ok(())
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let count = |name| row.get::<_, i64>(name).map(i64::cast_unsigned);
        Ok(Self {
            name: row.get("name")?,
            sequence: row.get("sequence")?,
            next_task: row.get("next_task")?,
            next_owner: row.get("next_owner")?,
            counts: Counts {
                open: count("open")?,
                settled: count("settled")?,
                undecided: count("undecided")?,
                confirmed: count("confirmed")?,
                refused: count("refused")?,
                abandoned: count("abandoned")?,
            },
            total: row.get("total")?,
        })
    }

    fn sum(&self) -> Sum {
        let Self { name, sequence, next_task, next_owner, counts, total } = self;
        let sum = Checksum::of("journal").bytes(name).int(*sequence).int(*next_task).int(*next_owner);
        let sum = counts.signed().into_iter().fold(sum, Checksum::int);
        sum.bytes(&total.to_bytes()).sum()
    }
}

impl Counts {
    /// In the order of [`Stage::ALL`] as it is in the tables.
    fn signed(&self) -> [i64; 6] {
        [Stage::Open, Stage::Settled, Stage::Undecided, Stage::Confirmed, Stage::Refused, Stage::Abandoned]
            .map(|stage| self.of(stage).cast_signed())
    }
}
