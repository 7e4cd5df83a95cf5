//! The tasks: the same for the emulator and the client, without either telling the other.

use std::time::Duration;

use fastrand::Rng;
use runware::types::{TaskUuid, VideoInference};

use super::options::Work;

/// No task takes longer, whatever the draw.
const LONGEST: Duration = Duration::from_secs(1_200);

/// The model of the task that is done before the load.
const FAST: &str = "emulator:fast@1";

impl Work {
    /// The ids of the tasks.
    pub(super) fn ids(&self) -> impl Iterator<Item = TaskUuid> + '_ {
        (0..self.tasks).map(|number| self.id(number))
    }

    /// The tasks, of about the size that a program's own have.
    pub(super) fn tasks(&self) -> impl Iterator<Item = VideoInference> + '_ {
        self.ids().zip(0_u64..).map(|(id, number)| {
            let prompt =
                format!("wave {number} breaks over a pier of old wood, the sun low behind it, slow motion");
            VideoInference::new("klingai:5@3", prompt).task_uuid(id).duration(5.0).width(1280).height(720)
        })
    }

    /// A task that is done at once.
    pub(super) fn warm_up(&self) -> VideoInference {
        VideoInference::new(FAST, "a puddle").task_uuid(self.named("warm-up"))
    }

    /// How long the tasks take, log-normal, in the order of the ids.
    pub(super) fn durations(&self) -> impl Iterator<Item = Duration> {
        let (median, sigma) = (self.common.median, self.common.sigma);
        let mut rng = Rng::with_seed(self.common.seed);
        std::iter::repeat_with(move || {
            let seconds = median * (sigma * normal(&mut rng)).exp();
            Duration::try_from_secs_f64(seconds).map_or(LONGEST, |duration| duration.min(LONGEST))
        })
    }

    fn id(&self, number: u64) -> TaskUuid {
        self.named(&number.to_string())
    }

    fn named(&self, name: &str) -> TaskUuid {
        TaskUuid::from_key("runware-load", &format!("{} {name}", self.common.seed))
    }
}

/// A draw from the standard normal distribution (Box and Muller).
fn normal(rng: &mut Rng) -> f64 {
    let (radius, angle) = ((1.0 - rng.f64()).ln() * -2.0, rng.f64() * std::f64::consts::TAU);
    radius.sqrt() * angle.cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::options::Common;

    #[test]
    fn durations_have_the_median_and_the_spread_that_was_asked_for() {
        let common = Common { median: 20.0, sigma: 0.5, seed: 1, timeout: 1 };
        let work = Work { tasks: 10_000, common };
        let mut draws: Vec<_> = work.durations().take(10_000).map(|draw| draw.as_secs_f64()).collect();
        draws.sort_by(f64::total_cmp);
        // 84.1 % are below one sigma.
        assert!((draws[5_000] - 20.0).abs() < 0.4, "{}", draws[5_000]);
        assert!((draws[8_413] - 20.0 * 0.5_f64.exp()).abs() < 0.8, "{}", draws[8_413]);
    }

    #[test]
    fn no_two_tasks_have_one_id() {
        let common = Common { median: 1.0, sigma: 0.0, seed: 1, timeout: 1 };
        let work = Work { tasks: 1_000, common };
        let ids: std::collections::HashSet<_> = work.ids().collect();
        assert_eq!(ids.len(), 1_000);
    }
}
