//! Ids that are derived, so that the same task has the same one however often it is asked for.

use std::collections::HashMap;

use runware::types::TaskUuid;

/// Derives the ids of the tasks of one batch.
#[derive(Debug)]
pub(crate) struct Ids {
    service: String,
    name: Option<String>,
    /// How often each content was seen, by what is derived from it.
    seen: HashMap<TaskUuid, u32>,
}

impl Ids {
    /// Ids for this server. The same tasks under another name have other ids.
    pub(crate) fn new(service: &str, name: Option<&str>) -> Self {
        Self { service: service.to_owned(), name: name.map(ToOwned::to_owned), seen: HashMap::new() }
    }

    /// The id that belongs to the caller's own name for a task.
    pub(crate) fn of_key(&self, key: &str) -> TaskUuid {
        TaskUuid::from_key(&self.namespace("runware batch"), key)
    }

    /// The id of the next task with this content: equal lines are different tasks, told apart by their order.
    pub(crate) fn of_content(&mut self, content: &[u8]) -> TaskUuid {
        let content = String::from_utf8_lossy(content);
        let number = self.seen.entry(TaskUuid::from_key("content", &content)).or_default();
        *number += 1;
        let numbered = format!("{number} {content}");
        TaskUuid::from_key(&self.namespace("runware batch lines"), &numbered)
    }

    fn namespace(&self, kind: &str) -> String {
        match &self.name {
            None => format!("{kind} {}", self.service),
            Some(name) => format!("{kind} {}\n{name}", self.service),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_task_has_the_same_id_everywhere() {
        let ids = |service, name| {
            let mut ids = Ids::new(service, name);
            let (first, second) = (ids.of_content(b"{}"), ids.of_content(b"{}"));
            [ids.of_key("order-17"), first, second, ids.of_content(b"{ }"), ids.of_key("{}")]
        };
        let here = ids("api.runware.ai", None);
        assert_eq!(here, ids("api.runware.ai", None));
        let mut all = here.to_vec();
        all.extend(ids("127.0.0.1:1", None));
        all.extend(ids("api.runware.ai", Some("spring")));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 15);
        // These ids are in journals: they never change.
        assert_eq!(here[0], TaskUuid::from_key("runware batch api.runware.ai", "order-17"));
    }
}
