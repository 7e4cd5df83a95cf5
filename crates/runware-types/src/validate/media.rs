//! Media that a task reads, and addresses that the service has to reach.

use alloc::format;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::findings::{Words, shown};
use super::pointer::Place;
use super::shapes::Checker;
use crate::media_input::{MediaForm, data_uri_flaw, is_like_base64};
use crate::{FindingCode, MediaInput, Severity};

/// What a media input may be, in words.
pub(super) const FORMS: &str =
    "a public http or https address, the UUID of a stored file, a data URI, or base64";

/// No file is as short as this, in characters of base64.
const SHORT: usize = 64;

/// Checks the text of a media input.
///
/// Source: `docs/wire.md`, "Rules across fields".
pub(super) fn check(checker: &mut Checker, text: &str, place: &Place<'_, '_>) {
    let Some(form) = MediaInput::recognise(text) else {
        if is_like_base64(text) {
            return cut_short(checker, place);
        }
        return checker.findings.about(Severity::Error, FindingCode::NotMedia, place, || Words {
            problem: format!("is {}{}; it must be {FORMS}", shown(place), guess(text)),
            allowed: Some(FORMS.into()),
            suggestion: None,
        });
    };
    match form {
        MediaForm::Url => check_public(checker, text, place),
        MediaForm::Base64 if text.len() < SHORT => {
            checker.findings.about(Severity::Warning, FindingCode::ShortBase64, place, || {
                format!(
                    "is {}, which is taken as base64 and is too short to be a file; the name of a file cannot be sent",
                    shown(place)
                )
            });
        }
        MediaForm::DataUri => check_data(checker, text, place),
        MediaForm::Base64 | MediaForm::Uuid => {}
    }
}

/// Warns of an address that only the caller's own machine or network can reach.
pub(super) fn check_public(checker: &mut Checker, address: &str, place: &Place<'_, '_>) {
    if host(address).is_some_and(is_private) {
        checker.findings.about(Severity::Warning, FindingCode::PrivateAddress, place, || {
            format!("is {}, which the service cannot reach; it must be a public address", shown(place))
        });
    }
}

fn check_data(checker: &mut Checker, uri: &str, place: &Place<'_, '_>) {
    let Some(problem) = data_uri_flaw(uri) else { return };
    if uri.split_once(',').is_some_and(|(_, data)| is_like_base64(data)) {
        return cut_short(checker, place);
    }
    checker.findings.about(Severity::Error, FindingCode::NotMedia, place, || problem);
}

/// Warns of base64 that no bytes have, which some readers take all the same.
fn cut_short(checker: &mut Checker, place: &Place<'_, '_>) {
    checker.findings.about(Severity::Warning, FindingCode::NotMedia, place, || {
        format!("is {}, which is base64 of a length that no file has; a part of it is missing", shown(place))
    });
}

/// What a text that is no media input probably is, for people who expect a file to be read.
fn guess(text: &str) -> &'static str {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    if text.is_empty() {
        ""
    } else if scheme.eq_ignore_ascii_case("file") {
        ", the address of a local file, which is not read"
    } else if scheme.eq_ignore_ascii_case("data") {
        ", a data URI without a comma"
    } else if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
        ", an incomplete address"
    } else if text.contains(['/', '\\', '.', '~']) && text.len() < 1024 && !text.contains('\n') {
        ", which looks like the name of a file, and files are not read"
    } else {
        ""
    }
}

/// The host of an address that begins with `http://` or `https://`, without its port.
fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next(),
        None => host.split(':').next(),
    }
}

/// Whether only the caller's own machine or network knows this host.
fn is_private(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return match address {
            IpAddr::V4(address) => is_private_v4(address),
            IpAddr::V6(address) => {
                address.to_ipv4_mapped().map_or_else(|| is_private_v6(address), is_private_v4)
            }
        };
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    // RFC 6761, RFC 6762 and ICANN's reserved names; a name without a dot is looked up in the network at hand.
    !name.contains('.') || [".localhost", ".local", ".internal"].iter().any(|ending| name.ends_with(ending))
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_unspecified()
        // Shared between a provider and its customers: RFC 6598.
        || (a == 100 && (64..128).contains(&b))
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::{host, is_private};

    #[test]
    fn hosts_that_only_the_caller_knows() {
        for (address, private) in [
            ("http://localhost/a.png", true),
            ("http://LOCALHOST:8080/a.png", true),
            ("http://app.localhost", true),
            ("https://printer.local/x", true),
            ("http://minio:9000/bucket/a.png", true),
            ("http://127.0.0.1:8000/", true),
            ("http://0.0.0.0/", true),
            ("http://10.1.2.3?x", true),
            ("http://192.168.0.1#x", true),
            ("http://172.16.0.1", true),
            ("http://169.254.169.254/latest", true),
            ("http://100.64.0.1", true),
            ("http://[::1]:80/", true),
            ("http://[fd00::1]/", true),
            ("http://[fe80::1]/", true),
            ("http://[::ffff:10.0.0.1]/", true),
            ("http://user:pw@localhost/", true),
            ("https://example.com/localhost", false),
            ("https://localhost.example.com", false),
            ("https://8.8.8.8/", false),
            ("https://100.128.0.1/", false),
            ("https://172.32.0.1/", false),
            ("https://[2001:4860:4860::8888]/", false),
            ("https://im.runware.ai/image/ws/0.5/ii/a.jpg", false),
        ] {
            assert_eq!(host(address).is_some_and(is_private), private, "{address}");
        }
    }
}
