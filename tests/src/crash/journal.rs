//! What the journal holds, in the words of the program.

use anyhow::{Result, ensure};

use super::process::Order;
use super::stage::Stage;

/// A task as `list` has it.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) task: String,
    pub(super) state: String,
}

/// All tasks of the journal.
pub(super) async fn list(stage: &Stage) -> Result<Vec<Listed>> {
    let ended = Order::new(["list", "--limit", "1000000"]).run(stage, None).await?;
    ensure!(ended.code == Some(0), "`list` ended with {:?}: {}", ended.code, ended.errors);
    let tasks = ended.heard.all("task").filter_map(|line| {
        Some(Listed { task: line.task.clone()?.to_lowercase(), state: line.state.clone().unwrap_or_default() })
    });
    Ok(tasks.collect())
}
