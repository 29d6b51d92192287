//! TLS to an outside broker: whose certificate is trusted, and the handshake.

use std::{fmt, io, sync::Arc};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

/// A broker is trusted if it has a certificate for its name from one of the authorities.
#[derive(Clone)]
pub struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

/// Why nobody could be trusted.
#[derive(Debug, thiserror::Error)]
pub enum TlsMistake {
    #[error(
        "there is no certificate in it; it must hold those of the authorities, as PEM (`-----BEGIN CERTIFICATE-----`)"
    )]
    NoCertificate,
    #[error("a certificate in it cannot be read: {0}")]
    Certificate(String),
    #[error("`{0}` is no host name that a certificate could be for")]
    Name(String),
    #[error(transparent)]
    Settings(#[from] rustls::Error),
}

impl Tls {
    /// Trusts the broker at `host`, a name or an address, if one of the authorities in `pem` says that
    /// it is that.
    ///
    /// # Errors
    /// When there is no authority in `pem`, or `host` is no name.
    pub fn new(pem: &[u8], host: &str) -> Result<Self, TlsMistake> {
        let mut authorities = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate =
                certificate.map_err(|mistake| TlsMistake::Certificate(mistake.to_string()))?;
            authorities
                .add(certificate)
                .map_err(|mistake| TlsMistake::Certificate(mistake.to_string()))?;
        }
        if authorities.is_empty() {
            return Err(TlsMistake::NoCertificate);
        }
        let name =
            ServerName::try_from(host.to_owned()).map_err(|_| TlsMistake::Name(host.to_owned()))?;
        // By name: other crates have both providers built in, and then there is no default one.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(authorities)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    pub(super) async fn wrap(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), stream).await
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}
