//! [`Schedule`]: when a task is looked at, as data; ours, and that of every client that is known.

use runware_poll::{Cadence, Plan};
use std::sync::Arc;
use std::time::Duration;

/// When a task is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// By the machines of `runware-poll`, many tasks to a request.
    Ours(Cadence),
    /// By moments that are the same for each task, one task to a request.
    Fixed(Gaps),
}

/// Moments that are the same for each task; all figures in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// From the beginning to the first look.
    pub first: f64,
    /// From the first look to the second.
    pub second: f64,
    /// What each further gap is multiplied by.
    pub factor: f64,
    /// And what is added to it.
    pub step: f64,
    /// The longest gap after the first.
    pub cap: f64,
}

/// A client whose schedule is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peer {
    /// What it is called in tables and plots.
    pub name: &'static str,
    /// When it looks.
    pub gaps: Gaps,
}

/// What the official clients for Python and TypeScript do.
pub const OFFICIAL: Peer =
    Peer { name: "official SDKs", gaps: Gaps { first: 1.0, second: 0.5, factor: 1.5, step: 0.0, cap: 10.0 } };

/// Every client whose schedule is known; an answer is taken to come at once.
pub const PEERS: &[Peer] = &[
    OFFICIAL,
    Peer { name: "sdk-js", gaps: even(2.0, 2.0) },
    // It looks at once and then waits inside each look for an answer that does not come, for up to 30 s, and 3 s more,
    // or 1 s for audio, text and images.
    // Counted is the whole wait; a result that is pushed to it meanwhile it would notice sooner.
    Peer { name: "old Python SDK", gaps: even(0.0, 33.0) },
    Peer { name: "old Python SDK, 1 s", gaps: even(0.0, 31.0) },
    Peer { name: "Go CLI", gaps: even(0.0, 2.0) },
    Peer { name: "ul0gic MCP", gaps: Gaps { first: 0.0, second: 2.0, factor: 1.5, step: 0.0, cap: 10.0 } },
    Peer { name: "ComfyUI", gaps: even(0.0, 1.0) },
    Peer { name: "other, +1 s", gaps: Gaps { first: 2.0, second: 3.0, factor: 1.0, step: 1.0, cap: 8.0 } },
    Peer { name: "other, 5 s", gaps: even(3.0, 5.0) },
    Peer { name: "other, x1.35", gaps: Gaps { first: 2.0, second: 2.7, factor: 1.35, step: 0.0, cap: 15.0 } },
    // That its gaps grow from 5 s to 15 s is known, and how is not: by half each time is assumed.
    Peer {
        name: "other, 10 s first",
        gaps: Gaps { first: 10.0, second: 5.0, factor: 1.5, step: 0.0, cap: 15.0 },
    },
];

const fn even(first: f64, gap: f64) -> Gaps {
    Gaps { first, second: gap, factor: 1.0, step: 0.0, cap: gap }
}

impl Gaps {
    /// When a task is looked at, in seconds after its beginning, for ever.
    pub fn looks(self) -> impl Iterator<Item = f64> {
        let gaps = std::iter::successors(Some(self.second.min(self.cap)), move |gap| {
            Some((gap * self.factor + self.step).min(self.cap))
        });
        std::iter::once(self.first).chain(gaps).scan(0.0, |now, gap| {
            *now += gap;
            Some(*now)
        })
    }
}

/// The plan of a cadence, without a deadline in the way.
///
/// # Panics
///
/// If the cadence is one that no plan can have.
pub fn plan(cadence: Cadence) -> Arc<Plan> {
    Arc::new(Plan::new().with_deadline(Duration::MAX).with_cadence(cadence).expect("a cadence that can be"))
}

/// The default cadence with another figure for what a look is worth, in seconds.
pub fn learned(worth: f64) -> Cadence {
    match Cadence::learned() {
        Cadence::Learned { floor, cap, .. } => {
            Cadence::Learned { worth: Duration::from_secs_f64(worth), floor, cap }
        }
        other => other,
    }
}

/// What a check is worth by default, in seconds of lag.
pub fn default_worth() -> f64 {
    match Cadence::learned() {
        Cadence::Learned { worth, .. } => worth.as_secs_f64(),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_looks(name: &str, count: usize) -> Vec<f64> {
        let peer = PEERS.iter().find(|peer| peer.name == name).unwrap();
        peer.gaps.looks().take(count).map(|look| (look * 100.0).round() / 100.0).collect()
    }

    #[test]
    fn the_peers_look_when_they_are_known_to() {
        assert_eq!(
            first_looks("official SDKs", 11),
            [1.0, 1.5, 2.25, 3.38, 5.06, 7.59, 11.39, 17.09, 25.63, 35.63, 45.63]
        );
        assert_eq!(first_looks("ul0gic MCP", 7), [0.0, 2.0, 5.0, 9.5, 16.25, 26.25, 36.25]);
        assert_eq!(first_looks("sdk-js", 3), [2.0, 4.0, 6.0]);
        assert_eq!(first_looks("Go CLI", 3), [0.0, 2.0, 4.0]);
        assert_eq!(first_looks("old Python SDK", 3), [0.0, 33.0, 66.0]);
        assert_eq!(first_looks("old Python SDK, 1 s", 3), [0.0, 31.0, 62.0]);
        assert_eq!(first_looks("other, +1 s", 9), [2.0, 5.0, 9.0, 14.0, 20.0, 27.0, 35.0, 43.0, 51.0]);
        assert_eq!(first_looks("other, 10 s first", 5), [10.0, 15.0, 22.5, 33.75, 48.75]);
        let in_twenty_minutes = OFFICIAL.gaps.looks().take_while(|look| *look <= 1_200.0).count();
        assert_eq!(in_twenty_minutes, 126);
    }
}
