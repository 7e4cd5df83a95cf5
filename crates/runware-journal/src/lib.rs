//! The durable journal of Runware tasks: bought once, kept for good.
