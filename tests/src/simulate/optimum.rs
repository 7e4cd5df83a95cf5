//! The best that can be done where the law is known: the moments to look at for the least lag and the fewest checks.

use super::exact::{Cost, NEGLIGIBLE, expected};
use super::law::Law;

/// The moments at which to look, in seconds after the beginning, for the least of `lag + worth * checks` on average.
///
/// Found by dynamic programming backwards over a grid; no two looks are closer than `floor`, and the first is no sooner.
pub fn best_looks(law: &Law, worth: f64, floor: f64) -> Vec<f64> {
    let grid = Grid::of(law, floor);
    let mut rest = vec![0.0; grid.times.len()];
    let mut next = vec![None; grid.times.len()];
    let mut lines = Lines::default();
    // A look at `i` is followed by the best of the looks at `j`, each of which costs
    //   worth * P(T > i) + E[(j - T); i < T <= j] + rest[j],
    // a line in P(T <= i) whose slope is -j: the lower hull of the lines answers in logarithmic time.
    for at in (0..grid.times.len()).rev() {
        if let Some((&time, &done)) = grid.times.get(at + grid.apart).zip(grid.done.get(at + grid.apart)) {
            let to = at + grid.apart;
            lines.add(Line { slope: -time, start: time * done - grid.ended[to] + rest[to], to });
        }
        let (done, ended) = (grid.done[at], grid.ended[at]);
        if let Some(line) = lines.lowest(done).filter(|_| 1.0 - done > NEGLIGIBLE) {
            rest[at] = worth * (1.0 - done) + line.at(done) + ended;
            next[at] = Some(line.to);
        }
    }
    let looks = std::iter::successors(next[0], |at| next[*at]);
    looks.map(|at| grid.times[at]).collect()
}

/// What the best looks cost.
pub fn best(law: &Law, worth: f64, floor: f64) -> Cost {
    expected(law, best_looks(law, worth, floor))
}

/// About how many moments are told apart: enough that the cost of none is off by a thousandth.
const POINTS: f64 = 20_000.0;

/// Moments that are evenly apart, with what is known of each.
struct Grid {
    times: Vec<f64>,
    /// The share of the tasks that are done by then.
    done: Vec<f64>,
    /// Their times, added up.
    ended: Vec<f64>,
    /// How many steps the floor has.
    apart: usize,
}

impl Grid {
    fn of(law: &Law, floor: f64) -> Self {
        let horizon = law.horizon(NEGLIGIBLE);
        let apart = (POINTS * floor / horizon).clamp(5.0, 20.0) as usize;
        let step = floor / apart as f64;
        let count = (horizon / step).ceil() as usize + apart;
        let times: Vec<f64> = (0..=count).map(|at| at as f64 * step).collect();
        let done: Vec<f64> = times.iter().map(|time| law.cdf(*time)).collect();
        let mut ended = vec![0.0];
        for at in 1..times.len() {
            let middle = 0.5 * (times[at - 1] + times[at]);
            ended.push(ended[at - 1] + middle * (done[at] - done[at - 1]));
        }
        Self { times, done, ended, apart }
    }
}

#[derive(Clone, Copy)]
struct Line {
    slope: f64,
    start: f64,
    to: usize,
}

impl Line {
    fn at(&self, x: f64) -> f64 {
        self.slope * x + self.start
    }

    fn meets(&self, other: &Self) -> f64 {
        (other.start - self.start) / (self.slope - other.slope)
    }
}

/// The lower hull of lines that are added with rising slopes.
#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, line: Line) {
        while let [.., before, last] = self.0.as_slice()
            && line.meets(before) >= last.meets(before)
        {
            self.0.pop();
        }
        self.0.push(line);
    }

    /// The line that is lowest at `x`. Rising slopes mean that the later ones are lowest where `x` is small.
    fn lowest(&self, x: f64) -> Option<Line> {
        let pairs = self.0.windows(2);
        let (mut low, mut high) = (0, pairs.len());
        while low < high {
            let middle = (low + high) / 2;
            let stays = self.0[middle].at(x) <= self.0[middle + 1].at(x);
            if stays { high = middle } else { low = middle + 1 }
        }
        self.0.get(low).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For n looks the best gaps shrink by `worth` from each to the next and fill the range.
    fn best_of_uniform(most: f64, worth: f64) -> (Vec<f64>, f64) {
        let plans = (1..200).filter_map(|count| {
            let last = most / f64::from(count) - worth * f64::from(count - 1) / 2.0;
            (last > 0.0).then(|| {
                let gaps: Vec<f64> =
                    (0..count).map(|gap| last + worth * f64::from(count - 1 - gap)).collect();
                let (mut cost, mut left) = (0.0, 1.0);
                for gap in &gaps {
                    cost += worth * left + gap * gap / (2.0 * most);
                    left -= gap / most;
                }
                (gaps, cost)
            })
        });
        plans.min_by(|one, other| one.1.total_cmp(&other.1)).unwrap()
    }

    #[test]
    fn of_a_uniform_law_it_is_the_known_one() {
        for (most, worth) in [(60.0, 0.5), (100.0, 2.0), (40.0, 0.3)] {
            let law = Law::Uniform { most };
            let (gaps, cost) = best_of_uniform(most, worth);
            // The floor must not bind for the closed form to hold: it is as fine as the grid needs.
            let looks = best_looks(&law, worth, 0.2);
            let found = expected(&law, looks.iter().copied()).at(worth);
            assert!((found / cost - 1.0).abs() < 1e-4, "{most}, {worth}: {found}, not {cost}");
            assert!((looks[0] - gaps[0]).abs() < 0.3, "{most}, {worth}: {} not {}", looks[0], gaps[0]);
        }
    }

    #[test]
    fn of_an_exponential_law_it_is_equal_gaps() {
        for (mean, worth) in [(30.0, 0.5), (60.0, 3.0)] {
            let law = Law::Exponential { mean };
            // e^(g/m) = 1 + (worth + g)/m
            let (mut low, mut high) = (1e-6, 10.0 * mean);
            for _ in 0..100 {
                let gap: f64 = 0.5 * (low + high);
                if (gap / mean).exp() < 1.0 + (worth + gap) / mean { low = gap } else { high = gap }
            }
            let looks = best_looks(&law, worth, 1.0);
            for pair in looks.windows(2).take(20) {
                assert!((pair[1] - pair[0] - low).abs() < 0.11, "{}, not {low}", pair[1] - pair[0]);
            }
            let equal = expected(&law, (1..).map(|look| f64::from(look) * low)).at(worth);
            let found = expected(&law, looks).at(worth);
            assert!((found / equal - 1.0).abs() < 1e-3, "{found}, not {equal}");
        }
    }

    #[test]
    fn it_beats_every_even_schedule_and_keeps_to_the_floor() {
        let law = Law::LogNormal { median: 20.0, sigma: 0.3 };
        for worth in [0.01, 0.1, 0.5, 2.0, 10.0] {
            let looks = best_looks(&law, worth, 1.0);
            assert!(looks[0] >= 1.0 && looks.windows(2).all(|pair| pair[1] - pair[0] > 0.999), "{looks:?}");
            let least = expected(&law, looks).at(worth);
            for gap in 1..40 {
                let even = expected(&law, (1..).map(|look| f64::from(look * gap))).at(worth);
                assert!(least <= even + 1e-6, "{worth}: {least} against {even} with gaps of {gap}");
            }
        }
    }
}
