//! The flags of `runware emulate`.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::deadline;

#[derive(Debug, clap::Args)]
pub(crate) struct EmulateArgs {
    /// The port to listen on; 0 for any that is free
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Where all chance comes from: the same seed and requests give the same results
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// How long every result takes, such as 2s or 1s..5s [default: what is usual for the task type]
    #[arg(long, value_name = "DURATION", value_parser = durations)]
    pub(crate) duration: Option<RangeInclusive<Duration>>,
    /// How likely each result is to fail, from 0 to 1
    #[arg(long, value_name = "PROBABILITY", default_value_t = 0.0, value_parser = probability)]
    pub(crate) failure_rate: f64,
    /// Let results that are not ready report their progress
    #[arg(long)]
    pub(crate) progress: bool,
}

fn durations(text: &str) -> Result<RangeInclusive<Duration>, String> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let (low, high) = (deadline(low)?, deadline(high)?);
    if low > high {
        return Err("the shorter duration comes first".to_owned());
    }
    Ok(low..=high)
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("it must be a number from 0 to 1".to_owned()),
    }
}
