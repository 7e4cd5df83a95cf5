//! How much of a reply is taken in.

/// How much of a reply's body is taken in.
///
/// The limits hold while the body arrives, so memory stays bounded whatever the server sends. A message of a WebSocket
/// is never compressed, and has only a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyLimits {
    /// The largest body, in bytes after decompression. Default: 64 MiB.
    pub max_bytes: usize,
    /// The most bytes that one compressed byte may become, once a body has grown beyond 1 MiB. Default: 100.
    ///
    /// Compressed JSON stays far below this; only a body made to exhaust memory comes near.
    pub max_ratio: u32,
}

impl BodyLimits {
    /// The default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the largest body, in bytes after decompression.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Sets the most bytes that one compressed byte may become.
    #[must_use]
    pub fn with_max_ratio(mut self, max_ratio: u32) -> Self {
        self.max_ratio = max_ratio;
        self
    }
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_ratio: 100 }
    }
}
