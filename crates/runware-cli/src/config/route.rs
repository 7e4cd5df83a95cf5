//! Which way requests go: over WebSocket, over HTTP, or over one with the other to fall back on.

#[cfg(test)]
mod tests;

use runware::journal::scope_of;
use runware::{ClientBuilder, Protocol};
use runware_emulator::Emulator;

use super::environment::text_variable;
use crate::args::GlobalArgs;
use crate::output::Output;
use crate::resume::Resume;
use crate::stop::Stop;

const HTTP: Setting = Setting { flag: "--http-base-url", variable: "RUNWARE_HTTP_BASE_URL" };
const WEB_SOCKET: Setting = Setting { flag: "--ws-base-url", variable: "RUNWARE_WS_BASE_URL" };
const TRANSPORT: Setting = Setting { flag: "--transport", variable: "RUNWARE_TRANSPORT" };

/// The protocol, and the addresses that were named. The key goes to no other origin than these, or to the service's
/// own where none was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    protocol: Protocol,
    http_url: Option<String>,
    ws_url: Option<String>,
    /// The transport, where one was asked for.
    asked: Option<&'static str>,
}

/// Something that a flag says, or else a variable of the environment.
struct Setting {
    flag: &'static str,
    variable: &'static str,
}

/// A setting's value, and the name of what gave it.
#[derive(Clone, Debug)]
struct Given {
    value: String,
    by: &'static str,
}

impl Route {
    /// The way to a server that the flags and the environment name.
    ///
    /// # Errors
    ///
    /// Wrong usage: there is no such transport, or its address is missing.
    pub(super) fn read(global: &GlobalArgs, output: &mut Output) -> Result<Self, Stop> {
        let http = HTTP.read(global.http_base_url.as_deref())?;
        let ws = WEB_SOCKET.read(global.ws_base_url.as_deref())?;
        let route = Self::choose(TRANSPORT.read(global.transport.as_deref())?, http, ws)?;
        if route.is_http_for_want_of_an_address() {
            output.detail(&format!(
                "requests go over HTTP alone: no WebSocket address was given, and the key goes to no server that was \
                 not named; {} names one",
                WEB_SOCKET.flag
            ));
        }
        Ok(route)
    }

    /// The way to the emulator inside this process, which has both addresses.
    ///
    /// # Errors
    ///
    /// Wrong usage: there is no such transport, or a flag names another server.
    pub(super) fn to_emulator(global: &GlobalArgs) -> Result<Self, Stop> {
        for (setting, url) in [(HTTP, &global.http_base_url), (WEB_SOCKET, &global.ws_base_url)] {
            if url.is_some() {
                return Err(Stop::usage(format!(
                    "--emulator and {} name two servers; give one",
                    setting.flag
                )));
            }
        }
        Self::choose(TRANSPORT.read(global.transport.as_deref())?, None, None)
    }

    fn choose(asked: Option<Given>, http: Option<Given>, ws: Option<Given>) -> Result<Self, Stop> {
        let wanted = asked.as_ref().map(|given| (given.value.as_str(), given.by));
        let (protocol, asked) = match (wanted, &http, &ws) {
            (Some(("http", by)), None, Some(ws)) => {
                return Err(Stop::usage(format!(
                    "{by} is http, but only a WebSocket address was given ({}), and the key goes to no server that was \
                     not named: add {} URL, or choose --transport ws",
                    ws.by, HTTP.flag
                )));
            }
            (Some(("http", _)), _, _) => (Protocol::Http, Some("http")),
            (Some(("ws", by)), Some(http), None) => {
                return Err(Stop::usage(format!(
                    "{by} is ws, but only an HTTP address was given ({}), and the key goes to no server that was not \
                     named: add {} URL, or choose --transport http",
                    http.by, WEB_SOCKET.flag
                )));
            }
            (Some(("ws", _)), None, Some(_)) => (Protocol::WebSocket, Some("ws")),
            (Some(("ws", _)), _, _) => (Protocol::WebSocketOrHttp, Some("ws")),
            (Some((name, by)), _, _) => {
                return Err(Stop::usage(format!("{by} is {name:?}; it must be ws or http")));
            }
            (None, Some(_), None) => (Protocol::Http, None),
            (None, None, Some(_)) => (Protocol::WebSocket, None),
            (None, _, _) => (Protocol::WebSocketOrHttp, None),
        };
        Ok(Self {
            http_url: http.map(|given| given.value),
            // It may stand in the environment for other commands.
            ws_url: ws.map(|given| given.value).filter(|_| protocol != Protocol::Http),
            protocol,
            asked,
        })
    }

    /// Sends a client this way.
    pub(super) fn lead(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder.protocol(self.protocol);
        let builder = match &self.http_url {
            Some(url) => builder.base_url(url),
            None => builder,
        };
        match &self.ws_url {
            Some(url) => builder.ws_base_url(url),
            None => builder,
        }
    }

    /// The same way, to the emulator.
    pub(super) fn at(&self, emulator: &Emulator) -> Self {
        Self { http_url: Some(emulator.http_url()), ws_url: Some(emulator.ws_url()), ..self.clone() }
    }

    /// The name of the server in the journal: host and port, whichever way is taken.
    pub(super) fn service(&self) -> String {
        scope_of(self.http_url.as_deref().or(self.ws_url.as_deref()).unwrap_or(HTTP_URL))
    }

    /// The way over HTTP to the server of this name in the journal, which does not keep its whole address.
    pub(super) fn at_service(service: &str) -> Self {
        let is_near = ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| service.starts_with(host));
        let scheme = if is_near { "http" } else { "https" };
        Self {
            protocol: Protocol::Http,
            http_url: Some(format!("{scheme}://{service}/v1")),
            ws_url: None,
            asked: None,
        }
    }

    /// Where requests go: the addresses of HTTP and WebSocket, where they are used.
    pub(super) fn addresses(&self) -> (Option<&str>, Option<&str>) {
        let (http, ws) = match (&self.http_url, &self.ws_url) {
            (None, None) => (Some(HTTP_URL), Some(WS_URL)),
            (http, ws) => (http.as_deref(), ws.as_deref()),
        };
        (
            http.filter(|_| self.protocol != Protocol::WebSocket),
            ws.filter(|_| self.protocol != Protocol::Http),
        )
    }

    /// The transport in the words of the flag.
    pub(super) fn transport(&self) -> &'static str {
        if self.protocol == Protocol::Http { "http" } else { "ws" }
    }

    /// Writes the flags that lead the same way.
    pub(super) fn retrace(&self, resume: Resume) -> Resume {
        let named = [
            (HTTP.flag, self.http_url.as_deref()),
            (WEB_SOCKET.flag, self.ws_url.as_deref()),
            (TRANSPORT.flag, self.asked),
        ];
        named.into_iter().fold(resume, |resume, (flag, value)| match value {
            Some(value) => resume.option(flag, value),
            None => resume,
        })
    }

    /// Checks that there is a way over HTTP, without which this flag can do nothing.
    ///
    /// # Errors
    ///
    /// Wrong usage: there is no HTTP address.
    pub(super) fn check_http(&self, flag: &str) -> Result<(), Stop> {
        match self.protocol {
            Protocol::WebSocket => Err(Stop::usage(format!(
                "{flag} goes over HTTP, but only a WebSocket address was given, and the key goes to no server that \
                 was not named: add {} URL; nothing was sent",
                HTTP.flag
            ))),
            _ => Ok(()),
        }
    }

    /// True if requests go over HTTP where there is no socket.
    pub(super) fn falls_back(&self) -> bool {
        self.protocol == Protocol::WebSocketOrHttp
    }

    fn is_http_for_want_of_an_address(&self) -> bool {
        self.protocol == Protocol::Http && self.asked.is_none()
    }
}

const HTTP_URL: &str = "https://api.runware.ai/v1";
const WS_URL: &str = "wss://ws-api.runware.ai/v1";

/// The words of the library about its settings, in the names of the flags.
pub(super) fn in_flags(text: &str) -> String {
    let names = [
        ("`base_url`", HTTP.flag),
        ("`ws_base_url`", WEB_SOCKET.flag),
        ("`insecure_http`", "--insecure-http"),
    ];
    names.into_iter().fold(text.to_owned(), |text, (name, flag)| text.replace(name, flag))
}

impl Setting {
    fn read(&self, flag: Option<&str>) -> Result<Option<Given>, Stop> {
        Ok(match flag {
            Some(value) => Some(Given { value: value.to_owned(), by: self.flag }),
            None => text_variable(self.variable)?.map(|value| Given { value, by: self.variable }),
        })
    }
}
