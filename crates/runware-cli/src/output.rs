//! What the command says: data on standard output, everything else on standard error.

pub(crate) mod event;
pub(crate) mod excerpt;
pub(crate) mod human;
mod json;
pub(crate) mod sanitize;

use std::io::{self, IsTerminal as _, Write as _};
use std::time::SystemTime;

use crate::args::GlobalArgs;
use crate::stop::Stop;
use event::Event;

/// The two streams, and how the person or program at their ends wants them.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    verbose: bool,
    on_terminal: bool,
    shows_progress: bool,
    /// A progress line stands on the terminal and has to go before anything else is written.
    has_progress: bool,
    /// The last line of standard output is still being written.
    has_open_text: bool,
    /// The last line of standard error is.
    has_open_thought: bool,
}

impl Output {
    pub(crate) fn new(global: &GlobalArgs) -> Self {
        Self {
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose > 0 && !global.quiet,
            on_terminal: io::stdout().is_terminal(),
            shows_progress: io::stderr().is_terminal() && !global.json && !global.quiet,
            has_progress: false,
            has_open_text: false,
            has_open_thought: false,
        }
    }

    /// Tells an event, as a line of JSON or in words.
    ///
    /// # Errors
    ///
    /// Standard output cannot be written, for example because nobody reads it any more.
    pub(crate) fn tell(&mut self, event: &Event) -> Result<(), Stop> {
        let words = human::words(event, self.on_terminal);
        if self.json {
            if let Event::Error { .. } = event {
                words.warning.iter().for_each(|text| self.warn(text));
            }
            let line = json::line(event, now())
                .map_err(|error| Stop::machine(format!("an event has no JSON: {error}")))?;
            return self.line(&line);
        }
        words.note.iter().for_each(|text| self.note(text));
        words.warning.iter().for_each(|text| self.warn(text));
        words.data.iter().try_for_each(|text| self.data(text))
    }

    /// Tells an event to programs, and to people unless they are about to be told in other words.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn tell_of_stopped(&mut self, event: &Event, in_other_words: bool) -> Result<(), Stop> {
        if self.json || !in_other_words { self.tell(event) } else { Ok(()) }
    }

    /// Writes a line of data for people; programs get events only.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn data(&mut self, text: &str) -> Result<(), Stop> {
        if self.json { Ok(()) } else { self.line(text) }
    }

    /// Writes a line that is JSON already, whoever reads it.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Stop> {
        match self.on_terminal {
            true => self.write(format!("{}\n", sanitize::json(text)).as_bytes()),
            false => self.write(format!("{text}\n").as_bytes()),
        }
    }

    /// Writes the next piece of a text, and leaves its line open.
    ///
    /// Each piece is made harmless by itself: what is left of a control sequence without its first character orders
    /// nothing, wherever the sequence was divided.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn piece(&mut self, text: &str) -> Result<(), Stop> {
        if text.is_empty() {
            return Ok(());
        }
        self.end_thought();
        self.write(sanitize::text(text).as_bytes())?;
        self.has_open_text = true;
        Ok(())
    }

    /// Shows the next piece of a model's thoughts beside its text; a quiet command keeps them to itself.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn thought(&mut self, text: &str) -> Result<(), Stop> {
        if text.is_empty() || self.quiet {
            return Ok(());
        }
        // Elsewhere than on a terminal the two streams do not meet, and a text is not broken for a thought.
        if self.on_terminal {
            self.end_text()?;
        }
        self.clear_progress();
        let mut stderr = anstream::stderr();
        let _ = write!(stderr, "\x1b[2m{}\x1b[0m", sanitize::text(text)).and_then(|()| stderr.flush());
        self.has_open_thought = true;
        Ok(())
    }

    /// Ends the lines that pieces have left open.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn end_lines(&mut self) -> Result<(), Stop> {
        self.end_thought();
        self.end_text()
    }

    fn end_text(&mut self) -> Result<(), Stop> {
        match std::mem::take(&mut self.has_open_text) {
            true => self.write(b"\n"),
            false => Ok(()),
        }
    }

    fn end_thought(&mut self) {
        if std::mem::take(&mut self.has_open_thought) {
            let _ = writeln!(io::stderr());
        }
    }

    /// Writes text for people that has colours and is harmless otherwise.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn painted(&mut self, text: &str) -> Result<(), Stop> {
        self.clear_progress();
        writeln!(anstream::stdout(), "{text}\n")?;
        Ok(())
    }

    /// Writes bytes as they are, unless a terminal would obey them.
    ///
    /// # Errors
    ///
    /// As for [`Output::tell`].
    pub(crate) fn exactly(&mut self, json: &str) -> Result<(), Stop> {
        match self.on_terminal {
            true => self.write(sanitize::json(json).as_bytes()),
            false => self.write(json.as_bytes()),
        }
    }

    /// Says what is good to know.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet && !self.json {
            self.aside(text);
        }
    }

    /// Says how to go on, whoever reads the output, unless a quiet command keeps it to itself.
    pub(crate) fn hint(&mut self, text: &str) {
        if !self.quiet {
            self.aside(text);
        }
    }

    /// Says what explains the rest, to those who asked for more.
    pub(crate) fn detail(&mut self, text: &str) {
        if self.verbose {
            self.aside(text);
        }
    }

    /// Says what has to be known.
    pub(crate) fn warn(&mut self, text: &str) {
        self.aside(text);
    }

    /// Says how things go, in a line that the next one replaces; on terminals only.
    pub(crate) fn progress(&mut self, text: &str) {
        if self.shows_progress {
            self.has_progress = true;
            let mut stderr = io::stderr();
            let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// True if [`Output::progress`] shows anything.
    pub(crate) fn shows_progress(&self) -> bool {
        self.shows_progress
    }

    /// True if a person sees standard output directly.
    pub(crate) fn is_on_terminal(&self) -> bool {
        self.on_terminal
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.clear_progress();
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()?;
        Ok(())
    }

    /// Nobody reading standard error is no reason to stop.
    fn aside(&mut self, text: &str) {
        self.clear_progress();
        let _ = writeln!(anstream::stderr(), "{}", painted(text));
    }

    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.has_progress) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Gives the first word colour where it says that something is wrong; streams that are no terminals lose it again.
fn painted(text: &str) -> String {
    match text.split_once(' ') {
        Some((word @ "error:", rest)) => format!("\x1b[1;31m{word}\x1b[0m {rest}"),
        Some((word @ "warning:", rest)) => format!("\x1b[1;33m{word}\x1b[0m {rest}"),
        _ => text.to_owned(),
    }
}

/// The time of day, to be shown.
#[expect(clippy::disallowed_methods, reason = "this dates the lines of output, and decides nothing")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
