//! What answers add up to, case by case.

use runware_poll::{Change, Collector, Entry, Verdict};

use Verdict::{Failed, Running, Succeeded};

type Item = Entry<&'static str>;

fn anonymous(verdict: Verdict, payload: &'static str) -> Item {
    Entry { index: None, id: None, verdict, payload }
}

fn indexed(index: u32, verdict: Verdict, payload: &'static str) -> Item {
    Entry { index: Some(index), ..anonymous(verdict, payload) }
}

fn named(id: &str, verdict: Verdict, payload: &'static str) -> Item {
    Entry { id: Some(id.into()), ..anonymous(verdict, payload) }
}

fn both(id: &str, index: u32, verdict: Verdict, payload: &'static str) -> Item {
    Entry { index: Some(index), ..named(id, verdict, payload) }
}

/// The payloads of what is new.
fn new(changes: Vec<Change<&'static str>>) -> Vec<&'static str> {
    let payload = |change| match change {
        Change::Result(entry) | Change::Failure(entry) => Entry::<&'static str>::clone(&entry).payload,
    };
    changes.into_iter().map(payload).collect()
}

fn payloads(entries: Vec<&Item>) -> Vec<&'static str> {
    entries.into_iter().map(|entry| entry.payload).collect()
}

#[test]
fn results_and_failures_come_together() {
    let mut collector = Collector::new(Some(3));
    let snapshot = [indexed(0, Succeeded, "a"), indexed(2, Failed, "c"), indexed(1, Succeeded, "b")];
    let changes = collector.observe(snapshot.clone());
    let [a, c, b] = snapshot;
    assert_eq!(changes, [Change::Result(a.clone()), Change::Failure(c.clone()), Change::Result(b.clone())]);
    assert!(collector.is_settled());
    assert_eq!(collector.results(), [&a, &b]);
    assert_eq!(collector.failures(), [&c]);
    assert_eq!(collector.expected(), Some(3));
}

#[test]
fn repeated_items_count_once() {
    let mut collector = Collector::new(Some(2));
    let item = named("a", Succeeded, "a");
    assert_eq!(new(collector.observe([item.clone(), item.clone()])), ["a"], "in one snapshot");
    assert_eq!(new(collector.observe([item])), [""; 0], "in the next");
    assert!(!collector.is_settled());
    assert_eq!(collector.anomalies(), 0);
}

#[test]
fn order_is_by_index_if_all_have_one() {
    let mut collector = Collector::new(None);
    collector.observe([indexed(2, Succeeded, "c"), indexed(0, Succeeded, "a"), indexed(1, Succeeded, "b")]);
    assert_eq!(payloads(collector.results()), ["a", "b", "c"]);
    collector.observe([anonymous(Failed, "x"), indexed(7, Failed, "y"), indexed(6, Failed, "z")]);
    assert_eq!(payloads(collector.results()), ["a", "b", "c"], "failures do not matter to results");
    assert_eq!(payloads(collector.failures()), ["x", "y", "z"]);
}

#[test]
fn equal_texts_are_two_results() {
    let mut collector = Collector::new(Some(2));
    assert_eq!(new(collector.observe([anonymous(Succeeded, "hi"), anonymous(Running, "")])), ["hi"]);
    assert_eq!(new(collector.observe([anonymous(Succeeded, "hi"), anonymous(Succeeded, "hi")])), ["hi"]);
    assert_eq!(new(collector.observe([anonymous(Succeeded, "hi"), anonymous(Succeeded, "hi")])), [""; 0]);
    assert_eq!(payloads(collector.results()), ["hi", "hi"]);
    assert!(collector.is_settled());
}

#[test]
fn anonymous_items_may_end_in_any_order() {
    let mut collector = Collector::new(Some(3));
    let [a, b, c] = ["a", "b", "c"].map(|text| anonymous(Succeeded, text));
    let running = anonymous(Running, "");
    assert_eq!(new(collector.observe([running.clone(), running.clone(), c.clone()])), ["c"]);
    assert_eq!(new(collector.observe([a.clone(), running, c.clone()])), ["a"]);
    assert_eq!(new(collector.observe([a, b, c])), ["b"]);
    assert_eq!(payloads(collector.results()), ["c", "a", "b"], "as they arrived");
}

#[test]
fn an_anonymous_item_whose_payload_changed_is_not_new() {
    let mut collector = Collector::new(Some(2));
    collector.observe([anonymous(Succeeded, "a?signature=1"), anonymous(Running, "")]);
    let next = [anonymous(Succeeded, "a?signature=2"), anonymous(Succeeded, "b")];
    assert_eq!(new(collector.observe(next)), ["b"]);
    assert_eq!(payloads(collector.results()), ["a?signature=1", "b"], "the first stays");
    assert_eq!(collector.anomalies(), 0);
}

#[test]
fn a_collected_item_stands_for_one_of_the_snapshot() {
    let mut collector = Collector::new(Some(3));
    collector.observe([named("a", Succeeded, "x")]);
    assert_eq!(new(collector.observe([named("a", Succeeded, "x"), anonymous(Succeeded, "x")])), ["x"]);

    let mut collector = Collector::new(Some(3));
    collector.observe([indexed(0, Succeeded, "x")]);
    collector.observe([named("a", Succeeded, "y")]);
    let joined = [both("a", 0, Succeeded, "x"), anonymous(Succeeded, "x")];
    assert_eq!(new(collector.observe(joined)), ["x"], "also if it was two items before");
}

#[test]
fn items_repeated_while_their_index_is_learned_are_one() {
    let mut collector = Collector::new(Some(2));
    collector.observe([anonymous(Succeeded, "x"), anonymous(Succeeded, "x")]);
    assert_eq!(new(collector.observe([indexed(0, Succeeded, "x"), indexed(0, Succeeded, "x")])), [""; 0]);
    assert_eq!(new(collector.observe([indexed(0, Succeeded, "x"), indexed(1, Succeeded, "x")])), [""; 0]);
    assert_eq!(collector.results(), [&indexed(0, Succeeded, "x"), &indexed(1, Succeeded, "x")]);
    assert_eq!(collector.anomalies(), 0);
}

#[test]
fn equal_payloads_under_different_ids_or_indices_are_different() {
    let mut collector = Collector::new(Some(4));
    for item in [named("a", Succeeded, "x"), named("b", Succeeded, "x")] {
        assert_eq!(new(collector.observe([item])), ["x"]);
    }
    let mut collector = Collector::new(Some(4));
    for item in [indexed(0, Succeeded, "x"), indexed(1, Succeeded, "x")] {
        assert_eq!(new(collector.observe([item])), ["x"]);
    }
}

#[test]
fn only_anonymous_items_go_by_number() {
    let mut collector = Collector::new(Some(3));
    collector.observe([anonymous(Succeeded, "a")]);
    assert_eq!(new(collector.observe([indexed(0, Succeeded, "b")])), ["b"]);
    assert_eq!(new(collector.observe([indexed(1, Failed, "c")])), ["c"]);
    assert_eq!(collector.anomalies(), 0);
}

#[test]
fn anonymous_failures_beside_results_with_ids() {
    let mut collector = Collector::new(Some(3));
    let first = [named("a", Succeeded, "a"), anonymous(Failed, "flagged"), anonymous(Running, "")];
    assert_eq!(new(collector.observe(first)), ["a", "flagged"]);
    let second = [named("a", Succeeded, "a"), anonymous(Failed, "flagged"), anonymous(Failed, "flagged")];
    assert_eq!(new(collector.observe(second)), ["flagged"]);
    assert!(collector.is_settled());
}

#[test]
fn failures_alone_do_not_stand_for_results() {
    let mut collector = Collector::new(Some(2));
    collector.observe([named("a", Succeeded, "a"), anonymous(Running, "")]);
    assert_eq!(
        new(collector.observe([anonymous(Failed, "flagged")])),
        ["flagged"],
        "`a` has an id, this has none"
    );
    assert!(collector.is_settled());
}

#[test]
fn an_index_may_show_up_late() {
    let mut collector = Collector::new(Some(2));
    collector.observe([named("b", Succeeded, "b"), named("a", Succeeded, "a")]);
    assert_eq!(payloads(collector.results()), ["b", "a"]);
    assert_eq!(new(collector.observe([both("a", 0, Succeeded, "a"), both("b", 1, Succeeded, "b")])), [""; 0]);
    assert_eq!(collector.results(), [&both("a", 0, Succeeded, "a"), &both("b", 1, Succeeded, "b")]);
    assert_eq!(new(collector.observe([indexed(0, Succeeded, "a"), indexed(1, Succeeded, "b")])), [""; 0]);
    assert_eq!(collector.anomalies(), 0);
}

#[test]
fn an_id_may_show_up_late() {
    let mut collector = Collector::new(Some(1));
    collector.observe([indexed(0, Succeeded, "a")]);
    assert_eq!(new(collector.observe([both("a", 0, Succeeded, "a")])), [""; 0]);
    assert_eq!(new(collector.observe([named("a", Succeeded, "a")])), [""; 0]);
    assert_eq!(collector.results(), [&both("a", 0, Succeeded, "a")]);
}

#[test]
fn both_may_show_up_late() {
    let mut collector = Collector::new(Some(2));
    collector.observe([anonymous(Succeeded, "x"), anonymous(Succeeded, "x")]);
    assert_eq!(new(collector.observe([both("b", 1, Succeeded, "x"), both("a", 0, Succeeded, "x")])), [""; 0]);
    assert_eq!(collector.results(), [&both("a", 0, Succeeded, "x"), &both("b", 1, Succeeded, "x")]);
    assert_eq!(new(collector.observe([anonymous(Succeeded, "x"), anonymous(Succeeded, "x")])), [""; 0]);
}

#[test]
fn what_turns_out_to_be_one_item_becomes_one() {
    let mut collector = Collector::new(Some(3));
    assert_eq!(new(collector.observe([indexed(0, Succeeded, "a.png")])), ["a.png"]);
    assert_eq!(
        new(collector.observe([named("a", Succeeded, "A.PNG")])),
        ["A.PNG"],
        "nothing tells they are one"
    );
    assert_eq!(new(collector.observe([both("a", 0, Succeeded, "a.png")])), [""; 0], "but this does");
    assert_eq!(collector.results(), [&both("a", 0, Succeeded, "a.png")]);
    assert_eq!(new(collector.observe([indexed(0, Succeeded, ""), named("a", Succeeded, "")])), [""; 0]);
    assert_eq!(collector.anomalies(), 0);

    assert_eq!(new(collector.observe([named("b", Succeeded, "b.png")])), ["b.png"]);
    assert!(!collector.is_settled(), "two of three");
    assert_eq!(new(collector.observe([named("c", Succeeded, "c.png")])), ["c.png"]);
    assert!(collector.is_settled());
}

#[test]
fn two_items_that_ended_differently_and_turn_out_to_be_one_are_an_anomaly() {
    let mut collector = Collector::new(Some(2));
    collector.observe([indexed(0, Succeeded, "a.png")]);
    collector.observe([named("a", Failed, "no")]);
    collector.observe([both("a", 0, Succeeded, "a.png")]);
    assert_eq!(collector.results(), [&both("a", 0, Succeeded, "a.png")]);
    assert!(collector.failures().is_empty(), "the first verdict stays");
    assert_eq!(collector.anomalies(), 1);
}

#[test]
fn two_ids_with_one_index_are_two_results() {
    let mut collector = Collector::new(Some(2));
    let snapshot = [both("a", 0, Succeeded, "a"), both("b", 0, Succeeded, "b")];
    assert_eq!(new(collector.observe(snapshot.clone())), ["a", "b"]);
    assert_eq!(collector.anomalies(), 1);
    assert_eq!(new(collector.observe(snapshot)), [""; 0]);
    assert_eq!(collector.anomalies(), 1, "told and counted before");
    assert!(collector.is_settled());

    let mut collector = Collector::new(Some(2));
    collector.observe([named("a", Succeeded, "a"), both("b", 0, Succeeded, "b")]);
    assert_eq!(new(collector.observe([both("a", 0, Succeeded, "a")])), [""; 0]);
    assert_eq!(collector.anomalies(), 1);
}

#[test]
fn an_id_that_changes_its_index_keeps_the_first() {
    let mut collector = Collector::new(Some(1));
    collector.observe([both("a", 0, Succeeded, "a")]);
    assert_eq!(new(collector.observe([both("a", 1, Succeeded, "a")])), [""; 0]);
    assert_eq!(collector.results(), [&both("a", 0, Succeeded, "a")]);
    assert_eq!(collector.anomalies(), 1);
    assert_eq!(new(collector.observe([indexed(1, Succeeded, "b")])), ["b"], "index 1 was not taken by it");
}

#[test]
fn the_first_verdict_stays() {
    for item in [indexed(0, Succeeded, "a"), named("a", Succeeded, "a"), anonymous(Succeeded, "a")] {
        let mut collector = Collector::new(Some(2));
        collector.observe([item.clone(), anonymous(Running, "")]);
        let failed = Entry { verdict: Failed, payload: "failed after all", ..item.clone() };
        assert_eq!(new(collector.observe([failed, anonymous(Running, "")])), [""; 0], "{item:?}");
        assert_eq!(collector.results(), [&item]);
        assert!(collector.failures().is_empty());
        assert_eq!(collector.anomalies(), 1);
    }
}

#[test]
fn a_result_after_a_failure_that_is_told_only_once_is_new() {
    let mut collector = Collector::new(Some(2));
    collector.observe([anonymous(Failed, "no"), anonymous(Running, "")]);
    assert_eq!(new(collector.observe([anonymous(Succeeded, "a")])), ["a"]);
    assert_eq!((collector.is_settled(), collector.anomalies()), (true, 0));
}

#[test]
fn an_anonymous_success_is_never_taken_for_a_failure() {
    let mut collector = Collector::new(Some(2));
    collector.observe([anonymous(Failed, "flagged"), anonymous(Running, "")]);
    assert_eq!(new(collector.observe([anonymous(Succeeded, "a")])), ["a"], "the failure is told only once");
    assert!(collector.is_settled());
    assert_eq!(collector.anomalies(), 0);
}

#[test]
fn an_ended_item_does_not_run_again() {
    for item in [indexed(0, Succeeded, "a"), named("a", Failed, "a")] {
        let mut collector = Collector::new(Some(2));
        let running = Entry { verdict: Running, ..item.clone() };
        collector.observe([item.clone(), anonymous(Running, "")]);
        assert_eq!(new(collector.observe([running, anonymous(Running, "")])), [""; 0]);
        assert_eq!((collector.running(), collector.anomalies()), (1, 1));
        assert!(!collector.is_settled());
    }
}

#[test]
fn older_snapshots_change_nothing() {
    let mut collector = Collector::new(Some(2));
    let running = anonymous(Running, "");
    collector.observe([anonymous(Succeeded, "a"), anonymous(Failed, "b")]);
    assert!(collector.is_settled());
    for older in [vec![running.clone(), running.clone()], vec![running, anonymous(Succeeded, "a")], vec![]] {
        assert_eq!(new(collector.observe(older)), [""; 0]);
        assert!(collector.is_settled(), "what is complete stays so");
    }
    assert_eq!(payloads(collector.results()), ["a"]);
    assert_eq!(payloads(collector.failures()), ["b"]);
}

#[test]
fn more_than_expected_are_all_kept() {
    let mut collector = Collector::new(Some(1));
    collector.observe([indexed(0, Succeeded, "a"), indexed(1, Running, "")]);
    assert!(!collector.is_settled(), "as many as expected, but one more is running");
    assert_eq!(new(collector.observe([indexed(0, Succeeded, "a"), indexed(1, Succeeded, "b")])), ["b"]);
    assert!(collector.is_settled());
    assert_eq!(new(collector.observe([indexed(2, Succeeded, "c")])), ["c"], "also after the end");
    assert_eq!(payloads(collector.results()), ["a", "b", "c"]);
}

#[test]
fn fewer_than_expected_do_not_settle_unless_the_server_says_so() {
    let mut collector = Collector::new(Some(3));
    collector.observe([indexed(0, Succeeded, "a"), indexed(1, Failed, "b")]);
    assert!(!collector.is_settled());
    collector.settle();
    assert!(collector.is_settled());
}

#[test]
fn one_is_enough_if_nothing_is_expected() {
    for expected in [None, Some(0), Some(1)] {
        let mut collector = Collector::new(expected);
        collector.observe([anonymous(Running, "")]);
        assert!(!collector.is_settled());
        collector.observe([anonymous(Failed, "no")]);
        assert!(collector.is_settled(), "{expected:?}");
    }
}

#[test]
fn an_empty_snapshot_is_no_information() {
    let mut collector = Collector::new(Some(1));
    collector.observe([anonymous(Running, "a"), anonymous(Running, "b")]);
    assert_eq!(new(collector.observe([])), [""; 0]);
    assert_eq!(collector.running(), 2);
    assert!(!collector.is_settled());
}

#[test]
fn there_is_a_limit() {
    let limit = Collector::<u32>::LIMIT;
    let item = |index| Entry { index: Some(index), id: None, verdict: Succeeded, payload: index };
    let snapshot: Vec<_> = (0..).map(item).take(limit + 10).collect();
    let mut collector = Collector::new(Some(u32::MAX));
    assert_eq!(collector.observe(snapshot.clone()).len(), limit);
    assert_eq!(collector.anomalies(), 10);
    assert_eq!(collector.observe(snapshot).len(), 0);
    assert_eq!(collector.results().len(), limit);
}

#[test]
fn hostile_snapshots_do_not_stall() {
    use std::cell::Cell;

    thread_local!(static COMPARED: Cell<usize> = const { Cell::new(0) });

    #[derive(Clone, Debug)]
    struct Counted(usize);
    impl PartialEq for Counted {
        fn eq(&self, other: &Self) -> bool {
            COMPARED.set(COMPARED.get() + 1);
            self.0 == other.0
        }
    }

    let count = 20_000;
    let item = |payload| Entry { index: None, id: None, verdict: Succeeded, payload: Counted(payload) };
    let mut collector = Collector::new(None);
    assert_eq!(collector.observe((0..count).map(item)).len(), count);
    assert_eq!(collector.observe((0..count).map(item)).len(), 0);
    assert!(COMPARED.take() <= count, "in the usual order one look is enough");
    assert_eq!(collector.observe((0..count).rev().map(item)).len(), 0, "in any other the numbers decide");
    assert!(COMPARED.take() <= 256 * count);
}

#[test]
fn items_keep_the_number_of_their_arrival() {
    let mut collector = Collector::new(Some(3));
    assert_eq!(collector.arrived(), 0);
    collector.observe([indexed(2, Succeeded, "c"), anonymous(Running, "")]);
    collector.observe([indexed(2, Succeeded, "c"), indexed(0, Failed, "a"), indexed(1, Succeeded, "b")]);
    assert_eq!(collector.arrived(), 3);
    let numbers: Vec<_> =
        collector.numbered_results().into_iter().map(|(number, entry)| (number, entry.payload)).collect();
    assert_eq!(numbers, [(2, "b"), (0, "c")], "by index");
}

#[test]
fn an_item_that_turns_out_to_be_another_leaves_the_numbers_as_they_are() {
    let mut collector = Collector::new(Some(3));
    collector.observe([
        named("x", Succeeded, "x"),
        indexed(0, Succeeded, "zero"),
        named("y", Succeeded, "y"),
    ]);
    collector.observe([both("x", 0, Succeeded, "x"), named("y", Succeeded, "y"), named("z", Succeeded, "z")]);
    let numbers: Vec<_> =
        collector.numbered_results().into_iter().map(|(number, entry)| (number, entry.payload)).collect();
    assert_eq!(numbers, [(0, "x"), (2, "y"), (3, "z")]);
    assert_eq!((collector.arrived(), collector.results().len()), (4, 3));
}

#[test]
fn what_has_ended_is_judged_anew_by_what_was_asked_for() {
    let mut collector = Collector::new(None);
    collector.expect(2);
    assert!(!collector.is_settled(), "nothing is there");
    collector.observe([indexed(0, Succeeded, "a")]);
    assert!(!collector.is_settled());
    collector.expect(1);
    assert!(collector.is_settled() && collector.expected() == Some(1));
    collector.expect(2);
    assert!(!collector.is_settled());
    collector.observe([indexed(0, Succeeded, "a"), indexed(1, Failed, "b")]);
    assert!(collector.is_settled());
}
