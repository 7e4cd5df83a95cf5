//! What a process does to the world, numbered; and the end of a process at one of these numbers.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use runware::transport::{Clock as _, TokioClock};
use tokio::sync::{Mutex as Turn, Notify};

use super::files::Files;
use crate::harness::secs;

/// What is done to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Effect {
    /// Intents become durable.
    Begin,
    /// Facts become durable.
    Record,
    /// Tasks are taken over.
    Claim,
    /// What was learned becomes durable.
    Keep,
    /// A request is sent, and answered.
    Send,
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

/// How much of the last effect there is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Variant {
    /// Nothing.
    Before,
    /// All of it, and the process has not heard of that.
    After,
    /// The machine has ended with the process. What was being written is there in part; what was sent has arrived, and
    /// what was written without waiting for the disk is gone.
    Torn(f64),
}

/// What a process left behind.
#[derive(Clone, Debug)]
pub(super) struct Remains {
    pub(super) files: Files,
    /// The machine has to be started again.
    pub(super) is_power_gone: bool,
}

/// Counts the effects of one process, and ends it.
pub(super) struct Fuse {
    folder: PathBuf,
    cut: Option<Cut>,
    /// Effects are had one at a time, so that the files are whole whenever a process ends.
    turn: Turn<()>,
    state: Mutex<State>,
    dead: Notify,
}

#[derive(Default)]
struct State {
    count: usize,
    kinds: BTreeMap<Effect, usize>,
    remains: Option<Remains>,
}

impl Fuse {
    pub(super) fn new(folder: PathBuf, cut: Option<Cut>) -> Arc<Self> {
        let (turn, state, dead) = (Turn::default(), Mutex::default(), Notify::new());
        Arc::new(Self { folder, cut, turn, state, dead })
    }

    /// Has an effect, or dies of it.
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
        match variant {
            Variant::Before => self.die(Files::read(&self.folder), false),
            Variant::After => {
                self.have(effect, work).await;
                self.die(Files::read(&self.folder), false);
            }
            Variant::Torn(share) => {
                let before = Files::read(&self.folder);
                self.have(effect, work).await;
                let after = Files::read(&self.folder);
                let torn = Files::torn(&before, &after, share);
                self.die(torn.unwrap_or(after.with_mark_of(&before)), true);
            }
        }
        pending().await
    }

    /// Has an effect that nobody hears of.
    async fn have<T>(&self, effect: Effect, work: impl Future<Output = T>) {
        let _unheard = work.await;
        if effect == Effect::Send {
            // A frame may still be on its way.
            let clock = TokioClock::new();
            clock.sleep_until(secs(1)).await;
        }
    }

    /// Ends with what is left once the process is dead.
    pub(super) async fn death(&self) -> Remains {
        loop {
            let dead = self.dead.notified();
            if let Some(remains) = &self.state.lock().unwrap().remains {
                return remains.clone();
            }
            dead.await;
        }
    }

    /// How many effects there were, of each kind.
    pub(super) fn kinds(&self) -> BTreeMap<Effect, usize> {
        self.state.lock().unwrap().kinds.clone()
    }

    fn is_dead(&self) -> bool {
        self.state.lock().unwrap().remains.is_some()
    }

    /// Counts an effect; says how it ends the process, if it does.
    fn number(&self, effect: Effect) -> Option<Variant> {
        let mut state = self.state.lock().unwrap();
        let number = state.count;
        state.count += 1;
        *state.kinds.entry(effect).or_default() += 1;
        self.cut.filter(|cut| cut.at == number).map(|cut| cut.variant)
    }

    fn die(&self, files: Files, is_power_gone: bool) {
        self.state.lock().unwrap().remains = Some(Remains { files, is_power_gone });
        self.dead.notify_waiters();
    }
}

impl std::fmt::Debug for Fuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fuse")
    }
}
