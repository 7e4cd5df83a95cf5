//! Why something went wrong, as texts.

use std::error::Error;
use std::iter;

use runware_transport::TransportError;

/// The causes of an error, outermost first.
pub(crate) fn causes(error: &TransportError) -> Vec<String> {
    iter::successors(error.source(), |&cause| cause.source()).map(ToString::to_string).collect()
}
