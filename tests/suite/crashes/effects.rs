//! What a process does to the world, numbered; and the end of a process at one of these numbers.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use runware::transport::Clock as _;
use runware::transport::testing::PausedClock;
use tokio::sync::{Mutex as Turn, Notify};

use super::at_once::at_once;
use super::disk::{Change, Disk};
use super::files::Files;
use crate::harness::secs;

/// What is done to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Effect {
    /// Bytes are written to a file, in one or in several calls.
    Append,
    /// A file, or the names in a folder, become durable.
    Sync,
    /// A name is made, linked or removed.
    Name,
    /// A request leaves.
    Send,
    /// An answer arrives, or that there is none; or the next piece of one.
    Receive,
    /// A result is handed over.
    HandOver,
}

/// Where a process ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cut {
    /// The effect, counted from 0.
    pub(super) at: usize,
    pub(super) variant: Variant,
}

/// How a process ends, and how much of the last effect there is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Variant {
    /// The process is killed before it. What was done to the disk is there, synced or not; what was sent was answered, and
    /// the answer is not heard.
    Before,
    /// It is had, nobody hears of it, and the machine ends: what was not synced is gone. What was sent has arrived; who
    /// was handed a result has it.
    Unsynced,
    /// The machine ends in the middle of it. Of an effect on the disk, and of what was not synced before it, some is there,
    /// by a choice with this seed; a sync has done only some of its work. Of a request, an answer or a result a part has
    /// left or come, which is nothing, and what was not synced is gone.
    Torn(u64),
}

/// What a process left behind.
#[derive(Clone, Debug)]
pub(super) struct Remains {
    pub(super) files: Files,
    /// The machine has to be started again.
    pub(super) is_power_gone: bool,
}

/// What the world is if a process ends in one of the three ways at an effect: a number for each, the same if nothing tells
/// two of them apart.
pub(super) type States = [usize; 3];

/// Counts the effects of one process, and ends it.
pub(super) struct Fuse {
    cut: Option<Cut>,
    /// For a process that does not end: what there would be if it did.
    survey: Option<Survey>,
    /// Effects are had one at a time, so that each has a number.
    turn: Turn<()>,
    state: Mutex<State>,
    dead: Notify,
}

/// What it takes to tell what there would be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survey {
    pub(super) salt: u64,
    pub(super) clock: PausedClock,
}

/// All that the next process and the server can tell an end by.
#[derive(Debug, PartialEq)]
struct World {
    now: Duration,
    /// How many effects there were that were not on the disk.
    outside: usize,
    is_power_gone: bool,
    files: Files,
}

struct State {
    disk: Disk,
    /// Those that were had, by their numbers.
    effects: Vec<Effect>,
    /// How many of them were not on the disk.
    outside: usize,
    states: Vec<States>,
    worlds: Vec<World>,
    remains: Option<Remains>,
}

impl State {
    fn number_of(&mut self, world: World) -> usize {
        if let Some(number) = self.worlds.iter().position(|other| *other == world) {
            return number;
        }
        self.worlds.push(world);
        self.worlds.len() - 1
    }
}

impl Variant {
    /// The three ways to end at an effect. `salt` makes other choices than other scenarios do.
    pub(super) fn all(salt: u64, at: usize) -> [Self; 3] {
        [Self::Before, Self::Unsynced, Self::Torn(Rng::with_seed(salt ^ (at as u64) << 32).u64(0..1_000_000))]
    }

    pub(super) fn is_power_gone(self) -> bool {
        self != Self::Before
    }
}

impl Fuse {
    pub(super) fn new(disk: Disk, cut: Option<Cut>, survey: Option<Survey>) -> Arc<Self> {
        let state = State {
            disk,
            effects: Vec::new(),
            outside: 0,
            states: Vec::new(),
            worlds: Vec::new(),
            remains: None,
        };
        Arc::new(Self { cut, survey, turn: Turn::default(), state: Mutex::new(state), dead: Notify::new() })
    }

    /// Does something to the disk, and dies of it if one of its effects is the last one: of those that come after that
    /// nothing is left.
    pub(super) async fn write<T>(&self, work: impl Future<Output = T>) -> T {
        let _turn = self.turn.lock().await;
        if self.is_dead() {
            return pending().await;
        }
        let done = at_once(work);
        self.look();
        if self.is_dead() { pending().await } else { done }
    }

    /// Has an effect outside of the disk, or dies of it.
    pub(super) async fn effect<T>(&self, effect: Effect, work: impl Future<Output = T>) -> T {
        let turn = self.turn.lock().await;
        if self.is_dead() {
            return pending().await;
        }
        let Some(variant) = self.number(effect) else {
            // What is on the network keeps nobody from writing.
            if effect == Effect::Send {
                drop(turn);
            }
            return work.await;
        };
        if variant == Variant::Unsynced {
            self.have(effect, work).await;
        }
        self.end(variant);
        pending().await
    }

    /// Counts what was done to the disk, and dies of it.
    pub(super) fn look(&self) {
        let mut state = self.state.lock().unwrap();
        for Change { effect, steps } in state.disk.news() {
            if state.remains.is_none()
                && let Some(variant) = self.count(&mut state, effect, steps.clone())
            {
                let files = left(&state.disk, steps, variant);
                self.die(&mut state, files, variant);
            }
        }
    }

    /// What was done to the disk has no numbers.
    pub(super) fn overlook(&self) {
        self.state.lock().unwrap().disk.news();
    }

    /// What the disk holds now.
    pub(super) fn files(&self) -> Files {
        let disk = &mut self.state.lock().unwrap().disk;
        disk.news();
        disk.check();
        disk.killed(disk.len())
    }

    /// Has an effect that nobody hears of.
    async fn have<T>(&self, effect: Effect, work: impl Future<Output = T>) {
        let _unheard = work.await;
        if effect == Effect::Send {
            // A frame may still be on its way.
            let clock = PausedClock::new();
            clock.sleep_until(secs(1)).await;
        }
    }

    /// Ends with what is left once the process is dead.
    pub(super) async fn death(&self) -> Remains {
        loop {
            let dead = self.dead.notified();
            if let Some(remains) = self.remains() {
                return remains;
            }
            dead.await;
        }
    }

    /// What is left, if the process is dead.
    pub(super) fn remains(&self) -> Option<Remains> {
        self.state.lock().unwrap().remains.clone()
    }

    /// The effects that there were, by their numbers.
    pub(super) fn effects(&self) -> Vec<Effect> {
        self.state.lock().unwrap().effects.clone()
    }

    /// How many effects there were, of each kind.
    pub(super) fn kinds(&self) -> BTreeMap<Effect, usize> {
        let mut kinds = BTreeMap::new();
        self.effects().into_iter().for_each(|effect| *kinds.entry(effect).or_default() += 1);
        kinds
    }

    /// What there would be after each end, if that was to be found out.
    pub(super) fn states(&self) -> Vec<States> {
        self.state.lock().unwrap().states.clone()
    }

    fn is_dead(&self) -> bool {
        self.state.lock().unwrap().remains.is_some()
    }

    /// Counts an effect outside of the disk; says how it ends the process, if it does.
    fn number(&self, effect: Effect) -> Option<Variant> {
        let mut state = self.state.lock().unwrap();
        // What nobody has waited for may have come to the disk as well.
        state.disk.news();
        let end = state.disk.len();
        let variant = self.count(&mut state, effect, end..end);
        state.outside += 1;
        variant
    }

    fn count(&self, state: &mut State, effect: Effect, steps: Range<usize>) -> Option<Variant> {
        let number = state.effects.len();
        if let Some(Survey { salt, clock }) = self.survey {
            let states = Variant::all(salt, number).map(|variant| {
                let is_outside = matches!(effect, Effect::Send | Effect::HandOver);
                let is_had = is_outside && variant == Variant::Unsynced;
                state.number_of(World {
                    now: clock.now(),
                    outside: state.outside + usize::from(is_had),
                    is_power_gone: variant.is_power_gone(),
                    files: left(&state.disk, steps.clone(), variant),
                })
            });
            state.states.push(states);
        }
        state.effects.push(effect);
        self.cut.filter(|cut| cut.at == number).map(|cut| cut.variant)
    }

    /// Dies of an effect outside of the disk.
    fn end(&self, variant: Variant) {
        let mut state = self.state.lock().unwrap();
        let end = state.disk.len();
        let files = left(&state.disk, end..end, variant);
        self.die(&mut state, files, variant);
    }

    fn die(&self, state: &mut State, files: Files, variant: Variant) {
        state.remains = Some(Remains { files, is_power_gone: variant.is_power_gone() });
        self.dead.notify_waiters();
    }
}

/// What the disk holds after an end in the last one of these steps.
fn left(disk: &Disk, steps: Range<usize>, variant: Variant) -> Files {
    match variant {
        Variant::Before => disk.killed(steps.start),
        // Of what is not on the disk, no part is.
        Variant::Torn(_) if steps.is_empty() => disk.lost(steps.end),
        Variant::Unsynced => disk.lost(steps.end),
        Variant::Torn(seed) => disk.torn(steps, seed),
    }
}

impl std::fmt::Debug for Fuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fuse")
    }
}
