//! What a task is made to do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What a task does, in place of what the seed would have it do.
///
/// A script is attached to a model or to one task with [`Options::script`](crate::Options::script) and
/// [`Options::script_task`](crate::Options::script_task). What it does not mention stays as drawn from the seed.
///
/// ```
/// use std::time::Duration;
/// use runware_emulator::{Options, Script};
///
/// let two_of_three = Script::new()
///     .duration(Duration::from_secs(5))
///     .result_at(0, Duration::from_secs(1))
///     .fail(2, "timeoutProvider");
/// let options = Options::new().script("acme:picky@1", two_of_three);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub(crate) duration: Option<Duration>,
    pub(crate) ready_at: BTreeMap<u32, Duration>,
    pub(crate) failures: BTreeMap<u32, String>,
    pub(crate) fail_all: Option<String>,
    pub(crate) stuck: BTreeSet<u32>,
    pub(crate) stuck_all: bool,
    pub(crate) results: Option<u32>,
    pub(crate) progress: Option<bool>,
    pub(crate) blind_checks: Option<u32>,
    pub(crate) refusal: Option<(u16, String)>,
    pub(crate) allowed_durations: Vec<f64>,
    pub(crate) thinks: bool,
}

impl Script {
    /// A script that changes nothing. Where nothing else is said, every result of a scripted task succeeds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes every result ready this long after acceptance.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Makes the result `index`, counted from 0, ready this long after acceptance.
    pub fn result_at(mut self, index: u32, after: Duration) -> Self {
        self.ready_at.insert(index, after);
        self
    }

    /// Makes the result `index`, counted from 0, fail with this error code.
    pub fn fail(mut self, index: u32, code: impl Into<String>) -> Self {
        self.failures.insert(index, code.into());
        self
    }

    /// Makes every result fail with this error code.
    pub fn fail_all(mut self, code: impl Into<String>) -> Self {
        self.fail_all = Some(code.into());
        self
    }

    /// Makes the result `index`, counted from 0, stay unfinished for ever.
    pub fn stick(mut self, index: u32) -> Self {
        self.stuck.insert(index);
        self
    }

    /// Makes every result stay unfinished for ever.
    pub fn stick_all(mut self) -> Self {
        self.stuck_all = true;
        self
    }

    /// Makes the task report this many results, however many were asked for.
    pub fn results(mut self, count: u32) -> Self {
        self.results = Some(count);
        self
    }

    /// Says whether unfinished results carry `progress`.
    pub fn progress(mut self, shown: bool) -> Self {
        self.progress = Some(shown);
        self
    }

    /// Answers the first `checks` checks with nothing, as though the task were not known yet.
    pub fn blind_checks(mut self, checks: u32) -> Self {
        self.blind_checks = Some(checks);
        self
    }

    /// Refuses the submission with this HTTP status and error code.
    pub fn refuse(mut self, status: u16, code: impl Into<String>) -> Self {
        self.refusal = Some((status, code.into()));
        self
    }

    /// Refuses with `unsupportedDuration` any number of seconds in `duration` that is not one of these.
    pub fn allowed_durations(mut self, seconds: impl IntoIterator<Item = f64>) -> Self {
        self.allowed_durations = seconds.into_iter().collect();
        self
    }

    /// Makes each text come with `reasoningContent`; a stream brings it before the text.
    pub fn thinks(mut self) -> Self {
        self.thinks = true;
        self
    }
}

/// The models that do a trick without any set-up, named in the front page of this crate.
pub(crate) fn built_in() -> BTreeMap<String, Script> {
    let timeout = "timeoutProvider";
    [
        ("emulator:fast@1", Script::new().duration(Duration::ZERO)),
        ("emulator:partial@1", Script::new().fail(1, timeout)),
        ("emulator:fail@1", Script::new().fail_all(timeout)),
        ("emulator:stuck@1", Script::new().stick_all()),
        ("emulator:refuse@1", Script::new().refuse(400, "invalidModel")),
        ("emulator:poor@1", Script::new().refuse(402, "insufficientCredits")),
        ("emulator:busy@1", Script::new().refuse(503, "noAvailableServer")),
        ("emulator:six-seconds@1", Script::new().allowed_durations([6.0])),
        ("emulator:think@1", Script::new().thinks()),
    ]
    .map(|(model, script)| (model.to_owned(), script))
    .into()
}
