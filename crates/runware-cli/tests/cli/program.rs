//! Starts the real program, feeds it, listens to it, and bounds it in time.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use runware::transport::{Clock as _, TokioClock};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::ended::Ended;
use crate::line::Line;

/// The key that all runs use, and that none may ever show.
pub(crate) const KEY: &str = "canary-Zm9vYmFy-4711";

/// Longer than any run here takes, on a machine with a lot to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// A command line that is being put together.
pub(crate) struct Program {
    command: Command,
    stdin: Option<Vec<u8>>,
    /// Where it keeps what it keeps, unless a test names another place: no test touches the user's own.
    state: TempDir,
}

impl Program {
    /// The program with an API key and nothing else in its environment.
    pub(crate) fn new() -> Self {
        Self::without_key().env("RUNWARE_API_KEY", KEY)
    }

    /// The program with an empty environment.
    pub(crate) fn without_key() -> Self {
        Self::of(env!("CARGO_BIN_EXE_runware"))
    }

    /// A shell that runs a printed command line, as somebody would who pasted it.
    pub(crate) fn pasted(line: &str) -> Self {
        let folder = Path::new(env!("CARGO_BIN_EXE_runware")).parent().unwrap();
        Self::of("/bin/sh").env("PATH", folder).env("RUNWARE_API_KEY", KEY).arg("-c").arg(line)
    }

    fn of(program: &str) -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command.env_clear().kill_on_drop(true).env("XDG_STATE_HOME", state.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command, stdin: None, state }
    }

    /// Keeps its tasks in this file.
    pub(crate) fn journal(self, path: &Path) -> Self {
        self.arg("--journal").arg(path)
    }

    /// Takes away every place where it could keep something.
    pub(crate) fn homeless(mut self) -> Self {
        self.command.env_remove("XDG_STATE_HOME");
        self
    }

    /// Adds words that hold no spaces.
    pub(crate) fn words(mut self, words: &str) -> Self {
        self.command.args(words.split_whitespace());
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Starts it in this folder.
    pub(crate) fn folder(mut self, path: &Path) -> Self {
        self.command.current_dir(path);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.command.stdin(Stdio::piped());
        self.stdin = Some(text.into());
        self
    }

    /// Puts its standard input and standard error at this terminal.
    pub(crate) fn at(mut self, terminal: &File) -> Self {
        self.command.stdin(terminal.try_clone().unwrap()).stderr(terminal.try_clone().unwrap());
        self
    }

    /// Starts the program and waits for its end.
    pub(crate) async fn run(self) -> Ended {
        self.start().await.end().await
    }

    pub(crate) async fn start(mut self) -> Running {
        let clock = TokioClock::new();
        let mut child = self.command.spawn().unwrap();
        if let Some(text) = self.stdin {
            let mut stdin = child.stdin.take().unwrap();
            // A program that ends before it has read everything is judged by its end.
            let _ = stdin.write_all(&text).await;
        }
        let stdout = child.stdout.take().map(BufReader::new);
        let stderr = child.stderr.take();
        let stderr = tokio::spawn(async { read_all(stderr?).await.into() });
        Running { child, stdout, said: Vec::new(), stderr, clock, _state: self.state }
    }
}

/// A program that is running; it is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    said: Vec<u8>,
    /// `None` where it is at a terminal.
    stderr: JoinHandle<Option<Vec<u8>>>,
    clock: TokioClock,
    /// Lives as long as the program.
    _state: TempDir,
}

impl Running {
    /// The next line of standard output, without its line break.
    pub(crate) async fn line(&mut self) -> String {
        let from = self.said.len();
        let stdout = self.stdout.as_mut().unwrap();
        bounded("a line", &self.clock, stdout.read_until(b'\n', &mut self.said)).await.unwrap();
        let line = std::str::from_utf8(&self.said[from..]).unwrap();
        line.strip_suffix('\n').unwrap_or_else(|| panic!("no whole line: {line:?}")).to_owned()
    }

    /// Reads events up to the first of this name.
    pub(crate) async fn event(&mut self, name: &str) -> Line {
        loop {
            let line = Line::read(&self.line().await);
            if line.event() == name {
                return line;
            }
        }
    }

    /// Sends a signal.
    pub(crate) async fn signal(&self, name: &str) {
        let line = format!("kill -{name} {}", self.child.id().unwrap());
        assert!(Command::new("/bin/sh").arg("-c").arg(line).status().await.unwrap().success());
    }

    /// Waits until it has this file open.
    #[cfg(target_os = "linux")]
    pub(crate) async fn opens(&self, path: &Path) {
        let folder = format!("/proc/{}/fd", self.child.id().unwrap());
        let is_open = || {
            let files = std::fs::read_dir(&folder).unwrap().flatten();
            files.into_iter().any(|file| std::fs::read_link(file.path()).is_ok_and(|file| file == path))
        };
        while !is_open() {
            tokio::task::yield_now().await;
        }
    }

    /// Stops reading standard output, as `head` does.
    pub(crate) fn stop_reading(&mut self) {
        self.stdout = None;
    }

    /// How long it has run.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now()
    }

    pub(crate) async fn end(mut self) -> Ended {
        if let Some(mut stdout) = self.stdout.take() {
            bounded("its end", &self.clock, stdout.read_to_end(&mut self.said)).await.unwrap();
        }
        let status = bounded("its end", &self.clock, self.child.wait()).await.unwrap();
        let took = self.clock.now();
        let stderr = String::from_utf8(self.stderr.await.unwrap().unwrap_or_default()).unwrap();
        Ended::new(status.code(), self.said, stderr, took)
    }
}

/// Waits for a future, but not for ever.
async fn bounded<T>(what: &str, clock: &TokioClock, future: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        output = future => output,
        () = clock.sleep_until(PATIENCE) => panic!("no sign of {what} after {PATIENCE:?}"),
    }
}

async fn read_all(mut pipe: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut all = Vec::new();
    pipe.read_to_end(&mut all).await.unwrap();
    all
}
