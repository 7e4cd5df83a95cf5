//! Which shapes there are for each task type.

use super::Shape;
use crate::{ImageResult, Task, TaskType};

/// What a task of this type looks like; `None` for a type that this crate does not know.
pub(crate) fn request_shape(task_type: &TaskType) -> Option<&'static Shape> {
    Task::shape(task_type)
}

/// What a finished result of a task of this type looks like: one of these shapes.
pub(crate) fn result_shapes(task_type: &TaskType) -> &'static [&'static Shape] {
    match task_type {
        TaskType::ImageInference | TaskType::Vectorize => &[&ImageResult::SHAPE],
        _ => &[],
    }
}
