//! The address that attempts go to, checked before a key is sent there.

use url::{Host, Url};

use crate::{Delivery, ErrorKind, TransportError};

/// A checked address: TLS or loopback (or allowed explicitly), no credentials, no fragment.
#[derive(Clone, Debug)]
pub(super) struct BaseUrl {
    url: Url,
    loopback: bool,
}

impl BaseUrl {
    pub(super) fn parse(text: &str, insecure_http: bool) -> Result<Self, TransportError> {
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
        match url.scheme() {
            "https" => {}
            "http" if loopback || insecure_http => {}
            "http" => {
                return Err(refused(
                    "is plain http to another machine, which would show the API key to the network; \
                     it must be https, or http to a loopback address, or `insecure_http` must be set",
                ));
            }
            scheme => return Err(refused(&format!("has the scheme `{scheme}`; it must be https or http"))),
        }
        // `/v1/` is how people write `/v1`, and another address to the server.
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url, loopback })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Scheme, host and port: what can be shown of an address.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) fn is_loopback(&self) -> bool {
        self.loopback
    }

    pub(super) fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
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
    TransportError::new(ErrorKind::Configuration, Delivery::NotSent, format!("`base_url` {flaw}"))
}

#[cfg(test)]
mod tests;
