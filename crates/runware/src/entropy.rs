//! The one place where randomness enters: ids of new tasks, and the seed of a client that was given none.

use runware_types::TaskUuid;

/// A random v4 task id, from the operating system's generator.
pub(crate) fn task_uuid() -> TaskUuid {
    TaskUuid::from_uuid(uuid::Uuid::new_v4())
}

/// A seed for jitter, so that clients started together do not ask together.
pub(crate) fn seed() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().1
}
