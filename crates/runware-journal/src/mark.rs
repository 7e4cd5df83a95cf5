//! [`Mark`]: how much has been written to a journal, kept outside of it.

use std::cell::Cell;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::checksum::Checksum;
use crate::trouble::Trouble;

/// A small file with the number of the last transaction that was committed.
///
/// SQLite takes a log that ends in the middle for what a crash has left, and everything after a damaged place for never
/// written. That it was written once is known from here. The number is written after each commit and not synced, so that
/// it may be too low after the machine has stopped, and is never too high.
///
/// There are two places for it, of which the one with the lower number is written: a write that is cut short leaves the
/// other one.
///
/// A process may be stopped in the instant in which it has the mark locked. Nobody waits for it for long: the mark is then
/// read as it stands, which is what it was or what it is to be, and written with the next transaction after that.
#[derive(Debug)]
pub(crate) struct Mark {
    file: File,
    /// Somebody has kept it locked for longer than is waited for, and nobody has been seen to have let go of it since.
    is_stuck: Cell<bool>,
}

/// How often it is tried to lock the mark that is to be read or written, about a millisecond apart: half a second.
const TRIES: u32 = 500;

/// The same to make a journal, which takes as long as the disk needs: ten seconds.
const TRIES_TO_MAKE: u32 = 10_000;

/// Which journal it is, and how far it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// What the journal was named when it was made; nothing before that.
    pub(crate) name: [u8; 16],
    /// The number of the last transaction.
    pub(crate) sequence: i64,
}

const MAGIC: &[u8; 8] = b"RWMARK1\n";
const PLACES: [u64; 2] = [0, 64];
const LENGTH: usize = 48;

impl Mark {
    /// Opens it. If there is none, it is made, unless there is a journal: then it was lost.
    ///
    /// `has_database` must have been found out before: a mark is made before its journal.
    pub(crate) fn open(path: &Path, has_database: bool) -> Result<Self, Trouble> {
        let lost = || Trouble::damaged(format!("{} is missing, which belongs to it", path.display()));
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if has_database {
                    return Err(lost());
                }
                match crate::files::create(path) {
                    // Another process was quicker.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        OpenOptions::new().read(true).write(true).open(path)?
                    }
                    created => created?,
                }
            }
            opened => opened?,
        };
        let mark = Self { file, is_stuck: Cell::new(false) };
        let mut held = mark.hold_soon()?;
        if held.is_none() && mark.is_blank()? {
            // Somebody else is about to write it.
            held = Some(mark.hold()?);
        }
        if mark.is_blank()? {
            if has_database {
                return Err(Trouble::damaged(format!("{} cannot be read", path.display())));
            }
            let [first, _] = PLACES;
            mark.write(first, Position::default())?;
            mark.sync()?;
        }
        drop(held);
        Ok(mark)
    }

    /// How far the journal was written at least.
    pub(crate) fn position(&self) -> io::Result<Position> {
        let _held = self.hold_soon()?;
        let places = self.places()?.into_iter().flatten();
        Ok(places.max_by_key(|position| position.sequence).unwrap_or_default())
    }

    /// A transaction was committed.
    ///
    /// This is after the transaction, so that others may be at it as well, with a number that is higher or lower. As long
    /// as somebody keeps it locked, it stays too low.
    pub(crate) fn advance(&self, position: Position) -> io::Result<()> {
        let Some(_held) = self.hold_soon()? else { return Ok(()) };
        let [first, second] = self.places()?;
        let [at_first, at_second] = PLACES;
        let sequence = |place: Option<Position>| place.map_or(-1, |position| position.sequence);
        if sequence(first).max(sequence(second)) >= position.sequence {
            return Ok(());
        }
        self.write(if sequence(first) < sequence(second) { at_first } else { at_second }, position)
    }

    /// Keeps all others from the mark, and from making the journal, until it is dropped.
    ///
    /// # Errors
    ///
    /// It cannot be locked, or somebody else has had it for ten seconds ([`io::ErrorKind::WouldBlock`]).
    pub(crate) fn hold(&self) -> io::Result<Held<'_>> {
        self.try_hold(TRIES_TO_MAKE)?.ok_or_else(|| io::ErrorKind::WouldBlock.into())
    }

    /// The same; `None` if somebody else has it for longer than is worth waiting: not at all, if it was so the last time.
    pub(crate) fn hold_soon(&self) -> io::Result<Option<Held<'_>>> {
        let held = self.try_hold(if self.is_stuck.get() { 1 } else { TRIES })?;
        self.is_stuck.set(held.is_none());
        Ok(held)
    }

    fn try_hold(&self, tries: u32) -> io::Result<Option<Held<'_>>> {
        for tried in 1..=tries {
            match self.file.try_lock() {
                Ok(()) => return Ok(Some(Held { file: &self.file })),
                Err(TryLockError::Error(error)) => return Err(error),
                // This is a thread that may block, and whoever has it is done in microseconds.
                Err(TryLockError::WouldBlock) if tried < tries => {
                    thread::park_timeout(Duration::from_millis(1))
                }
                Err(TryLockError::WouldBlock) => {}
            }
        }
        Ok(None)
    }

    /// Makes it durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// True if there is nothing in it that can be read.
    fn is_blank(&self) -> io::Result<bool> {
        Ok(self.places()?.iter().all(Option::is_none))
    }

    fn write(&self, place: u64, position: Position) -> io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(place))?;
        file.write_all(&encode(position))
    }

    fn places(&self) -> io::Result<[Option<Position>; 2]> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::with_capacity(128);
        file.take(128).read_to_end(&mut bytes)?;
        let place = |start: u64| decode(bytes.get(usize::try_from(start).ok()?..)?);
        Ok(PLACES.map(place))
    }
}

/// A mark that nobody else can read or write.
#[derive(Debug)]
pub(crate) struct Held<'m> {
    file: &'m File,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // The system lets go of it at the latest when the file is closed.
        let _ = self.file.unlock();
    }
}

fn encode(position: Position) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.extend(MAGIC);
    bytes.extend(position.name);
    bytes.extend(position.sequence.to_be_bytes());
    let sum = Checksum::of("mark").bytes(&bytes).sum();
    bytes.extend(sum.to_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Position> {
    let (magic, rest) = bytes.split_first_chunk::<8>()?;
    let (name, rest) = rest.split_first_chunk::<16>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let (sum, _) = rest.split_first_chunk::<16>()?;
    let position = Position { name: *name, sequence: i64::from_be_bytes(*sequence) };
    (magic == MAGIC && encode(position).ends_with(sum)).then_some(position)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Mark, Position};

    fn at(sequence: i64) -> Position {
        Position { name: [7; 16], sequence }
    }

    #[test]
    fn the_highest_number_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mark");
        let mark = Mark::open(&path, false).unwrap();
        assert_eq!(mark.position().unwrap(), Position::default());
        for sequence in [1, 2, 5, 3, 4] {
            mark.advance(at(sequence)).unwrap();
        }
        drop(mark);
        assert_eq!(Mark::open(&path, true).unwrap().position().unwrap(), at(5));
    }

    #[test]
    fn whoever_is_late_does_not_lower_it() {
        const LAST: i64 = 2000;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mark");
        Mark::open(&path, false).unwrap();
        std::thread::scope(|scope| {
            for parity in 0..2 {
                let mark = Mark::open(&path, false).unwrap();
                scope.spawn(move || {
                    for sequence in (1..=LAST).filter(|sequence| sequence % 2 == parity) {
                        mark.advance(at(sequence)).unwrap();
                        assert!(mark.position().unwrap().sequence >= sequence);
                    }
                });
            }
        });
        assert_eq!(Mark::open(&path, true).unwrap().position().unwrap(), at(LAST));
    }

    #[test]
    fn who_keeps_it_locked_holds_nobody_up() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mark");
        let (stopped, mark) = (Mark::open(&path, false).unwrap(), Mark::open(&path, false).unwrap());
        mark.advance(at(1)).unwrap();
        let held = stopped.hold().unwrap();
        mark.advance(at(2)).unwrap();
        assert!(mark.is_stuck.get(), "it is not waited for a second time");
        mark.advance(at(3)).unwrap();
        assert_eq!(mark.position().unwrap(), at(1), "it can be read, and is too low");
        assert_eq!(Mark::open(&path, true).unwrap().position().unwrap(), at(1));
        drop(held);
        mark.advance(at(4)).unwrap();
        assert!(!mark.is_stuck.get());
        assert_eq!(stopped.position().unwrap(), at(4));
    }

    #[test]
    fn a_write_that_is_cut_short_leaves_the_one_before() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mark");
        let mark = Mark::open(&path, false).unwrap();
        for sequence in 1..=4 {
            mark.advance(at(sequence)).unwrap();
        }
        let whole = fs::read(&path).unwrap();
        for place in [0, 64] {
            for byte in place..place + super::LENGTH {
                let mut torn = whole.clone();
                torn[byte] ^= 0x55;
                fs::write(&path, &torn).unwrap();
                let position = Mark::open(&path, true).unwrap().position().unwrap();
                assert!(position == at(4) || position == at(3), "{byte}: {position:?}");
            }
        }
    }

    #[test]
    fn a_mark_that_is_lost_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mark");
        assert!(Mark::open(&path, true).is_err(), "there is none");
        fs::write(&path, "").unwrap();
        assert!(Mark::open(&path, true).is_err(), "it is empty");
        fs::write(&path, [0; 128]).unwrap();
        assert!(Mark::open(&path, true).is_err(), "there is nothing in it");
        assert!(Mark::open(&path, false).is_ok(), "there is no journal yet");
    }
}
