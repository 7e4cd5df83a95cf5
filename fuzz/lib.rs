//! The bodies of the fuzz targets.

mod bodies;
mod session;

pub use bodies::{envelope, sse, task_text, uuid};
pub use session::session;
