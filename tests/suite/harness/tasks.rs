//! Tasks with ids that are the same in every run.

use runware::Outcome;
use runware::types::{ImageInference, TaskUuid, TextInference, VideoInference};

/// A video with a fixed id.
pub(crate) fn video(name: &str) -> VideoInference {
    VideoInference::new("klingai:5@3", "waves").task_uuid(id(name))
}

/// An image with a fixed id.
pub(crate) fn image(name: &str) -> ImageInference {
    ImageInference::new("runware:101@1", "a lighthouse at dawn").task_uuid(id(name))
}

/// A text with a fixed id.
pub(crate) fn text(name: &str) -> TextInference {
    TextInference::prompt("google:gemini@2.5", "say something").task_uuid(id(name))
}

/// The codes of an outcome's failures.
pub(crate) fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome.failures().iter().map(|failure| failure.error().code()).collect()
}

/// A fixed id for a test.
pub(crate) fn id(name: &str) -> TaskUuid {
    TaskUuid::from_key("runware-tests", name)
}
