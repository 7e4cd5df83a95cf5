//! The one place where TLS is configured.

use std::sync::Arc;

use rustls::ClientConfig;
#[cfg(feature = "http")]
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls_platform_verifier::BuilderVerifierExt;

/// TLS 1.2 and 1.3 with the platform's certificate store, offering these protocols by ALPN.
///
/// The provider is named here and never taken from the process: another crate of the same program may have
/// installed a different one, or two may be compiled in, which makes the default panic.
pub(crate) fn platform_config(alpn: &[&[u8]]) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(with_alpn(config, alpn))
}

/// A configuration that trusts nobody, for a transport that speaks without TLS.
///
/// It lets a container without any certificate store talk to a server on its own loopback interface.
#[cfg(feature = "http")]
pub(crate) fn trustless_config(alpn: &[&[u8]]) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(with_alpn(config, alpn))
}

/// The source of randomness that TLS uses too.
#[cfg(feature = "websocket")]
pub(crate) fn random() -> &'static dyn rustls::crypto::SecureRandom {
    aws_lc_rs::default_provider().secure_random
}

fn with_alpn(mut config: ClientConfig, alpn: &[&[u8]]) -> ClientConfig {
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    config
}
