//! Keeps browsers out: a page on the web must not drive a server on this machine.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue};

/// Refuses requests that a web page may have sent.
pub(super) struct Guard {
    /// The address listened on; `None` where any host may be named.
    address: Option<IpAddr>,
}

impl Guard {
    pub(super) fn new(address: IpAddr, any_host: bool) -> Self {
        Self { address: (!any_host).then_some(address) }
    }

    /// Why a request is refused, if it is.
    ///
    /// A page's script comes with `Origin`. One that has its own name resolve to this machine comes with that name as
    /// `Host`.
    pub(super) fn refusal(&self, headers: &HeaderMap) -> Option<&'static str> {
        if headers.contains_key(ORIGIN) {
            return Some("Requests with an 'Origin' header are refused: web pages may not use the emulator.");
        }
        let local =
            self.address.is_none_or(|address| headers.get(HOST).is_some_and(|host| is_local(host, address)));
        (!local).then_some("The 'Host' header must be 'localhost' or the address listened on.")
    }
}

/// Whether a `Host` header names this machine, with any port or none.
fn is_local(host: &HeaderValue, address: IpAddr) -> bool {
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || literal.parse::<IpAddr>().is_ok_and(|named| named == address || named.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(guard: &Guard, headers: &[(http::HeaderName, &'static str)]) -> bool {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        guard.refusal(&headers).is_some()
    }

    #[test]
    fn only_local_hosts_and_no_origins_pass() {
        let guard = Guard::new("127.0.0.1".parse().unwrap(), false);
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]:80", "127.0.0.9"] {
            assert!(!refused(&guard, &[(HOST, host)]), "{host}");
        }
        for host in
            ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", "localhost.", ""]
        {
            assert!(refused(&guard, &[(HOST, host)]), "{host}");
        }
        assert!(refused(&guard, &[]), "no Host at all");
        assert!(refused(&guard, &[(HOST, "127.0.0.1"), (ORIGIN, "http://127.0.0.1")]));
    }

    #[test]
    fn remote_use_lifts_the_rule_about_hosts_alone() {
        let guard = Guard::new("0.0.0.0".parse().unwrap(), true);
        assert!(!refused(&guard, &[(HOST, "emulator.test:8080")]));
        assert!(refused(&guard, &[(HOST, "emulator.test:8080"), (ORIGIN, "null")]));
    }
}
