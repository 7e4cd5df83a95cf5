//! What a task would cost.

use runware_types::{Item, Money};

/// What the server says that a task would cost: the reply to [`Client::dry_run`](crate::Client::dry_run).
#[derive(Clone, Debug)]
pub struct Quote {
    items: Vec<Item>,
}

impl Quote {
    pub(crate) fn new(items: Vec<Item>) -> Self {
        Self { items }
    }

    /// The price in US dollars: the sum of what the items cost. `None` if it is not known.
    ///
    /// A cost of zero, or none, says nothing of what will be billed; nor does a sum from which one of several items is
    /// missing.
    pub fn cost(&self) -> Option<Money> {
        let costs = self.items.iter().map(|item| item.cost().filter(|cost| *cost > Money::ZERO));
        let sum: Money = costs.sum::<Option<Money>>()?;
        Some(sum).filter(|sum| !sum.is_zero())
    }

    /// The reply's items as they came. The form of the reply is not documented beyond the cost.
    pub fn items(&self) -> &[Item] {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware_types::Envelope;

    fn cost(items: &str) -> Option<String> {
        let envelope = Envelope::decode(format!(r#"{{"data":[{items}]}}"#)).unwrap();
        Quote::new(envelope.items).cost().map(|cost| cost.to_string())
    }

    #[test]
    fn the_price_is_the_exact_sum() {
        assert_eq!(cost(r#"{"cost":0.54}"#).unwrap(), "0.54");
        assert_eq!(cost(r#"{"cost":0.1},{"cost":"0.2"},{"cost":1.3e-3}"#).unwrap(), "0.3013");
    }

    #[test]
    fn nothing_and_zero_are_no_price() {
        for items in [
            "",
            "{}",
            r#"{"cost":0}"#,
            r#"{"cost":0.00}"#,
            r#"{"cost":-1}"#,
            r#"{"cost":null}"#,
            r#"{"cost":"cheap"}"#,
            r#"{"cost":0.1},{}"#,
            r#"{"cost":0.1},{"cost":0}"#,
        ] {
            assert_eq!(cost(items), None, "{items}");
        }
    }
}
