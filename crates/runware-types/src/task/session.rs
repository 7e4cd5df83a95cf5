//! The connection itself.

use super::RawTask;
use crate::TaskType;
use crate::spec::Kind;

task! {
    /// Presents the API key. `Debug` does not show it; `Serialize` and [`encode`](Self::encode) do.
    ///
    /// ```
    /// use runware_types::Authentication;
    ///
    /// let task = Authentication::new("s3cret").session("f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f");
    /// assert!(task.encode().starts_with(br#"{"taskType":"authentication","apiKey":"s3cret","#));
    /// assert!(!format!("{task:?}").contains("s3cret"));
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    Authentication: "authentication" [OWN] closed
}

untracked! { Authentication }

impl Authentication {
    /// Presents this key.
    pub fn new(api_key: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::Authentication).set("apiKey", api_key.as_ref()))
    }
}

fields! { write Authentication::OWN {
    /// The key.
    _ => "apiKey": Kind::TEXT, required;
    /// Takes up the session of an earlier WebSocket connection, by the id that its authentication was answered with.
    session(text) => "connectionSessionUUID": Kind::Uuid;
} }

task! {
    /// Keeps a WebSocket connection alive.
    ///
    /// Source: `docs/wire.md`, "Task types".
    Ping: "ping" [OWN]
}

untracked! { Ping }

impl Ping {
    /// Asks for a sign of life.
    pub fn new() -> Self {
        Self(RawTask::new(TaskType::Ping).set("ping", true))
    }
}

impl Default for Ping {
    fn default() -> Self {
        Self::new()
    }
}

fields! { write Ping::OWN {
    /// Always `true`.
    _ => "ping": Kind::Bool, required;
} }
