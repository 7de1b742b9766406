//! Envelopes that go out with the content of the message before.

use super::{peer::play, *};

#[tokio::test]
async fn the_envelope_of_the_next_message_goes_out_with_the_content() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let next = envelope();
            let first = connection
                .send_before(&envelope(), MESSAGE, Some((&next, MESSAGE)))
                .await
                .unwrap();
            assert_eq!(first.reply.to_string(), "250 2.0.0 queued as 1");
            assert!(connection.is_opened_ahead() && connection.is_alive());
            let second = connection.send(&next, MESSAGE).await.unwrap();
            assert_eq!(second.reply.to_string(), "250 2.0.0 queued as 2");
            assert!(!connection.is_opened_ahead());
            connection.quit().await;
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.hear(GROUP).await;
            peer.say("250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n").await;
            peer.hear(&format!("{ON_THE_WIRE}{GROUP}")).await;
            peer.say("250 2.0.0 queued as 1\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n")
                .await;
            peer.hear(ON_THE_WIRE).await;
            peer.say("250 2.0.0 queued as 2\r\n").await;
            peer.hear("QUIT\r\n").await;
            peer.say("221 bye\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn what_becomes_of_a_message_is_no_matter_of_the_next_one() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let next = envelope();
            // Its content is refused; the next one is opened all the same, and its recipient refused.
            let error = connection
                .send_before(&envelope(), MESSAGE, Some((&next, MESSAGE)))
                .await
                .unwrap_err();
            assert_eq!(
                (error.stage, error.kind, error.connection_usable),
                (Stage::Content, FailureKind::TooBig, true)
            );
            let error = connection.send(&next, MESSAGE).await.unwrap_err();
            assert_eq!((error.stage, error.connection_usable), (Stage::Rcpt, true));
            // The line ends after the next dot: that one is unconfirmed, and what was opened ahead was never offered.
            let error = connection
                .send_before(&envelope(), MESSAGE, Some((&next, MESSAGE)))
                .await
                .unwrap_err();
            assert_eq!(error.kind, FailureKind::Unconfirmed);
            assert!(!connection.is_open());
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.hear(GROUP).await;
            peer.say("250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n").await;
            peer.hear(&format!("{ON_THE_WIRE}{GROUP}")).await;
            peer.say("552 5.3.4 too big\r\n250 2.1.0 ok\r\n550 5.1.1 no\r\n554 5.5.1 nobody\r\n")
                .await;
            peer.hear(&format!("RSET\r\n{GROUP}")).await;
            peer.say("250 ok\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n")
                .await;
            peer.hear(&format!("{ON_THE_WIRE}{GROUP}")).await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_line_that_ends_between_messages_is_stale_for_what_was_opened_ahead() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let next = envelope();
            connection
                .send_before(&envelope(), MESSAGE, Some((&next, MESSAGE)))
                .await
                .unwrap();
            let error = connection.send(&next, MESSAGE).await.unwrap_err();
            assert!(error.stale, "{error:?}");
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.hear(GROUP).await;
            peer.say("250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n").await;
            peer.hear(&format!("{ON_THE_WIRE}{GROUP}")).await;
            peer.say("250 2.0.0 queued\r\n421 4.7.0 enough\r\n").await;
        },
    )
    .await;
}
