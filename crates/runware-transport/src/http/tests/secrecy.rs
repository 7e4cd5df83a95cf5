//! The key goes into one header and nowhere else.

use std::error::Error;

use super::*;

/// Everything an error can show of itself.
pub(super) fn shown(error: &TransportError) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let causes: String = causes.map(|cause| format!("{cause} {cause:?} ")).collect();
    format!("{error} {error:?} {causes}")
}

pub(super) fn assert_no_key(text: &str) {
    assert!(!text.to_ascii_lowercase().contains(&KEY.to_ascii_lowercase()), "{text}");
}

#[test]
fn debug_output_holds_no_key() {
    let builder = HttpTransport::builder(Some(key())).base_url(format!("https://u:{KEY}@host/?k={KEY}"));
    assert_no_key(&format!("{builder:?}"));
    assert_no_key(&shown(&builder.build().unwrap_err()));

    let transport = HttpTransport::builder(Some(key())).base_url(format!("https://host/{KEY}?k={KEY}"));
    let transport = transport.build().unwrap();
    assert_no_key(&format!("{transport:?} {:?}", transport.headers));
}

#[tokio::test]
async fn a_server_that_quotes_the_key_does_not_get_it_into_an_error() {
    let page = format!("<pre>Authorization: Bearer {KEY}\n{}</pre>", KEY.to_uppercase());
    let body = format!(r#"{{"data":"{KEY}"#);
    for answer in [
        response("502 Bad Gateway", "", page),
        response("200 OK", "", body),
        response("200 OK", &format!("Content-Encoding: {KEY}\r\n"), ""),
        response("307 X", &format!("Location: https://{KEY}.example/{KEY}?{KEY}\r\n"), ""),
        format!("{KEY}\r\n\r\n").into_bytes(),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n").into_bytes(),
    ] {
        assert_no_key(&shown(&answered(answer).await.unwrap_err()));
    }
}

#[tokio::test]
async fn a_failure_to_connect_holds_neither_key_nor_query() {
    let server = Server::bind().await;
    let url = format!("{}/{KEY}?token=hunter2", server.url());
    drop(server);
    let shown = shown(&bounded(send(&transport(&url), ping())).await.unwrap_err());
    assert_no_key(&shown);
    assert!(!shown.contains("hunter2"), "{shown}");
}
