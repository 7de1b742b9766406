//! Opening: addresses, greeting, EHLO and HELO.

use super::{
    peer::{closed_port, play},
    *,
};

#[tokio::test]
async fn a_closed_port_is_named() {
    let port = closed_port().await;
    let error = Connection::connect(&ServerConfig::new("127.0.0.1", port, TlsMode::None))
        .await
        .unwrap_err();
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Connect, FailureKind::Transport)
    );
    assert_eq!(
        error.to_string(),
        format!(
            "The mail server 127.0.0.1 cannot be reached on port {port}: the connection was refused."
        )
    );
}

#[tokio::test]
async fn a_host_that_is_no_name_is_not_found() {
    let error = Connection::connect(&ServerConfig::new("", 25, TlsMode::None))
        .await
        .unwrap_err();
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Connect, FailureKind::Transport)
    );
    assert!(error.to_string().contains("was not found"), "{error}");
}

#[tokio::test]
async fn all_addresses_of_a_host_are_tried() {
    // localhost is ::1 and 127.0.0.1 on most machines; the peer listens on the second only.
    play(
        async |mut config| {
            config.host = "localhost".to_owned();
            Connection::connect(&config).await.unwrap();
        },
        async |mut peer| {
            peer.greet(&[]).await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_server_without_ehlo_is_greeted_with_helo_and_offers_nothing() {
    for refusal in ["500 what", "502 5.5.1 not implemented", "550 no"] {
        play(
            async |config| {
                let connection = Connection::connect(&config).await.unwrap();
                assert_eq!(*connection.capabilities(), Default::default());
                assert!(!connection.is_encrypted());
            },
            async |mut peer| {
                peer.say("220 hi\r\n").await;
                peer.hear("EHLO client.test\r\n").await;
                peer.say(&format!("{refusal}\r\n")).await;
                peer.hear("HELO client.test\r\n").await;
                peer.say("250 mail.test\r\n").await;
                peer.hear_end().await;
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_greeting_that_refuses_is_passed_on() {
    let table = [
        (
            "554 5.7.1 blocked",
            FailureKind::AccountPermanent,
            "The mail server refused the connection. It said: 554 5.7.1 blocked",
        ),
        (
            "450 busy",
            FailureKind::AccountTemporary,
            "The mail server asked to try again later. It said: 450 busy",
        ),
        (
            "250 hi",
            FailureKind::Transport,
            "The mail server gave an answer that does not belong here. It said: 250 hi",
        ),
    ];
    for (greeting, kind, words) in table {
        let error = play(
            async |config| Connection::connect(&config).await.unwrap_err(),
            async |mut peer| {
                peer.say(&format!("{greeting}\r\n")).await;
                peer.hear_end().await;
            },
        )
        .await;
        assert_eq!((error.stage, error.kind), (Stage::Greeting, kind));
        assert_eq!(error.to_string(), words);
    }
}

#[tokio::test]
async fn a_name_that_is_none_is_replaced_by_the_address() {
    for name in ["", "two words", "evil\r\nMAIL FROM:<x@y>", "bücher.example"] {
        play(
            async |mut config| {
                config.hello_name = name.to_owned();
                Connection::connect(&config).await.unwrap();
            },
            async |mut peer| {
                peer.say("220 hi\r\n").await;
                peer.hear("EHLO [127.0.0.1]\r\n").await;
                peer.say("250 mail.test\r\n").await;
                peer.hear_end().await;
            },
        )
        .await;
    }
}
