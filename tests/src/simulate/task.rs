//! [`Task`]: what the server makes of one task, decided when it begins.

use super::law::gauss;
use super::workload::{QUEUE_EVERY, QUEUE_LASTS, QUEUE_WAIT, Twist, Workload};
use fastrand::Rng;

/// A task of a run; all figures in seconds after its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// How long it waits before the work begins.
    pub waits: f64,
    /// Whether the server says so meanwhile.
    pub told: bool,
    /// When each of its results is ready, in order.
    pub ready: Vec<f64>,
    /// Whether the server says how much is done.
    pub progress: bool,
}

impl Task {
    /// The task at `index` of `count`, if it begins at `start`. Equal seeds make equal tasks, whoever looks at them.
    pub fn of(workload: &Workload, index: usize, count: usize, start: f64, seed: u64) -> Self {
        let mut rng = Rng::with_seed(
            seed.wrapping_mul(0x9e37_79b9).wrapping_add(index as u64).wrapping_mul(0x85eb_ca6b),
        );
        let law = workload.then.filter(|_| index >= count / 2).unwrap_or(workload.law);
        let lasts = law.draw(&mut rng);
        let (mut waits, mut ready) = (0.0, vec![lasts]);
        match workload.twist {
            Twist::Queue { .. } if start.rem_euclid(QUEUE_EVERY) >= QUEUE_EVERY - QUEUE_LASTS => {
                waits = QUEUE_WAIT;
                ready = vec![waits + lasts];
            }
            Twist::Results(results) => {
                let further = (1..results).map(|_| 0.2 * lasts * (0.2 * gauss(&mut rng)).exp());
                let mut last = lasts;
                ready.extend(further.map(|gap| {
                    last += gap;
                    last
                }));
            }
            Twist::None | Twist::Queue { .. } | Twist::Progress => {}
        }
        let told = workload.twist == Twist::Queue { told: true };
        Self { waits, told, ready, progress: workload.twist == Twist::Progress }
    }

    /// How many of its results are ready by then.
    pub fn results(&self, elapsed: f64) -> usize {
        self.ready.iter().filter(|ready| **ready <= elapsed).count()
    }

    /// When the last of its results is ready.
    pub fn ends(&self) -> f64 {
        self.ready.last().copied().unwrap_or_default()
    }

    /// How many percent the server says are done.
    pub fn percent(&self, elapsed: f64, rng: &mut Rng) -> u8 {
        let done = 100.0 * (elapsed - self.waits).max(0.0) / (self.ends() - self.waits);
        (done + 3.0 * gauss(rng)).clamp(0.0, 99.0) as u8
    }
}

/// When tasks begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrivals {
    /// All at once.
    Together,
    /// Each when the one before it was noticed to be done.
    OneByOne,
    /// So many a second on average, at moments that do not depend on each other.
    Open(f64),
}

impl Arrivals {
    /// The moments, in seconds; none if they depend on how the run goes.
    pub fn starts(self, count: usize, seed: u64) -> Option<Vec<f64>> {
        let mut rng = Rng::with_seed(seed);
        match self {
            Self::Together => Some(vec![0.0; count]),
            Self::OneByOne => None,
            Self::Open(rate) => {
                let gaps = std::iter::repeat_with(|| -(1.0 - rng.f64()).ln() / rate).take(count);
                Some(gaps.scan(0.0, |now, gap| Some(std::mem::replace(now, *now + gap))).collect())
            }
        }
    }
}
