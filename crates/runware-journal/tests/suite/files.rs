//! Files that are not what they should be.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use runware::journal::{Fact, JournalErrorKind};
use runware_journal::{Filter, SqliteJournal, Stage};
use rusqlite::Connection;

use crate::world::{Now, Place, intent};

#[track_caller]
fn refused(place: &Place) -> (JournalErrorKind, String) {
    let error = place.try_open().unwrap_err();
    assert!(error.to_string().contains("journal.db"), "{error}");
    (error.kind(), error.to_string())
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_files_belong_to_their_user_alone() {
    let place = Place::new();
    let journal = place.open();
    journal.ticket(intent(1));
    assert_eq!(mode(place.path.parent().unwrap()), 0o700);
    assert_eq!(mode(&place.beside("-owners")), 0o700);
    for file in [place.path.clone(), place.beside("-wal"), place.beside("-shm"), place.beside("-mark")] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let owner = fs::read_dir(place.beside("-owners")).unwrap().next().unwrap().unwrap();
    assert_eq!(mode(&owner.path()), 0o600);
    drop(journal);
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(place.open());
    assert_eq!(mode(&place.path), 0o600);
}

#[test]
fn nothing_is_left_lying_about() {
    let place = Place::new();
    drop(place.open());
    let names = fs::read_dir(place.path.parent().unwrap()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["journal.db", "journal.db-mark", "journal.db-owners"]);
    assert_eq!(fs::read_dir(place.beside("-owners")).unwrap().count(), 0);
}

#[test]
fn a_path_without_a_directory_is_beside_the_process() {
    // Not opened for real: the working directory is not the test's.
    let error = SqliteJournal::open("/").unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Unsupported);
}

#[test]
fn what_is_no_file_of_its_own_is_refused() {
    let place = Place::new();
    fs::create_dir_all(&place.path).unwrap();
    assert_eq!(refused(&place).0, JournalErrorKind::Unsupported);

    let place = Place::new();
    let real = place.directory.path().join("real.db");
    fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    symlink(&real, &place.path).unwrap();
    let (kind, message) = refused(&place);
    assert_eq!(kind, JournalErrorKind::Unsupported);
    assert!(message.contains("symbolic link"), "{message}");
}

#[test]
fn a_journal_of_a_newer_version_is_refused() {
    let place = Place::new();
    drop(place.open());
    Connection::open(&place.path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let (kind, message) = refused(&place);
    assert_eq!(kind, JournalErrorKind::Newer);
    assert!(message.contains("its schema is 7") && message.contains("upgrade"), "{message}");
}

#[test]
fn another_database_is_left_alone() {
    let place = Place::new();
    fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    Connection::open(&place.path).unwrap().execute_batch("CREATE TABLE mine (id)").unwrap();
    let bytes = fs::read(&place.path).unwrap();
    assert_eq!(refused(&place).0, JournalErrorKind::Damaged);
    fs::write(place.beside("-mark"), "").unwrap();
    assert_eq!(refused(&place).0, JournalErrorKind::Damaged);
    assert_eq!(fs::read(&place.path).unwrap(), bytes);
}

#[test]
fn a_file_that_cannot_be_written_is_told_from_one_that_is_damaged() {
    let place = Place::new();
    drop(place.open());
    let directory = place.path.parent().unwrap();
    for (path, mode) in [(&*place.path, 0o400), (&*place.beside("-mark"), 0o400), (directory, 0o500)] {
        let before = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        // For some users nothing is read-only.
        let is_bound = if path.is_dir() {
            fs::write(path.join("probe"), "").is_err()
        } else {
            fs::OpenOptions::new().write(true).open(path).is_err()
        };
        if is_bound {
            assert_eq!(refused(&place).0, JournalErrorKind::ReadOnly);
        }
        fs::set_permissions(path, before).unwrap();
    }
    drop(place.open());
}

#[test]
fn a_journal_that_was_removed_is_not_begun_anew() {
    let place = Place::new();
    drop(place.open());
    fs::remove_file(&place.path).unwrap();
    let (kind, message) = refused(&place);
    assert_eq!(kind, JournalErrorKind::Damaged);
    assert!(message.contains("is gone"), "{message}");
    fs::write(&place.path, "").unwrap();
    assert!(refused(&place).1.contains("is empty"));
    // Unless it is removed with all that belongs to it.
    fs::remove_file(&place.path).unwrap();
    fs::remove_file(place.beside("-mark")).unwrap();
    place.open().ticket(intent(1));
}

#[test]
fn an_older_copy_is_noticed() {
    let place = Place::new();
    drop(place.open());
    let old = fs::read(&place.path).unwrap();
    let journal = place.open();
    journal.ticket(intent(1));
    drop(journal);
    let new = fs::read(&place.path).unwrap();
    fs::write(&place.path, old).unwrap();
    let (kind, message) = refused(&place);
    assert_eq!(kind, JournalErrorKind::Damaged);
    assert!(message.contains("what is there was written"), "{message}");
    fs::write(&place.path, new).unwrap();
    assert_eq!(place.open().claim_all().tasks.len(), 1);
}

#[test]
fn a_log_that_was_removed_is_noticed() {
    let place = Place::new();
    let journal = place.open();
    journal.ticket(intent(1));
    let copy = Place::new();
    fs::create_dir_all(copy.path.parent().unwrap()).unwrap();
    for suffix in ["", "-mark"] {
        fs::copy(place.beside(suffix), copy.beside(suffix)).unwrap();
    }
    assert_eq!(refused(&copy).0, JournalErrorKind::Damaged);
    fs::copy(place.beside("-wal"), copy.beside("-wal")).unwrap();
    assert_eq!(copy.open().claim_all().tasks.len(), 1);
}

#[test]
fn what_happens_to_the_files_of_an_open_journal_is_noticed_before_anything_is_written() {
    type Harm = fn(&std::path::Path);
    let harms: [(&str, Harm); 5] = [
        ("removed", |path| fs::remove_file(path).unwrap()),
        ("cut short", |path| {
            fs::OpenOptions::new().write(true).open(path).unwrap().set_len(0).unwrap();
        }),
        ("replaced by a copy", |path| {
            let copy = path.with_extension("copy");
            fs::copy(path, &copy).unwrap();
            fs::rename(copy, path).unwrap();
        }),
        ("replaced by nothing", |path| {
            fs::remove_file(path).unwrap();
            fs::write(path, "").unwrap();
        }),
        ("replaced by a directory", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
    ];
    for suffix in ["", "-wal", "-mark"] {
        for (name, harm) in harms {
            let place = Place::new();
            let journal = place.open();
            let ticket = journal.ticket(intent(1));
            harm(&place.beside(suffix));
            let error = journal.try_begin(vec![intent(2)]).expect_err(&format!("{suffix} {name}"));
            assert_eq!(error.kind(), JournalErrorKind::Damaged, "{suffix} {name}: {error}");
            drop((ticket, error));
        }
    }
}

#[test]
fn writing_goes_on_once_everything_is_whole_again() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    let aside = place.beside("-aside");
    fs::rename(&place.path, &aside).unwrap();
    for _ in 0..2 {
        let error = journal.try_begin(vec![intent(2)]).unwrap_err();
        assert_eq!(error.kind(), JournalErrorKind::Damaged, "{error}");
    }
    fs::rename(&aside, &place.path).unwrap();
    assert_eq!(journal.list(&Filter::new()).unwrap().len(), 1);
    assert!(journal.check().unwrap().refuses.is_some());
    // It is not read from end to end more often than this.
    place.clock.advance(std::time::Duration::from_secs(10));
    assert!(journal.note(ticket, Fact::Accepted));
    journal.ticket(intent(2));
    assert!(journal.check().unwrap().refuses.is_none());
}

#[test]
fn a_mark_that_a_stopped_process_keeps_locked_holds_nobody_up() {
    let place = Place::new();
    let journal = place.open();
    journal.ticket(intent(1));
    let mark = std::fs::File::open(place.beside("-mark")).unwrap();
    mark.lock().unwrap();
    journal.ticket(intent(2));
    let other = place.open();
    assert_eq!(other.check().unwrap().counts.of(Stage::Open), 2);
    other.ticket(intent(3));
    drop((journal, other));
    mark.unlock().unwrap();
    // The next transaction puts right what is too low.
    let journal = place.open();
    journal.ticket(intent(4));
    assert_eq!(journal.check().unwrap().counts.of(Stage::Open), 4);
}
