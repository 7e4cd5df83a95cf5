//! Who is alive.

use rusqlite::{Connection, OptionalExtension, Row};

use super::Work;
use crate::checksum::{Checksum, Sum};
use crate::moment::Moment;
use crate::owners::{OwnerLock, Owners};
use crate::trouble::Trouble;

/// An owner that has registered, and when it said last that it is alive.
#[derive(Clone, Debug)]
pub(crate) struct OwnerRow {
    id: i64,
    boot: Option<String>,
    /// In nanoseconds since the machine was started.
    renewed: i64,
    /// In nanoseconds.
    lease: i64,
}

impl Work<'_> {
    /// Registers a new owner, and forgets those whose processes are gone.
    pub(crate) fn register(&mut self, lease: i64) -> Result<(i64, OwnerLock), Trouble> {
        for owner in OwnerRow::all(self.connection)? {
            if !self.owners.is_locked(owner.id)? {
                self.connection.prepare_cached("DELETE FROM owner WHERE id = ?1")?.execute([owner.id])?;
                self.replace(Some(owner.sum()), None);
                self.owners.forget(owner.id);
            }
        }
        let (id, lock) = loop {
            let id = self.meta.next_owner;
            self.meta.next_owner += 1;
            if let Some(lock) = self.owners.lock(id)? {
                break (id, lock);
            }
        };
        let row = OwnerRow { id, boot: self.moment.boot.clone(), renewed: self.moment.since_boot, lease };
        self.connection.prepare_cached("INSERT INTO owner VALUES (?1, ?2, ?3, ?4, ?5)")?.execute((
            row.id,
            &row.boot,
            row.renewed,
            row.lease,
            row.sum(),
        ))?;
        self.replace(None, Some(row.sum()));
        Ok((id, lock))
    }

    /// Says that this owner is alive.
    pub(crate) fn renew(&mut self) -> Result<(), Trouble> {
        let mut row = OwnerRow::of_id(self.connection, self.owner)?
            .ok_or_else(|| Trouble::damaged("it was taken for closed by another process"))?;
        let before = row.sum();
        row.boot = self.moment.boot.clone();
        row.renewed = self.moment.since_boot;
        self.connection
            .prepare_cached("UPDATE owner SET boot = ?2, renewed = ?3, sum = ?4 WHERE id = ?1")?
            .execute((row.id, &row.boot, row.renewed, row.sum()))?;
        self.replace(Some(before), Some(row.sum()));
        self.is_renewed = true;
        Ok(())
    }

    /// Whether a task of this owner must be left to it: it is another one, and alive.
    pub(super) fn is_held_by(&mut self, owner: i64) -> Result<bool, Trouble> {
        if owner == 0 || owner == self.owner {
            return Ok(false);
        }
        if let Some(alive) = self.alive.get(&owner) {
            return Ok(*alive);
        }
        let alive = is_alive(self.connection, self.owners, &self.moment, owner)?;
        self.alive.insert(owner, alive);
        Ok(alive)
    }
}

/// Whether this owner's process is there, and has said so lately.
pub(crate) fn is_alive(
    connection: &Connection,
    owners: &Owners,
    moment: &Moment,
    owner: i64,
) -> Result<bool, Trouble> {
    if owner == 0 || !owners.is_locked(owner)? {
        return Ok(false);
    }
    match OwnerRow::of_id(connection, owner)? {
        // Its process is there. Where no time can be told, that is all that counts.
        Some(row) => Ok(row.silence(moment).is_none_or(|silence| silence <= row.lease)),
        None => Ok(false),
    }
}

impl OwnerRow {
    pub(crate) fn all(connection: &Connection) -> Result<Vec<Self>, Trouble> {
        let mut query = connection.prepare_cached("SELECT * FROM owner ORDER BY id")?;
        let mut rows = query.query([])?;
        let mut owners = Vec::new();
        while let Some(row) = rows.next()? {
            owners.push(Self::of_row(row)??);
        }
        Ok(owners)
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn sum(&self) -> Sum {
        let sum = Checksum::of("owner").int(self.id).maybe_text(self.boot.as_deref());
        sum.int(self.renewed).int(self.lease).sum()
    }

    fn of_id(connection: &Connection, id: i64) -> Result<Option<Self>, Trouble> {
        let mut query = connection.prepare_cached("SELECT * FROM owner WHERE id = ?1")?;
        query.query_row([id], Self::of_row).optional()?.transpose()
    }

    fn of_row(row: &Row<'_>) -> rusqlite::Result<Result<Self, Trouble>> {
        let owner = Self {
            id: row.get("id")?,
            boot: row.get("boot")?,
            renewed: row.get("renewed")?,
            lease: row.get("lease")?,
        };
        if owner.sum() != row.get("sum")? {
            return Ok(Err(Trouble::damaged("an owner does not match its checksum")));
        }
        Ok(Ok(owner))
    }

    /// For how many nanoseconds it has said nothing.
    fn silence(&self, moment: &Moment) -> Option<i64> {
        moment.since(self.boot.as_deref(), self.renewed).map(crate::moment::nanoseconds)
    }
}
