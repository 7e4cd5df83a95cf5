//! The address that attempts go to, checked before a key is sent there.

use url::{Host, Url};

use crate::TransportError;

/// A checked address: TLS or loopback (or allowed explicitly), no credentials, no fragment.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    url: Url,
    loopback: bool,
    is_tls: bool,
}

/// What the addresses of a way to the server begin with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schemes {
    /// With TLS.
    pub(crate) secure: &'static str,
    /// Without it.
    pub(crate) plain: &'static str,
}

impl BaseUrl {
    /// Checks an address. `insecure` allows the plain scheme to other machines.
    pub(crate) fn parse(text: &str, schemes: Schemes, insecure: bool) -> Result<Self, TransportError> {
        let mut url =
            Url::parse(text).map_err(|error| refused("is not a URL").with_causes([error.to_string()]))?;
        let Some(host) = url.host() else {
            return Err(refused("names no host"));
        };
        let loopback = is_loopback(&host);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a user name or a password; the API key is given on its own"));
        }
        if url.fragment().is_some() {
            return Err(refused("holds a fragment (`#…`), which is never sent"));
        }
        let Schemes { secure, plain } = schemes;
        let is_tls = url.scheme() == secure;
        if !is_tls && url.scheme() != plain {
            let scheme = url.scheme();
            return Err(refused(&format!("has the scheme `{scheme}`; it must be {secure} or {plain}")));
        }
        if !is_tls && !loopback && !insecure {
            return Err(refused(&format!(
                "is plain {plain} to another machine, which would show the API key to the network; \
                 it must be {secure}, or {plain} to a loopback address, or `insecure_http` must be set"
            )));
        }
        // `/v1/` is how people write `/v1`, and another address to the server.
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url, loopback, is_tls })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Scheme, host and port: what can be shown of an address.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => *name == "localhost",
    }
}

fn refused(flaw: &str) -> TransportError {
    TransportError::configuration(format!("`base_url` {flaw}"))
}

#[cfg(test)]
mod tests;
