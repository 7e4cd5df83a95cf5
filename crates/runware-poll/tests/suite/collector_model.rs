//! [`Collector`] against reference models: sets of items, told apart by hindsight.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use runware_poll::{Change, Collector, Entry, Verdict};

type Item = Entry<String>;

/// One result as the server has it. `text` may be that of another.
#[derive(Clone, Debug)]
struct Truth {
    id: String,
    index: u32,
    good: bool,
    text: String,
}

impl Truth {
    fn verdict(&self) -> Verdict {
        if self.good { Verdict::Succeeded } else { Verdict::Failed }
    }

    fn entry(&self, with_id: bool, with_index: bool) -> Item {
        Entry {
            index: with_index.then_some(self.index),
            id: with_id.then(|| self.id.as_str().into()),
            verdict: self.verdict(),
            payload: self.text.clone(),
        }
    }
}

/// Results with texts from a small alphabet, so that many are equal, or with texts of their own.
fn truths(own_texts: bool) -> impl Strategy<Value = Vec<Truth>> {
    prop::collection::vec((any::<bool>(), 0..3_u8), 1..8).prop_map(move |rows| {
        let truth = |(index, (good, text))| Truth {
            id: format!("id-{index}"),
            index: u32::try_from(index).unwrap(),
            good,
            text: if own_texts { format!("text {index}") } else { format!("text {text}") },
        };
        rows.into_iter().enumerate().map(truth).collect()
    })
}

/// A history: when each result ends, the moments at which the server is asked in the order in which the
/// answers arrive, and for each answer how it is shuffled and what it leaves out.
#[derive(Clone, Debug)]
struct Answer {
    moment: usize,
    rotation: usize,
    hide: Vec<(bool, bool)>,
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let hide = prop::collection::vec(any::<(bool, bool)>(), 8);
    let answer = (0_usize..10, 0_usize..8, hide).prop_map(|(moment, rotation, hide)| Answer {
        moment,
        rotation,
        hide,
    });
    prop::collection::vec(answer, 1..12)
}

/// The whole state at a moment, what runs included. `show` says which of id and index an item shows.
fn snapshot(
    truths: &[Truth],
    ends: &[usize],
    answer: &Answer,
    show: impl Fn(usize) -> (bool, bool),
) -> Vec<Item> {
    let mut items: Vec<_> = (truths.iter().zip(ends).enumerate())
        .map(|(position, (truth, end))| {
            let (with_id, with_index) = show(position);
            let entry = truth.entry(with_id, with_index);
            if *end <= answer.moment { entry } else { Entry { verdict: Verdict::Running, ..entry } }
        })
        .collect();
    let count = items.len();
    items.rotate_left(answer.rotation % count);
    items
}

/// What a collector has, with neither order nor identity: verdicts and texts.
fn collected(collector: &Collector<String>) -> Vec<(bool, String)> {
    let entries = collector.results().into_iter().chain(collector.failures());
    sorted(entries.map(|entry| (entry.verdict == Verdict::Succeeded, entry.payload.clone())))
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.collect();
    items.sort();
    items
}

/// What had ended at the latest moment that any of the answers shows.
fn truth_at_latest(truths: &[Truth], ends: &[usize], answers: &[Answer]) -> Vec<(bool, String)> {
    let latest = answers.iter().map(|answer| answer.moment).max().unwrap();
    let ended = truths.iter().zip(ends).filter(|(_, end)| **end <= latest);
    sorted(ended.map(|(truth, _)| (truth.good, truth.text.clone())))
}

fn told(changes: Vec<Change<String>>) -> impl Iterator<Item = (bool, String)> {
    changes.into_iter().map(|change| match change {
        Change::Result(entry) => (true, entry.payload),
        Change::Failure(entry) => (false, entry.payload),
    })
}

proptest! {
    /// Answers without ids and indices, old ones among them, in any order, their items shuffled, with equal
    /// texts: what is told is exactly what had ended by the latest of them.
    #[test]
    fn anonymous_answers_add_up(
        truths in truths(false), ends in prop::collection::vec(0_usize..10, 8), answers in answers(),
    ) {
        let mut collector = Collector::new(Some(truths.len() as u32));
        let mut all_told = Vec::new();
        for answer in &answers {
            all_told.extend(told(collector.observe(snapshot(&truths, &ends, answer, |_| (false, false)))));
        }
        let truth = truth_at_latest(&truths, &ends, &answers);
        prop_assert_eq!(&collected(&collector), &truth);
        prop_assert_eq!(sorted(all_told.into_iter()), truth, "each told once");
        prop_assert_eq!(collector.anomalies(), 0);
        prop_assert_eq!(collector.is_settled(), collected(&collector).len() == truths.len());
    }

    /// The same, but ids and indices come and go from answer to answer.
    #[test]
    fn aliases_add_up(
        truths in truths(true), ends in prop::collection::vec(0_usize..10, 8), answers in answers(),
    ) {
        let mut collector = Collector::new(Some(truths.len() as u32));
        let mut all_told = Vec::new();
        for answer in &answers {
            let snapshot = snapshot(&truths, &ends, answer, |position| answer.hide[position]);
            all_told.extend(told(collector.observe(snapshot)));
        }
        let truth = truth_at_latest(&truths, &ends, &answers);
        prop_assert_eq!(&collected(&collector), &truth);
        prop_assert_eq!(sorted(all_told.into_iter()), truth, "each told once");
    }

    /// Items with an id or index give the same outcome however they are split, repeated and ordered, and
    /// whichever of the two they show: one result for each set of items that hindsight connects.
    #[test]
    fn split_items_add_up(
        truths in truths(true),
        shown in prop::collection::vec((0_usize..8, 0..3), 1..40),
        cuts in prop::collection::vec(1_usize..6, 40),
    ) {
        // Texts differ from answer to answer, so that they connect nothing.
        let items: Vec<Item> = (shown.iter().enumerate())
            .map(|(number, (position, identity))| {
                let truth = &truths[position % truths.len()];
                let entry = truth.entry(*identity != 1, *identity != 2);
                Entry { payload: format!("{} in answer {number}", truth.text), ..entry }
            })
            .collect();

        let mut collector = Collector::new(None);
        let mut all_told = 0;
        let mut rest = items.as_slice();
        for cut in cuts {
            let (snapshot, later) = rest.split_at(cut.min(rest.len()));
            all_told += collector.observe(snapshot.to_vec()).len();
            rest = later;
        }
        prop_assert!(rest.is_empty());

        let mut identities: BTreeMap<u32, BTreeSet<(bool, bool)>> = BTreeMap::new();
        for (position, identity) in &shown {
            let index = truths[position % truths.len()].index;
            identities.entry(index).or_default().insert((*identity != 1, *identity != 2));
        }
        // Only what showed its id and its index, but never both at once, is two items even in hindsight.
        let parts = |shown: &BTreeSet<_>| 1 + usize::from(shown.len() == 2 && !shown.contains(&(true, true)));
        let expected: usize = identities.values().map(parts).sum();
        prop_assert_eq!(collector.results().len() + collector.failures().len(), expected);
        prop_assert!(all_told >= expected && all_told <= 2 * identities.len());
        prop_assert_eq!(collector.anomalies(), 0);

        let entries = collector.results().into_iter().chain(collector.failures());
        for entry in entries {
            let truth = truths.iter().find(|truth| entry.payload.starts_with(&truth.text)).unwrap();
            prop_assert_eq!(entry.verdict, truth.verdict());
            prop_assert!(entry.index.is_none_or(|index| index == truth.index));
            prop_assert!(entry.id.as_deref().is_none_or(|id| id == truth.id));
        }
    }

    /// Single items between whole answers, repeated and in any order, are never taken for more than there is, and hide
    /// nothing from the answer that shows everything: with ids, and without ids and indices and with equal texts.
    #[test]
    fn single_items_never_count_twice(
        truths in truths(false),
        shown in prop::collection::vec((0_usize..8, any::<bool>()), 0..20),
        with_ids in any::<bool>(),
    ) {
        let mut collector = Collector::new(Some(truths.len() as u32));
        let all = || truths.iter().map(|truth| truth.entry(with_ids, false));
        let truth = sorted(truths.iter().map(|truth| (truth.good, truth.text.clone())));
        let mut all_told = Vec::new();
        for (position, is_single) in shown {
            let position = position % truths.len();
            let snapshot: Vec<Item> = match is_single {
                true => all().skip(position).take(1).collect(),
                // What had ended when the server was asked, and what had not.
                false => all().enumerate().map(|(number, entry)| match number <= position {
                    true => entry,
                    false => Entry { verdict: Verdict::Running, ..entry },
                }).collect(),
            };
            all_told.extend(told(collector.observe(snapshot)));
            let mut rest = truth.clone();
            for item in collected(&collector) {
                let known = rest.iter().position(|left| *left == item);
                prop_assert!(known.is_some(), "{:?} is more than there is of it", item);
                rest.remove(known.unwrap());
            }
            prop_assert!(!collector.is_settled() || collected(&collector).len() == truths.len());
        }
        all_told.extend(told(collector.observe(all())));
        prop_assert_eq!(&collected(&collector), &truth);
        prop_assert_eq!(sorted(all_told.into_iter()), truth, "each told once");
        prop_assert!(collector.is_settled());
    }

    /// Whatever comes, verdicts stay, nothing is told twice, and the outcome is what was told.
    #[test]
    fn verdicts_are_final(
        answers in prop::collection::vec(prop::collection::vec(any_item(), 0..6), 0..12),
        expected in prop::option::of(0_u32..6),
    ) {
        let mut collector = Collector::new(expected);
        let mut all_told: Vec<(bool, String)> = Vec::new();
        for answer in answers {
            let before = (collected(&collector), collector.is_settled(), collector.anomalies());
            let empty = answer.is_empty();
            let running = answer.iter().filter(|entry| entry.verdict == Verdict::Running).count();
            let running_before = collector.running();
            all_told.extend(told(collector.observe(answer)));
            let after = collected(&collector);
            prop_assert!(after.len() <= all_told.len());
            prop_assert!(after.iter().all(|item| all_told.contains(item)), "nothing is there that was not told");
            prop_assert!(before.2 <= collector.anomalies());
            prop_assert!(!before.1 || collector.is_settled(), "settled stays settled");
            if empty {
                prop_assert_eq!((&before.0, running_before), (&after, collector.running()));
            } else {
                prop_assert!(collector.running() <= running);
                let enough = after.len() >= expected.unwrap_or(1).max(1) as usize;
                let settled = before.1 || enough && collector.running() == 0;
                prop_assert_eq!(collector.is_settled(), settled);
            }
        }
    }
}

fn any_item() -> impl Strategy<Value = Item> {
    let verdict = prop_oneof![Just(Verdict::Running), Just(Verdict::Succeeded), Just(Verdict::Failed)];
    let id = prop::option::of((0..3_u8).prop_map(|id| format!("id-{id}").into()));
    (prop::option::of(0_u32..3), id, verdict, 0..3_u8).prop_map(|(index, id, verdict, text)| Entry {
        index,
        id,
        verdict,
        payload: format!("text {text}"),
    })
}
