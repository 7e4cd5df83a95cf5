//! What a socket runs over.

use std::fmt;
use std::io;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};

/// A stream of bytes in both directions.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + ?Sized> Io for T {}

/// Makes the connections that a [`WebSocketTransport`](super::WebSocketTransport) runs over, up to and including
/// TLS. What is said over them is the transport's affair.
///
/// An error may hold a [`TransportError`](crate::TransportError), which is then what callers see; any other one
/// becomes a connection that could not be made.
///
/// ```
/// use std::io;
/// use std::net::SocketAddr;
/// use runware_transport::{Connector, Io, async_trait};
///
/// #[derive(Debug)]
/// struct Fixed(SocketAddr);
///
/// #[async_trait]
/// impl Connector for Fixed {
///     async fn connect(&self) -> io::Result<Box<dyn Io>> {
///         Ok(Box::new(tokio::net::TcpStream::connect(self.0).await?))
///     }
/// }
/// ```
#[async_trait]
pub trait Connector: Send + Sync + fmt::Debug {
    /// Makes one connection.
    ///
    /// # Errors
    ///
    /// When there is none.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future must give the connection up: it is dropped when connecting takes too long, and when the
    /// transport is closed meanwhile.
    async fn connect(&self) -> io::Result<Box<dyn Io>>;
}
