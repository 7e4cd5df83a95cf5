use runware_transport::{BodyLimits, ConnectionState};

use super::*;
use crate::ErrorKind;

const HTTP: &str = "http://127.0.0.1:9/v1";
const WS: &str = "ws://127.0.0.1:9/v1";

fn with_key() -> ClientBuilder {
    Client::builder().api_key("abc123").seed(1)
}

/// Whether a client that is built like this keeps a connection.
fn lasts(builder: ClientBuilder) -> bool {
    match builder.build().unwrap().connection().state() {
        ConnectionState::Idle => true,
        ConnectionState::Connectionless => false,
        other => panic!("{other:?}"),
    }
}

fn refusal(builder: ClientBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let source = std::error::Error::source(&error).map(ToString::to_string);
    format!("{error}: {}", source.unwrap_or_default())
}

#[tokio::test]
async fn the_protocol_and_the_addresses_say_which_way_is_taken() {
    assert!(lasts(with_key()));
    assert!(lasts(with_key().protocol(Protocol::WebSocket)));
    assert!(!lasts(with_key().protocol(Protocol::Http)));
    assert!(!lasts(with_key().base_url(HTTP)));
    assert!(lasts(with_key().ws_base_url(WS)));
    assert!(lasts(with_key().base_url(HTTP).ws_base_url(WS)));
    assert!(refusal(with_key().base_url(HTTP).protocol(Protocol::WebSocket)).contains("`ws_base_url`"));
    assert!(refusal(with_key().ws_base_url(WS).protocol(Protocol::Http)).contains("`base_url`"));
}

#[tokio::test]
async fn what_is_configured_holds_for_both_ways() {
    let remote = with_key().base_url("http://example.org/v1").ws_base_url("ws://example.org/v1");
    assert!(lasts(remote.insecure_http(true)));
    for builder in [
        with_key().base_url("http://example.org/v1"),
        with_key().ws_base_url("ws://example.org/v1"),
        with_key().ws_base_url(HTTP),
        with_key().base_url(WS),
        with_key().ws_base_url(WS).user_agent_prefix(""),
        with_key().base_url(HTTP).user_agent_prefix(""),
        with_key().ws_base_url(WS).body_limits(BodyLimits::default().with_max_bytes(0)),
        with_key().base_url(HTTP).body_limits(BodyLimits::default().with_max_bytes(0)),
    ] {
        let text = refusal(builder);
        assert!(text.starts_with("the transport cannot be built"), "{text}");
    }
}

#[tokio::test]
async fn an_address_that_is_refused_is_called_by_the_name_it_was_set_by() {
    for (builder, named) in [
        (with_key().ws_base_url("nonsense"), "`ws_base_url` is not a URL"),
        (with_key().ws_base_url(HTTP), "`ws_base_url` has the scheme `http`; it must be wss or ws"),
        (with_key().ws_base_url(WS).base_url(WS), "`base_url` has the scheme `ws`; it must be https or http"),
    ] {
        let text = refusal(builder);
        assert_eq!(text, format!("the transport cannot be built: {named}"));
    }
    let error = with_key().ws_base_url("nonsense").build().unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    assert!(cause.source().is_some(), "the parser's own words stay: {cause}");
}

#[tokio::test]
async fn a_client_needs_a_key_that_can_be_one() {
    assert!(refusal(Client::builder()).contains("RUNWARE_API_KEY"));
    let text = refusal(Client::builder().api_key("sek\u{7}ret"));
    assert!(text.starts_with("the API key cannot be used") && !text.contains("ret"), "{text}");
}

#[test]
fn a_client_needs_a_runtime() {
    assert!(refusal(with_key()).contains("Tokio runtime"));
}

#[test]
fn a_service_has_one_name_whichever_way_leads_to_it() {
    let scope = |builder: ClientBuilder| builder.service.scope();
    assert_eq!(scope(with_key()), "api.runware.ai");
    assert_eq!(scope(with_key().base_url("https://api.runware.ai/v1")), "api.runware.ai");
    assert_eq!(scope(with_key().ws_base_url("wss://ws-api.runware.ai/v1")), "api.runware.ai");
    assert_eq!(scope(with_key().base_url(HTTP)), "127.0.0.1:9");
    assert_eq!(scope(with_key().ws_base_url(WS)), "127.0.0.1:9");
    assert_eq!(scope(with_key().base_url(HTTP).ws_base_url("ws://127.0.0.1:10/v1")), "127.0.0.1:9");
    assert_eq!(scope(with_key().base_url("https://me@Example.ORG?a=/b")), "example.org");
}

#[test]
fn a_port_that_goes_without_saying_makes_no_other_service() {
    let scope = |url: &str| with_key().base_url(url).service.scope();
    for (url, expected) in [
        ("https://api.runware.ai:443/v1", "api.runware.ai"),
        ("HTTPS://Example.org:0443", "example.org"),
        ("https://example.org:/v1", "example.org"),
        ("http://example.org:80/v1", "example.org"),
        ("https://[2001:DB8::1]:443/v1", "[2001:db8::1]"),
        ("https://[2001:db8::1]/v1", "[2001:db8::1]"),
        // Another port is another service.
        ("https://example.org:80", "example.org:80"),
        ("http://example.org:443", "example.org:443"),
        ("https://example.org:8443", "example.org:8443"),
        ("https://[::1]:8443", "[::1]:8443"),
    ] {
        assert_eq!(scope(url), expected, "{url}");
    }
    let socket = |url: &str| with_key().ws_base_url(url).service.scope();
    assert_eq!(socket("wss://WS-api.runware.ai:443/v1"), "api.runware.ai");
    assert_eq!(socket("ws://example.org:80/v1"), "example.org");
}

#[test]
fn a_key_is_known_again_and_not_shown() {
    let account = |builder: ClientBuilder| builder.service.account();
    assert_eq!(account(Client::builder().api_key("abc123")), account(with_key()));
    assert_ne!(account(Client::builder().api_key("abc124")), account(with_key()));
    assert_eq!(account(Client::builder()), None);
}

#[tokio::test]
async fn a_budget_needs_a_journal() {
    let budget = Budget::new("1.00".parse().unwrap());
    assert!(refusal(with_key().budget(budget)).contains("`ClientBuilder::journal`"));
}
