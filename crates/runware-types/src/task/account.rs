//! The account.

use super::RawTask;
use crate::spec::Kind;
use crate::{AccountOperation, TaskType};

task! {
    /// A task that reads what the service knows of the account.
    ///
    /// ```
    /// use runware_types::{AccountManagement, TaskUuid};
    ///
    /// let task = AccountManagement::usage_activity().start_date("2026-11-01").end_date("2026-11-30").group_by(["model"]);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "usage"))?;
    /// assert!(prepared.bytes().ends_with(br#""endDate":"2026-11-30","groupBy":["model"]}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    AccountManagement: "accountManagement" [ID, OWN]
}

tracked! { AccountManagement }

impl AccountManagement {
    /// Asks for the organization, its balance, its people and its keys.
    pub fn details() -> Self {
        Self::new(AccountOperation::Details)
    }

    /// Asks how much was used.
    pub fn usage_activity() -> Self {
        Self::new(AccountOperation::UsageActivity)
    }

    /// Asks how quick it was.
    pub fn usage_performance() -> Self {
        Self::new(AccountOperation::UsagePerformance)
    }

    /// Asks what went wrong: errors of the client (4xx) and of the server (5xx).
    pub fn usage_errors() -> Self {
        Self::new(AccountOperation::UsageErrors)
    }

    fn new(operation: AccountOperation) -> Self {
        Self(RawTask::new(TaskType::AccountManagement).set("operation", operation))
    }
}

fields! { write AccountManagement::OWN {
    /// What to ask for.
    _ => "operation": Kind::Word(AccountOperation::WORDS), required;
    /// The first day to count; of usage only.
    start_date(text) => "startDate": Kind::TEXT;
    /// The last day to count; of usage only.
    end_date(text) => "endDate": Kind::TEXT;
    /// The models to count; of usage only.
    models(texts) => "models": Kind::list(&Kind::TEXT);
    /// The keys to count; of usage only.
    api_keys(texts) => "apiKeys": Kind::list(&Kind::TEXT);
    /// What to count apart; of usage only.
    group_by(texts) => "groupBy": Kind::list(&Kind::TEXT);
    /// The time zone in which days begin; of usage only.
    timezone(text) => "timezone": Kind::TEXT;
} }
