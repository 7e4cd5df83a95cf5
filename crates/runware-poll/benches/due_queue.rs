//! What the due queue of a scheduler costs by itself, beside a million entries. All times are for one entry.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench stops at the line that failed"
)]
#![allow(dead_code, unreachable_pub, reason = "the queue needs less than all that its sources have")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use crate::scheduler::bench::Crowd;

// The queue is private to the crate: this is its source, and what it is built on.
#[path = "../src/tick.rs"]
mod tick;
#[path = "../src/window.rs"]
mod window;

#[path = "../src/scheduler"]
mod scheduler {
    pub(crate) mod queue;

    pub(crate) mod bench {
        use std::time::Duration;

        use fastrand::Rng;

        use super::queue::{Hook, Look, Queue, Slots};
        use crate::tick::Tick;
        use crate::window::Window;

        /// A queue with what is in it, or is to be.
        pub(crate) struct Crowd {
            queue: Queue,
            entries: Entries,
        }

        struct Entries(Vec<Entry>);

        /// About as large as a slot of a scheduler.
        struct Entry {
            at: Tick,
            hook: Hook,
            _task: [u64; 18],
        }

        impl Crowd {
            /// Entries that are in no queue as yet, with moments within a minute, in no order.
            pub(crate) fn new(count: u32) -> Self {
                let mut rng = Rng::with_seed(1);
                let mut entry = || {
                    let at = Tick::ZERO + Duration::from_nanos(rng.u64(0..60_000_000_000));
                    Entry { at, hook: Hook::NONE, _task: [0; 18] }
                };
                Self { queue: Queue::new(), entries: Entries((0..count).map(|_| entry()).collect()) }
            }

            pub(crate) fn inserted(mut self) -> Self {
                for slot in self.slots() {
                    let at = self.entries.at(slot);
                    self.queue.add(&mut self.entries, slot, at);
                }
                self
            }

            /// Every entry is taken out, the earliest first.
            pub(crate) fn popped(mut self) -> Self {
                let (mut last, mut count) = (Tick::ZERO, 0);
                while let Some(first) = self.queue.first() {
                    assert!(last <= first.at, "they come in order");
                    last = first.at;
                    self.queue.remove(&mut self.entries, first.slot);
                    count += 1;
                }
                assert_eq!(count, self.entries.0.len(), "all of them come");
                self
            }

            /// Every entry is moved to a later moment.
            pub(crate) fn moved(mut self) -> Self {
                for slot in self.slots() {
                    self.queue.remove(&mut self.entries, slot);
                    let later = self.entries.at(slot) + Duration::from_secs(7);
                    self.entries.0[slot as usize].at = later;
                    self.queue.add(&mut self.entries, slot, later);
                }
                self
            }

            fn slots(&self) -> std::ops::Range<u32> {
                0..u32::try_from(self.entries.0.len()).unwrap()
            }
        }

        impl Slots for Entries {
            fn at(&self, slot: u32) -> Tick {
                self.0[slot as usize].at
            }

            fn look(&self, slot: u32) -> Look {
                Look { window: Window::at(self.at(slot)), company: u16::MAX }
            }

            fn set_hook(&mut self, slot: u32, hook: Hook) {
                self.0[slot as usize].hook = hook;
            }

            fn unhook(&mut self, slot: u32) -> (Tick, Hook) {
                let entry = &mut self.0[slot as usize];
                (entry.at, std::mem::replace(&mut entry.hook, Hook::NONE))
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = due_queue
}
criterion_main!(benches);

const COUNT: u32 = 1_000_000;

fn due_queue(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("due queue of a million");
    group.throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function("insert", |bencher| {
        bencher.iter_batched(|| Crowd::new(COUNT), Crowd::inserted, BatchSize::PerIteration);
    });
    group.bench_function("pop", |bencher| {
        bencher.iter_batched(|| Crowd::new(COUNT).inserted(), Crowd::popped, BatchSize::PerIteration);
    });
    group.bench_function("move", |bencher| {
        bencher.iter_batched(|| Crowd::new(COUNT).inserted(), Crowd::moved, BatchSize::PerIteration);
    });
}
