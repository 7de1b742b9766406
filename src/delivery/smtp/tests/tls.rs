//! Encryption: implicit and STARTTLS, certificates that do not fit, and attempts to slip something in before it.

use std::{sync::Arc, time::Duration};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;

use super::{peer::play, *};
use crate::delivery::smtp::{Secret, SmtpError};

struct Identity {
    der: Vec<u8>,
    server: Arc<rustls::ServerConfig>,
}

/// A self-signed certificate for `name`, valid until `until`.
fn identity(name: &str, until: i32) -> Identity {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    Identity {
        der: certificate.der().to_vec(),
        server: Arc::new(server),
    }
}

fn good() -> Identity {
    identity("127.0.0.1", 2090)
}

#[tokio::test]
async fn implicit_tls_encrypts_from_the_first_byte() {
    let identity = good();
    let message = "Subject: x\r\n\r\n".to_owned() + &"line of text\r\n".repeat(50_000);
    play(
        async |mut config| {
            config.tls = TlsMode::Implicit;
            config.extra_roots = vec![identity.der.clone()];
            let mut connection = Connection::connect(&config).await.unwrap();
            assert!(connection.is_encrypted());
            for body in [message.as_bytes(), MESSAGE] {
                connection.send(&envelope(), body).await.unwrap();
                assert!(connection.is_alive());
            }
            connection.quit().await;
        },
        async |peer| {
            let mut peer = peer.encrypt(Arc::clone(&identity.server)).await.unwrap();
            peer.greet(&["PIPELINING"]).await;
            for wire in [format!("{message}.\r\n"), ON_THE_WIRE.to_owned()] {
                peer.hear(GROUP).await;
                peer.say_slowly("250 ok\r\n250 ok\r\n354 go\r\n").await;
                peer.hear(&wire).await;
                peer.say("250 ok\r\n").await;
            }
            peer.hear("QUIT\r\n").await;
            peer.say("221 bye\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn starttls_comes_before_the_password_and_what_was_offered_before_counts_for_nothing() {
    let identity = good();
    play(
        async |mut config| {
            config.tls = TlsMode::StartTls;
            config.extra_roots = vec![identity.der.clone()];
            config.user = Some("ann".to_owned());
            config.password = Some(Secret::new("pw"));
            let connection = Connection::connect(&config).await.unwrap();
            assert!(connection.is_encrypted());
            assert!(!connection.capabilities().pipelining);
            assert_eq!(connection.capabilities().auth, ["LOGIN"]);
        },
        async |mut peer| {
            peer.greet(&["PIPELINING", "AUTH PLAIN", "STARTTLS"]).await;
            peer.hear("STARTTLS\r\n").await;
            peer.say("220 go\r\n").await;
            let mut peer = peer.encrypt(Arc::clone(&identity.server)).await.unwrap();
            peer.hear_hello(&["AUTH LOGIN"]).await;
            peer.hear("AUTH LOGIN\r\n").await;
            peer.say("334 VXNlcm5hbWU6\r\n").await;
            peer.hear("YW5u\r\n").await;
            peer.say("334 UGFzc3dvcmQ6\r\n").await;
            peer.hear("cHc=\r\n").await;
            peer.say("235 welcome\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

/// STARTTLS with these words from the server; the client must end without another word.
async fn starttls_fails(offered: &[&str], answer: Option<&str>) -> SmtpError {
    play(
        async |mut config| {
            config.tls = TlsMode::StartTls;
            config.user = Some("ann".to_owned());
            config.password = Some(Secret::new("pw"));
            Connection::connect(&config).await.unwrap_err()
        },
        async |mut peer| {
            peer.greet(offered).await;
            if let Some(answer) = answer {
                peer.hear("STARTTLS\r\n").await;
                peer.say(answer).await;
            }
            peer.hear_end().await;
        },
    )
    .await
}

#[tokio::test]
async fn starttls_never_falls_back_to_plain_text() {
    let error = starttls_fails(&["AUTH PLAIN"], None).await;
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Tls, FailureKind::Transport)
    );
    assert!(
        error.to_string().contains("does not offer STARTTLS"),
        "{error}"
    );

    let error = starttls_fails(&["STARTTLS", "AUTH PLAIN"], Some("454 4.7.0 not now\r\n")).await;
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Tls, FailureKind::AccountTemporary)
    );

    let error = starttls_fails(&["STARTTLS", "AUTH PLAIN"], Some("502 no\r\n")).await;
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Tls, FailureKind::AccountPermanent)
    );
}

#[tokio::test]
async fn plain_text_injected_behind_starttls_is_noticed() {
    for injected in [
        "250 mail.test\r\n",
        "250-mail.test\r\n250 AUTH PLAIN\r\n",
        "x",
    ] {
        let answer = format!("220 go\r\n{injected}");
        let error = starttls_fails(&["STARTTLS"], Some(&answer)).await;
        assert_eq!(
            (error.stage, error.kind),
            (Stage::Tls, FailureKind::Transport)
        );
        assert!(error.to_string().contains("tampered"), "{error}");
    }
}

/// Implicit TLS with this certificate; `trusted` makes it a root.
async fn implicit_fails(identity: Identity, trusted: bool) -> String {
    let error = play(
        async |mut config| {
            config.tls = TlsMode::Implicit;
            if trusted {
                config.extra_roots = vec![identity.der.clone()];
            }
            Connection::connect(&config).await.unwrap_err()
        },
        async |peer| {
            if let Some(mut peer) = peer.encrypt(Arc::clone(&identity.server)).await {
                // TLS 1.3 lets the server finish before the client has judged the certificate.
                peer.hear_end().await;
            }
        },
    )
    .await;
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Tls, FailureKind::Transport)
    );
    error.to_string()
}

#[tokio::test]
async fn certificates_that_do_not_fit_are_named_in_words() {
    assert_eq!(
        implicit_fails(good(), false).await,
        "The certificate of 127.0.0.1 comes from an issuer that this machine does not know, or is self-signed."
    );
    assert_eq!(
        implicit_fails(identity("127.0.0.1", 2001), true).await,
        "The certificate of 127.0.0.1 has expired."
    );
    assert_eq!(
        implicit_fails(identity("other.example", 2090), true).await,
        "The certificate is not for 127.0.0.1 but for other.example."
    );
}

#[tokio::test]
async fn any_certificate_is_taken_only_when_told_so() {
    let identity = identity("other.example", 2001);
    play(
        async |mut config| {
            config.tls = TlsMode::Implicit;
            config.accept_invalid_certs = true;
            assert!(Connection::connect(&config).await.unwrap().is_encrypted());
        },
        async |peer| {
            let mut peer = peer.encrypt(Arc::clone(&identity.server)).await.unwrap();
            peer.greet(&[]).await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_server_that_speaks_plain_text_hangs_or_leaves_instead_of_tls_is_named() {
    let table = [
        (
            Some("220 mail.test ESMTP\r\n"),
            false,
            "did not answer with TLS",
        ),
        (
            None,
            true,
            "closed the connection during the encryption handshake",
        ),
        (None, false, "did not finish the encryption handshake"),
    ];
    for (says, leaves, words) in table {
        let error = play(
            async |mut config| {
                config.tls = TlsMode::Implicit;
                if says.is_none() && !leaves {
                    config.timeouts.tls = Duration::from_millis(80);
                }
                Connection::connect(&config).await.unwrap_err()
            },
            async |mut peer| {
                peer.swallow_some(5).await;
                if let Some(says) = says {
                    peer.say(says).await;
                }
                if !leaves {
                    peer.swallow().await;
                }
            },
        )
        .await;
        assert_eq!(
            (error.stage, error.kind),
            (Stage::Tls, FailureKind::Transport)
        );
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_connection_cut_after_the_final_dot_is_unconfirmed_under_tls_too() {
    let identity = good();
    let error = play(
        async |mut config| {
            config.tls = TlsMode::Implicit;
            config.extra_roots = vec![identity.der.clone()];
            let mut connection = Connection::connect(&config).await.unwrap();
            connection.send(&envelope(), MESSAGE).await.unwrap_err()
        },
        async |peer| {
            let mut peer = peer.encrypt(Arc::clone(&identity.server)).await.unwrap();
            peer.greet(&["PIPELINING"]).await;
            peer.accept_envelope().await;
            peer.hear(ON_THE_WIRE).await;
            // Dropped without close_notify.
        },
    )
    .await;
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Content, FailureKind::Unconfirmed),
        "{error}"
    );
}
