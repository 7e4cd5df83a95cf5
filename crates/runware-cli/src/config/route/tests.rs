use runware::types::TaskUuid;

use super::*;

const HTTP_URL: &str = "http://127.0.0.1:1/v1";
const WS_URL: &str = "ws://127.0.0.1:1/v1";

fn given(value: Option<&str>, by: &'static str) -> Option<Given> {
    value.map(|value| Given { value: value.to_owned(), by })
}

fn choose(asked: Option<&str>, http: Option<&str>, ws: Option<&str>) -> Result<Route, Stop> {
    Route::choose(
        given(asked, "RUNWARE_TRANSPORT"),
        given(http, "--http-base-url"),
        given(ws, "--ws-base-url"),
    )
}

#[test]
fn the_key_goes_to_no_server_that_was_not_named() {
    use Protocol::{Http, WebSocket, WebSocketOrHttp};
    let (http, ws) = (Some(HTTP_URL), Some(WS_URL));
    for (asked, http_url, ws_url, protocol) in [
        (None, None, None, WebSocketOrHttp),
        (None, http, ws, WebSocketOrHttp),
        (None, http, None, Http),
        (None, None, ws, WebSocket),
        (Some("ws"), None, None, WebSocketOrHttp),
        (Some("ws"), http, ws, WebSocketOrHttp),
        (Some("ws"), None, ws, WebSocket),
        (Some("http"), None, None, Http),
        (Some("http"), http, None, Http),
        (Some("http"), http, ws, Http),
    ] {
        let route = choose(asked, http_url, ws_url).unwrap();
        assert_eq!(route.protocol, protocol, "{asked:?} {http_url:?} {ws_url:?}");
        assert_eq!(route.http_url.as_deref(), http_url);
        assert_eq!(route.ws_url.as_deref(), ws_url.filter(|_| protocol != Http), "it is ignored");
        assert_eq!(route.check_http("--stream").is_ok(), protocol != WebSocket);
    }
}

#[test]
fn a_way_without_an_address_is_refused_with_the_flag_that_helps() {
    let stop = choose(Some("ws"), Some(HTTP_URL), None).unwrap_err();
    assert_eq!(stop.exit().code(), 2);
    assert!(stop.message().starts_with("RUNWARE_TRANSPORT is ws"), "{}", stop.message());
    assert!(stop.message().contains("add --ws-base-url URL"), "{}", stop.message());
    let stop = choose(Some("http"), None, Some(WS_URL)).unwrap_err();
    assert_eq!(stop.exit().code(), 2);
    assert!(stop.message().starts_with("RUNWARE_TRANSPORT is http"), "{}", stop.message());
    assert!(stop.message().contains("(--ws-base-url)"), "{}", stop.message());
    assert!(stop.message().contains("add --http-base-url URL"), "{}", stop.message());
    let stop = choose(None, None, Some(WS_URL)).unwrap().check_http("--dry-run").unwrap_err();
    assert_eq!(stop.exit().code(), 2);
    assert!(stop.message().starts_with("--dry-run goes over HTTP"), "{}", stop.message());
    assert!(stop.message().contains("add --http-base-url URL"), "{}", stop.message());
}

#[test]
fn there_are_two_transports() {
    for name in ["smoke", "", "WS", "wss", "websocket"] {
        let stop = choose(Some(name), None, None).unwrap_err();
        assert_eq!(stop.message(), format!("RUNWARE_TRANSPORT is {name:?}; it must be ws or http"));
    }
}

#[test]
fn the_command_to_go_on_with_leads_the_same_way() {
    let task = TaskUuid::from_key("test", "route");
    for (asked, http, ws, expected) in [
        (None, None, None, String::new()),
        (None, Some(HTTP_URL), None, format!(" --http-base-url {HTTP_URL}")),
        (Some("http"), Some(HTTP_URL), Some(WS_URL), format!(" --http-base-url {HTTP_URL} --transport http")),
        (
            Some("ws"),
            Some(HTTP_URL),
            Some(WS_URL),
            format!(" --http-base-url {HTTP_URL} --ws-base-url {WS_URL} --transport ws"),
        ),
    ] {
        let resume = choose(asked, http, ws).unwrap().retrace(Resume::default());
        assert_eq!(resume.command([task]), format!("runware wait {task}{expected}"));
    }
}

#[test]
fn settings_are_called_by_their_flags() {
    assert_eq!(
        in_flags("`ws_base_url` is plain ws; `base_url` is not, or `insecure_http` must be set"),
        "--ws-base-url is plain ws; --http-base-url is not, or --insecure-http must be set"
    );
}
