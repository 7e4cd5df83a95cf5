//! The `User-Agent` header.

use crate::TransportError;

const MAX_PREFIX_CHARS: usize = 200;

/// The value of the header, with the words of the program that is built on this crate in front.
///
/// It is printable ASCII, so it fits into a header.
pub(crate) fn user_agent(prefix: Option<&str>) -> Result<String, TransportError> {
    let own = format!(
        "runware-rust/{} (rust; {} {})",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    match prefix.map(str::trim) {
        None => Ok(own),
        Some("") => Err(refused("is empty")),
        Some(prefix) if prefix.chars().count() > MAX_PREFIX_CHARS => {
            Err(refused(&format!("is longer than {MAX_PREFIX_CHARS} characters")))
        }
        Some(prefix) if !prefix.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) => {
            Err(refused("has a character that is not printable ASCII"))
        }
        Some(prefix) => Ok(format!("{prefix} {own}")),
    }
}

fn refused(flaw: &str) -> TransportError {
    TransportError::configuration(format!("`user_agent_prefix` {flaw}"))
}
