//! Tasks that are to be taken over from the journal, if they can be.

use std::collections::HashMap;
use std::sync::Arc;

use runware_types::TaskUuid;
use tokio::task::JoinSet;

use super::Ledger;
use super::leaving::take_ready;
use super::work::{Done, Sort};
use crate::care::Ward;
use crate::journal::{Claim, Claimed, JournalError};
use crate::keeping::Keeping;

/// How many tasks are taken over together at most.
pub(super) const CLAIMS: usize = 256;

impl Ledger {
    /// Queues the taking over of a task.
    pub(in crate::driver) fn claim(&mut self, task_uuid: TaskUuid, ward: Ward) {
        if self.debts.contains(&task_uuid) {
            self.repay();
        }
        self.claims.push_back((task_uuid, ward));
    }

    /// The tasks that are being taken over; to be taken with the answers.
    pub(in crate::driver) fn take_claiming(&mut self) -> HashMap<TaskUuid, Ward> {
        std::mem::take(&mut self.claiming)
    }

    pub(super) fn start_claims(&mut self) {
        let Some(keeping) = &self.keeping else { return };
        if self.claims.is_empty() || self.work.is_under_way(Sort::Claim) {
            return;
        }
        let (leaving, debts, doubts) = (&self.leaving, &self.debts, &self.doubts);
        let ready = |(task_uuid, _): &mut (TaskUuid, Ward)| {
            !leaving.contains_key(task_uuid) && !debts.contains(task_uuid) && !doubts.is_looking(task_uuid)
        };
        let group = take_ready(&mut self.claims, CLAIMS, ready);
        if group.is_empty() {
            return;
        }
        let task_uuids = group.iter().map(|(task_uuid, _)| *task_uuid).collect();
        self.claiming.extend(group);
        let answers = claim_each(Arc::clone(keeping), task_uuids);
        self.work.start(Sort::Claim, async move { Done::Claimed(answers.await) });
    }
}

/// Takes tasks over, each by itself. One that panicked has no answer.
///
/// # Cancel safety
///
/// They may have been taken over.
pub(super) async fn claim_each(
    keeping: Arc<Keeping>,
    task_uuids: Vec<TaskUuid>,
) -> Vec<(TaskUuid, Result<Claimed, JournalError>)> {
    let mut calls = JoinSet::new();
    for task_uuid in task_uuids {
        let keeping = Arc::clone(&keeping);
        calls.spawn(async move {
            let claim = Claim::one(keeping.scope.clone(), task_uuid);
            (task_uuid, keeping.journal.claim(claim).await)
        });
    }
    let mut answers = Vec::with_capacity(calls.len());
    while let Some(answer) = calls.join_next().await {
        answers.extend(answer.ok());
    }
    answers
}
