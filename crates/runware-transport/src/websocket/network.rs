//! The connections of the default connector: TCP, through a proxy if the environment names one, and TLS.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tower_service::Service;
use url::Host;

use super::{Connector, Io};
use crate::base_url::BaseUrl;
use crate::excerpt::excerpt;
use crate::{Delivery, ErrorKind, TransportError, tls};

/// A socket shares its connection with nobody, so it is spoken over HTTP/1.1 only.
const ALPN: &[&[u8]] = &[b"http/1.1"];
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Causes beyond this depth say nothing new.
const MAX_CAUSES: usize = 8;

/// Connects to the origin of an address.
pub(super) struct Network {
    origin: String,
    /// The address as the connector and the proxy's rules know it: `http` or `https`, with a port.
    target: Uri,
    is_loopback: bool,
    tls: Option<Tls>,
    proxy: Option<Intercept>,
}

impl Network {
    /// Reads the environment for a proxy, unless the address is on loopback: what is meant for this machine must
    /// not leave it.
    pub(super) fn new(base_url: &BaseUrl) -> Result<Self, TransportError> {
        let origin = base_url.origin();
        let target = target(base_url).ok_or_else(|| refused("names no host"))?;
        let proxy = (!base_url.is_loopback()).then(|| Matcher::from_system().intercept(&target)).flatten();
        let tls = base_url.is_tls().then(|| Tls::to(&target)).transpose()?;
        Ok(Self { origin, target, is_loopback: base_url.is_loopback(), tls, proxy })
    }
}

#[async_trait]
impl Connector for Network {
    async fn connect(&self) -> io::Result<Box<dyn Io>> {
        let stream = match &self.proxy {
            None => self.direct().await?,
            Some(proxy) => self.through(proxy).await?,
        };
        match &self.tls {
            None => Ok(stream),
            Some(tls) => tls.wrap(stream).await.map_err(|error| self.failure(&error)),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("origin", &self.origin)
            .field("proxy", &self.proxy.is_some())
            .finish_non_exhaustive()
    }
}

impl Network {
    async fn direct(&self) -> io::Result<Box<dyn Io>> {
        let connecting = tcp(Resolver { is_loopback: self.is_loopback }).call(self.target.clone());
        let stream = connecting.await.map_err(|error| self.failure(&error))?;
        Ok(Box::new(stream.into_inner()))
    }

    async fn through(&self, proxy: &Intercept) -> io::Result<Box<dyn Io>> {
        let tls = match proxy.uri().scheme_str() {
            Some("http") => None,
            Some("https") => Some(Tls::to(proxy.uri()).map_err(io::Error::other)?),
            _ => {
                let message = format!("the proxy on the way to {} is neither http nor https", self.origin);
                return Err(configuration(message));
            }
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), ToProxy { tls });
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let stream = tunnel.call(self.target.clone()).await.map_err(|error| self.failure(&error))?;
        Ok(stream.into_inner())
    }

    fn failure(&self, error: &(dyn Error + 'static)) -> io::Error {
        let origin = &self.origin;
        let (kind, message) = if levels(error).any(is_proxy_refusal) {
            return configuration(format!("the proxy on the way to {origin} asks for credentials"));
        } else if levels(error).any(is_tls) {
            (ErrorKind::Tls, format!("{origin} cannot be trusted or does not speak TLS"))
        } else if levels(error).any(is_timeout) {
            (ErrorKind::Timeout, format!("no connection to {origin} in time"))
        } else {
            (ErrorKind::Connect, format!("no connection to {origin}"))
        };
        let mut causes: Vec<String> =
            levels(error).map(|level| excerpt(level.to_string().as_bytes(), None)).collect();
        causes.dedup();
        io::Error::other(TransportError::new(kind, Delivery::NotSent, message).with_causes(causes))
    }
}

/// TCP, to whichever of a host's addresses answers first.
fn tcp(resolver: Resolver) -> HttpConnector<Resolver> {
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp
}

/// The platform's resolver, which is not asked about `localhost`: it may have its own idea of it.
#[derive(Clone)]
struct Resolver {
    is_loopback: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if self.is_loopback {
            let local =
                [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
            return Box::pin(std::future::ready(Ok(Vec::from(local).into_iter())));
        }
        let addresses = GaiResolver::new().call(name);
        Box::pin(async move { Ok(addresses.await?.collect::<Vec<_>>().into_iter()) })
    }
}

/// The way to a proxy.
#[derive(Clone)]
struct ToProxy {
    tls: Option<Tls>,
}

impl Service<Uri> for ToProxy {
    type Response = TokioIo<Box<dyn Io>>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        let connecting = tcp(Resolver { is_loopback: false }).call(proxy);
        let tls = self.tls.clone();
        Box::pin(async move {
            let stream: Box<dyn Io> = Box::new(connecting.await?.into_inner());
            Ok(TokioIo::new(match tls {
                None => stream,
                Some(tls) => tls.wrap(stream).await?,
            }))
        })
    }
}

/// TLS to one host, by the platform's certificate store.
#[derive(Clone)]
struct Tls {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl Tls {
    fn to(uri: &Uri) -> Result<Self, TransportError> {
        let config = tls::platform_config(ALPN).map_err(|error| {
            let causes = [excerpt(error.to_string().as_bytes(), None)];
            TransportError::new(ErrorKind::Configuration, Delivery::NotSent, "TLS cannot be set up")
                .with_causes(causes)
        })?;
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let server = ServerName::try_from(host.to_owned())
            .map_err(|_| refused("names a host that no certificate can be for"))?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), server })
    }

    async fn wrap(&self, stream: Box<dyn Io>) -> io::Result<Box<dyn Io>> {
        Ok(Box::new(self.connector.connect(self.server.clone(), stream).await?))
    }
}

fn target(base_url: &BaseUrl) -> Option<Uri> {
    let (scheme, default_port) = if base_url.is_tls() { ("https", 443) } else { ("http", 80) };
    let host = match base_url.url().host()? {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => format!("[{}]", IpAddr::V6(address)),
    };
    let port = base_url.url().port().unwrap_or(default_port);
    format!("{scheme}://{host}:{port}/").parse().ok()
}

fn levels<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&level| level.source()).take(MAX_CAUSES)
}

/// Whether this level is a TLS error. One inside an I/O error is not in the chain of sources.
fn is_tls(level: &(dyn Error + 'static)) -> bool {
    let inside = level.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    level.is::<rustls::Error>() || inside.is_some_and(|inner| is_tls(inner))
}

fn is_timeout(level: &(dyn Error + 'static)) -> bool {
    level.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

/// Whether this level is a proxy's status 407. Its type is not public; a test notices if its text changes.
fn is_proxy_refusal(level: &(dyn Error + 'static)) -> bool {
    level.to_string() == "tunnel error: proxy authorization required"
}

fn configuration(message: String) -> io::Error {
    io::Error::other(TransportError::new(ErrorKind::Configuration, Delivery::NotSent, message))
}

fn refused(flaw: &str) -> TransportError {
    TransportError::new(ErrorKind::Configuration, Delivery::NotSent, format!("`base_url` {flaw}"))
}
