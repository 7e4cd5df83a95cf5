//! [`Running`]: since when those tasks of a kind have been running that have not ended yet.

use std::time::Duration;

use crate::tick::Tick;

/// How many moments are told apart. When there are more, the two that are nearest to each other become one.
const MOMENTS: usize = 64;

/// How many tasks began when, of those that are still waited for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running {
    /// In order of time.
    moments: Vec<(Tick, u32)>,
}

impl Running {
    pub(crate) fn add(&mut self, origin: Tick) {
        let next = self.moments.partition_point(|(moment, _)| *moment <= origin);
        match next.checked_sub(1).and_then(|last| self.moments.get_mut(last)) {
            Some((moment, count)) if *moment == origin => *count += 1,
            _ => self.moments.insert(next, (origin, 1)),
        }
        if self.moments.len() > MOMENTS {
            self.join_nearest();
        }
    }

    /// Takes a task out that was added with this origin, or one that began about then.
    pub(crate) fn remove(&mut self, origin: Tick) {
        let next = self.moments.partition_point(|(moment, _)| *moment <= origin);
        let at = next.saturating_sub(1);
        if let Some((_, count)) = self.moments.get_mut(at) {
            *count -= 1;
            if *count == 0 {
                self.moments.remove(at);
            }
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// How many tasks have been running for how long.
    pub(crate) fn ages(&self, now: Tick) -> impl Iterator<Item = (Duration, u32)> {
        self.moments.iter().map(move |(origin, count)| (now.duration_since(*origin), *count))
    }

    fn join_nearest(&mut self) {
        let gap = |pair: &[(Tick, u32)]| match pair {
            [(earlier, _), (later, _)] => later.duration_since(*earlier),
            _ => Duration::MAX,
        };
        let nearest = self.moments.windows(2).enumerate().min_by_key(|(_, pair)| gap(pair));
        if let Some((at, _)) = nearest {
            let (_, count) = self.moments.remove(at + 1);
            if let Some((_, joined)) = self.moments.get_mut(at) {
                *joined += count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whoever_began_is_there_until_it_ends(origins in prop::collection::vec(0_u64..600_000, 1..300)) {
            let mut running = Running::default();
            for origin in &origins {
                running.add(Tick::from_millis(*origin));
                prop_assert!(running.moments.len() <= MOMENTS);
                prop_assert!(running.moments.is_sorted());
            }
            let all: u32 = running.ages(Tick::MAX).map(|(_, count)| count).sum();
            prop_assert_eq!(all as usize, origins.len());
            for (gone, origin) in origins.iter().enumerate() {
                prop_assert!(!running.is_empty(), "{} are left", origins.len() - gone);
                running.remove(Tick::from_millis(*origin));
            }
            prop_assert!(running.is_empty());
            running.remove(Tick::ZERO);
        }
    }
}
