//! A task's way through a journal.

use std::time::Duration;

use runware::journal::{Begun, Claim, Fact, Journal, State};
use runware::poll::{Durations, Kind, Part as Which, Tick};
use runware_journal::{Decided, Decision, Filter, Stage};

use crate::world::{Now, Place, SCOPE, block_on, intent, other_intent, part, uuid};

#[test]
fn a_task_is_begun_once() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    place.clock.advance(Duration::from_secs(20));

    let record = journal.known(intent(1));
    assert_eq!(record.ticket, ticket, "it is this owner's already");
    assert_eq!(record.request, Some(intent(1).request));
    assert_eq!(record.hash, intent(1).hash);
    assert_eq!(record.expected, 2);
    assert_eq!(record.age, Some(Duration::from_secs(20)));
    assert_eq!(record.state, State::Open);
    assert!(!record.is_accepted && !record.is_confirmed && record.parts.is_empty());

    assert_eq!(journal.begin_now(other_intent(1, "another")), Begun::Reused);
    let mut elsewhere = intent(1);
    elsewhere.scope = "https://elsewhere.example".to_owned();
    assert!(matches!(journal.begin_now(elsewhere), Begun::New(_)), "another service, another task");
}

#[test]
fn what_was_recorded_is_there_after_the_process_has_ended() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    for fact in [Fact::Accepted, Fact::Ended(part(0)), Fact::Ended(part(1))] {
        assert!(journal.note(ticket, fact));
    }
    drop(journal);

    let journal = place.open();
    let [record] = &*journal.claim_all().tasks else { panic!() };
    assert!(record.is_accepted);
    assert_eq!(record.state, State::Open);
    assert_eq!(record.parts, [part(0), part(1)]);
    assert!(journal.note(record.ticket, Fact::Ended(part(2))));
    assert!(journal.note(record.ticket, Fact::Settled { cost: None }));
    drop(journal);

    let journal = place.open();
    let [record] = &*journal.claim_all().tasks else { panic!() };
    assert_eq!(record.state, State::Settled);
    assert_eq!(record.parts, [part(0), part(1), part(2)]);
    assert!(journal.note(record.ticket, Fact::Confirmed));
    assert!(journal.claim_all().tasks.is_empty(), "it is not handed over again");

    let record = journal.known(intent(1));
    assert!(record.is_confirmed);
    assert_eq!(record.state, State::Settled);
    assert_eq!(record.parts, [part(0), part(1), part(2)]);
}

#[test]
fn a_part_that_is_told_again_stays_as_it_was() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    let mut changed = part(0);
    changed.raw = part(1).raw;
    for told in [part(0), part(0), changed] {
        assert!(journal.note(ticket, Fact::Ended(told)));
    }
    assert_eq!(journal.kept(None, uuid(1)).unwrap()[0].parts, [part(0)]);
}

#[test]
fn a_task_that_was_refused_can_be_begun_again() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    assert!(journal.note(ticket, Fact::Refused { reason: "no credits".to_owned() }));
    assert!(journal.claim_all().tasks.is_empty());
    assert!(!journal.note(ticket, Fact::Resending), "it may not be sent again by this ticket");
    let listed = journal.list(&Filter::new()).unwrap();
    assert_eq!((listed[0].stage, listed[0].reason.as_deref()), (Stage::Refused, Some("no credits")));

    place.clock.advance(Duration::from_secs(100));
    assert_eq!(journal.begin_now(other_intent(1, "another")), Begun::Reused);
    let again = journal.ticket(intent(1));
    assert!(again.epoch > ticket.epoch);
    assert!(!journal.note(ticket, Fact::Accepted), "the old ticket is void");
    assert_eq!(journal.claim_all().tasks[0].age, Some(Duration::ZERO), "its age starts anew");
}

#[test]
fn somebody_decides_about_what_cannot_be_found() {
    let place = Place::new();
    let journal = place.open();
    for number in [1, 2] {
        let ticket = journal.ticket(intent(number));
        assert!(journal.note(ticket, Fact::Undecided { evidence: "asked twice".to_owned() }));
    }
    let state = State::Undecided { evidence: "asked twice".to_owned() };
    assert!(journal.claim_all().tasks.iter().all(|record| record.state == state));

    let decide = |number, decision| journal.decide(SCOPE, uuid(number), decision).unwrap();
    assert_eq!(decide(1, Decision::Resubmit), Decided::Done(Stage::Open));
    assert_eq!(decide(2, Decision::Abandon), Decided::Done(Stage::Abandoned));
    assert_eq!(decide(1, Decision::Abandon), Decided::NotUndecided(Stage::Open));
    assert_eq!(decide(3, Decision::Abandon), Decided::Unknown);

    let claimed = journal.claim_all();
    let [record] = &*claimed.tasks else { panic!("{claimed:?}") };
    assert_eq!((record.task_uuid, &record.state), (uuid(1), &State::Resubmitted));
    assert_eq!(record.request, Some(intent(1).request), "the same bytes");
    assert!(journal.note(record.ticket, Fact::Resending));
    assert_eq!(journal.claim_all().tasks[0].state, State::Open);
    assert_eq!(journal.begin_now(intent(2)), Begun::Abandoned);
}

#[test]
fn a_decision_is_not_undone_by_whoever_had_the_task() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    assert!(journal.note(ticket, Fact::Undecided { evidence: String::new() }));
    journal.decide(SCOPE, uuid(1), Decision::Abandon).unwrap();
    for fact in [Fact::Accepted, Fact::Resending, Fact::Ended(part(0)), Fact::Settled { cost: None }] {
        assert!(!journal.note(ticket, fact));
    }
    assert_eq!(journal.list(&Filter::new()).unwrap()[0].stage, Stage::Abandoned);
}

#[test]
fn one_task_can_be_claimed_alone() {
    let place = Place::new();
    let journal = place.open();
    journal.try_begin((1..=3).map(intent).collect()).unwrap();
    let claimed = block_on(journal.claim(Claim::one(SCOPE, uuid(2)))).unwrap();
    assert_eq!(claimed.tasks.iter().map(|record| record.task_uuid).collect::<Vec<_>>(), [uuid(2)]);
    assert!(block_on(journal.claim(Claim::one("other", uuid(2)))).unwrap().tasks.is_empty());
    assert!(block_on(journal.claim(Claim::one(SCOPE, uuid(9)))).unwrap().tasks.is_empty());
}

#[test]
fn a_request_that_is_redacted_is_nowhere_in_the_files() {
    let place = Place::new();
    let journal = place.options().redact(true).open(&place.path).unwrap();
    let ticket = journal.ticket(intent(1));
    assert!(journal.note(ticket, Fact::Accepted));
    let record = journal.known(intent(1));
    assert_eq!((record.request, record.hash), (None, intent(1).hash));
    assert_eq!(journal.begin_now(other_intent(1, "another")), Begun::Reused, "the hash is enough for that");
    for file in [place.path.clone(), place.beside("-wal")] {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"lighthouse"));
    }
}

#[test]
fn an_intent_whose_hash_is_not_that_of_its_request_is_not_begun() {
    let place = Place::new();
    let journal = place.open();
    let mut wrong = intent(1);
    wrong.hash = intent(2).hash;
    assert!(journal.try_begin(vec![intent(3), wrong]).is_err());
    assert!(journal.list(&Filter::new()).unwrap().is_empty(), "all or nothing");
    journal.ticket(intent(1));
}

#[test]
fn what_was_learned_of_durations_is_shared() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    assert!(block_on(one.durations()).unwrap().is_none());
    let learned = |name: &str| {
        let mut durations = Durations::new();
        let (began, ended) = (Tick::ZERO, Tick::from_millis(5_000));
        durations.finish(&Kind::new(name), Which::First, began, began, ended);
        durations
    };
    block_on(one.keep_durations(learned("fox"))).unwrap();
    let once = block_on(one.durations()).unwrap().unwrap().len();
    block_on(one.keep_durations(learned("fox"))).unwrap();
    assert_eq!(block_on(one.durations()).unwrap().unwrap().len(), once);
    // The other one has not read what was kept: it is not lost by what it keeps.
    block_on(other.keep_durations(learned("owl"))).unwrap();
    assert_eq!(block_on(one.durations()).unwrap().unwrap().len(), once + 1);
    drop((one, other));
    assert_eq!(block_on(place.open().durations()).unwrap().unwrap().len(), once + 1);
}

#[test]
fn nobody_decides_about_what_somebody_looks_after() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    let ticket = one.ticket(intent(1));
    assert!(one.note(ticket, Fact::Undecided { evidence: String::new() }));
    // It is looked for again, and found after all.
    let record = one.known(intent(1));
    for decision in [Decision::Resubmit, Decision::Abandon] {
        assert_eq!(other.decide(SCOPE, uuid(1), decision).unwrap(), Decided::Held);
    }
    assert!(one.note(record.ticket, Fact::Ended(part(0))), "what has come is kept");
    assert!(one.note(record.ticket, Fact::Undecided { evidence: String::new() }));
    drop(one.known(intent(1)));
    drop(one);
    assert_eq!(
        other.decide(SCOPE, uuid(1), Decision::Abandon).unwrap(),
        Decided::Done(Stage::Abandoned),
        "its process is gone"
    );
}

#[test]
fn a_task_that_was_confirmed_is_shown_to_who_asks_for_it_by_its_id() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    assert!(journal.note(ticket, Fact::Ended(part(0))));
    assert!(journal.note(ticket, Fact::Settled { cost: None }));
    assert!(journal.note(ticket, Fact::Confirmed));
    assert!(journal.claim_all().tasks.is_empty());

    let asked = block_on(journal.claim(Claim::one(SCOPE, uuid(1)))).unwrap().tasks;
    assert!(asked[0].is_confirmed && asked[0].state == State::Settled);
    assert_eq!((asked.len(), &asked[0].parts[..]), (1, &[part(0)][..]));
    assert_eq!(journal.list(&Filter::new()).unwrap()[0].stage, Stage::Confirmed);
}

/// The same request that was refused begins anew, whatever an earlier version of the library has read out of it: the hash
/// is that of the request alone, and a journal in which nothing is wrong must not be called damaged.
#[test]
fn a_refused_request_begins_anew_though_its_model_or_number_was_read_differently() {
    let place = Place::new();
    let journal = place.open();
    let mut earlier = intent(1);
    earlier.expected = 1;
    earlier.model = None;
    let ticket = journal.ticket(earlier);
    assert!(journal.note(ticket, Fact::Refused { reason: "busy".to_owned() }));
    let begun = block_on(journal.begin(vec![intent(1)]));
    assert!(matches!(begun.as_deref(), Ok([Begun::New(_)])), "{begun:?}");
    assert!(matches!(journal.begin_now(intent(2)), Begun::New(_)), "and others are not kept from it");
}
