//! The flags about what is kept of tasks, and what they may cost.

use std::time::Duration;

use clap::ValueEnum;
use runware::types::Money;
use runware::{Budget, SubmitOptions};

use super::duration;

/// What the caller has to say about one task; the journal keeps it, and nothing of it is sent.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What the journal keeps")]
pub(crate) struct NoteArgs {
    /// Your own name for the task: the same key with the same task is bought once
    #[arg(long, value_name = "KEY", value_parser = key)]
    pub(crate) key: Option<String>,
    /// A note about the task, for `runware list --tag`; may be given several times
    #[arg(long = "tag", value_name = "name=value", value_parser = tag)]
    pub(crate) tags: Vec<(String, String)>,
    /// What the task is expected to cost in US dollars, such as 0.02; --budget sets that much aside
    #[arg(long, value_name = "AMOUNT", value_parser = money, allow_negative_numbers = true)]
    pub(crate) price: Option<Money>,
}

/// How much may be spent.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Budget")]
pub(crate) struct BudgetArgs {
    /// Spend no more than this in US dollars, over all commands that share the journal; what does not fit is not sent
    #[arg(long = "budget", value_name = "AMOUNT", value_parser = money, allow_negative_numbers = true)]
    cap: Option<Money>,
    /// Which budget it counts in [default: default]
    #[arg(long, value_name = "NAME", requires = "cap")]
    budget_name: Option<String>,
}

/// Which tasks are listed; all, unless something is said.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Those that `runware collect` goes on with: at work, or not yet delivered
    #[arg(long)]
    pub(crate) open: bool,
    /// Those that are over: delivered, refused or given up
    #[arg(long)]
    pub(crate) done: bool,
    /// Those that somebody has to decide about: nobody can tell whether they ran (`"undecided"` with --json)
    #[arg(long)]
    pub(crate) unknown: bool,
    /// Those with this note
    #[arg(long, value_name = "name=value", value_parser = tag)]
    pub(crate) tag: Option<(String, String)>,
    /// So many at most
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DecideArgs {
    /// The taskUUID of the task
    #[arg(value_name = "UUID")]
    pub(crate) uuid: String,
    /// What becomes of it
    #[arg(value_name = "DECISION")]
    pub(crate) decision: Decision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    /// Send it again, as it was; `runware collect` does it
    Resubmit,
    /// Give it up for good
    Abandon,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PruneArgs {
    /// How long ago they must have ended: their requests and results go, and their ids stay, so that nothing is bought
    /// a second time
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = duration)]
    pub(crate) older_than: Duration,
    /// Let their ids go as well: a task with the same id can be bought again
    #[arg(long)]
    pub(crate) forget_ids: bool,
}

impl NoteArgs {
    /// The same, as the library takes it.
    pub(crate) fn options(&self) -> SubmitOptions {
        let options =
            self.tags.iter().fold(SubmitOptions::new(), |options, (name, value)| options.tag(name, value));
        let options = self.key.iter().fold(options, SubmitOptions::key);
        self.price.into_iter().fold(options, SubmitOptions::price)
    }
}

impl BudgetArgs {
    /// The budget, if there is one.
    pub(crate) fn budget(&self) -> Option<Budget> {
        let budget = Budget::new(self.cap?);
        Some(self.budget_name.iter().fold(budget, Budget::named))
    }
}

fn key(text: &str) -> Result<String, String> {
    match text.is_empty() {
        true => Err("it must not be empty".to_owned()),
        false => Ok(text.to_owned()),
    }
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must be of the form name=value".to_owned()),
    }
}

/// Reads an amount of money.
pub(super) fn money(text: &str) -> Result<Money, String> {
    let wanted = "it must be an amount in US dollars, zero or more, such as 2.50";
    match text.parse::<Money>() {
        Ok(amount) if amount >= Money::ZERO => Ok(amount),
        Ok(_) => Err(wanted.to_owned()),
        Err(error) => Err(format!("{error}; {wanted}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_as_they_are_typed() {
        assert_eq!(tag("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(tag("a="), Ok(("a".to_owned(), String::new())));
        assert!(tag("=b").is_err() && tag("a").is_err() && key("").is_err());
        assert_eq!(money("0.0130").map(|amount| amount.to_string()), Ok("0.0130".to_owned()));
        assert!(money("-1").is_err() && money("1e").is_err() && money("$1").is_err());
    }

    #[test]
    fn a_budget_has_a_name() {
        let cap = Some("2".parse().unwrap());
        let budget =
            |name: Option<&str>| BudgetArgs { cap, budget_name: name.map(ToOwned::to_owned) }.budget();
        assert_eq!(budget(None).unwrap().name(), Budget::DEFAULT_NAME);
        assert_eq!(budget(Some("spring")).unwrap().name(), "spring");
        assert_eq!(BudgetArgs::default().budget(), None);
    }
}
