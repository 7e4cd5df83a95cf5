//! How results are delivered.

wire_enum! {
    /// How a generation task hands over its results: the `deliveryMethod` of the wire.
    ///
    /// Which methods there are, and which is the default, depends on the model.
    ///
    /// Source: `docs/wire.md`, "Delivery".
    pub enum DeliveryMethod {
        /// The reply to the submit carries the results.
        Sync = "sync",
        /// The reply to the submit only says that the task was accepted; `getResponse` or a webhook brings the results.
        Async = "async",
        /// The results arrive piece by piece as server-sent events (text models only).
        Stream = "stream",
    }
}
