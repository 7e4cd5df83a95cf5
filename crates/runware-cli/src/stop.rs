//! Why a command ended before it could do what was asked.

use std::error::Error;
use std::io;

use runware::ErrorKind;
use runware::types::{ErrorCategory, TaskUuid};

use crate::exit::Exit;

/// What stopped a command.
#[derive(Debug)]
pub(crate) struct Stop {
    exit: Exit,
    category: ErrorCategory,
    message: String,
    task_uuid: Option<TaskUuid>,
    resume: Option<String>,
}

impl Stop {
    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, ErrorCategory::Validation, message)
    }

    /// A task is not one that can be sent.
    pub(crate) fn rejected(message: impl Into<String>) -> Self {
        Self::new(Exit::Rejected, ErrorCategory::Validation, message)
    }

    /// There is no usable key.
    pub(crate) fn auth(message: impl Into<String>) -> Self {
        Self::new(Exit::Auth, ErrorCategory::Auth, message)
    }

    /// A budget does not suffice, or it cannot be known whether it does.
    pub(crate) fn quota(message: impl Into<String>) -> Self {
        Self::new(Exit::Quota, ErrorCategory::Quota, message)
    }

    /// This machine would not do what is needed.
    pub(crate) fn machine(message: impl Into<String>) -> Self {
        Self::new(Exit::Trouble, ErrorCategory::Unknown, message)
    }

    /// A signal came.
    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, ErrorCategory::Aborted, "interrupted")
    }

    /// A signal came before this.
    pub(crate) fn interrupted_before(what: &str) -> Self {
        Self { message: format!("interrupted before {what}"), ..Self::interrupted() }
    }

    /// The server has nothing of the task.
    pub(crate) fn absent(task_uuid: TaskUuid, message: impl Into<String>) -> Self {
        Self::new(Exit::Unknown, ErrorCategory::NotFound, message).about(task_uuid)
    }

    fn new(exit: Exit, category: ErrorCategory, message: impl Into<String>) -> Self {
        Self { exit, category, message: message.into(), task_uuid: None, resume: None }
    }

    /// Says which task it is about.
    pub(crate) fn about(self, task_uuid: TaskUuid) -> Self {
        Self { task_uuid: Some(task_uuid), ..self }
    }

    /// Names the command to go on with.
    pub(crate) fn going_on_with(self, command: String) -> Self {
        Self { resume: Some(command), ..self }
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn category(&self) -> ErrorCategory {
        self.category
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn resume(&self) -> Option<&str> {
        self.resume.as_deref()
    }

    pub(crate) fn task_uuid(&self) -> Option<TaskUuid> {
        self.task_uuid
    }
}

impl From<runware::Error> for Stop {
    fn from(error: runware::Error) -> Self {
        Self {
            exit: Exit::of_error(&error),
            category: error.category(),
            message: advise(&error),
            task_uuid: error.task_uuid(),
            resume: None,
        }
    }
}

/// Errors of writing the output; reading is explained where it is done.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => {
                Self::new(Exit::OutputClosed, ErrorCategory::Aborted, "nobody reads the output")
            }
            _ => Self::machine(format!("the output cannot be written: {error}")),
        }
    }
}

/// An error of the client in one line, with what the command line can do about it.
pub(crate) fn advise(error: &runware::Error) -> String {
    let text = explain(error);
    match error.kind() {
        ErrorKind::Journal => format!("{}; {WITHOUT_JOURNAL}", text.trim_end_matches('.')),
        ErrorKind::Unpriced => UNPRICED.to_owned(),
        ErrorKind::Abandoned => match error.task_uuid() {
            Some(task_uuid) => format!(
                "task {task_uuid} was given up with `runware decide`, since nobody could tell whether it ran. It may have \
                 run and been charged, and it is not sent again; `runware details {task_uuid}` shows what the archive has \
                 of it, and a new request needs a new taskUUID or key"
            ),
            None => text,
        },
        _ => text,
    }
}

/// Why a task without a price is not sent, and what can be done about it.
pub(crate) const UNPRICED: &str = "there is a budget, and nobody knows what the task costs: the server names no price. \
                                   It was not sent; give one with --price AMOUNT, or leave --budget out";

/// Why a task is not sent of which the price was not asked for, after so many questions that had no answer.
pub(crate) fn unasked(in_vain: usize) -> String {
    format!(
        "its price was not asked for, since the server answered none of the {in_vain} questions before; it was not submitted"
    )
}

/// The ways round a journal that does not work.
pub(crate) const WITHOUT_JOURNAL: &str = "--journal PATH names another file, and --no-journal does without";

/// An error and its causes in one line.
pub(crate) fn explain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}
