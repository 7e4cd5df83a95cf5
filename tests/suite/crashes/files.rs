//! What is in a folder: as a process leaves it behind, or as a disk without power has it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Everything in a folder, by its path within: the content of each file, and `None` for a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Files(BTreeMap<PathBuf, Option<Vec<u8>>>);

/// What a journal that is being made has in its name, before as many digits by chance.
const DRAFT: (&str, usize) = ("-new-", 16);

impl Files {
    pub(super) fn insert(&mut self, path: PathBuf, content: Option<Vec<u8>>) {
        self.0.insert(path, content);
    }

    /// Reads a folder, but for the memory that processes share: it means nothing once the last of them has ended.
    pub(super) fn read(folder: &Path) -> Self {
        let mut files = Self::default();
        files.add(folder, folder);
        files
    }

    fn add(&mut self, root: &Path, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_owned();
            if path.is_dir() {
                self.0.insert(name, None);
                self.add(root, &path);
            } else if !path.to_str().unwrap().ends_with("-shm") {
                self.0.insert(name, Some(fs::read(&path).unwrap()));
            }
        }
    }

    /// Gives a journal that this process has left half made a name that is not chance, and is the same each time: in what
    /// order several of them are lost, or removed, hangs on their names.
    pub(super) fn with_drafts_of(self, process: usize) -> Self {
        let (before, digits) = DRAFT;
        let named = self.0.into_iter().map(|(path, content)| {
            let (kept, drawn) = match path.to_str().unwrap().split_once(before) {
                Some((kept, drawn)) if !drawn.starts_with("00000000") => (kept, drawn),
                _ => return (path, content),
            };
            let name = format!("{kept}{before}{process:0digits$}{}", &drawn[digits..]);
            (PathBuf::from(name), content)
        });
        Self(named.collect())
    }

    /// Fills an empty folder with them. Nobody holds a lock there.
    pub(super) fn write(&self, folder: &Path) {
        for (name, content) in &self.0 {
            let path = folder.join(name);
            match content {
                Some(content) => fs::write(path, content).unwrap(),
                None => fs::create_dir(path).unwrap(),
            }
        }
    }

    /// The names, and how much each file holds.
    pub(super) fn outline(&self) -> String {
        let line = |(name, content): (&PathBuf, &Option<Vec<u8>>)| match content {
            Some(content) => format!("{}: {}", name.display(), content.len()),
            None => format!("{}/", name.display()),
        };
        self.0.iter().map(line).collect::<Vec<_>>().join(", ")
    }
}
