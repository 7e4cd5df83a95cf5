//! Which addresses mean which way to the service.

use crate::{Error, Protocol};

/// The way that a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The socket, and HTTP for what it cannot take.
    Both,
    WebSocket,
    Http,
}

/// Which addresses the caller has named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) http: bool,
    pub(super) websocket: bool,
}

impl Named {
    /// The way for a protocol. The key goes to the service's own addresses if none was named, and else only to those
    /// that were.
    pub(super) fn way(self, protocol: Protocol) -> Result<Way, Error> {
        match (protocol, self.http, self.websocket) {
            (Protocol::WebSocketOrHttp, true, false) => Ok(Way::Http),
            (Protocol::WebSocketOrHttp, false, true) => Ok(Way::WebSocket),
            (Protocol::WebSocketOrHttp, ..) if !cfg!(feature = "http") => Ok(Way::WebSocket),
            (Protocol::WebSocketOrHttp, ..) if !cfg!(feature = "websocket") => Ok(Way::Http),
            (Protocol::WebSocketOrHttp, ..) => Ok(Way::Both),
            (Protocol::WebSocket, true, false) => Err(Error::configuration(
                "`base_url` is set, but the protocol is WebSocket: set `ws_base_url` to the socket of that server",
            )),
            (Protocol::WebSocket, ..) => Ok(Way::WebSocket),
            (Protocol::Http, false, true) => Err(Error::configuration(
                "`ws_base_url` is set, but the protocol is HTTP: set `base_url` to the address of that server",
            )),
            (Protocol::Http, ..) => Ok(Way::Http),
        }
    }
}

#[cfg(all(test, feature = "http", feature = "websocket"))]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_named_decide_where_the_key_goes() {
        use Protocol::{Http, WebSocket, WebSocketOrHttp};
        for (protocol, http, websocket, expected) in [
            (WebSocketOrHttp, false, false, Some(Way::Both)),
            (WebSocketOrHttp, true, true, Some(Way::Both)),
            (WebSocketOrHttp, true, false, Some(Way::Http)),
            (WebSocketOrHttp, false, true, Some(Way::WebSocket)),
            (WebSocket, false, false, Some(Way::WebSocket)),
            (WebSocket, false, true, Some(Way::WebSocket)),
            (WebSocket, true, true, Some(Way::WebSocket)),
            (WebSocket, true, false, None),
            (Http, false, false, Some(Way::Http)),
            (Http, true, false, Some(Way::Http)),
            (Http, true, true, Some(Way::Http)),
            (Http, false, true, None),
        ] {
            let way = Named { http, websocket }.way(protocol);
            assert_eq!(way.ok(), expected, "{protocol:?} {http} {websocket}");
        }
    }
}
