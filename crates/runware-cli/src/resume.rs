//! The command to go on with.

use std::time::Duration;

use runware::types::TaskUuid;

/// Writes the command line that waits for tasks which this command leaves open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resume {
    flags: Vec<String>,
    emulator_ends: bool,
}

impl Resume {
    /// Adds a flag.
    pub(crate) fn flag(mut self, name: &str) -> Self {
        self.flags.push(name.to_owned());
        self
    }

    /// Adds an option and its value. The key itself must never be one.
    pub(crate) fn option(self, name: &str, value: &str) -> Self {
        self.flag(name).flag(&quoted(value))
    }

    /// Adds an option whose value is a duration.
    pub(crate) fn duration(self, name: &str, value: Duration) -> Self {
        self.option(name, &humantime::format_duration(value).to_string())
    }

    /// Notes that the tasks end with this command, because their server does.
    pub(crate) fn emulator(self) -> Self {
        Self { emulator_ends: true, ..self }
    }

    /// True if the tasks end with this command.
    pub(crate) fn emulator_ends(&self) -> bool {
        self.emulator_ends
    }

    /// The command line, ready for a shell.
    pub(crate) fn command(&self, tasks: impl IntoIterator<Item = TaskUuid>) -> String {
        self.line("wait", tasks)
    }

    /// The command line that shows what the archive of the same server has of a task.
    pub(crate) fn details(&self, task: TaskUuid) -> String {
        self.line("details", [task])
    }

    /// The command line that finishes everything in the journal.
    pub(crate) fn collect(&self) -> String {
        self.line("collect", [])
    }

    /// The command line that decides about a task.
    pub(crate) fn decide(&self, task: TaskUuid, decision: &str) -> String {
        self.words(["decide", &task.to_string(), decision])
    }

    /// The command line that lists what the journal has.
    pub(crate) fn list(&self) -> String {
        self.line("list", [])
    }

    /// The command line that lists the tasks that somebody has to decide about.
    pub(crate) fn list_unknown(&self) -> String {
        self.words(["list", "--unknown"])
    }

    /// The command line that lets go of what ended so long ago, where that is not what it does anyway.
    pub(crate) fn prune(&self, older_than: Option<Duration>) -> String {
        let all = older_than.iter().fold(self.clone(), |resume, age| resume.duration("--older-than", *age));
        all.line("prune", [])
    }

    fn line(&self, command: &str, tasks: impl IntoIterator<Item = TaskUuid>) -> String {
        let tasks = tasks.into_iter().map(|task_uuid| task_uuid.to_string());
        self.words([command.to_owned()].into_iter().chain(tasks))
    }

    fn words(&self, words: impl IntoIterator<Item = impl Into<String>>) -> String {
        let words = words.into_iter().map(Into::into);
        let all = ["runware".to_owned()].into_iter().chain(words).chain(self.flags.iter().cloned());
        all.collect::<Vec<_>>().join(" ")
    }
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_whole() {
        let task = TaskUuid::from_key("test", "resume");
        let resume = Resume::default()
            .option("--http-base-url", "http://127.0.0.1:8080/v1")
            .option("--api-key-file", "/srv/o'neill/my keys/runware")
            .duration("--deadline", Duration::from_secs(90))
            .flag("--json");
        assert_eq!(
            resume.command([task]),
            format!(
                "runware wait {task} --http-base-url http://127.0.0.1:8080/v1 \
                 --api-key-file '/srv/o'\\''neill/my keys/runware' --deadline '1m 30s' --json"
            )
        );
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_change_them() {
        for (word, expected) in [
            ("plain-1.0/x", "plain-1.0/x"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$HOME", "'$HOME'"),
            ("a;rm -rf", "'a;rm -rf'"),
            ("it's", r"'it'\''s'"),
            ("~/key", "'~/key'"),
            ("line\nbreak", "'line\nbreak'"),
            ("clé", "'clé'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
