//! Accounts.

use crate::spec::{Kind, Shape};
use crate::{Money, RawJson};

use super::part::{Object, Part};

result! {
    /// An organization's account: the answer to the operation `getDetails`.
    ///
    /// What the operations that begin with `getUsage` answer is no such result: their reports differ, and
    /// [`Item::raw`](crate::Item::raw) has them.
    ///
    /// ```
    /// use runware_types::{AccountResult, Item, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "accountManagement",
    ///     "taskUUID": "f4dd3dfe-955f-49d5-a785-7e3b633d6e7a",
    ///     "organizationName": "Acme",
    ///     "balance": {"amount": 2450.75, "freeBalance": 10, "currency": "USD"},
    ///     "usage": {"today": {"credits": 0.25, "requests": 120}}
    /// }"#)?)?;
    /// let account = AccountResult::from_item(&item)?;
    /// assert_eq!(account.balance().unwrap().amount(), Some("2450.75".parse()?));
    /// assert_eq!(account.usage().unwrap().today().unwrap().requests(), Some(120));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    AccountResult: "accountResult" [HEAD, OWN]
        has ["organizationUUID", "organizationName", "balance", "team", "apiKeys"]
}

answered! { AccountResult: "accountManagement" }

fields! { read AccountResult::OWN {
    /// What was asked for: `getDetails`.
    operation(text) => "operation": Kind::Word(&["getDetails"]);
    /// The organization's id.
    organization_uuid(text) => "organizationUUID": Kind::Uuid, required;
    /// The organization's name.
    organization_name(text) => "organizationName": Kind::TEXT, required;
    /// What the AIR ids of the organization's own models begin with.
    air_source(text) => "AIRSource": Kind::TEXT;
    /// The credit that is left: a number on older pages, an object since.
    _ => "balance": Kind::OneOf(&[Kind::Money, Kind::Object(&Balance::SHAPE)]), required;
    /// The members of the organization.
    team(parts TeamMember) => "team": Kind::list(&Kind::Object(&TeamMember::SHAPE));
    /// The API keys of the organization, masked.
    api_keys(parts AccountKey) => "apiKeys": Kind::list(&Kind::Object(&AccountKey::SHAPE));
    /// What was used, in several periods that end now.
    usage(part AccountUsage) => "usage": Kind::Object(&AccountUsage::SHAPE);
} }

impl AccountResult {
    /// The credit that is left, whether it was sent as a number or as an object.
    pub fn balance(&self) -> Option<Balance> {
        self.0.value("balance").and_then(|value| super::part(self.0.raw(), value))
    }

    /// What the operations that begin with `getUsage` answer.
    pub(crate) const USAGE_SHAPE: Shape = Shape::object("accountUsageReport", &[Self::HEAD, USAGE_REPORT]);
}

fields! { table USAGE_REPORT {
    /// What was asked for.
    _ => "operation": Kind::Word(&["getUsageActivity", "getUsagePerformance", "getUsageErrors"]);
    /// The report; its form depends on the operation and on how it is grouped.
    _ => "usage": Kind::Any, required;
} }

/// The credit of an account.
///
/// Older pages have a bare number, which is the [`amount`](Self::amount).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Balance(Object);

impl Part for Balance {
    fn of(value: RawJson) -> Option<Self> {
        let is_balance = value.as_str().starts_with('{') || value.decode::<Money>().is_ok();
        is_balance.then(|| Self(Object::new(value)))
    }
}

fields! { read Balance::OWN {
    /// The credit that is left.
    _ => "amount": Kind::Money, required;
    /// The free credit.
    free_balance(Money) => "freeBalance": Kind::Money;
    /// The currency, such as `USD`.
    currency(text) => "currency": Kind::TEXT;
} }

impl Balance {
    pub(crate) const SHAPE: Shape = Shape::object("balance", &[Self::OWN]);

    /// The credit that is left.
    pub fn amount(&self) -> Option<Money> {
        let amount = self.0.value("amount").unwrap_or(self.0.raw().as_str());
        serde_json::from_str(amount).ok()
    }

    /// The balance as it came: an object or a number.
    pub fn raw(&self) -> &RawJson {
        self.0.raw()
    }
}

part! {
    /// A member of an organization.
    TeamMember: "teamMember" [OWN]
}

fields! { read TeamMember::OWN {
    /// The member's name.
    name(text) => "name": Kind::TEXT;
    /// The member's address.
    email(text) => "email": Kind::TEXT;
    /// What the member may do, such as `Owner` or `Admin`.
    roles(texts) => "roles": Kind::list(&Kind::TEXT);
    /// When the member joined, as the service writes it.
    joined_at(text) => "joinedAt": Kind::TEXT;
} }

part! {
    /// An API key of an organization. The key itself is masked by the service, and hidden in `Debug` all the same.
    AccountKey: "accountKey" [OWN]
}

fields! { read AccountKey::OWN {
    /// The key's name.
    name(text) => "name": Kind::TEXT;
    /// The key, masked: enough to recognise it, too little to use it.
    masked_key(text) => "apiKey": Kind::TEXT;
    /// What the key is for.
    description(text) => "description": Kind::TEXT;
    /// Whether the key can be used.
    enabled(bool) => "enabled": Kind::Bool;
    /// When the key was made, as the service writes it.
    created_at(text) => "createdAt": Kind::TEXT;
    /// When the key was last used, as the service writes it.
    last_used_at(text) => "lastUsedAt": Kind::TEXT;
    /// How many requests the key has made.
    requests(u64) => "requests": Kind::integer(0, u64::MAX as i128);
} }

part! {
    /// What an organization has used, in several periods that end now.
    AccountUsage: "accountUsage" [OWN]
}

fields! { read AccountUsage::OWN {
    /// All that was ever used.
    total(part UsagePeriod) => "total": PERIOD;
    /// What was used today.
    today(part UsagePeriod) => "today": PERIOD;
    /// What was used in the last 7 days.
    last_7_days(part UsagePeriod) => "last7Days": PERIOD;
    /// What was used in the last 30 days.
    last_30_days(part UsagePeriod) => "last30Days": PERIOD;
} }

const PERIOD: Kind = Kind::Object(&UsagePeriod::SHAPE);

part! {
    /// What an organization has used in one period.
    UsagePeriod: "usagePeriod" [OWN]
}

fields! { read UsagePeriod::OWN {
    /// The credit that was used.
    credits(Money) => "credits": Kind::Money;
    /// How many requests were made.
    requests(u64) => "requests": Kind::integer(0, u64::MAX as i128);
} }
