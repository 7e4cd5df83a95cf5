use super::*;
use crate::Delivery;
use std::error::Error;

const HTTP: Schemes = Schemes { secure: "https", plain: "http" };
const SOCKET: Schemes = Schemes { secure: "wss", plain: "ws" };

fn flaw(text: &str) -> String {
    let error = BaseUrl::parse(text, HTTP, false).unwrap_err();
    assert!(error.is_configuration());
    assert_eq!(error.delivery(), Delivery::NotSent);
    let causes = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{error} {causes}")
}

#[test]
fn https_is_taken_and_shown_by_its_origin() {
    let base = BaseUrl::parse("https://api.runware.ai/v1", HTTP, false).unwrap();
    assert_eq!(base.url().as_str(), "https://api.runware.ai/v1");
    assert_eq!(base.origin(), "https://api.runware.ai");
    assert!(base.is_tls());
    assert!(!base.is_loopback());
}

#[test]
fn plain_http_is_for_loopback() {
    for text in [
        "http://127.0.0.1:8080/v1",
        "http://127.8.9.10",
        "http://0x7f.1/",
        "http://[::1]:9/v1",
        "http://localhost:1234/v1?x=1",
        "http://LOCALHOST/",
    ] {
        assert!(BaseUrl::parse(text, HTTP, false).unwrap().is_loopback(), "{text}");
    }
}

#[test]
fn plain_http_to_anywhere_else_is_refused_unless_allowed() {
    for text in [
        "http://api.runware.ai/v1",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://localhost.example/",
        "http://127.0.0.1.example/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::2]/",
    ] {
        let shown = flaw(text);
        assert!(shown.contains("`base_url` is plain http"), "{shown}");
        assert!(shown.contains("insecure_http"), "{shown}");
        assert!(!BaseUrl::parse(text, HTTP, true).unwrap().is_loopback(), "{text}");
    }
}

#[test]
fn credentials_and_fragments_are_refused_and_not_shown() {
    for text in [
        "https://user:hunter2@host/",
        "https://hunter2@host/",
        "https://:hunter2@host/",
        "https://host/#hunter2",
    ] {
        let shown = flaw(text);
        assert!(shown.starts_with("`base_url` holds"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn what_is_no_web_address_is_refused() {
    for text in ["", "api.runware.ai", "/v1", "https://", "https://exa mple/", "mailto:a@b", "http://[::1"] {
        assert!(flaw(text).starts_with("`base_url` "), "{text}");
    }
    assert!(flaw("wss://host/v1").contains("has the scheme `wss`; it must be https or http"));
}

#[test]
fn the_schemes_of_a_socket_follow_the_same_rules() {
    let base = BaseUrl::parse("wss://ws-api.runware.ai/v1/", SOCKET, false).unwrap();
    assert_eq!((base.url().as_str(), base.is_tls()), ("wss://ws-api.runware.ai/v1", true));
    assert_eq!(base.origin(), "wss://ws-api.runware.ai");
    assert!(BaseUrl::parse("ws://[::1]:9/", SOCKET, false).unwrap().is_loopback());
    let error = BaseUrl::parse("ws://192.0.2.1/v1", SOCKET, false).unwrap_err();
    assert!(error.to_string().contains("`base_url` is plain ws to another machine"), "{error}");
    assert!(!BaseUrl::parse("ws://192.0.2.1/v1", SOCKET, true).unwrap().is_tls());
    let error = BaseUrl::parse("https://api.runware.ai/v1", SOCKET, false).unwrap_err();
    assert!(error.to_string().contains("has the scheme `https`; it must be wss or ws"), "{error}");
}
