//! `getTaskDetails`: the archive of requests and responses.

use std::time::Duration;

use super::Core;
use super::error::ErrorBody;
use super::reply::{Reply, envelope};
use super::request::Task;
use super::store::Verdict;
use super::submit::acknowledgement;
use crate::catalogue::Delivery;
use crate::json::Object;

impl Core {
    /// Shows the request a task came in, byte for byte, and its response: the results where it is over, what the
    /// submission was answered with where it is not.
    pub(super) fn look_up(&mut self, now: Duration, task: &Task<'_>, reply: &mut Reply) {
        let Some((written, uuid)) = self.identify(task, reply) else { return };
        self.ledger.looked_up(uuid);
        let Some(record) = self.store.get(uuid) else {
            let error = not_found().http_status(self.options.choices.details_not_found_status);
            return reply.refuse(&error, Some(&written));
        };
        let response = match &record.verdict {
            Verdict::Refused(response) => response.clone(),
            Verdict::Accepted(accepted) => match &accepted.shown {
                Some(shown) => shown.clone(),
                None if accepted.outcome.is_over(now) => {
                    let (data, errors) = self.final_entries(uuid, accepted);
                    reply
                        .deliveries
                        .extend((0..).zip(&accepted.outcome.results).map(|(index, _)| (uuid, index)));
                    envelope(&data, &errors)
                }
                None if accepted.delivery == Delivery::Async => envelope(&[acknowledgement(accepted)], &[]),
                None => envelope(&[], &[]),
            },
        };
        reply.item(
            Object::new()
                .text("taskType", "getTaskDetails")
                .text("taskUUID", &written)
                .raw("request", &record.request)
                .raw("response", &response)
                .end(),
        );
    }
}

fn not_found() -> ErrorBody {
    let message = "No task found for the provided 'taskUUID'. The taskUUID may not exist or may belong to a different \
                   organization.";
    ErrorBody::new("taskNotFound", message).parameter("taskUUID", "string")
}
