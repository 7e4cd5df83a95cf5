//! How much may be spent.

use runware_types::Money;

/// A hard limit on what tasks may cost, over all processes that share a journal.
///
/// A task's price is set aside before the task is sent, and replaced by what the server says that it cost. A task that
/// does not fit is not sent. A cost of zero, or none, is unknown: what was set aside stays so.
///
/// ```
/// use runware::{Budget, types::Money};
///
/// let budget = Budget::new("12.50".parse::<Money>()?).named("spring campaign");
/// assert_eq!(budget.cap().to_string(), "12.50");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    name: String,
    cap: Money,
}

impl Budget {
    /// The budget that is used where none is named, limited to this amount of US dollars.
    pub fn new(cap: Money) -> Self {
        Self { name: Self::DEFAULT_NAME.to_owned(), cap }
    }

    /// The name of the budget that is used where none is named.
    pub const DEFAULT_NAME: &str = "default";

    /// Another budget: what is spent under one name does not count under another.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The most that may be spent and set aside.
    pub fn cap(&self) -> Money {
        self.cap
    }
}
