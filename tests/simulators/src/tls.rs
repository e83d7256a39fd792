//! A certificate authority for one run and the server side of TLS under it. The private keys never leave the process.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Why no certificate or TLS configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Making a key or a certificate failed.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused the certificate or the key.
    #[error("cannot use the certificate")]
    Config(#[from] rustls::Error),
}

/// A server's certificate with the authority that vouches for it.
pub struct ServerTls {
    /// The authority's certificate, PEM.
    pub ca_pem: String,
    /// Serves HTTP/1.1 under the leaf certificate.
    pub config: Arc<ServerConfig>,
}

/// Makes an authority and under it a certificate for these hosts.
///
/// # Errors
///
/// [`TlsError`], where one of them is no name.
pub fn server_for(hosts: &[&str]) -> Result<ServerTls, TlsError> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "Simulated provider authority");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>())?;
    leaf.distinguished_name.push(DnType::CommonName, "Simulated provider");
    let leaf = leaf.signed_by(&key, &authority)?;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(ServerTls { ca_pem: authority.pem(), config: Arc::new(config) })
}
