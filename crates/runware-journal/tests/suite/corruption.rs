//! Files that were cut or changed anywhere: what is read from them is right, or nothing is.

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::sync::OnceLock;

use runware::journal::{Fact, Journal, JournalErrorKind, Note, Reserve};
use runware_journal::{Filter, Health, Kept, Listed, SqliteJournal};

use crate::world::{Now, Place, block_on, intent, part};

/// What can be read of a journal.
#[derive(Debug, PartialEq)]
struct Contents {
    listed: Vec<Listed>,
    kept: Vec<Kept>,
    budgets: Vec<runware_journal::Spent>,
}

impl Contents {
    fn of(journal: &SqliteJournal, health: Health) -> Self {
        let mut listed = journal.list(&Filter::new()).unwrap();
        // Whoever opened it before is gone.
        listed.iter_mut().for_each(|listed| listed.owner_alive = false);
        let kept = listed.iter().flat_map(|listed| journal.kept(None, listed.task_uuid).unwrap());
        Self { kept: kept.collect(), budgets: health.budgets, listed }
    }
}

/// The files of a small journal, and what is in it.
struct Sample {
    files: Vec<(&'static str, Vec<u8>)>,
    contents: Contents,
}

impl Sample {
    /// As a process leaves it that ends as it should: everything is in the database.
    fn closed() -> &'static Self {
        static SAMPLE: OnceLock<Sample> = OnceLock::new();
        SAMPLE.get_or_init(|| {
            let (place, journal) = filled();
            let contents = Contents::of(&journal, journal.check().unwrap());
            drop(journal);
            Self { files: read(&place, &["", "-mark"]), contents }
        })
    }

    /// As a process leaves it that is killed: what was written last is in the log.
    fn killed() -> &'static Self {
        static SAMPLE: OnceLock<Sample> = OnceLock::new();
        SAMPLE.get_or_init(|| {
            let (place, journal) = filled();
            let contents = Contents::of(&journal, journal.check().unwrap());
            Self { files: read(&place, &["", "-wal", "-mark"]), contents }
        })
    }

    /// One task that was submitted, accepted, and has a result, in as few pages as there can be: for what is tried at each
    /// byte.
    fn smallest() -> &'static Self {
        static SAMPLE: OnceLock<Sample> = OnceLock::new();
        SAMPLE.get_or_init(|| {
            let place = Place::in_memory();
            let journal = place.open();
            let ticket = journal.ticket(intent(0));
            let facts = [Fact::Accepted, Fact::Ended(part(0))];
            let notes = facts.map(|fact| Note { ticket, fact });
            assert!(block_on(journal.record(notes.to_vec())).unwrap().is_empty());
            let contents = Contents::of(&journal, journal.check().unwrap());
            Self { files: read(&place, &["", "-wal", "-mark"]), contents }
        })
    }

    fn bytes(&self, suffix: &str) -> &[u8] {
        &self.files.iter().find(|(name, _)| *name == suffix).unwrap().1
    }

    fn length(&self, suffix: &str) -> usize {
        self.bytes(suffix).len()
    }

    /// Opens the journal with one of its files changed. It may not open; if it does, everything must be in it. Whether
    /// it does is the answer.
    fn with(&self, place: &Place, suffix: &str, change: impl FnOnce(&mut Vec<u8>), what: &str) -> bool {
        clear(place.path.parent().unwrap());
        let mut change = Some(change);
        for (name, bytes) in &self.files {
            let mut bytes = bytes.clone();
            if *name == suffix {
                change.take().unwrap()(&mut bytes);
            }
            fs::write(place.beside(name), bytes).unwrap();
        }
        let journal = match place.try_open() {
            Ok(journal) => journal,
            Err(error) => {
                assert!(error.to_string().contains("journal.db"), "{what}: {error}");
                return false;
            }
        };
        let health = journal.check().unwrap_or_else(|error| panic!("{what}: opened, and then {error}"));
        assert_eq!(Contents::of(&journal, health), self.contents, "{what}");
        true
    }
}

fn filled() -> (Place, SqliteJournal) {
    let place = Place::in_memory();
    // So that there is something in the database under the log as well.
    let journal = place.open();
    for number in 0..4 {
        let mut intent = intent(number);
        intent.tags = vec![("customer".to_owned(), "4711".to_owned())];
        let (cap, price) = ("10".parse().unwrap(), Some("0.5".parse().unwrap()));
        intent.reserve = Some(Reserve { budget: "spring".to_owned(), cap, price });
        journal.ticket(intent);
    }
    drop(journal);
    let journal = place.open();
    let mut notes = Vec::new();
    for record in journal.claim_all().tasks.into_iter().skip(1) {
        let parts = (0..3).map(|ordinal| Fact::Ended(part(ordinal)));
        let facts = parts.chain([Fact::Settled { cost: Some("0.25".parse().unwrap()) }]);
        notes.extend(facts.map(|fact| Note { ticket: record.ticket, fact }));
    }
    assert!(block_on(journal.record(notes)).unwrap().is_empty());
    journal.ticket(intent(9));
    (place, journal)
}

fn read(place: &Place, suffixes: &[&'static str]) -> Vec<(&'static str, Vec<u8>)> {
    suffixes.iter().map(|suffix| (*suffix, fs::read(place.beside(suffix)).unwrap())).collect()
}

fn clear(directory: &Path) {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).unwrap();
}

#[test]
fn what_was_not_changed_opens() {
    let place = Place::in_memory();
    assert!(Sample::closed().with(&place, "", |_| {}, "closed"));
    assert!(Sample::killed().with(&place, "", |_| {}, "killed"));
}

#[test]
fn a_database_that_is_cut_anywhere_does_not_open() {
    let place = Place::in_memory();
    let sample = Sample::closed();
    assert!(sample.with(&place, "", |_| {}, "whole"));
    let file = fs::OpenOptions::new().write(true).open(&place.path).unwrap();
    for length in (0..sample.length("")).rev() {
        file.set_len(length as u64).unwrap();
        let error = place.try_open().expect_err(&format!("cut at {length}"));
        assert_eq!(error.kind(), JournalErrorKind::Damaged, "cut at {length}: {error}");
    }
}

#[test]
fn a_log_that_is_cut_anywhere_does_not_open() {
    let (sample, place) = (Sample::smallest(), Place::in_memory());
    assert!(sample.with(&place, "", |_| {}, "whole"));
    clear(place.path.parent().unwrap());
    fs::write(place.beside("-mark"), sample.bytes("-mark")).unwrap();
    let mut database = File::create(&place.path).unwrap();
    // One after the other: two threads need as long, and keep two processors busy.
    for length in 0..sample.length("-wal") {
        // Whoever was the last to have it open has copied the log into the database, as far as it is whole, and has
        // removed it. The mark is not touched by who cannot open the journal.
        database.rewind().unwrap();
        database.write_all(sample.bytes("")).unwrap();
        fs::write(place.beside("-wal"), &sample.bytes("-wal")[..length]).unwrap();
        let error = place.try_open().expect_err(&format!("log cut at {length}"));
        assert_eq!(error.kind(), JournalErrorKind::Damaged, "log cut at {length}: {error}");
    }
    assert!(fs::read(place.beside("-mark")).unwrap() == sample.bytes("-mark"));
    assert!(database.metadata().unwrap().len() == sample.length("") as u64);
}

#[test]
fn a_mark_that_is_cut_anywhere_does_no_harm() {
    let place = Place::in_memory();
    for length in 0..Sample::killed().length("-mark") {
        Sample::killed().with(
            &place,
            "-mark",
            |bytes| bytes.truncate(length),
            &format!("mark cut at {length}"),
        );
    }
}

#[test]
fn no_flipped_bit_of_a_journal_that_was_closed_changes_what_is_read() {
    let opened = flip(Sample::closed(), &["", "", "", "-mark"]);
    // Where nothing is written, nothing is damaged. That both occur shows that the test can tell.
    assert!((1..FLIPS).contains(&opened), "{opened}");
}

#[test]
fn no_flipped_bit_of_a_journal_whose_process_was_killed_changes_what_is_read() {
    let opened = flip(Sample::killed(), &["", "-wal", "-wal", "-wal"]);
    assert!((1..FLIPS).contains(&opened), "{opened}");
}

/// How many bits are flipped in each of the two, one at a time.
const FLIPS: u32 = 1_000;

/// Flips bits of these files in turn: how many times the journal opened.
fn flip(sample: &Sample, suffixes: &[&str]) -> u32 {
    let place = Place::in_memory();
    let (mut random, mut opened) = (0x9E37_79B9_7F4A_7C15_u64, 0);
    for suffix in suffixes.iter().cycle().take(FLIPS as usize) {
        // SplitMix64: the same bits in every run.
        random = random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (random ^ (random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let bit = usize::try_from(mixed % (sample.length(suffix) as u64 * 8)).unwrap();
        let what = format!("bit {bit} of journal.db{suffix}");
        opened += u32::from(sample.with(&place, suffix, |bytes| bytes[bit / 8] ^= 1 << (bit % 8), &what));
    }
    opened
}

#[test]
fn no_flipped_bit_in_the_header_changes_what_is_read() {
    let place = Place::in_memory();
    for byte in 0..100 {
        let bit = byte * 8 + byte % 8;
        let what = format!("bit {bit} of the header");
        Sample::closed().with(&place, "", |bytes| bytes[bit / 8] ^= 1 << (bit % 8), &what);
    }
}
