//! What the caller has to say about a task beside the task itself.

use runware_types::Money;

/// What the caller has to say about one submission; all of it stays here and in the journal, and nothing is sent.
///
/// ```no_run
/// # async fn example(client: runware::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use runware::SubmitOptions;
/// use runware::types::{ImageInference, TaskUuid};
///
/// // The same key gives the same id, and the same id is bought once.
/// let id = TaskUuid::from_key("shop.example", "order-17");
/// let task = ImageInference::new("runware:101@1", "a lighthouse at dawn").task_uuid(id);
/// let options = SubmitOptions::new().key("order-17").tag("customer", "4711").price("0.02".parse()?);
/// let task = client.submit_with(task, options)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmitOptions {
    pub(crate) key: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) price: Option<Money>,
}

impl SubmitOptions {
    /// Nothing to say.
    pub fn new() -> Self {
        Self::default()
    }

    /// The caller's own name for the task, which the journal shows. It does not become the task's id by itself: that is
    /// what [`TaskUuid::from_key`](runware_types::TaskUuid::from_key) is for.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// A note about the task, which the journal shows. Several are kept in order.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// What the task is expected to cost in US dollars: what a [`Budget`](crate::Budget) sets aside for it. Under one, a new
    /// task without a price ends with [`ErrorKind::Unpriced`](crate::ErrorKind::Unpriced).
    #[must_use]
    pub fn price(self, price: Money) -> Self {
        Self { price: Some(price), ..self }
    }
}
