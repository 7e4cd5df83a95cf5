//! The request that turns a connection into a WebSocket.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use http::header::{
    CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::super::Shared;
use super::super::routes::{deliver, not_allowed, refusal};

/// Marks a response after which its connection is a WebSocket.
#[derive(Clone)]
pub(in crate::server) struct Switching(pub(in crate::server) OnUpgrade);

/// Answers `GET /v1`, which is good for WebSockets only. Neither subprotocols nor extensions are agreed on.
pub(in crate::server) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    mut request: Request<Body>,
) -> Response<Body> {
    let headers = request.headers();
    if !(lists(headers, CONNECTION, "upgrade") && lists(headers, UPGRADE, "websocket")) {
        return not_allowed("POST");
    }
    if !lists(headers, SEC_WEBSOCKET_VERSION, "13") {
        let message = "Only version 13 of the WebSocket protocol is spoken here.";
        let mut response = refusal(StatusCode::UPGRADE_REQUIRED, "unsupportedWebSocketVersion", message);
        response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return response;
    }
    let accept = headers.get(SEC_WEBSOCKET_KEY).map(|key| derive_accept_key(key.as_bytes()));
    let Some(accept) = accept.and_then(|accept| HeaderValue::try_from(accept).ok()) else {
        let message = "The header 'Sec-WebSocket-Key' is required.";
        return refusal(StatusCode::BAD_REQUEST, "missingWebSocketKey", message);
    };
    let now = shared.clock.now();
    let reply = shared.core().upgrade(now);
    let mut response = deliver(&shared, now, reply).await;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        response.extensions_mut().insert(Switching(hyper::upgrade::on(&mut request)));
    }
    response
}

/// Whether a header's comma-separated list has this word in it.
fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|listed| listed.trim().eq_ignore_ascii_case(word))
}
