//! A journal is made.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::files::{Files, PAGE_SIZE};
use crate::mark::Mark;
use crate::schema;
use crate::trouble::Trouble;

/// Makes a journal aside, and gives it its name when it is complete: either there is all of it or nothing.
pub(super) fn create(files: &Files, mark: &Mark) -> Result<(), Trouble> {
    let unique: String =
        Connection::open_in_memory()?.query_row("SELECT hex(randomblob(8))", [], |row| row.get(0))?;
    let draft = files.draft(&unique);
    // Before it is there: who finds it need not ask whether it can stay.
    files.sync_ancestors()?;
    // One at a time, so that what lies aside otherwise is nobody's.
    let held = mark.hold()?;
    let made = if files.is_there()? { Ok(()) } else { build(files, &draft) };
    let _ = fs::remove_file(&draft);
    drop(held);
    made?;
    Ok(files.sync_directory()?)
}

/// Removes what those have left who were ended while they made it, unless somebody keeps the mark locked: then whoever
/// opens it next does so, and until then it only takes up room.
pub(super) fn clean(files: &Files, mark: &Mark) {
    let drafts = files.drafts();
    if drafts.is_empty() {
        return;
    }
    // Whoever is making it holds the mark, and is done with all that was there before.
    if let Ok(Some(held)) = mark.hold_soon() {
        drop(held);
        drafts.iter().for_each(|draft| drop(fs::remove_file(draft)));
    }
}

fn build(files: &Files, draft: &Path) -> Result<(), Trouble> {
    crate::files::create(draft)?;
    let mut connection = Connection::open_with_flags(draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    schema::create(&mut connection)?;
    // The change is durable only once its statement has come to its end, behind the row with the new mode; and a disk that
    // fails may leave the mode as it was.
    let mut change = connection.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = change.query([])?;
    while rows.next()?.is_some() {}
    drop(rows);
    drop(change);
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        return Err(std::io::Error::other("its mode cannot be changed").into());
    }
    // Closing copies the log as well, and does not say if that fails; and the log has another name later.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)?;
    fs::File::open(draft)?.sync_all()?;
    match fs::hard_link(draft, &files.database) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => Ok(linked?),
    }
}
