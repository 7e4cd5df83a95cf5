//! What the tables look like.

use std::sync::OnceLock;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::meta::Meta;
use crate::trouble::Trouble;

/// The latest version that is known here.
pub(crate) const LATEST: u32 = 1;

/// Tells a journal from other databases: "RWJL".
const APPLICATION_ID: i64 = 0x5257_4A4C;

const STEPS: &[M<'static>] = &[M::up(include_str!("schema/1.sql"))];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// Makes the tables of a new journal.
pub(crate) fn create(connection: &mut Connection) -> Result<(), Trouble> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    migrate(connection)?;
    Meta::new(connection)?.insert(connection)?;
    Ok(())
}

/// Brings an older journal up to date.
pub(crate) fn update(connection: &mut Connection) -> Result<(), Trouble> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if pragma("application_id")? != APPLICATION_ID {
        return Err(Trouble::damaged("it is not a journal of Runware tasks"));
    }
    let latest = i64::from(LATEST);
    match pragma("user_version")? {
        version if version > latest => Err(Trouble::Newer(version)),
        version if version < 1 => Err(Trouble::damaged("its version is missing")),
        version if version == latest => Ok(()),
        _ => migrate(connection),
    }
}

/// Fails if the tables are not those that this version makes.
pub(crate) fn check(connection: &Connection) -> Result<(), Trouble> {
    static MODEL: OnceLock<Vec<Definition>> = OnceLock::new();
    let model = match MODEL.get() {
        Some(model) => model,
        None => {
            let mut model = Connection::open_in_memory()?;
            migrate(&mut model)?;
            let model = definitions(&model)?;
            MODEL.get_or_init(|| model)
        }
    };
    if definitions(connection)? != *model {
        return Err(Trouble::damaged("its tables are not those of a journal"));
    }
    Ok(())
}

/// Of what kind a table or an index is, its name, that of its table, and how it was made.
type Definition = [Option<String>; 4];

fn definitions(connection: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let mut query =
        connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")?;
    let rows = query.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    rows.collect()
}

fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    MIGRATIONS.to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => Trouble::Sqlite(err),
        other => Trouble::damaged(other.to_string()),
    })
}
