//! Connections: that the key was accepted, and signs of life.

use crate::spec::Kind;

result! {
    /// The API key was accepted.
    ///
    /// Over HTTP such an item may stand beside the results of other tasks, if the key was in the body.
    ///
    /// ```
    /// use runware_types::{AuthenticationResult, Item, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(
    ///     r#"{"taskType":"authentication","connectionSessionUUID":"f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f"}"#,
    /// )?)?;
    /// let session = AuthenticationResult::from_item(&item)?;
    /// assert_eq!(session.connection_session_uuid().as_deref(), Some("f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f"));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    AuthenticationResult: "authenticationResult" [OWN] has ["connectionSessionUUID"]
}

fields! { read AuthenticationResult::OWN {
    /// The type of the task that is answered.
    _ => "taskType": Kind::Const("authentication"), required;
    /// The id of the session; a later WebSocket connection takes the session up with it.
    connection_session_uuid(text) => "connectionSessionUUID": Kind::Uuid, required;
} }

result! {
    /// A sign of life.
    ///
    /// ```
    /// use runware_types::{Item, PingResult, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{"taskType":"ping","pong":true}"#)?)?;
    /// assert_eq!(PingResult::from_item(&item)?.pong(), Some(true));
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    PingResult: "pingResult" [OWN] has ["pong"]
}

fields! { read PingResult::OWN {
    /// The type of the task that is answered.
    _ => "taskType": Kind::Const("ping"), required;
    /// Always `true`.
    pong(bool) => "pong": Kind::Bool, required;
} }
