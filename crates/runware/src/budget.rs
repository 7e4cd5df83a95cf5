//! How much may be spent.

use runware_types::Money;

/// A hard limit on what tasks may cost, over all processes that share a journal.
///
/// A task's price is set aside before the task is sent, and replaced by what the server says that it cost. A task that
/// does not fit is not sent, nor is one without a price, unless it was counted before. A cost of zero, or none, is
/// unknown: what was set aside stays so.
///
/// ```
/// use runware::{Budget, types::Money};
///
/// let budget = Budget::new("12.50".parse::<Money>()?).named("spring campaign");
/// assert_eq!(budget.cap().to_string(), "12.50");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Who does not know the price asks the server for it before the task is sent:
///
/// ```no_run
/// # async fn example(client: runware::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use runware::SubmitOptions;
/// use runware::types::ImageInference;
///
/// let task = ImageInference::new("runware:101@1", "a lighthouse at dawn").include_cost(true);
/// let Some(price) = client.dry_run(task.clone()).await?.cost() else {
///     return Err("the server names no price; give one yourself".into());
/// };
/// let outcome = client.submit_with(task, SubmitOptions::new().price(price))?.await?;
/// println!("{price} was expected, and {:?} was billed", outcome.cost());
/// # Ok(()) }
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
