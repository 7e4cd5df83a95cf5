//! What is shown, and what goes.

use std::time::Duration;

use runware::journal::{Fact, Intent};
use runware_journal::{Decision, Filter, Retention, SqliteJournal, Stage};

use crate::world::{Now, Place, SCOPE, intent, part, uuid};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A journal with one task in each stage, in the order of the stages.
fn one_of_each(place: &Place) -> SqliteJournal {
    let journal = place.open();
    for (number, stage) in Stage::ALL.into_iter().enumerate() {
        let mut intent = intent(number);
        intent.key = Some(format!("order-{number}"));
        intent.tags =
            vec![("customer".to_owned(), (number % 2).to_string()), ("c".to_owned(), String::new())];
        let ticket = journal.ticket(intent);
        let settle = || {
            for ordinal in 0..3 {
                assert!(journal.note(ticket, Fact::Ended(part(ordinal))));
            }
            assert!(journal.note(ticket, Fact::Settled { cost: Some("0.02".parse().unwrap()) }));
        };
        match stage {
            Stage::Settled => settle(),
            Stage::Confirmed => {
                settle();
                assert!(journal.note(ticket, Fact::Confirmed));
            }
            Stage::Refused => {
                assert!(journal.note(ticket, Fact::Refused { reason: "no".to_owned() }));
            }
            Stage::Undecided | Stage::Abandoned => {
                assert!(journal.note(ticket, Fact::Undecided { evidence: "gone".to_owned() }));
            }
            _ => {}
        }
    }
    journal.decide(SCOPE, uuid(5), Decision::Abandon).unwrap();
    journal
}

fn numbers(journal: &SqliteJournal, filter: &Filter) -> Vec<usize> {
    let listed = journal.list(filter).unwrap();
    let number = |listed: &runware_journal::Listed| (0..9).find(|number| uuid(*number) == listed.task_uuid);
    listed.iter().map(|listed| number(listed).unwrap()).collect()
}

#[test]
fn tasks_are_listed_by_what_is_asked() {
    let place = Place::new();
    let journal = one_of_each(&place);
    for (filter, expected) in [
        (Filter::new(), vec![5, 4, 3, 2, 1, 0]),
        (Filter::new().limit(2), vec![5, 4]),
        (Filter::new().stages([Stage::Open, Stage::Undecided]), vec![2, 0]),
        (Filter::new().tag("customer", "1"), vec![5, 3, 1]),
        (Filter::new().tag("customer", "1").tag("c", "").limit(1), vec![5]),
        (Filter::new().tag("customer", "1").tag("customer", "0"), vec![]),
        (Filter::new().key("order-4"), vec![4]),
        (Filter::new().key("' OR TRUE --"), vec![]),
        (Filter::new().scope(SCOPE).task_uuid(uuid(3)), vec![3]),
        (Filter::new().scope("other"), vec![]),
    ] {
        assert_eq!(numbers(&journal, &filter), expected, "{filter:?}");
    }
    let listed = journal.list(&Filter::new()).unwrap();
    let stages: Vec<_> = listed.iter().rev().map(|listed| listed.stage).collect();
    assert_eq!(stages, Stage::ALL);
    let confirmed = &listed[2];
    assert_eq!((confirmed.results, confirmed.failures, confirmed.expected), (2, 1, 2));
    assert_eq!(confirmed.cost.unwrap().to_string(), "0.02");
    assert!(confirmed.is_accepted && confirmed.ended_at.is_some());
    assert_eq!(listed[0].evidence.as_deref(), Some("gone"));
}

#[test]
fn every_task_is_in_one_stage() {
    let place = Place::new();
    let journal = one_of_each(&place);
    let health = journal.check().unwrap();
    for stage in Stage::ALL {
        assert_eq!(health.counts.of(stage), 1);
    }
    assert_eq!((health.counts.all(), health.parts, health.owners, health.schema), (6, 6, 1, 1));
    assert!(health.bytes > 0 && health.refuses.is_none());
}

#[test]
fn what_is_unfinished_is_never_pruned() {
    let place = Place::new();
    let journal = one_of_each(&place);
    assert_eq!(journal.prune(Retention::default()).unwrap(), Default::default(), "nothing is old");
    place.clock.advance(31 * DAY);
    let prunable = journal.prunable(Retention::default()).unwrap();
    let pruned = journal.prune(Retention::default()).unwrap();
    assert_eq!((pruned.tasks, pruned.forgotten, pruned.requests, pruned.parts), (3, 1, 3, 3));
    assert_eq!(prunable, pruned, "what would go has gone");
    assert_eq!(journal.prunable(Retention::default()).unwrap(), Default::default());
    assert_eq!(numbers(&journal, &Filter::new()), [5, 3, 2, 1, 0], "the one that was refused is gone");
    for (number, kept) in [(0, true), (1, true), (2, true), (3, false), (5, false)] {
        assert_eq!(journal.kept(None, uuid(number)).unwrap()[0].request.is_some(), kept, "{number}");
    }
    assert_eq!(journal.prune(Retention::default()).unwrap(), Default::default(), "once is enough");
    journal.check().unwrap();

    // It is not bought again.
    let record = journal.known(intent(3));
    assert!(record.is_confirmed && record.parts.is_empty() && record.request.is_none());
    let confirmed = journal.list(&Filter::new().task_uuid(uuid(3))).unwrap().remove(0);
    assert_eq!((confirmed.results, confirmed.failures), (2, 1));

    let prunable = journal.prunable(Retention::older_than(DAY).forget_ids()).unwrap();
    let pruned = journal.prune(Retention::older_than(DAY).forget_ids()).unwrap();
    assert_eq!(prunable, pruned);
    assert_eq!((pruned.tasks, pruned.forgotten), (2, 2));
    assert_eq!(numbers(&journal, &Filter::new()), [2, 1, 0]);
    let ticket = journal.ticket(intent(3));
    assert!(ticket.id > 6, "no ticket of another task holds for it");
    drop(journal);
    place.open().check().unwrap();
}

#[test]
fn much_is_pruned_in_several_steps() {
    let place = Place::in_memory();
    let journal = place.open();
    let begun = journal.try_begin((0..1200).map(intent).collect()).unwrap();
    let notes = begun.iter().map(|begun| match begun {
        runware::journal::Begun::New(ticket) => {
            runware::journal::Note { ticket: *ticket, fact: Fact::Refused { reason: String::new() } }
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(
        crate::world::block_on(runware::journal::Journal::record(&journal, notes.collect())).unwrap(),
        []
    );
    place.clock.advance(31 * DAY);
    let before = journal.check().unwrap().sequence;
    let pruned = journal.prune(Retention::default()).unwrap();
    assert_eq!((pruned.tasks, pruned.forgotten, pruned.requests), (1200, 1200, 1200));
    let health = journal.check().unwrap();
    assert_eq!((health.counts.all(), health.sequence - before), (0, 3));
}

#[test]
fn what_is_pruned_is_overwritten() {
    let place = Place::new();
    let journal = place.open();
    let ticket = journal.ticket(intent(1));
    assert!(journal.note(ticket, Fact::Settled { cost: None }));
    assert!(journal.note(ticket, Fact::Confirmed));
    let has_prompt = || {
        let bytes = std::fs::read(&place.path).unwrap();
        bytes.windows(10).any(|window| window == b"lighthouse")
    };
    drop(journal);
    assert!(has_prompt());
    let journal = place.open();
    journal.prune(Retention::older_than(Duration::ZERO)).unwrap();
    drop(journal);
    assert!(!has_prompt());
}

#[test]
fn what_is_kept_of_a_task_is_what_was_written() {
    let place = Place::new();
    let journal = one_of_each(&place);
    let mut elsewhere: Intent = intent(1);
    elsewhere.scope = "other".to_owned();
    journal.ticket(elsewhere);
    let kept = journal.kept(None, uuid(1)).unwrap();
    assert_eq!(kept.iter().map(|kept| &*kept.scope).collect::<Vec<_>>(), [SCOPE, "other"]);
    assert_eq!(kept[0].request, Some(intent(1).request));
    assert_eq!(kept[0].parts, [part(0), part(1), part(2)]);
    assert_eq!(kept[0].stage, Stage::Settled);
    assert_eq!(journal.kept(Some("other"), uuid(1)).unwrap().len(), 1);
    assert!(journal.kept(Some("other"), uuid(2)).unwrap().is_empty());
}

#[test]
fn reading_does_not_wait_for_who_waits_to_write() {
    let place = Place::new();
    let journal = place.open();
    journal.ticket(intent(1));
    // Somebody else is writing, for long.
    let writing = rusqlite::Connection::open(&place.path).unwrap();
    writing.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = journal.clone();
    let write = std::thread::spawn(move || waiting.decide(SCOPE, uuid(1), Decision::Abandon));
    // Sooner or later the other thread is at it.
    for _ in 0..200 {
        assert_eq!(journal.list(&Filter::new()).unwrap().len(), 1);
        assert_eq!(journal.check().unwrap().owners, 1);
        std::thread::yield_now();
    }
    assert!(!write.is_finished(), "it waited for the writer");
    writing.execute_batch("ROLLBACK").unwrap();
    write.join().unwrap().unwrap();
}
