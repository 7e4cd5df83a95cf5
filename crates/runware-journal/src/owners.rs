//! [`Owners`]: which processes are alive.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;

use crate::files::create;

/// The lock files of the owners of tasks, each named by its owner's number.
///
/// A lock is let go by the system when its process ends, however it ends; no process is looked up by a number that
/// another one may have got. Locks are exclusive, and whoever wants to know takes a shared one for a moment, so that two
/// who ask at once do not take each other for the owner.
#[derive(Clone, Debug)]
pub(crate) struct Owners {
    directory: PathBuf,
}

/// An owner's lock, held until it is dropped.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    file: File,
    path: PathBuf,
}

impl Owners {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Takes the lock of a new owner. `None` if that number is taken, which can only be if the directory belongs to
    /// another journal as well.
    pub(crate) fn lock(&self, owner: i64) -> io::Result<Option<OwnerLock>> {
        let path = self.path(owner);
        let file = match create(&path) {
            // It was registered before, and the registration was not committed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                OpenOptions::new().read(true).write(true).open(&path)?
            }
            created => created?,
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(OwnerLock { file, path })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether this owner holds its lock.
    pub(crate) fn is_locked(&self, owner: i64) -> io::Result<bool> {
        let file = match File::open(self.path(owner)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Removes what an owner that is gone has left.
    pub(crate) fn forget(&self, owner: i64) {
        // It does no harm if it stays.
        let _ = fs::remove_file(self.path(owner));
    }

    fn path(&self, owner: i64) -> PathBuf {
        self.directory.join(owner.to_string())
    }
}

impl OwnerLock {
    pub(crate) fn path(&self) -> &std::path::Path {
        &self.path
    }
}

impl Drop for OwnerLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::Owners;

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let directory = tempfile::tempdir().unwrap();
        let owners = Owners::new(directory.path().to_owned());
        assert!(!owners.is_locked(1).unwrap());
        let lock = owners.lock(1).unwrap().unwrap();
        assert!(owners.is_locked(1).unwrap());
        assert!(owners.is_locked(1).unwrap(), "asking changes nothing");
        assert!(owners.lock(1).unwrap().is_none());
        drop(lock);
        assert!(!owners.is_locked(1).unwrap());
        assert!(!directory.path().join("1").exists());
    }
}
