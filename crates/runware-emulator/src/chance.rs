//! Chance, drawn from seeds: the same question gets the same answer, in whatever order questions come.

use fastrand::Rng;
use runware_types::TaskUuid;

/// What a draw is for; draws for different purposes are independent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Duration,
    Verdict,
    ResultUuid,
    InputUuid,
    ResultSeed,
    Text,
    Order,
    Fault,
    Session,
    Thoughts,
}

/// A generator that depends on the seed, the purpose and the given numbers, and on nothing else.
pub(crate) fn draw(seed: u64, purpose: Purpose, numbers: &[u64]) -> Rng {
    let start = mix(seed ^ mix(purpose as u64 + 1));
    Rng::with_seed(numbers.iter().fold(start, |state, number| mix(state.wrapping_add(*number))))
}

/// A generator for one result of one task.
pub(crate) fn draw_for(seed: u64, purpose: Purpose, task: TaskUuid, index: u32) -> Rng {
    let (high, low) = task.as_uuid().as_u64_pair();
    draw(seed, purpose, &[high, low, u64::from(index)])
}

/// A UUID of random bytes.
pub(crate) fn uuid(mut rng: Rng) -> TaskUuid {
    let mut bytes = [0; 16];
    rng.fill(&mut bytes);
    TaskUuid::from_random_bytes(bytes)
}

/// The finalizer of SplitMix64: every bit of the input moves about half of the bits of the output.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_each_of_its_parts() {
        let first = |seed, purpose, numbers: &[u64]| draw(seed, purpose, numbers).u64(..);
        let base = first(1, Purpose::Verdict, &[2, 3]);
        assert_eq!(base, first(1, Purpose::Verdict, &[2, 3]));
        assert_ne!(base, first(2, Purpose::Verdict, &[2, 3]));
        assert_ne!(base, first(1, Purpose::Duration, &[2, 3]));
        assert_ne!(base, first(1, Purpose::Verdict, &[3, 2]));
        assert_ne!(base, first(1, Purpose::Verdict, &[2, 3, 0]));
    }
}
