//! The one TLS configuration of a transport.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

/// TLS 1.2 and 1.3 with the platform's certificate store.
///
/// The provider is named here and never taken from the process: another crate of the same program may have
/// installed a different one, or two may be compiled in, which makes the default panic.
pub(super) fn platform_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(with_alpn(config))
}

/// A configuration that trusts nobody, for a transport that speaks plain HTTP.
///
/// It lets a container without any certificate store talk to a server on its own loopback interface.
pub(super) fn trustless_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(with_alpn(config))
}

fn with_alpn(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}
