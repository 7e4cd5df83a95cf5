//! Who may come in.

use super::Head;
use super::error::ErrorBody;
use super::request::Request;
use crate::choices::KeyFrom;
use crate::options::Options;

/// Checks the key of a request, of the header or of the authentication task.
///
/// # Errors
///
/// There is no key or none that is accepted; the error never shows it.
pub(super) fn check(options: &Options, head: &Head, request: Option<&Request<'_>>) -> Result<(), ErrorBody> {
    let from_header = head.authorization.as_deref().map(bearer);
    let from_body = request
        .and_then(Request::authentication)
        .map(|task| task.member::<String>("apiKey").ok().flatten().unwrap_or_default());
    let key = match options.choices.key_from {
        KeyFrom::Header => from_header.map(ToOwned::to_owned).or(from_body),
        KeyFrom::Body => from_body.or(from_header.map(ToOwned::to_owned)),
    };
    match key {
        None => Err(refusal("No API key was provided.")),
        Some(key) if key.is_empty() => Err(refusal("The API key is malformed.")),
        Some(key) if !options.api_keys.is_empty() && !options.api_keys.contains(&key) => {
            Err(refusal("The API key is invalid."))
        }
        Some(_) => Ok(()),
    }
}

/// The key of an `Authorization` header; empty where the header is of another form.
fn bearer(header: &str) -> &str {
    match header.trim().split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
        _ => "",
    }
}

/// What is said on a socket before there was a key.
pub(super) fn missing() -> ErrorBody {
    let message = "The connection is not authenticated; send an authentication task first.";
    ErrorBody::new("missingApiKey", message).http_status(401).about("apiKey")
}

/// What is said when a key that was good is not any more.
pub(super) fn expired() -> ErrorBody {
    ErrorBody::new("tokenExpired", "The authentication has expired.").http_status(401)
}

fn refusal(message: &str) -> ErrorBody {
    ErrorBody::new("invalidApiKey", message).http_status(401).about("apiKey").task_type("authentication")
}
