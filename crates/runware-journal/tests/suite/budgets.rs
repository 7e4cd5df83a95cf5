//! What may be spent.

use runware::journal::{Begun, Fact, Intent, Reserve};
use runware::types::Money;
use runware_journal::{Decision, Filter, SqliteJournal};

use crate::world::{Now, Place, SCOPE, intent, uuid};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn priced(number: usize, price: &str) -> Intent {
    let reserve = Reserve { budget: "spring".to_owned(), cap: money("1.00"), price: Some(money(price)) };
    let mut intent = intent(number);
    intent.reserve = Some(reserve);
    intent
}

/// What is spent, and what is set aside.
fn spent(journal: &SqliteJournal) -> [Money; 2] {
    let budget = journal.budget("spring").unwrap().unwrap();
    [budget.spent, budget.reserved]
}

#[test]
fn what_does_not_fit_is_not_begun() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    assert_eq!(one.budget("spring").unwrap(), None);
    one.ticket(priced(1, "0.6"));
    assert_eq!(other.begin_now(priced(2, "0.41")), Begun::OverBudget { committed: money("0.6") });
    other.ticket(priced(2, "0.4"));
    assert_eq!(one.begin_now(priced(3, "1e-28")), Begun::OverBudget { committed: money("1") });
    one.ticket(intent(3));
    assert_eq!(spent(&one), ["0", "1.0"].map(money));
}

#[test]
fn a_cost_takes_the_place_of_what_was_set_aside() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(priced(1, "0.6"));
    assert!(journal.note(ticket, Fact::Settled { cost: Some(money("0.0013")) }));
    assert_eq!(spent(&journal), ["0.0013", "0.0"].map(money));
    assert!(journal.note(ticket, Fact::Settled { cost: Some(money("0.0013")) }), "told again");
    assert!(journal.note(ticket, Fact::Confirmed));
    assert_eq!(spent(&journal), ["0.0013", "0.0"].map(money));
}

#[test]
fn without_a_cost_what_was_set_aside_stays_so() {
    let place = Place::new();
    let journal = place.open();
    for (number, cost) in [(1, None), (2, Some(Money::ZERO))] {
        let ticket = journal.ticket(priced(number, "0.3"));
        assert!(journal.note(ticket, Fact::Settled { cost }));
        assert!(journal.note(ticket, Fact::Confirmed));
    }
    assert_eq!(spent(&journal), ["0", "0.6"].map(money));
}

#[test]
fn what_was_not_bought_costs_nothing() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(priced(1, "0.6"));
    assert!(journal.note(ticket, Fact::Refused { reason: String::new() }));
    assert_eq!(spent(&journal), ["0", "0.0"].map(money));
    // Begun again at another price.
    journal.ticket(priced(2, "0.5"));
    assert_eq!(journal.begin_now(priced(1, "0.6")), Begun::OverBudget { committed: money("0.5") });
    journal.ticket(priced(1, "0.5"));
    assert_eq!(spent(&journal), ["0", "1.0"].map(money));
}

#[test]
fn what_may_have_been_bought_stays_set_aside() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(priced(1, "0.6"));
    assert!(journal.note(ticket, Fact::Undecided { evidence: String::new() }));
    journal.decide(SCOPE, uuid(1), Decision::Abandon).unwrap();
    assert_eq!(spent(&journal), ["0", "0.6"].map(money));
}

#[test]
fn a_price_below_zero_makes_no_room() {
    let place = Place::new();
    let journal = place.open();
    journal.ticket(priced(1, "-5"));
    assert!(matches!(journal.begin_now(priced(2, "1.01")), Begun::OverBudget { .. }));
}

#[test]
fn more_than_can_be_counted_is_over_budget() {
    let place = Place::new();
    let journal = place.open();
    let most = money("79228162514264337593543950335");
    let with = |number, price| {
        let reserve = Reserve { budget: "spring".to_owned(), cap: most, price: Some(price) };
        let mut intent = intent(number);
        intent.reserve = Some(reserve);
        intent
    };
    journal.ticket(with(1, most));
    for price in [most, money("0.01")] {
        assert!(matches!(journal.begin_now(with(2, price)), Begun::OverBudget { .. }));
    }
}

#[test]
fn a_cost_below_zero_makes_no_room() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(priced(1, "0.6"));
    assert!(journal.note(ticket, Fact::Settled { cost: Some(money("-5")) }));
    assert!(
        matches!(journal.begin_now(priced(2, "1.01")), Begun::OverBudget { .. }),
        "{:?}",
        spent(&journal)
    );
}

#[test]
fn what_was_begun_without_a_budget_counts_once_it_has_one() {
    let place = Place::new();
    let journal = place.open();
    let (first, second) = (journal.ticket(intent(1)), journal.ticket(intent(2)));
    assert!(journal.note(second, Fact::Accepted));
    journal.ticket(intent(3));
    journal.known(priced(1, "0.6"));
    assert_eq!(spent(&journal), ["0", "0.6"].map(money));
    journal.known(priced(1, "0.7"));
    assert_eq!(spent(&journal), ["0", "0.6"].map(money), "it counts once");
    assert_eq!(journal.begin_now(priced(3, "0.41")), Begun::OverBudget { committed: money("0.6") });
    // What is bought already is not stopped by what is left.
    journal.known(priced(2, "0.7"));
    assert_eq!(spent(&journal), ["0", "1.3"].map(money));
    assert!(journal.note(first, Fact::Settled { cost: Some(money("0.5")) }));
    assert_eq!(spent(&journal), ["0.5", "0.7"].map(money));
    journal.known(priced(1, "0.6"));
    assert_eq!(spent(&journal), ["0.5", "0.7"].map(money), "it is settled");
}

#[test]
fn without_a_price_only_what_is_begun_is_gone_on_with() {
    let place = Place::new();
    let journal = place.open();
    let unpriced = |number| {
        let mut intent = priced(number, "0");
        intent.reserve.as_mut().unwrap().price = None;
        intent
    };
    assert_eq!(journal.begin_now(unpriced(1)), Begun::Unpriced);
    assert!(journal.list(&Filter::new()).unwrap().is_empty());
    journal.ticket(intent(1));
    assert!(!journal.known(unpriced(1)).is_counted);
    assert_eq!(journal.budget("spring").unwrap(), None);
    let ticket = journal.ticket(priced(2, "0.6"));
    assert!(journal.known(unpriced(2)).is_counted);
    assert_eq!(spent(&journal), ["0", "0.6"].map(money));
    // What was refused begins anew.
    assert!(journal.note(ticket, Fact::Refused { reason: "busy".to_owned() }));
    assert_eq!(journal.begin_now(unpriced(2)), Begun::Unpriced);
    assert_eq!(spent(&journal), ["0", "0"].map(money));
}
