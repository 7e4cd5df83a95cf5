//! Saying that what was handed over is not kept by this process.

use runware::types::TaskUuid;
use runware::{Error, ErrorKind};

use crate::session::Session;

/// Warns that what came of a task is not kept; `reason` is the error that came of it, if there was one.
pub(crate) fn warn(task_uuid: TaskUuid, reason: Option<&Error>, session: &mut Session<'_>) {
    session.output.warn(&warning(task_uuid, reason.map(Error::kind)));
}

/// Where another process goes on with the task, this is not the only copy for long.
fn warning(task_uuid: TaskUuid, reason: Option<ErrorKind>) -> String {
    match reason {
        Some(ErrorKind::TakenOver) => format!(
            "warning: another process has taken {task_uuid} over; what came of it here is not kept, and that process \
             delivers it too"
        ),
        _ => format!(
            "warning: the journal could not keep what came of {task_uuid}; this output may be the only copy"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_process_delivers_too_is_not_called_the_only_copy() {
        let task_uuid = TaskUuid::from_key("test", "unkept");
        for (reason, is_only) in
            [(None, true), (Some(ErrorKind::Journal), true), (Some(ErrorKind::TakenOver), false)]
        {
            let warning = warning(task_uuid, reason);
            assert!(
                warning.starts_with("warning: ") && warning.contains(&task_uuid.to_string()),
                "{warning}"
            );
            assert_eq!(warning.contains("only copy"), is_only, "{warning}");
            assert_eq!(warning.contains("another process"), !is_only, "{warning}");
        }
    }
}
