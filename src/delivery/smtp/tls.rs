//! TLS for the client side: trusted roots, the handshake, and certificate problems in words.

use std::{
    io,
    sync::{Arc, OnceLock},
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
    SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use super::{
    config::ServerConfig,
    error::SmtpError,
    wire::{Stream, Wire},
};
use crate::delivery::reply::Stage;

/// Encrypts `socket` and checks that the certificate is valid for the configured host.
pub(super) async fn start(socket: TcpStream, config: &ServerConfig) -> Result<Wire, SmtpError> {
    let failed = |detail: String| SmtpError::transport(Stage::Tls, detail);
    let host = &config.host;
    let name = ServerName::try_from(host.trim_end_matches('.').to_owned()).map_err(|_| {
        failed(format!(
            "“{host}” is not a server name that a certificate can carry."
        ))
    })?;
    let client = client_config(config)
        .map_err(|error| failed(format!("Encryption could not be set up: {error}.")))?;
    let limit = config.timeouts.tls;
    match timeout(limit, TlsConnector::from(client).connect(name, socket)).await {
        Ok(Ok(stream)) => Ok(Wire::new(Stream::Tls(Box::new(stream)))),
        Ok(Err(error)) => Err(failed(explain(&error, host))),
        Err(_) => Err(failed(format!(
            "The mail server did not finish the encryption handshake within {} s. Check the port and the encryption mode.",
            limit.as_secs_f32()
        ))),
    }
}

/// One shared configuration for everybody without roots of their own, so that sessions are resumed.
fn client_config(config: &ServerConfig) -> Result<Arc<ClientConfig>, TlsError> {
    static SHARED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if config.accept_invalid_certs {
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
        let builder =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        return Ok(Arc::new(
            builder
                .dangerous()
                .with_custom_certificate_verifier(verifier)
                .with_no_client_auth(),
        ));
    }
    if config.extra_roots.is_empty()
        && let Some(shared) = SHARED.get()
    {
        return Ok(Arc::clone(shared));
    }
    let mut roots = machine_roots();
    for der in &config.extra_roots {
        roots.add(CertificateDer::from(der.clone()))?;
    }
    let built = Arc::new(
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    );
    if config.extra_roots.is_empty() {
        return Ok(Arc::clone(SHARED.get_or_init(|| built)));
    }
    Ok(built)
}

/// What the machine trusts; where it has no certificates (a bare container), Mozilla's list built into the binary.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let (added, _ignored) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

/// The reason of a failed handshake for a person who set up the account.
fn explain(error: &io::Error, host: &str) -> String {
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>())
    else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                "The mail server closed the connection during the encryption handshake.".to_owned()
            }
            _ => format!("The encryption handshake broke off ({error})."),
        };
    };
    match tls {
        TlsError::InvalidCertificate(reason) => certificate(reason, host),
        TlsError::InvalidMessage(_) => {
            "The mail server did not answer with TLS. Check the port and the encryption mode (usually STARTTLS on 587, TLS on 465)."
                .to_owned()
        }
        TlsError::AlertReceived(alert) => format!("The mail server broke off the encryption handshake ({alert:?})."),
        TlsError::PeerIncompatible(_) => {
            "The mail server offers only outdated encryption (TLS 1.2 or newer is needed).".to_owned()
        }
        other => format!("The encryption handshake failed ({other})."),
    }
}

fn certificate(reason: &CertificateError, host: &str) -> String {
    use CertificateError::*;
    match reason {
        Expired | ExpiredContext { .. } => format!("The certificate of {host} has expired."),
        NotValidYet | NotValidYetContext { .. } => {
            format!("The certificate of {host} is not valid yet. Check this machine's clock.")
        }
        NotValidForName => format!("The certificate is not for {host}."),
        NotValidForNameContext { presented, .. } if presented.is_empty() => {
            format!("The certificate is not for {host}: it names no host.")
        }
        NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented
                .iter()
                .take(5)
                .map(|name| dns_name(name))
                .collect();
            format!(
                "The certificate is not for {host} but for {}.",
                names.join(", ")
            )
        }
        UnknownIssuer => {
            format!(
                "The certificate of {host} comes from an issuer that this machine does not know, or is self-signed."
            )
        }
        Revoked => format!("The certificate of {host} has been revoked."),
        BadSignature => format!("The certificate of {host} carries a wrong signature."),
        InvalidPurpose | InvalidPurposeContext { .. } => {
            format!("The certificate of {host} is not made for servers.")
        }
        other => format!("The certificate of {host} is not valid ({other})."),
    }
}

/// `DnsName("a.example")`, as the library prints it, without the wrapping.
fn dns_name(printed: &str) -> &str {
    printed.split('"').nth(1).unwrap_or(printed)
}

/// Takes any certificate, but still checks that the server owns its key. See [`ServerConfig::accept_invalid_certs`].
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
