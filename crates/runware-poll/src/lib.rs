//! Polling and backoff as pure state machines: no clock, no I/O, no async.
//!
//! A server takes on tasks that run for seconds or minutes, and has to be asked how they stand. When to ask,
//! how to recover from faults, when to give up, how to ask for many tasks with few requests, and what the
//! answers add up to: that is decided here, and nothing else. Sending is up to a *driver* that you write, or
//! that the `runware` crate has.
//!
//! | | |
//! |---|---|
//! | [`Scheduler`] | many tasks: which to ask for in one request, and when |
//! | [`Poll`] | one task: when to ask, by its [`Plan`] |
//! | [`Collector`] | what the answers about one task add up to |
//! | [`Cadence`] | when to look again after a healthy answer |
//! | [`Durations`] | how long tasks take, by [`Kind`], and so a [`Forecast`] of when one will end |
//! | [`Backoff`] | how long to wait after a fault |
//! | [`Quota`] | how many retries are left |
//! | [`Pacer`] | how many requests may be sent, and when |
//! | [`BatchLimit`] | how many tasks one request may carry |
//!
//! # The call protocol
//!
//! All machines work alike.
//!
//! * **Time goes in.** Every call takes `now`, a [`Tick`] of a clock that the driver chose and that never goes
//!   back. Chance goes in as a seed; equal seeds and equal calls give equal answers.
//! * **Ask what to do** ([`Scheduler::next`], or [`Poll::step`] for one task) until the answer is to wait.
//!   Ask again at that moment and after every fact. Asking too often does no harm; asking late delays,
//!   and breaks nothing.
//! * **Tell what happened** (`observed`, `failed`, `answered`), at any time and in any order. A fact that
//!   comes late, twice, unasked or about a task that is gone is not an error.
//! * **Drop whatever you like.** No call leaves anything to undo. A query that is never answered is a fault
//!   once its time is up.
//!
//! # Example
//!
//! A driver for three tasks, with a server in its head and a clock that it turns itself:
//!
//! ```
//! use runware_poll::{Ending, Limits, Next, Plan, Poll, Scheduler, Seen, Tick};
//! use std::sync::Arc;
//!
//! let plan = Arc::new(Plan::new());
//! let mut now = Tick::ZERO;
//! let mut scheduler = Scheduler::new(Limits::default());
//! for (seed, name) in ["elk", "fox", "owl"].into_iter().enumerate() {
//!     scheduler.insert(name, Poll::new(Arc::clone(&plan), seed as u64, now), now);
//! }
//!
//! let (mut requests, mut finished) = (0, Vec::new());
//! loop {
//!     match scheduler.next(now) {
//!         Next::Send(names) => {
//!             requests += 1;
//!             for name in names {
//!                 let ready_at = if name == "owl" { 45_000 } else { 20_000 };
//!                 let ready = now >= Tick::from_millis(ready_at);
//!                 scheduler.observed(&name, now, if ready { Seen::Settled } else { Seen::Running });
//!             }
//!         }
//!         Next::Question(name) => scheduler.answered(&name, now),
//!         Next::Finished(name, ending) => finished.push((name, ending)),
//!         Next::Wait { until } => now = until,
//!         Next::Idle => break,
//!     }
//! }
//! assert_eq!(finished.len(), 3);
//! assert!(finished.iter().all(|(_, ending)| *ending == Ending::Settled));
//! assert!(now < Tick::from_millis(55_000), "noticed within one gap");
//! assert!(requests <= 11, "as many as one task alone could need: {requests}");
//! ```
//!
//! # What holds
//!
//! With [`Cadence::exponential`] and the other defaults of [`Plan`] and [`Limits`], for every sequence of calls:
//!
//! * A task is asked at least 0.8 s after it was asked before. While answers are healthy, it is asked at
//!   most 10.05 s after, or once the answer is there.
//! * In `T >= 17` seconds of healthy answers a task is asked at most `6 + (T - 16.6) / 8` times.
//! * [`Cadence::learned`], the default, changes these two. A task is asked at most 15.8 s after it was asked before (its
//!   cap of 15 s, a twentieth for chance, and the window for company) once it may end any moment, or if it
//!   [stands back](Scheduler#unknown-kinds); before that, and as long as it reports progress, at most 63.05 s after. And it is
//!   asked at most three times more.
//! * Nothing about a task is asked before a `Retry-After` is over.
//! * A transient fault never ends a task. The deadline always does, on the tick.
//! * Between two successes there are at most 100 retries, whatever the number of tasks.
//! * `M` tasks that started together need at most twice as many requests as `M / 100` tasks, rounded up.

mod backoff;
mod batch_limit;
mod cadence;
mod collector;
mod durations;
mod ending;
mod forecast;
mod kind;
mod limits;
mod pacer;
mod plan;
mod poll;
mod progress;
mod quota;
mod scheduler;
mod tick;
mod window;

pub use backoff::{Backoff, Delays, Jitter};
pub use batch_limit::BatchLimit;
pub use cadence::Cadence;
pub use collector::{Change, Collector, Entry, Verdict};
pub use durations::{Durations, Part};
pub use ending::{Ending, Fault, FaultKind, Seen, Step};
pub use forecast::Forecast;
pub use kind::Kind;
pub use limits::Limits;
pub use pacer::{Admission, Pacer, Pacing};
pub use plan::{InvalidPlan, Plan};
pub use poll::{Poll, QUESTION_GAP};
pub use quota::{Quota, Retry};
pub use scheduler::{Next, Scheduler};
pub use tick::Tick;
