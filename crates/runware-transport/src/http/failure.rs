//! What the HTTP library reports, in our own words.

use std::error::Error;
use std::io;

use crate::excerpt::excerpt;
use crate::{ApiKey, Delivery, ErrorKind, TransportError};

/// Causes beyond this depth say nothing new.
const MAX_CAUSES: usize = 8;

/// The failure to get so much as the head of a reply.
pub(super) fn no_reply(
    error: reqwest::Error,
    delivery: Delivery,
    origin: &str,
    key: Option<&ApiKey>,
) -> TransportError {
    let error = error.without_url();
    let (kind, message) = if error.is_builder() {
        (ErrorKind::Configuration, format!("the request to {origin} cannot be made"))
    } else if error.is_connect() && levels(&error).any(is_proxy_refusal) {
        (ErrorKind::Configuration, format!("the proxy on the way to {origin} asks for credentials"))
    } else if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, format!("no connection to {origin} in time"))
    } else if error.is_connect() && levels(&error).any(is_tls) {
        (ErrorKind::Tls, format!("{origin} cannot be trusted or does not speak TLS"))
    } else if error.is_connect() {
        (ErrorKind::Connect, format!("no connection to {origin}"))
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("{origin} went silent"))
    } else {
        (ErrorKind::Interrupted, format!("the connection to {origin} ended without a reply"))
    };
    TransportError::new(kind, delivery, message).with_causes(causes(&error, key))
}

/// The failure to get the whole body of a reply whose head has come.
pub(super) fn broken_off(error: reqwest::Error, origin: &str, key: Option<&ApiKey>) -> TransportError {
    let message = format!("the connection to {origin} broke off within the reply");
    TransportError::new(ErrorKind::Interrupted, Delivery::MaybeSent, message)
        .with_causes(causes(&error.without_url(), key))
}

/// The texts of the causes, outermost first.
pub(super) fn causes(error: &reqwest::Error, key: Option<&ApiKey>) -> Vec<String> {
    let mut texts: Vec<String> = levels(error)
        // An inner error of the same library may hold a URL that cannot be taken out of it, and says little.
        .filter(|level| !level.is::<reqwest::Error>())
        .map(|level| excerpt(level.to_string().as_bytes(), key))
        .filter(|text| !text.is_empty())
        .collect();
    texts.dedup();
    texts
}

fn levels(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(Some(error as &(dyn Error + 'static)), |&level| level.source()).take(MAX_CAUSES)
}

/// Whether this level is a TLS error. One inside an I/O error is not in the chain of sources.
fn is_tls(level: &(dyn Error + 'static)) -> bool {
    let inside = level.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    level.is::<rustls::Error>() || inside.is_some_and(|inner| is_tls(inner))
}

/// Whether this level is a proxy's status 407. Its type is not public; a test notices if its text changes.
fn is_proxy_refusal(level: &(dyn Error + 'static)) -> bool {
    level.to_string() == "tunnel error: proxy authorization required"
}
