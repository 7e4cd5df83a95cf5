//! Saying that what was handed over is not kept.

use runware::types::TaskUuid;

use crate::session::Session;

/// Warns that the journal does not have what came of a task.
pub(crate) fn warn(task_uuid: TaskUuid, session: &mut Session<'_>) {
    session.output.warn(&format!(
        "warning: the journal could not keep what came of {task_uuid}; this output may be the only copy"
    ));
}
