//! The scale on which times are counted: bins that each end a sixteenth later than they begin.

use std::ops::Range;
use std::time::Duration;

/// How many bins there are: from a tenth of a second to three hours.
pub(crate) const BINS: usize = 192;

/// How much later a bin ends than the one before it.
pub(crate) const RATIO: f64 = 1.0625;

/// Where the first bin ends, in seconds. It begins at zero.
const FIRST: f64 = 0.1;

/// The bin of a time; the last one holds all that is longer.
pub(crate) fn bin_of(time: Duration) -> usize {
    let steps = ((time.as_secs_f64() / FIRST).ln() / RATIO.ln()).ceil();
    // The cast is exact: the number is whole, and between the ends.
    steps.clamp(0.0, (BINS - 1) as f64) as usize
}

/// Where a bin ends, in seconds.
pub(crate) fn end_of(bin: usize) -> f64 {
    FIRST * RATIO.powf(bin as f64)
}

/// The bins in order, each with its range in seconds.
pub(crate) fn bins() -> impl Iterator<Item = Range<f64>> {
    let starts = std::iter::once(&0.0).chain(&ENDS);
    starts.zip(&ENDS).map(|(start, end)| *start..*end)
}

/// Where the bins end, in seconds.
static ENDS: [f64; BINS] = {
    let mut ends = [FIRST; BINS];
    let mut bin = 1;
    #[expect(clippy::indexing_slicing, reason = "it is done while compiling")]
    while bin < BINS {
        ends[bin] = ends[bin - 1] * RATIO;
        bin += 1;
    }
    ends
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_has_its_bin() {
        for (bin, range) in bins().enumerate() {
            let middle = Duration::from_secs_f64((range.start + range.end) / 2.0);
            assert_eq!(bin_of(middle), bin, "{middle:?} is in {range:?}");
            assert!((end_of(bin) - range.end).abs() < 1e-6 * range.end);
        }
        assert_eq!(bin_of(Duration::ZERO), 0);
        assert_eq!(bin_of(Duration::MAX), BINS - 1);
        assert!(
            end_of(BINS - 1) > 3.0 * 3_600.0 - 300.0,
            "the deadlines of nearly everybody are on the scale"
        );
    }
}
