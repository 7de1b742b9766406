//! Signing in: each mechanism, each refusal. User `ann`, password `pässword`.

use super::{peer::play, *};
use crate::delivery::smtp::{Secret, SignIn, SmtpError};

const USER: &str = "YW5u";
const PASSWORD: &str = "cMOkc3N3b3Jk";
const PLAIN: &str = "AGFubgBww6Rzc3dvcmQ=";
/// `user=ann`, `auth=Bearer pässword`, separated and ended by 0x01.
const BEARER: &str = "dXNlcj1hbm4BYXV0aD1CZWFyZXIgcMOkc3N3b3JkAQE=";

fn with_credentials(mut config: ServerConfig, sign_in: SignIn) -> ServerConfig {
    config.user = Some("ann".to_owned());
    config.password = Some(Secret::new("pässword"));
    config.sign_in = sign_in;
    config
}

async fn sign_in(
    kind: SignIn,
    offered: &[&str],
    dialogue: &[(String, &str)],
) -> Result<(), SmtpError> {
    play(
        async |config| {
            Connection::connect(&with_credentials(config, kind))
                .await
                .map(drop)
        },
        async |mut peer| {
            peer.greet(offered).await;
            for (hear, say) in dialogue {
                peer.hear(hear).await;
                peer.say(say).await;
            }
            peer.hear_end().await;
        },
    )
    .await
}

fn line(text: &str) -> String {
    format!("{text}\r\n")
}

#[tokio::test]
async fn plain_is_preferred_and_takes_one_round_trip() {
    let dialogue = [(format!("AUTH PLAIN {PLAIN}\r\n"), "235 2.7.0 welcome\r\n")];
    sign_in(SignIn::Password, &["AUTH LOGIN PLAIN XOAUTH2"], &dialogue)
        .await
        .unwrap();
}

#[tokio::test]
async fn plain_is_repeated_for_a_server_that_asks_for_it() {
    let dialogue = [
        (format!("AUTH PLAIN {PLAIN}\r\n"), "334 \r\n"),
        (line(PLAIN), "235 welcome\r\n"),
    ];
    sign_in(SignIn::Password, &["AUTH PLAIN"], &dialogue)
        .await
        .unwrap();
}

#[tokio::test]
async fn login_is_used_where_plain_is_missing_or_not_known_after_all() {
    let login = [
        (line("AUTH LOGIN"), "334 VXNlcm5hbWU6\r\n"),
        (line(USER), "334 UGFzc3dvcmQ6\r\n"),
        (line(PASSWORD), "235 welcome\r\n"),
    ];
    sign_in(SignIn::Password, &["AUTH LOGIN"], &login)
        .await
        .unwrap();
    sign_in(SignIn::Password, &["AUTH=LOGIN"], &login)
        .await
        .unwrap();
    let mut both = vec![(
        format!("AUTH PLAIN {PLAIN}\r\n"),
        "504 5.5.4 unrecognized\r\n",
    )];
    both.extend(login);
    sign_in(SignIn::Password, &["AUTH PLAIN LOGIN"], &both)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_token_goes_by_xoauth2() {
    let dialogue = [(format!("AUTH XOAUTH2 {BEARER}\r\n"), "235 welcome\r\n")];
    sign_in(SignIn::OAuthToken, &["AUTH PLAIN XOAUTH2"], &dialogue)
        .await
        .unwrap();
    let dialogue = [
        (
            format!("AUTH XOAUTH2 {BEARER}\r\n"),
            "334 eyJzdGF0dXMiOiI0MDAifQ==\r\n",
        ),
        (line(""), "535 5.7.8 not accepted\r\n"),
    ];
    let error = sign_in(SignIn::OAuthToken, &["AUTH XOAUTH2"], &dialogue)
        .await
        .unwrap_err();
    assert_eq!(error.kind, FailureKind::AccountPermanent);
    assert_eq!(error.reply.unwrap().to_string(), "535 5.7.8 not accepted");
}

#[tokio::test]
async fn refusals_tell_wrong_passwords_from_trouble() {
    let table = [
        (
            "535-5.7.8 Username and Password\r\n535 5.7.8 not accepted\r\n",
            FailureKind::AccountPermanent,
            "The mail server refused the user name or password. It said: 535 5.7.8 Username and Password not accepted",
        ),
        (
            "454 4.7.0 too many attempts\r\n",
            FailureKind::AccountTemporary,
            "The mail server cannot check the sign-in right now. It said: 454 4.7.0 too many attempts",
        ),
    ];
    for (reply, kind, words) in table {
        let plain = [(format!("AUTH PLAIN {PLAIN}\r\n"), reply)];
        let error = sign_in(SignIn::Password, &["AUTH PLAIN"], &plain)
            .await
            .unwrap_err();
        assert_eq!(
            (error.stage, error.kind, error.to_string().as_str()),
            (Stage::Auth, kind, words)
        );
        let login = [
            (line("AUTH LOGIN"), "334 VXNlcm5hbWU6\r\n"),
            (line(USER), "334 UGFzc3dvcmQ6\r\n"),
            (line(PASSWORD), reply),
        ];
        let error = sign_in(SignIn::Password, &["AUTH LOGIN"], &login)
            .await
            .unwrap_err();
        assert_eq!(
            (error.stage, error.kind, error.to_string().as_str()),
            (Stage::Auth, kind, words)
        );
    }
}

#[tokio::test]
async fn a_secret_is_not_sent_where_it_does_not_fit() {
    let table = [
        (SignIn::Password, &[][..], "does not offer sign-in"),
        (
            SignIn::Password,
            &["AUTH CRAM-MD5 XOAUTH2"][..],
            "only CRAM-MD5, XOAUTH2",
        ),
        (
            SignIn::OAuthToken,
            &["AUTH PLAIN LOGIN"][..],
            "only PLAIN, LOGIN",
        ),
    ];
    for (kind, offered, words) in table {
        let error = sign_in(kind, offered, &[]).await.unwrap_err();
        assert_eq!(
            (error.stage, error.kind),
            (Stage::Auth, FailureKind::AccountPermanent)
        );
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_user_without_password_is_refused_here() {
    for password in [None, Some(Secret::new("nul\0"))] {
        let error = play(
            async |mut config| {
                config.user = Some("ann".to_owned());
                config.password = password;
                Connection::connect(&config).await.unwrap_err()
            },
            async |mut peer| {
                peer.greet(&["AUTH PLAIN"]).await;
                peer.hear_end().await;
            },
        )
        .await;
        assert_eq!(
            (error.stage, error.kind),
            (Stage::Auth, FailureKind::AccountPermanent)
        );
    }
}

#[test]
fn a_secret_is_never_printed() {
    let config = with_credentials(ServerConfig::new("h", 25, TlsMode::None), SignIn::Password);
    assert!(!format!("{config:?}").contains("pässword"));
}
