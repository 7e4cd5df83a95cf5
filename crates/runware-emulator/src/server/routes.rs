//! What is served where.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::routing::{get, post};
use http::header::{ALLOW, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use tokio::select;

use super::Shared;
use super::body::PartialBody;
use super::{socket, stream};
use crate::core::{Fate, Head, Response as Reply};
use crate::files;
use crate::json::Object;

/// Marks a response that is never sent: its connection ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Severed {
    /// With a reset.
    pub(super) reset: bool,
}

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let only = |methods: &'static str| move || async move { not_allowed(methods) };
    Router::new()
        .route("/v1", post(tasks).get(socket::upgrade).fallback(only("POST")))
        .route("/files/{folder}/{name}", get(file).fallback(only("GET, HEAD")))
        .fallback(async || {
            refusal(StatusCode::NOT_FOUND, "resourceNotFound", "There is nothing here; tasks go to /v1.")
        })
        .with_state(shared)
}

/// A refusal of a request that is not about tasks.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let error = Object::new().text("code", code).text("message", message).end();
    let mut response = Response::new(Body::from(format!("{{\"errors\":[{error}]}}")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(super) fn not_allowed(methods: &'static str) -> Response<Body> {
    let message = format!("This method is not allowed here, only {methods}.");
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "methodNotAllowed", &message);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

async fn file(Path((folder, name)): Path<(String, String)>) -> Response<Body> {
    let Some((format, bytes)) = files::find(&folder, &name) else {
        return refusal(StatusCode::NOT_FOUND, "resourceNotFound", "There is no such file.");
    };
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type));
    response
}

async fn tasks(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let head = read_head(request.headers());
    let limit = shared.core().max_body_bytes();
    let body = to_bytes(request.into_body(), limit).await;
    let now = shared.clock.now();
    let reply = match body {
        Ok(body) => shared.core().handle(now, &head, &body),
        // A body that ended early for another reason has nobody left to answer.
        Err(_) => shared.core().refuse_too_large(now),
    };
    deliver(&shared, now, reply).await
}

/// Waits for the time of a reply, and makes of it what its fate says.
pub(super) async fn deliver(shared: &Arc<Shared>, now: Duration, mut reply: Reply) -> Response<Body> {
    if reply.ready_at > now {
        select! {
            () = shared.clock.sleep_until(reply.ready_at) => {}
            () = shared.stopped() => return severed(false),
        }
    }
    match (reply.fate, reply.pieces.take()) {
        (fate @ (Fate::Deliver | Fate::Truncate(_) | Fate::Stall(_)), Some(pieces)) => {
            let mut response = whole(reply);
            *response.body_mut() = stream::body(Arc::clone(shared), pieces, fate);
            response
        }
        (Fate::Deliver, None) => whole(reply),
        (Fate::Cut, _) => severed(false),
        (Fate::Reset, _) => severed(true),
        (Fate::Hang, _) => {
            shared.stopped().await;
            severed(false)
        }
        // Yielding once lets what was written go out.
        (Fate::Truncate(bytes), None) => partial(reply, bytes, tokio::task::yield_now()),
        (Fate::Stall(bytes), None) => {
            let shared = Arc::clone(shared);
            partial(reply, bytes, async move { shared.stopped().await })
        }
    }
}

fn read_head(headers: &HeaderMap) -> Head {
    let mut head = Head::new();
    // A header that is not text holds no key; an empty one says so.
    head.authorization =
        headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or_default().to_owned());
    head.dry_run = headers.get("x-runware-dry-run").is_some_and(|value| value == "1");
    head
}

fn whole(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    // A status or a header that HTTP cannot carry can only come from a fault; it is left out.
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().extend(reply.headers.into_iter().filter_map(|(name, value)| {
        Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?))
    }));
    response
}

/// The beginning of a reply under the length of the whole.
fn partial(reply: Reply, bytes: usize, until: impl Future<Output = ()> + Send + 'static) -> Response<Body> {
    let length = reply.body.len();
    let part = reply.body.slice(..bytes.min(length));
    let mut response = whole(reply);
    *response.body_mut() = Body::new(PartialBody::new(part, Box::pin(until)));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn severed(reset: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Severed { reset });
    response
}
