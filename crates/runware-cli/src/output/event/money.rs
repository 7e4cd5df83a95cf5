//! What is told of money.

use runware::types::{Money, RawTask, TaskType};
use serde::Serialize;

/// The only currency that the service has.
const CURRENCY: &str = "USD";

/// What a task would cost.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Priced {
    pub(crate) task_type: TaskType,
    /// For people, who know their tasks by it.
    #[serde(skip)]
    pub(crate) model: Option<String>,
    /// `null` if the server does not say.
    pub(crate) cost: Option<Money>,
    currency: &'static str,
}

impl Priced {
    pub(crate) fn new(task: &RawTask, cost: Option<Money>) -> Self {
        Self { task_type: task.task_type().clone(), model: task.model(), cost, currency: CURRENCY }
    }
}

/// What several tasks would cost together.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Prices {
    /// How many have a price.
    pub(crate) priced: usize,
    /// How many have none that is known: the server takes them without naming one, or gave no answer.
    pub(crate) unpriced: usize,
    /// How many it would not take.
    pub(crate) rejected: usize,
    /// The sum of the prices there are, and `null` without any.
    pub(crate) cost: Option<Money>,
    currency: &'static str,
}

impl Prices {
    /// Counts a task that the server would not reject.
    pub(crate) fn add(&mut self, cost: Option<Money>) {
        match cost {
            Some(cost) => {
                self.priced += 1;
                self.cost = Some(self.cost.unwrap_or_default() + cost);
            }
            None => self.unpriced += 1,
        }
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self { priced: 0, unpriced: 0, rejected: 0, cost: None, currency: CURRENCY }
    }
}
