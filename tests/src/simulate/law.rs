//! [`Law`]: how long tasks take, as a distribution that can be drawn from and computed with.

use fastrand::Rng;
use std::f64::consts::TAU;

/// How long tasks take; all figures in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// The logarithm is normal.
    LogNormal {
        /// Half of the tasks take less.
        median: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// One of two log-normal laws, by the toss of a coin.
    Either {
        /// The median of the one.
        early: f64,
        /// The median of the other.
        late: f64,
        /// The standard deviation of the logarithm, of both.
        sigma: f64,
    },
    /// A power of the time is the share that takes longer, up to an end.
    Pareto {
        /// No task takes less.
        least: f64,
        /// No task takes more.
        most: f64,
        /// The power.
        alpha: f64,
    },
    /// Anything up to an end is as likely.
    Uniform {
        /// No task takes more.
        most: f64,
    },
    /// What has not ended is as likely to end soon as ever.
    Exponential {
        /// The average.
        mean: f64,
    },
}

impl Law {
    /// The share of tasks that take no longer than `time`.
    pub fn cdf(&self, time: f64) -> f64 {
        if time <= 0.0 {
            return 0.0;
        }
        match *self {
            Self::LogNormal { median, sigma } => normal((time / median).ln() / sigma),
            Self::Either { early, late, sigma } => {
                let (early, late) = (normal((time / early).ln() / sigma), normal((time / late).ln() / sigma));
                0.5 * (early + late)
            }
            Self::Pareto { least, most, alpha } => {
                let kept = 1.0 - (least / most).powf(alpha);
                (1.0 - (least / time.clamp(least, most)).powf(alpha)) / kept
            }
            Self::Uniform { most } => (time / most).min(1.0),
            Self::Exponential { mean } => 1.0 - (-time / mean).exp(),
        }
    }

    /// The average.
    pub fn mean(&self) -> f64 {
        match *self {
            Self::LogNormal { median, sigma } => median * (0.5 * sigma * sigma).exp(),
            Self::Either { early, late, sigma } => 0.5 * (early + late) * (0.5 * sigma * sigma).exp(),
            Self::Pareto { least, most, alpha } => {
                let kept = 1.0 - (least / most).powf(alpha);
                let (from, to) = (least.powf(1.0 - alpha), most.powf(1.0 - alpha));
                alpha / (alpha - 1.0) * least.powf(alpha) * (from - to) / kept
            }
            Self::Uniform { most } => 0.5 * most,
            Self::Exponential { mean } => mean,
        }
    }

    /// The time of one task.
    pub fn draw(&self, rng: &mut Rng) -> f64 {
        match *self {
            Self::LogNormal { median, sigma } => median * (sigma * gauss(rng)).exp(),
            Self::Either { early, late, sigma } => {
                let median = if rng.bool() { early } else { late };
                median * (sigma * gauss(rng)).exp()
            }
            Self::Pareto { least, most, alpha } => {
                let kept = 1.0 - (least / most).powf(alpha);
                least * (1.0 - kept * rng.f64()).powf(-1.0 / alpha)
            }
            Self::Uniform { most } => most * rng.f64(),
            Self::Exponential { mean } => -mean * (1.0 - rng.f64()).ln(),
        }
    }

    /// The time that all but a share of `beyond` of the tasks take at most.
    pub fn horizon(&self, beyond: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        while 1.0 - self.cdf(high) > beyond {
            high *= 2.0;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if 1.0 - self.cdf(middle) > beyond { low = middle } else { high = middle }
        }
        high
    }
}

/// A draw from the standard normal law.
pub fn gauss(rng: &mut Rng) -> f64 {
    let (radius, angle) = (1.0 - rng.f64(), rng.f64());
    (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
}

/// The share of the standard normal law up to `x`, within 1e-7 of itself.
fn normal(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * z);
    // The rational Chebyshev fit of Numerical Recipes for the complementary error function.
    let fit = [
        0.170_872_77,
        -0.822_152_23,
        1.488_515_87,
        -1.135_203_98,
        0.278_868_07,
        -0.186_288_06,
        0.096_784_18,
        0.374_091_96,
        1.000_023_68,
        -1.265_512_23,
    ];
    let exponent = fit.iter().fold(0.0, |sum, coefficient| sum * t + coefficient);
    let tail = 0.5 * t * (exponent - z * z).exp();
    if x < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAWS: [Law; 5] = [
        Law::LogNormal { median: 60.0, sigma: 0.5 },
        Law::Either { early: 15.0, late: 90.0, sigma: 0.15 },
        Law::Pareto { least: 15.0, most: 900.0, alpha: 1.5 },
        Law::Uniform { most: 40.0 },
        Law::Exponential { mean: 30.0 },
    ];

    #[test]
    fn the_normal_law_has_its_known_values() {
        for (x, share) in [(0.0, 0.5), (1.0, 0.841_344_746), (-1.959_963_985, 0.025), (4.0, 0.999_968_329)] {
            assert!((normal(x) - share).abs() < 2e-7, "{x}: {}", normal(x));
        }
    }

    #[test]
    fn what_is_drawn_is_what_is_computed() {
        for law in LAWS {
            let mut rng = Rng::with_seed(7);
            let times: Vec<f64> = (0..20_000).map(|_| law.draw(&mut rng)).collect();
            let mean = times.iter().sum::<f64>() / times.len() as f64;
            assert!((mean / law.mean() - 1.0).abs() < 0.03, "{law:?}: {mean} against {}", law.mean());
            for share in [0.1, 0.5, 0.9] {
                let time = law.horizon(1.0 - share);
                let below = times.iter().filter(|drawn| **drawn <= time).count() as f64 / times.len() as f64;
                assert!((below - share).abs() < 0.015, "{law:?}: {below} below {time}, not {share}");
            }
        }
    }
}
