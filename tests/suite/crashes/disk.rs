//! The disk of one process: what was done to it, call by call, and what is left of that after an end.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use super::effects::Effect;
use super::files::Files;
use super::model::{Loss, Model};

/// A folder whose changes are written down by `preload/traced_disk.c`.
#[derive(Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    trace: PathBuf,
    steps: Vec<Step>,
    /// So many of the steps were there before the process.
    settled: usize,
    /// So many bytes of the trace were read.
    read: u64,
    /// The number that each file has here, by the one that the system gave it last.
    numbers: HashMap<u64, usize>,
}

/// One call that has changed something. Files have numbers, since a file may have two names, or none any more.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Make { path: PathBuf, file: usize },
    Folder { path: PathBuf },
    Write { file: usize, at: usize, bytes: Vec<u8> },
    Length { file: usize, length: usize },
    Sync { file: usize },
    SyncFolder { path: PathBuf },
    Link { path: PathBuf, file: usize },
    Remove { path: PathBuf },
}

/// One effect on the disk: writes to one file that follow one another, or one call.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) effect: Effect,
    pub(super) steps: Range<usize>,
}

impl Disk {
    /// An empty disk in this folder, which must not be there yet, and whose parent is looked at.
    pub(super) fn new(folder: PathBuf) -> Self {
        fs::create_dir(&folder).unwrap();
        let trace = folder.with_extension("trace");
        Self { folder, trace, steps: Vec::new(), settled: 0, read: 0, numbers: HashMap::new() }
    }

    /// Puts these files there, safely.
    pub(super) fn settle(&mut self, files: &Files) {
        files.write(&self.folder);
        self.news();
        self.settled = self.steps.len();
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many steps there were.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// What has happened since this was asked last.
    pub(super) fn news(&mut self) -> Vec<Change> {
        let Ok(mut file) = File::open(&self.trace) else { return Vec::new() };
        file.seek(SeekFrom::Start(self.read)).unwrap();
        let mut trace = Vec::new();
        file.read_to_end(&mut trace).unwrap();
        let mut changes: Vec<Change> = Vec::new();
        let mut rest = &*trace;
        while !rest.is_empty() {
            let step;
            (step, rest) = self.step(rest);
            let number = self.steps.len();
            let effect = step.effect();
            match changes.last_mut() {
                Some(last) if self.steps[last.steps.start].goes_on_with(&step) => last.steps.end += 1,
                _ => changes.push(Change { effect, steps: number..number + 1 }),
            }
            self.steps.push(step);
        }
        self.read += trace.len() as u64;
        changes
    }

    /// What is there if the process ends after so many steps. The system has all of it.
    pub(super) fn killed(&self, steps: usize) -> Files {
        self.model(steps).files(&mut Loss::Nothing)
    }

    /// What is there if the machine ends after so many steps, and the disk has only what it had to have.
    pub(super) fn lost(&self, steps: usize) -> Files {
        self.model(steps).files(&mut Loss::Everything)
    }

    /// What is there if the machine ends in the last ones of these steps, and the disk has some of what it need not have.
    pub(super) fn torn(&self, steps: Range<usize>, seed: u64) -> Files {
        let is_sync =
            matches!(self.steps[..steps.end].last(), Some(Step::Sync { .. } | Step::SyncFolder { .. }));
        let model = self.model(if is_sync { steps.start } else { steps.end });
        model.files(&mut Loss::Chance(Rng::with_seed(seed)))
    }

    /// Fails if the disk is not what was made of it: then there was a call that nobody has seen.
    pub(super) fn check(&self) {
        let (seen, real) = (self.killed(self.steps.len()), Files::read(&self.folder));
        assert!(seen == real, "what was seen is {}, and there is {}", seen.outline(), real.outline());
    }

    fn model(&self, steps: usize) -> Model<'_> {
        Model::of(&self.steps[..steps], self.settled)
    }

    /// Reads one record, as `traced_disk.c` writes it.
    fn step<'t>(&mut self, trace: &'t [u8]) -> (Step, &'t [u8]) {
        let (head, rest) = trace.split_at(32);
        let small = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
        let large = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
        let (path, rest) = rest.split_at(small(4) as usize);
        let (bytes, rest) = rest.split_at(usize::try_from(large(24)).unwrap());
        let path = PathBuf::from(std::str::from_utf8(path).unwrap());
        let (kind, of, at) = (small(0), large(8), usize::try_from(large(16)).unwrap());
        if kind == 1 {
            self.numbers.insert(of, self.steps.len());
        }
        let file = || self.numbers[&of];
        let step = match kind {
            1 => Step::Make { path, file: file() },
            2 => Step::Folder { path },
            3 => Step::Write { file: file(), at, bytes: bytes.to_owned() },
            4 => Step::Length { file: file(), length: at },
            5 => Step::Sync { file: file() },
            6 => Step::SyncFolder { path },
            7 => Step::Link { path, file: file() },
            8 => Step::Remove { path },
            _ => panic!("a call of kind {kind}"),
        };
        (step, rest)
    }
}

impl Step {
    fn effect(&self) -> Effect {
        match self {
            Self::Write { .. } | Self::Length { .. } => Effect::Append,
            Self::Sync { .. } | Self::SyncFolder { .. } => Effect::Sync,
            Self::Make { .. } | Self::Folder { .. } | Self::Link { .. } | Self::Remove { .. } => Effect::Name,
        }
    }

    fn goes_on_with(&self, next: &Self) -> bool {
        self.written().is_some() && self.written() == next.written()
    }

    fn written(&self) -> Option<usize> {
        match self {
            Self::Write { file, .. } | Self::Length { file, .. } => Some(*file),
            _ => None,
        }
    }
}
