//! The generation tasks: what each takes, costs and makes.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use runware_types::Money;

/// One type of generation task, as a row of [`GENERATIONS`].
#[derive(Debug)]
pub(crate) struct Generation {
    /// The `taskType` of the wire.
    pub(crate) name: &'static str,
    /// What happens where the request has no `deliveryMethod`.
    pub(crate) delivery: Delivery,
    /// How long one result takes, in seconds.
    seconds: RangeInclusive<u64>,
    /// What one result costs.
    pub(crate) price: Price,
    /// What the results look like.
    pub(crate) output: Output,
    /// Whether `model` has to be there.
    pub(crate) needs_model: bool,
    /// The members of which one has to be there, and the error code where none is.
    pub(crate) needs: Option<(&'static [&'static str], &'static str)>,
}

impl Generation {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        GENERATIONS.iter().find(|generation| generation.name == name)
    }

    pub(crate) fn durations(&self) -> RangeInclusive<Duration> {
        Duration::from_secs(*self.seconds.start())..=Duration::from_secs(*self.seconds.end())
    }

    /// The member that says how many results are wanted, and the error code where it does not.
    pub(crate) fn count_field(&self) -> (&'static str, &'static str) {
        match self.name {
            "promptEnhance" => ("promptVersions", "invalidPromptVersions"),
            _ => ("numberResults", "invalidNumberResults"),
        }
    }

    /// Whether results can be streamed: those of the text models alone.
    pub(crate) fn streams(&self) -> bool {
        self.output == Output::Completion
    }

    pub(crate) fn has_size(&self) -> bool {
        matches!(self.output, Output::Image | Output::Video)
    }
}

/// How the results of a task reach the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// In the reply to the submission, which waits for them.
    Sync,
    /// In the replies to `getResponse`; the submission is only acknowledged.
    Async,
    /// In the reply to the submission, as an event stream.
    Stream,
}

/// What the results of a task look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Image,
    Video,
    Audio,
    /// Text with `finishReason` and `usage`.
    Completion,
    /// Text alone.
    Text,
    /// `outputs.files`, three-dimensional.
    Model,
    /// `outputs.files`, of any kind.
    Files,
    /// An image, or a video where `inputs` holds one.
    ImageOrVideo,
    Mask,
    Guide,
    Vector,
    Training,
}

/// An amount in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price(u64);

impl Price {
    pub(crate) fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(count)))
    }

    pub(crate) fn money(self) -> Money {
        // Digits and a point always parse.
        self.to_string().parse().unwrap_or_default()
    }
}

/// Dollars in plain digits: `0.0013`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

const INPUTS: Option<(&[&str], &str)> = Some((&["inputs", "inputImage"], "missingInputs"));
/// Models that draw vectors from nothing take a prompt instead.
const INPUTS_OR_PROMPT: Option<(&[&str], &str)> =
    Some((&["inputs", "inputImage", "positivePrompt"], "missingInputs"));
const PROMPT_OR_INPUTS: Option<(&[&str], &str)> =
    Some((&["positivePrompt", "inputs", "structuredPrompt"], "missingPositivePrompt"));

/// Every type of generation task (docs/wire.md, "Task types"). Durations and prices are of a plausible size, no more.
static GENERATIONS: [Generation; 14] = [
    Generation {
        name: "imageInference",
        delivery: Delivery::Sync,
        seconds: 1..=4,
        price: Price(1_300),
        output: Output::Image,
        needs_model: true,
        needs: PROMPT_OR_INPUTS,
    },
    Generation {
        name: "videoInference",
        delivery: Delivery::Async,
        seconds: 20..=90,
        price: Price(180_000),
        output: Output::Video,
        needs_model: true,
        needs: PROMPT_OR_INPUTS,
    },
    Generation {
        name: "audioInference",
        delivery: Delivery::Sync,
        seconds: 4..=15,
        price: Price(20_000),
        output: Output::Audio,
        needs_model: true,
        needs: None,
    },
    Generation {
        name: "textInference",
        delivery: Delivery::Sync,
        seconds: 1..=6,
        price: Price(400),
        output: Output::Completion,
        needs_model: true,
        needs: Some((&["messages"], "missingMessages")),
    },
    Generation {
        name: "3dInference",
        delivery: Delivery::Sync,
        seconds: 20..=60,
        price: Price(100_000),
        output: Output::Model,
        needs_model: true,
        needs: None,
    },
    Generation {
        name: "tools",
        delivery: Delivery::Sync,
        seconds: 2..=10,
        price: Price(1_000),
        output: Output::Files,
        needs_model: true,
        needs: None,
    },
    Generation {
        name: "caption",
        delivery: Delivery::Sync,
        seconds: 1..=3,
        price: Price(600),
        output: Output::Text,
        needs_model: true,
        needs: INPUTS,
    },
    Generation {
        name: "upscale",
        delivery: Delivery::Sync,
        seconds: 2..=8,
        price: Price(2_000),
        output: Output::ImageOrVideo,
        needs_model: true,
        needs: INPUTS,
    },
    Generation {
        name: "removeBackground",
        delivery: Delivery::Sync,
        seconds: 1..=4,
        price: Price(600),
        output: Output::ImageOrVideo,
        needs_model: true,
        needs: INPUTS,
    },
    Generation {
        name: "imageMasking",
        delivery: Delivery::Sync,
        seconds: 1..=4,
        price: Price(600),
        output: Output::Mask,
        needs_model: true,
        needs: INPUTS,
    },
    Generation {
        name: "controlNetPreprocess",
        delivery: Delivery::Sync,
        seconds: 1..=3,
        price: Price(600),
        output: Output::Guide,
        needs_model: false,
        needs: INPUTS,
    },
    Generation {
        name: "promptEnhance",
        delivery: Delivery::Sync,
        seconds: 1..=2,
        price: Price(200),
        output: Output::Text,
        needs_model: false,
        needs: Some((&["prompt"], "missingPrompt")),
    },
    Generation {
        name: "vectorize",
        delivery: Delivery::Sync,
        seconds: 2..=6,
        price: Price(3_000),
        output: Output::Vector,
        needs_model: true,
        needs: INPUTS_OR_PROMPT,
    },
    Generation {
        name: "training",
        delivery: Delivery::Async,
        seconds: 600..=1_800,
        price: Price(2_500_000),
        output: Output::Training,
        needs_model: true,
        needs: Some((&["inputs"], "missingInputs")),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_prices_read_as_dollars() {
        assert_eq!(Generation::named("imageInference").unwrap().price.to_string(), "0.0013");
        assert_eq!(Generation::named("training").unwrap().price.times(2).to_string(), "5");
        assert_eq!(Generation::named("videoInference").unwrap().price.money(), "0.18".parse().unwrap());
        assert!(Generation::named("getResponse").is_none());
        assert_eq!(Price(0).to_string(), "0");
    }
}
