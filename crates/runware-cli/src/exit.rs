//! What the exit code says.

use std::process::ExitCode;

use runware::types::ErrorCategory;
use runware::{Error, ErrorKind, Status};

/// How a command ended, as its exit code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was delivered.
    Delivered,
    /// Something else went wrong: the connection, the server.
    Trouble,
    /// The command line is wrong.
    Usage,
    /// A request was rejected as invalid; nothing was charged.
    Rejected,
    /// There is no key, or it was refused.
    Auth,
    /// The account's credit does not suffice.
    Quota,
    /// A task failed, wholly or in part.
    TaskFailed,
    /// A task was still running at the deadline.
    StillRunning,
    /// What became of a task is unknown.
    Unknown,
    /// A signal interrupted the command.
    Interrupted,
    /// Nobody reads the output any more; told as a shell tells of `SIGPIPE`.
    OutputClosed,
}

impl Exit {
    /// The code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Delivered => 0,
            Self::Trouble => 1,
            Self::Usage => 2,
            Self::Rejected => 3,
            Self::Auth => 4,
            Self::Quota => 5,
            Self::TaskFailed => 6,
            Self::StillRunning => 8,
            Self::Unknown => 9,
            Self::Interrupted => 130,
            Self::OutputClosed => 141,
        }
    }

    /// What one task that was looked after to its end stands for.
    pub(crate) fn of_status(status: Status) -> Self {
        match status {
            Status::Succeeded => Self::Delivered,
            Status::Partial | Status::Failed => Self::TaskFailed,
            Status::StillRunning => Self::StillRunning,
            // Whatever a newer library says, this program cannot vouch for it.
            _ => Self::Unknown,
        }
    }

    /// What one task that an error ended stands for, if nothing else is asked for.
    pub(crate) fn of_error(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Configuration => Self::Usage,
            ErrorKind::InvalidTask | ErrorKind::UuidReused => Self::Rejected,
            // What was given up was given up because nobody could tell whether it ran.
            ErrorKind::Unconfirmed | ErrorKind::StreamCut | ErrorKind::Abandoned => Self::Unknown,
            ErrorKind::StreamFailed => Self::TaskFailed,
            ErrorKind::TakenOver => Self::StillRunning,
            kind => match error.category() {
                ErrorCategory::Auth => Self::Auth,
                ErrorCategory::Quota => Self::Quota,
                // A task exists that cannot be asked about.
                ErrorCategory::Validation | ErrorCategory::NotFound
                    if kind == ErrorKind::QueryFailed && may_exist(error) =>
                {
                    Self::Unknown
                }
                // Nobody at that address knows the API: that says nothing about the request.
                ErrorCategory::NotFound if error.api_error().is_none() => Self::Trouble,
                ErrorCategory::Validation | ErrorCategory::NotFound | ErrorCategory::Safety => Self::Rejected,
                _ => Self::Trouble,
            },
        }
    }

    /// What several tasks together stand for.
    ///
    /// Where all of them were stopped by the same kind of error, it is that. Else a task that was stopped by an error
    /// counts as failed, or as unknown if it may exist, and the worst of unknown, running and failed decides.
    pub(crate) fn of_tasks(ends: &[End]) -> Self {
        if let Some(exit) = Self::of_stopped(ends) {
            return exit;
        }
        let exits: Vec<Self> = ends.iter().map(|end| Self::of_status(end.status())).collect();
        let worst = [Self::Unknown, Self::StillRunning, Self::TaskFailed];
        worst.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Self::Delivered)
    }

    /// What stopped all of the tasks, if one kind of error did.
    pub(crate) fn of_stopped(ends: &[End]) -> Option<Self> {
        let mut exits = ends.iter().map(|end| match end {
            End::Stopped(error) | End::Interrupted(error) => Some(Self::of_error(error)),
            End::Status(_) => None,
        });
        let first = exits.next()??;
        exits.all(|exit| exit == Some(first)).then_some(first)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// How the watching of one task ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// With an outcome.
    Status(Status),
    /// With an error.
    Stopped(Error),
    /// With an error after some of its results were delivered; it goes on.
    Interrupted(Error),
}

impl End {
    /// The end in one word.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Status(status) => *status,
            Self::Interrupted(_) => Status::StillRunning,
            Self::Stopped(error) if error.kind() == ErrorKind::TakenOver => Status::StillRunning,
            Self::Stopped(error) if may_exist(error) || error.kind() == ErrorKind::Abandoned => {
                Status::Unknown
            }
            Self::Stopped(_) => Status::Failed,
        }
    }

    /// True if it is worth another look.
    pub(crate) fn is_open(&self) -> bool {
        let is_given_up = matches!(self, Self::Stopped(error) if error.kind() == ErrorKind::Abandoned);
        !is_given_up && !matches!(self.status(), Status::Succeeded | Status::Partial | Status::Failed)
    }
}

/// True if the server may have the task all the same.
pub(crate) fn may_exist(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Unconfirmed | ErrorKind::StreamCut | ErrorKind::Closed => true,
        // A price is asked for before there is a task.
        ErrorKind::QueryFailed => error.handle().is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Failed, Partial, StillRunning, Succeeded, Unknown};
    use runware::Client;
    use runware::types::{ImageInference, RawTask, TaskUuid};
    use runware_emulator::{Emulator, Options};

    fn exit(statuses: &[Status]) -> u8 {
        let ends: Vec<End> = statuses.iter().map(|status| End::Status(*status)).collect();
        Exit::of_tasks(&ends).code()
    }

    #[test]
    fn the_worst_task_decides() {
        for (statuses, expected) in [
            (&[][..], 0),
            (&[Succeeded], 0),
            (&[Partial], 6),
            (&[Failed], 6),
            (&[StillRunning], 8),
            (&[Unknown], 9),
            (&[Succeeded, Partial], 6),
            (&[Failed, StillRunning, Succeeded], 8),
            (&[Unknown, StillRunning, Failed], 9),
            (&[Succeeded, Succeeded], 0),
        ] {
            assert_eq!(exit(statuses), expected, "{statuses:?}");
        }
    }

    #[tokio::test]
    async fn a_refusal_says_what_it_was_about() {
        let options = Options::new().api_keys(["right"]);
        let emulator = Emulator::start(options).await.unwrap();
        for (key, model, expected) in
            [("wrong", "m", 4), ("right", "emulator:refuse@1", 3), ("right", "emulator:poor@1", 5)]
        {
            let client = Client::builder().api_key(key).base_url(emulator.http_url()).build().unwrap();
            let error = client.run(ImageInference::new(model, "a cat")).await.unwrap_err();
            assert_eq!(Exit::of_error(&error).code(), expected, "{error}");
            assert_eq!(End::Stopped(error).status(), Failed);
        }
        let client = Client::builder().api_key("wrong").base_url(emulator.http_url()).build().unwrap();
        let task = TaskUuid::from_key("test", "exit");
        for error in [client.resume(task).unwrap().await.unwrap_err(), client.status(task).await.unwrap_err()]
        {
            assert_eq!(Exit::of_error(&error).code(), 4, "{error}");
            assert!(End::Stopped(error).is_open(), "the task is untouched by that");
        }
    }

    #[tokio::test]
    async fn errors_decide_only_where_they_stopped_every_task() {
        let client = Client::builder().api_key("key").build().unwrap();
        let invalid_task = RawTask::new("imageInference").set("numberResults", "4");
        let invalid = || End::Stopped(client.prepare(invalid_task.clone()).unwrap_err());
        assert_eq!(Exit::of_tasks(&[invalid()]).code(), 3);
        assert_eq!(Exit::of_tasks(&[invalid(), invalid()]).code(), 3);
        assert_eq!(Exit::of_tasks(&[invalid(), End::Status(Succeeded)]).code(), 6);
        assert_eq!(Exit::of_tasks(&[End::Status(StillRunning), invalid()]).code(), 8);
    }
}
