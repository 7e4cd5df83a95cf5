//! Who may write about a task.

use std::sync::Arc;
use std::time::Duration;

use runware::journal::{Begun, Fact, Journal, JournalErrorKind, RENEW_EVERY};
use runware_journal::{Filter, Options};

use crate::world::{Now, Place, block_on, intent, part};

const LEASE: Duration = Duration::from_secs(60);

#[test]
fn a_task_of_somebody_who_is_alive_is_left_to_it() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    let ticket = one.ticket(intent(1));
    assert_eq!(other.begin_now(intent(1)), Begun::Held);
    let claimed = other.claim_all();
    assert_eq!((claimed.tasks.len(), claimed.held), (0, 1));
    assert!(one.note(ticket, Fact::Accepted));
    assert!(other.list(&Filter::new()).unwrap()[0].owner_alive);
}

#[test]
fn a_task_of_a_process_that_has_ended_is_free_at_once() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    one.ticket(intent(1));
    drop(one);
    assert!(!other.list(&Filter::new()).unwrap()[0].owner_alive);
    assert_eq!(other.claim_all().tasks.len(), 1);
    assert!(other.list(&Filter::new()).unwrap()[0].owner_alive);
}

#[test]
fn a_task_that_was_released_is_free_at_once() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    let ticket = one.ticket(intent(1));
    assert!(one.note(ticket, Fact::Released));
    assert_eq!(other.claim_all().tasks.len(), 1);
    assert!(!one.note(ticket, Fact::Accepted));
}

#[test]
fn who_says_nothing_for_a_lease_loses_its_tasks_and_cannot_write_about_them() {
    let place = Place::new();
    let (paused, other) = (place.open(), place.open());
    let ticket = paused.ticket(intent(1));
    place.clock.advance(LEASE);
    assert_eq!(other.claim_all().held, 1, "the lease is not over yet");
    place.clock.advance(Duration::from_nanos(1));
    let taken = other.claim_all().tasks.remove(0);

    // It wakes up and goes on as if nothing had happened.
    for fact in [
        Fact::Accepted,
        Fact::Resending,
        Fact::Ended(part(0)),
        Fact::Settled { cost: None },
        Fact::Undecided { evidence: String::new() },
        Fact::Refused { reason: String::new() },
        Fact::Released,
        Fact::Confirmed,
    ] {
        assert!(!paused.note(ticket, fact));
    }
    assert_eq!(paused.begin_now(intent(1)), Begun::Held);
    let again = other.known(intent(1));
    assert_eq!(again.state, taken.state, "nothing has changed");
    assert!(other.note(again.ticket, Fact::Accepted));
}

#[test]
fn who_says_that_it_is_alive_keeps_its_tasks() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    one.ticket(intent(1));
    for _ in 0..10 {
        place.clock.advance(LEASE);
        block_on(one.renew()).unwrap();
        assert_eq!(other.claim_all().held, 1);
    }
    // What is written says it as well.
    for number in 2..10 {
        place.clock.advance(LEASE);
        one.ticket(intent(number));
        assert_eq!(other.claim_all().held, number);
    }
}

#[test]
fn a_task_that_nobody_took_over_is_still_whose_it_was() {
    let place = Place::new();
    let (paused, other) = (place.open(), place.open());
    let ticket = paused.ticket(intent(1));
    place.clock.advance(10 * LEASE);
    assert!(paused.note(ticket, Fact::Accepted));
    assert_eq!(other.claim_all().held, 1, "and it is alive again");
}

#[test]
fn the_time_of_day_is_of_no_account() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    let ticket = one.ticket(intent(1));
    for years in [10, 40] {
        let time = std::time::UNIX_EPOCH + Duration::from_secs(years * 365 * 24 * 60 * 60);
        place.clock.set_time_of_day(time);
        assert_eq!(other.claim_all().held, 1);
        assert!(one.note(ticket, Fact::Accepted));
    }
    assert_eq!(one.known(intent(1)).age, Some(Duration::ZERO));
}

#[test]
fn no_age_is_known_after_the_machine_was_started_anew() {
    let place = Place::new();
    let journal = place.open();
    journal.ticket(intent(1));
    drop(journal);
    place.clock.reboot("second");
    let journal = place.open();
    assert_eq!(journal.claim_all().tasks[0].age, None);
    // One that is begun now has an age again.
    journal.ticket(intent(2));
    place.clock.advance(Duration::from_secs(3));
    let ages: Vec<_> = journal.claim_all().tasks.iter().map(|record| record.age).collect();
    assert_eq!(ages, [None, Some(Duration::from_secs(3))]);
}

#[test]
fn claiming_again_gives_the_same_tasks_with_the_same_tickets() {
    let place = Place::new();
    let journal = place.open();
    journal.try_begin((0..5).map(intent).collect()).unwrap();
    let (first, second) = (journal.claim_all(), journal.claim_all());
    assert_eq!((first.tasks.len(), &first), (5, &second));
    assert!(first.tasks.iter().all(|record| journal.note(record.ticket, Fact::Accepted)));
}

#[test]
fn a_task_that_was_released_has_a_new_ticket_when_it_is_claimed() {
    let place = Place::new();
    let journal = place.open();
    let first = journal.ticket(intent(1));
    assert!(journal.note(first, Fact::Released));
    let second = journal.claim_all().tasks[0].ticket;
    assert!(second.epoch > first.epoch);
    assert!(!journal.note(first, Fact::Accepted) && journal.note(second, Fact::Accepted));
}

#[test]
fn a_clone_is_the_same_owner() {
    let place = Place::new();
    let one = place.open();
    let clone = one.clone();
    let ticket = one.ticket(intent(1));
    drop(one);
    assert!(clone.note(ticket, Fact::Accepted));
    assert_eq!(place.open().claim_all().held, 1, "it is alive as long as one clone is");
}

#[test]
fn clones_are_one_journal_and_others_are_not() {
    let place = Place::new();
    let (journal, other) = (place.open(), place.open());
    assert_eq!(journal.clone().identity(), journal.identity());
    assert_ne!(other.identity(), journal.identity());
}

#[test]
fn a_lease_that_is_too_short_is_refused() {
    let place = Place::new();
    for seconds in [0, 15, 30, 44] {
        let lease = Duration::from_secs(seconds);
        let error = Options::new().lease(lease).open(&place.path).unwrap_err();
        assert_eq!(error.kind(), JournalErrorKind::InvalidOptions);
        let text = error.to_string();
        for part in ["`Options::lease`", &format!("{lease:?}"), "a duration of 45s or more"] {
            assert!(text.contains(part), "{text}");
        }
    }
    assert!(!place.path.exists(), "nothing was made");
    Options::new().lease(Options::LEAST_LEASE).open(&place.path).unwrap();
}

#[test]
fn a_client_that_may_still_send_has_the_shortest_lease_left() {
    let place = Place::new();
    let clock = Arc::clone(&place.clock);
    let short = Options::new().lease(Options::LEAST_LEASE).clock(clock).open(&place.path).unwrap();
    let other = place.open();
    short.ticket(intent(1));
    // The worst there is: a sign of life just before it would be written down.
    place.clock.advance(Options::LEAST_LEASE / 4 - Duration::from_nanos(1));
    short.ticket(intent(2));
    // A client sends no task after more than twice the time between two renewals.
    place.clock.advance(RENEW_EVERY * 2);
    assert_eq!(other.claim_all().held, 2);
    place.clock.advance(RENEW_EVERY);
    assert_eq!(other.claim_all().held, 0);
}
