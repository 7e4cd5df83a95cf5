//! What an emulator is made of.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::time::Duration;

use runware_types::{TaskType, TaskUuid};

use crate::choices::Choices;
use crate::fault::{Cuts, IoRule, Rule};
use crate::script::{self, Script};

/// What an emulator is made of: the seed, keys, durations, failures, faults and limits.
///
/// The same options and the same requests at the same times give the same replies, byte for byte. What a task does
/// depends on the seed and its own `taskUUID` alone, never on the tasks around it.
///
/// ```
/// use std::time::Duration;
/// use runware_emulator::{Action, Options, RequestKind, Rule};
///
/// let options = Options::new()
///     .seed(7)
///     .durations(Duration::from_millis(20)..=Duration::from_millis(80))
///     .failure_rate(0.05)
///     .fault(Rule::new(Action::LoseReply).kind(RequestKind::Submit).nth(1));
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) seed: u64,
    pub(crate) api_keys: Vec<String>,
    pub(crate) durations: Option<RangeInclusive<Duration>>,
    pub(crate) durations_of: BTreeMap<String, RangeInclusive<Duration>>,
    pub(crate) failure_rate: f64,
    pub(crate) model_scripts: BTreeMap<String, Script>,
    pub(crate) task_scripts: HashMap<TaskUuid, Script>,
    pub(crate) faults: Vec<Rule>,
    pub(crate) cuts: Option<Cuts>,
    pub(crate) io_faults: Vec<IoRule>,
    pub(crate) choices: Choices,
    pub(crate) files_url: Option<String>,
    pub(crate) max_body_bytes: usize,
    pub(crate) max_results: u32,
    pub(crate) max_tasks: usize,
    pub(crate) max_archive_bytes: usize,
    pub(crate) inline_bytes: usize,
}

impl Options {
    /// Seed 0, any key that is not empty, the durations of the task types, no failures and no faults.
    pub fn new() -> Self {
        Self {
            seed: 0,
            api_keys: Vec::new(),
            durations: None,
            durations_of: BTreeMap::new(),
            failure_rate: 0.0,
            model_scripts: script::built_in(),
            task_scripts: HashMap::new(),
            faults: Vec::new(),
            cuts: None,
            io_faults: Vec::new(),
            choices: Choices::default(),
            files_url: None,
            max_body_bytes: 100 << 20,
            max_results: 1_000,
            max_tasks: 200_000,
            max_archive_bytes: 1 << 30,
            inline_bytes: 0,
        }
    }

    /// Sets where all chance comes from.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Accepts these keys and no others.
    pub fn api_keys<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.api_keys = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Makes every result take this long, whatever the type of the task.
    pub fn duration(self, duration: Duration) -> Self {
        self.durations(duration..=duration)
    }

    /// Draws how long a result takes from this range, whatever the type of the task.
    pub fn durations(mut self, range: RangeInclusive<Duration>) -> Self {
        self.durations = Some(range);
        self
    }

    /// Draws how long a result of this type of task takes from this range.
    pub fn durations_of(mut self, task_type: TaskType, range: RangeInclusive<Duration>) -> Self {
        self.durations_of.insert(task_type.as_str().to_owned(), range);
        self
    }

    /// Makes each result fail with this probability, from 0 to 1. Scripted tasks fail as scripted only.
    pub fn failure_rate(mut self, probability: f64) -> Self {
        self.failure_rate = probability;
        self
    }

    /// Says what the tasks of a model do.
    pub fn script(mut self, model: impl Into<String>, script: Script) -> Self {
        self.model_scripts.insert(model.into(), script);
        self
    }

    /// Says what one task does; this goes before the script of its model.
    pub fn script_task(mut self, task: TaskUuid, script: Script) -> Self {
        self.task_scripts.insert(task, script);
        self
    }

    /// Adds a fault; where several fit a request, the one that was added first happens.
    pub fn fault(mut self, rule: Rule) -> Self {
        self.faults.push(rule);
        self
    }

    /// Cuts WebSockets every so many frames. Default: never.
    pub fn cuts(mut self, cuts: Cuts) -> Self {
        self.cuts = Some(cuts);
        self
    }

    /// Adds a fault of connections, below HTTP; where several fit a connection, the one that was added first strikes it.
    ///
    /// A bare [`Core`](crate::Core) has no connections.
    pub fn io_fault(mut self, rule: IoRule) -> Self {
        self.io_faults.push(rule);
        self
    }

    /// Sets what the emulator does where the documentation leaves a choice.
    pub fn choose(mut self, set: impl FnOnce(&mut Choices)) -> Self {
        set(&mut self.choices);
        self
    }

    /// Sets what the URLs of results begin with, without a slash at the end.
    ///
    /// A server sets its own address here where nothing else is given; a bare [`Core`](crate::Core) uses
    /// `http://127.0.0.1/files`.
    pub fn files_url(mut self, url: impl Into<String>) -> Self {
        self.files_url = Some(url.into());
        self
    }

    /// Refuses larger request bodies with 413, and closes with 1009 the WebSockets of larger frames. Default: 100 MiB.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Refuses tasks that ask for more results than this. Default: 1,000.
    pub fn max_results(mut self, results: u32) -> Self {
        self.max_results = results;
        self
    }

    /// Keeps this many tasks; the one that ended first goes first. Default: 200,000.
    ///
    /// Where all of them are still running, new tasks are refused with 503 and `noAvailableServer`.
    pub fn max_tasks(mut self, tasks: usize) -> Self {
        self.max_tasks = tasks;
        self
    }

    /// Keeps this much text of past requests, by the same rule as [`max_tasks`](Self::max_tasks). Default: 1 GiB.
    pub fn max_archive_bytes(mut self, bytes: usize) -> Self {
        self.max_archive_bytes = bytes;
        self
    }

    /// Makes every file that comes inside a reply, as `base64Data` or `dataURI`, at least this long, with zeros at its
    /// end. Default: 0, files as they are.
    pub fn inline_bytes(mut self, bytes: usize) -> Self {
        self.inline_bytes = bytes;
        self
    }

    pub(crate) fn script_for(&self, task: TaskUuid, model: Option<&str>) -> Option<&Script> {
        self.task_scripts.get(&task).or_else(|| self.model_scripts.get(model?))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
