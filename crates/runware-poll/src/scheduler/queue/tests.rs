use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// Slots that only have moments.
#[derive(Default)]
struct Moments(HashMap<u32, (Tick, Hook)>);

impl Slots for Moments {
    fn at(&self, slot: u32) -> Tick {
        self.0[&slot].0
    }

    fn look(&self, slot: u32) -> Look {
        Look { window: Window::at(self.at(slot)), company: 1 }
    }

    fn set_hook(&mut self, slot: u32, hook: Hook) {
        self.0.get_mut(&slot).unwrap().1 = hook;
    }

    fn unhook(&mut self, slot: u32) -> (Tick, Hook) {
        let (at, hook) = self.0.get_mut(&slot).unwrap();
        (*at, std::mem::replace(hook, Hook::NONE))
    }
}

/// A queue next to a list that is in order at all times.
struct Both {
    queue: Queue,
    moments: Moments,
    model: Vec<(Tick, u32)>,
}

impl Both {
    fn new() -> Self {
        Self { queue: Queue::new(), moments: Moments::default(), model: Vec::new() }
    }

    fn add(&mut self, slot: u32, at: Tick) {
        self.remove(slot);
        self.moments.0.insert(slot, (at, Hook::NONE));
        self.queue.add(&mut self.moments, slot, at);
        let position = self.model.partition_point(|(other, _)| *other <= at);
        self.model.insert(position, (at, slot));
    }

    fn remove(&mut self, slot: u32) {
        if self.moments.0.contains_key(&slot) {
            self.queue.remove(&mut self.moments, slot);
            assert!(!self.moments.0[&slot].1.is_some());
            self.queue.remove(&mut self.moments, slot);
        }
        self.moments.0.remove(&slot);
        self.model.retain(|(_, other)| *other != slot);
    }

    fn check_first(&self) {
        let first = self.queue.first().map(|rank| (rank.at, rank.slot));
        assert_eq!(first, self.model.first().copied());
    }

    fn check_ahead(&mut self, count: usize) {
        self.queue.look_ahead(&mut self.moments, count);
        let ahead: Vec<_> = self.queue.ahead().take(count).map(|(rank, _)| (rank.at, rank.slot)).collect();
        assert_eq!(ahead, self.model[..count.min(self.model.len())]);
    }

    /// Takes out all that is left, one by one.
    fn drain(mut self) {
        self.model.reverse();
        while let Some((at, slot)) = self.model.pop() {
            let first = self.queue.first().unwrap();
            assert_eq!((first.at, first.slot), (at, slot));
            self.queue.remove(&mut self.moments, slot);
        }
        assert!(self.queue.first().is_none() && self.queue.far.is_empty());
    }
}

#[derive(Clone, Debug)]
enum Act {
    Add(u32, u64),
    Many { from: u32, count: u32, at: u64, step: u64 },
    Remove(u32),
    Pop(u32),
    Ahead(usize),
}

fn any_moment() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..50, 0_u64..1 << 14, 0_u64..1 << 26, 0_u64..1 << 40, Just(u64::MAX), Just(1_u64 << 24)]
}

fn any_act() -> impl Strategy<Value = Act> {
    let step = prop_oneof![3 => Just(0_u64), 1 => Just(1), 1 => 0..1_u64 << 20];
    let many = (0_u32..20_000, 1_u32..3_000, any_moment(), step);
    prop_oneof![
        8 => (0_u32..40, any_moment()).prop_map(|(slot, at)| Act::Add(slot, at)),
        2 => many.prop_map(|(from, count, at, step)| Act::Many { from, count, at, step }),
        4 => (0_u32..40).prop_map(Act::Remove),
        4 => (1_u32..2_500).prop_map(Act::Pop),
        2 => (0_usize..3_000).prop_map(Act::Ahead),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn agrees_with_a_list_in_order(acts in prop::collection::vec(any_act(), 1..24)) {
        let mut both = Both::new();
        for act in acts {
            match act {
                Act::Add(slot, at) => both.add(slot, tick(at)),
                Act::Many { from, count, at, step } => {
                    for number in 0..count {
                        let at = at.saturating_add(step.saturating_mul(u64::from(number * 7 % count)));
                        both.add(from + number, tick(at));
                    }
                }
                Act::Remove(slot) => both.remove(slot),
                Act::Pop(count) => {
                    for _ in 0..count {
                        both.check_first();
                        let Some((_, slot)) = both.model.first().copied() else { break };
                        both.remove(slot);
                    }
                }
                Act::Ahead(count) => both.check_ahead(count),
            }
            both.check_first();
            prop_assert!(both.queue.near.len() <= both.queue.most + CROWD);
        }
        both.drain();
    }
}

#[test]
fn few_are_near_however_many_come_at_once() {
    let mut both = Both::new();
    // In a queue whose border is far ahead, all of them begin as near ones.
    both.add(0, tick(1 << 24));
    for slot in 1..30_000 {
        both.moments.0.insert(slot, (tick(5), Hook::NONE));
        both.queue.add(&mut both.moments, slot, tick(5));
        both.model.push((tick(5), slot));
    }
    assert!(both.queue.near.len() <= both.queue.most);
    both.model.rotate_left(1);
    both.drain();
}

fn tick(nanos: u64) -> Tick {
    Tick::ZERO + std::time::Duration::from_nanos(nanos)
}
