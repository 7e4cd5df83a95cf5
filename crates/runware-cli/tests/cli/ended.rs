//! What a run of the program left behind.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::line::{self, Line};
use crate::program::KEY;

/// A run that has ended. None may show its key, and none may panic.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Ended {
    pub(crate) fn new(code: Option<i32>, stdout: Vec<u8>, stderr: String, took: Duration) -> Self {
        let ended = Self { code, stdout, stderr, took };
        let said = format!("{}\n{}", String::from_utf8_lossy(&ended.stdout), ended.stderr);
        let hex: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [KEY.to_owned(), BASE64_STANDARD.encode(KEY), hex] {
            assert!(!said.contains(&form), "the key is shown: {ended:?}");
        }
        assert!(!said.contains("panicked"), "{ended:?}");
        ended
    }

    /// Checks the exit code, and shows everything where it is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Standard output as events, each checked against the contract.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Line> {
        line::read_all(self.text())
    }

    /// The names of the events.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<String> {
        self.lines().iter().map(|line| line.event().to_owned()).collect()
    }

    /// The events of one name.
    #[track_caller]
    pub(crate) fn all(&self, event: &str) -> Vec<Line> {
        self.lines().into_iter().filter(|line| line.event() == event).collect()
    }

    /// The only event of a name.
    #[track_caller]
    pub(crate) fn only(&self, event: &str) -> Line {
        let mut lines = self.all(event);
        assert_eq!(lines.len(), 1, "{event} in {self:?}");
        lines.remove(0)
    }

    /// The last line, which has to be the summary.
    #[track_caller]
    pub(crate) fn summary(&self) -> Line {
        let last = self.lines().pop().unwrap();
        assert_eq!(last.event(), "summary", "{self:?}");
        last
    }

    /// The command to go on with, as standard error has it.
    #[track_caller]
    pub(crate) fn printed_command(&self) -> String {
        let mut found = self.stderr.lines().filter_map(|line| line.strip_prefix("  runware wait "));
        let rest = found.next().unwrap_or_else(|| panic!("no command to go on with in {self:?}"));
        format!("runware wait {rest}")
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr, took } = self;
        let stdout = String::from_utf8_lossy(stdout);
        write!(f, "exit {code:?} after {took:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}
