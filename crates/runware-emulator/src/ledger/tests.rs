use super::*;

use crate::outcome::Planned;

fn task() -> TaskUuid {
    TaskUuid::from_key("ledger", "task")
}

fn outcome(failures: [bool; 2]) -> Outcome {
    let planned =
        |failed: bool| Planned { ready_at: Some(Duration::from_secs(5)), failure: failed.then(String::new) };
    Outcome {
        results: failures.map(planned).into(),
        ends_at: None,
        progress: false,
        blind_checks: 0,
        thinks: false,
    }
}

#[test]
fn only_successes_are_billed() {
    let mut ledger = Ledger::default();
    let price = crate::catalogue::Generation::named("imageInference").unwrap().price;
    ledger.accepted_task(task(), Duration::ZERO, &outcome([false, true]));
    assert_eq!(ledger.billed(), 0, "not before it has ended");
    ledger.ended(task(), 0, price);
    ledger.ended(task(), 1, price);
    ledger.ended(task(), 2, price);
    let account = ledger.task(&task()).unwrap();
    assert_eq!((account.billed, account.charged), (1, "0.0013".parse().unwrap()));
    assert!(account.results.iter().all(|result| result.ended));
    assert_eq!((ledger.billed(), ledger.charged()), (1, "0.0013".parse().unwrap()));
}

#[test]
fn the_first_delivery_is_remembered() {
    let mut ledger = Ledger::default();
    ledger.accepted_task(task(), Duration::ZERO, &outcome([false, false]));
    ledger.delivered(task(), 1, Duration::from_secs(6));
    ledger.delivered(task(), 1, Duration::from_secs(7));
    let results = &ledger.task(&task()).unwrap().results;
    assert_eq!((results[0].delivered, results[0].first_delivered_at), (0, None));
    assert_eq!((results[1].delivered, results[1].first_delivered_at), (2, Some(Duration::from_secs(6))));
}

#[test]
fn submissions_are_kept_up_to_a_limit_and_counted_beyond() {
    let mut ledger = Ledger::default();
    for _ in 0..KEPT_SUBMISSIONS + 5 {
        ledger.submitted(task(), Duration::ZERO, b"{}");
    }
    let account = ledger.task(&task()).unwrap();
    assert_eq!(
        (account.submissions.len(), account.submitted),
        (KEPT_SUBMISSIONS, KEPT_SUBMISSIONS as u64 + 5)
    );
}

#[test]
fn asking_for_a_strange_task_opens_no_account() {
    let mut ledger = Ledger::default();
    ledger.checked(task());
    ledger.looked_up(task());
    ledger.delivered(task(), 0, Duration::ZERO);
    assert_eq!(ledger.tasks().count(), 0);
}

#[test]
fn the_busiest_second_stays_the_busiest() {
    let mut ledger = Ledger::default();
    for millis in [900, 1_000, 1_400, 1_999, 2_000, 2_100, 5_000] {
        ledger.count_request(Duration::from_millis(millis), RequestKind::Other);
    }
    assert_eq!((ledger.requests(), ledger.requests_in_busiest_second()), (7, 3));
}
