//! The files of a journal, as a process leaves them behind: whole, or as a disk without power has them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The name of a journal in its folder.
pub(super) const NAME: &str = "journal.db";

/// Everything in a folder, by its path within.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files(BTreeMap<PathBuf, Vec<u8>>);

impl Files {
    /// Reads the files of a folder, but for those that mean nothing once the last process has ended.
    pub(super) fn read(folder: &Path) -> Self {
        let mut files = Self::default();
        files.add(folder, folder);
        files
    }

    fn add(&mut self, root: &Path, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.add(root, &path);
            } else if !path.to_str().unwrap().ends_with("-shm") {
                let content = fs::read(&path).unwrap_or_default();
                self.0.insert(path.strip_prefix(root).unwrap().to_owned(), content);
            }
        }
    }

    /// Makes another folder with these files. Nobody holds a lock there.
    pub(super) fn write(&self, folder: &Path) {
        for (name, content) in &self.0 {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    /// What is left if the last write to the log, which led from `before` to `after`, was cut somewhere: `share` of it
    /// came to the disk. `None` if nothing was written to the log, or more than that was written.
    pub(super) fn torn(before: &Self, after: &Self, share: f64) -> Option<Self> {
        let (old, new) = (before.log(), after.log());
        let from = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        if from == new.len() || before.0.get(Path::new(NAME)) != after.0.get(Path::new(NAME)) {
            return None;
        }
        let end = if new.len() > old.len() { new.len() } else { last_difference(old, new) };
        let cut = from + ((end - from) as f64 * share) as usize;
        let rest = old.get(cut..).unwrap_or_default();
        let torn = new[..cut].iter().chain(rest).copied().collect();
        let mut files = before.clone();
        files.0.insert(log_name(), torn);
        Some(files)
    }

    /// The same with the mark of another moment: it is written without waiting for the disk.
    pub(super) fn with_mark_of(mut self, other: &Self) -> Self {
        let is_mark = |name: &&PathBuf| name.to_str().unwrap().ends_with("-mark");
        let Some(name) = self.0.keys().find(is_mark).cloned() else { return self };
        if let Some(mark) = other.0.get(&name) {
            self.0.insert(name, mark.clone());
        }
        self
    }

    fn log(&self) -> &[u8] {
        self.0.get(&log_name()).map(Vec::as_slice).unwrap_or_default()
    }
}

fn last_difference(old: &[u8], new: &[u8]) -> usize {
    new.len() - old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count()
}

fn log_name() -> PathBuf {
    PathBuf::from(format!("{NAME}-wal"))
}
