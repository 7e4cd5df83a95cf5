//! Under which name the tasks of a service are kept.

/// The name of the service at this URL in a journal, as [`Intent::scope`](super::Intent::scope) has it: host and port, in
/// lower case, without a port that goes without saying.
///
/// The service's own two addresses are one service.
///
/// ```
/// use runware::journal::scope_of;
///
/// assert_eq!(scope_of("wss://ws-api.runware.ai:443/v1"), scope_of("https://api.runware.ai/v1"));
/// assert_eq!(scope_of("http://localhost:8080/v1"), "localhost:8080");
/// ```
pub fn scope_of(url: &str) -> String {
    let url = url.trim().to_ascii_lowercase();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (name, port) = match host.rsplit_once(':') {
        // The colons of an address in brackets are its own.
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let is_implied = match (scheme, port.trim_start_matches('0')) {
        (_, "") => !port.starts_with('0'),
        ("https" | "wss", "443") | ("http" | "ws", "80") => true,
        _ => false,
    };
    match if is_implied { name } else { host } {
        WS_HOST => SERVICE.to_owned(),
        host => host.to_owned(),
    }
}

/// The service itself, in a journal.
const SERVICE: &str = "api.runware.ai";

/// Where the service takes WebSockets.
const WS_HOST: &str = "ws-api.runware.ai";
