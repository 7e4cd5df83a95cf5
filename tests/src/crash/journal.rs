//! What the journal holds, in the words of the program.

use std::collections::HashMap;

use anyhow::{Result, ensure};

use super::process::Order;
use super::stage::Stage;

/// How each task in the journal stands, by its id.
pub(super) async fn list(stage: &Stage) -> Result<HashMap<String, String>> {
    let ended = Order::new(["list", "--limit", "1000000"]).run(stage, None).await?;
    ensure!(ended.code == Some(0), "`list` ended with {:?}: {}", ended.code, ended.errors);
    let tasks = ended
        .heard
        .all("task")
        .filter_map(|line| Some((line.task.clone()?.to_lowercase(), line.state.clone().unwrap_or_default())));
    Ok(tasks.collect())
}
