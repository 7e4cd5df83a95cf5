//! What a disk holds, and what it may have lost when the power goes.
//!
//! The rules are those of POSIX, and no kinder: a sync of a file makes its content durable and not its name, a sync of a
//! folder the names in it. Of what was not synced any part may be there: of the names in a folder those that came first,
//! of a file each sector as it was at some time since, so that a later page may be there without an earlier one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use super::disk::Step;
use super::files::Files;

/// What a disk writes at once.
const SECTOR: usize = 512;

/// What of that which was not synced is gone.
pub(super) enum Loss {
    Nothing,
    Everything,
    Chance(Rng),
}

/// All files and folders of a disk.
#[derive(Debug)]
pub(super) struct Model<'d> {
    folders: BTreeMap<PathBuf, Folder>,
    files: BTreeMap<usize, File<'d>>,
}

/// What a name stands for: a file, by its number, or a folder.
type Node = Option<usize>;

#[derive(Debug, Default)]
struct Folder {
    durable: BTreeMap<PathBuf, Node>,
    /// What has become of names since: they stand for something, or are gone.
    pending: Vec<(PathBuf, Option<Node>)>,
}

#[derive(Debug, Default)]
struct File<'d> {
    durable: Vec<u8>,
    pending: Vec<Edit<'d>>,
}

#[derive(Debug)]
enum Edit<'d> {
    Write { at: usize, bytes: &'d [u8] },
    Length(usize),
}

impl<'d> Model<'d> {
    /// The disk after these steps, of which the first ones happened long ago.
    pub(super) fn of(steps: &'d [Step], settled: usize) -> Self {
        let folders = BTreeMap::from([(PathBuf::new(), Folder::default())]);
        let mut model = Self { folders, files: BTreeMap::new() };
        for (number, step) in steps.iter().enumerate() {
            if number == settled {
                model.settle();
            }
            model.take(step);
        }
        if steps.len() <= settled {
            model.settle();
        }
        model
    }

    /// What is there after such a loss.
    pub(super) fn files(&self, loss: &mut Loss) -> Files {
        let (mut files, mut contents) = (Files::default(), BTreeMap::new());
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for (path, node) in self.folders[&folder].names(loss) {
                let content = node.map(|file| {
                    contents.entry(file).or_insert_with(|| self.files[&file].content(loss)).clone()
                });
                if content.is_none() {
                    folders.push(path.clone());
                }
                files.insert(path, content);
            }
        }
        files
    }

    fn settle(&mut self) {
        self.folders.values_mut().for_each(Folder::sync);
        self.files.values_mut().for_each(File::sync);
    }

    fn take(&mut self, step: &'d Step) {
        match step {
            Step::Make { path, file } => {
                self.files.insert(*file, File::default());
                self.name(path, Some(Some(*file)));
            }
            Step::Folder { path } if path.as_os_str().is_empty() => {}
            Step::Folder { path } => {
                self.folders.insert(path.clone(), Folder::default());
                self.name(path, Some(None));
            }
            Step::Link { path, file } => self.name(path, Some(Some(*file))),
            Step::Remove { path } => self.name(path, None),
            Step::SyncFolder { path } => self.folders.get_mut(path).unwrap().sync(),
            Step::Write { file, at, bytes } => {
                self.file(*file).pending.push(Edit::Write { at: *at, bytes });
            }
            Step::Length { file, length } => self.file(*file).pending.push(Edit::Length(*length)),
            Step::Sync { file } => self.file(*file).sync(),
        }
    }

    fn name(&mut self, path: &Path, node: Option<Node>) {
        let folder = self.folders.get_mut(path.parent().unwrap()).unwrap();
        folder.pending.push((path.to_owned(), node));
    }

    fn file(&mut self, number: usize) -> &mut File<'d> {
        self.files.get_mut(&number).unwrap()
    }
}

impl Folder {
    fn sync(&mut self) {
        self.durable = self.names(&mut Loss::Nothing);
        self.pending.clear();
    }

    fn names(&self, loss: &mut Loss) -> BTreeMap<PathBuf, Node> {
        let kept = match loss {
            Loss::Nothing => self.pending.len(),
            Loss::Everything => 0,
            Loss::Chance(rng) => rng.usize(0..=self.pending.len()),
        };
        let mut names = self.durable.clone();
        for (path, node) in &self.pending[..kept] {
            match node {
                Some(node) => names.insert(path.clone(), *node),
                None => names.remove(path),
            };
        }
        names
    }
}

impl<'d> File<'d> {
    fn sync(&mut self) {
        for edit in std::mem::take(&mut self.pending) {
            edit.apply(&mut self.durable, usize::MAX);
        }
    }

    fn content(&self, loss: &mut Loss) -> Vec<u8> {
        match loss {
            Loss::Nothing => self.up_to(usize::MAX),
            Loss::Everything => self.durable.clone(),
            Loss::Chance(rng) => match rng.bool() {
                true => self.up_to(rng.usize(0..=self.pending.iter().map(Edit::len).sum())),
                false => self.scattered(rng),
            },
        }
    }

    /// What there is if so many bytes have come to the disk, in their order.
    fn up_to(&self, mut bytes: usize) -> Vec<u8> {
        let mut content = self.durable.clone();
        for edit in &self.pending {
            edit.apply(&mut content, bytes);
            bytes = bytes.saturating_sub(edit.len());
        }
        content
    }

    /// What there is if each sector has come to the disk at a time of its own, or not yet.
    fn scattered(&self, rng: &mut Rng) -> Vec<u8> {
        let mut times = vec![self.durable.clone()];
        for edit in &self.pending[..rng.usize(0..=self.pending.len())] {
            let mut content = times[times.len() - 1].clone();
            edit.apply(&mut content, usize::MAX);
            times.push(content);
        }
        let mut content = vec![0; times[times.len() - 1].len()];
        for (number, sector) in content.chunks_mut(SECTOR).enumerate() {
            let then = rng.choice(&times).unwrap();
            let then = then.get(number * SECTOR..).unwrap_or_default();
            let length = then.len().min(sector.len());
            sector[..length].copy_from_slice(&then[..length]);
        }
        content
    }
}

impl Edit<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Write { bytes, .. } => bytes.len(),
            Self::Length(_) => 1,
        }
    }

    /// Does the first bytes of it.
    fn apply(&self, content: &mut Vec<u8>, most: usize) {
        match self {
            _ if most == 0 => {}
            Self::Write { at, bytes } => {
                let bytes = &bytes[..bytes.len().min(most)];
                lengthen(content, at + bytes.len());
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Self::Length(length) => {
                content.truncate(*length);
                lengthen(content, *length);
            }
        }
    }
}

fn lengthen(content: &mut Vec<u8>, length: usize) {
    // All at once: this is what the test spends its time on.
    content.extend_from_slice(&vec![0; length.saturating_sub(content.len())]);
}
