//! The samples of `tests/fixtures/tasks`.

macro_rules! samples {
    ($($name:literal),+) => {
        &[$(($name, include_str!(concat!("../../../../tests/fixtures/tasks/", $name, ".jsonl")))),+]
    };
}

const SAMPLES: &[(&str, &str)] = samples!(
    "authentication",
    "ping",
    "imageInference",
    "videoInference",
    "audioInference",
    "textInference",
    "3dInference",
    "tools",
    "caption",
    "upscale",
    "removeBackground",
    "imageMasking",
    "controlNetPreprocess",
    "promptEnhance",
    "vectorize",
    "training",
    "modelSearch",
    "modelUpload",
    "mediaStorage",
    "imageUpload",
    "accountManagement",
    "getResponse",
    "getTaskDetails"
);

/// The tasks of a type, as text.
pub(crate) fn lines(task_type: &str) -> Vec<&'static str> {
    let sample = SAMPLES.iter().find(|(name, _)| *name == task_type);
    sample.map(|(_, text)| text.lines().collect()).unwrap_or_default()
}
