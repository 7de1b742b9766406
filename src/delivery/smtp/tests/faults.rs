//! Servers that leave, hang and talk nonsense, at every step. What matters: what is claimed about the message.

use std::time::Duration;

use super::{
    peer::{Peer, play, play_twice},
    *,
};
use crate::delivery::smtp::SmtpError;

/// How a server fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Says421,
    Closes,
    Hangs,
    Babbles,
    TalksForEver,
}

const FAULTS: [Fault; 5] = [
    Fault::Says421,
    Fault::Closes,
    Fault::Hangs,
    Fault::Babbles,
    Fault::TalksForEver,
];
const SHORT: Duration = Duration::from_millis(80);
/// For a time-out that earlier steps share: they must not run into it on a busy machine.
const PATIENT: Duration = Duration::from_millis(700);

impl Fault {
    async fn happen(self, mut peer: Peer) {
        match self {
            Self::Says421 => {
                peer.say("421 4.3.2 closing\r\n").await;
                peer.hear_end().await;
            }
            Self::Closes => {}
            Self::Hangs => peer.hear_end().await,
            Self::Babbles => {
                peer.say("what?\r\n").await;
                peer.hear_end().await;
            }
            Self::TalksForEver => {
                peer.say(&"2".repeat(10_000)).await;
                peer.hear_end().await;
            }
        }
    }

    fn kind(self) -> FailureKind {
        match self {
            Self::Says421 => FailureKind::AccountTemporary,
            _ => FailureKind::Transport,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Says421 => "421 4.3.2 closing",
            Self::Closes => "it closed the connection",
            Self::Hangs => "it did not answer within",
            Self::Babbles => "a reply did not start with a code",
            Self::TalksForEver => "a reply line was too long",
        }
    }
}

#[tokio::test]
async fn every_fault_while_opening_is_the_accounts_and_named() {
    for fault in FAULTS {
        for stage in [Stage::Greeting, Stage::Hello, Stage::Auth] {
            let error: SmtpError = play(
                async |mut config| {
                    config.user = Some("ann".to_owned());
                    config.password = Some(crate::delivery::smtp::Secret::new("pw"));
                    match stage {
                        Stage::Greeting => config.timeouts.greeting = SHORT,
                        _ if fault == Fault::Hangs => config.timeouts.command = PATIENT,
                        _ => {}
                    }
                    Connection::connect(&config).await.unwrap_err()
                },
                async |mut peer| {
                    match stage {
                        Stage::Greeting => {}
                        Stage::Hello => {
                            peer.say("220 hi\r\n").await;
                            peer.hear("EHLO client.test\r\n").await;
                        }
                        _ => {
                            peer.greet(&["AUTH PLAIN"]).await;
                            peer.hear("AUTH PLAIN AGFubgBwdw==\r\n").await;
                        }
                    }
                    fault.happen(peer).await;
                },
            )
            .await;
            let label = format!("{fault:?} at {stage:?}: {error}");
            assert_eq!((error.stage, error.kind), (stage, fault.kind()), "{label}");
            assert!(error.kind.is_account_fault());
            assert!(error.to_string().contains(fault.words()), "{label}");
        }
    }
}

/// The dialogue of one pipelined message up to the stage at which the server fails.
async fn lead_to(stage: Stage, peer: &mut Peer) {
    peer.hear(GROUP).await;
    let said = match stage {
        Stage::Mail => return,
        Stage::Rcpt => "250 ok\r\n",
        Stage::Data => "250 ok\r\n250 ok\r\n",
        _ => "250 ok\r\n250 ok\r\n354 go\r\n",
    };
    peer.say(said).await;
    if stage == Stage::Content {
        peer.hear(ON_THE_WIRE).await;
    }
}

#[tokio::test]
async fn before_the_final_dot_a_fault_is_a_failure_and_after_it_unconfirmed() {
    for fault in FAULTS {
        for stage in [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Content] {
            let error = play(
                async |mut config| {
                    if fault == Fault::Hangs {
                        config.timeouts.confirm = SHORT;
                        if stage != Stage::Content {
                            config.timeouts.command = PATIENT;
                        }
                    }
                    let mut connection = Connection::connect(&config).await.unwrap();
                    let error = connection.send(&envelope(), MESSAGE).await.unwrap_err();
                    assert!(!connection.is_open() && !connection.is_alive());
                    assert_eq!(connection.message_count(), 0);
                    let again = connection.send(&envelope(), MESSAGE).await.unwrap_err();
                    assert_eq!((again.kind, again.stale), (FailureKind::Transport, false));
                    error
                },
                async |mut peer| {
                    peer.greet(&["PIPELINING"]).await;
                    lead_to(stage, &mut peer).await;
                    fault.happen(peer).await;
                },
            )
            .await;
            let label = format!("{fault:?} at {stage:?}: {error}");
            let kind = match (stage, fault) {
                // A refusal after the dot is an answer: the message has not been taken.
                (Stage::Content, Fault::Says421) => FailureKind::AccountTemporary,
                (Stage::Content, _) => FailureKind::Unconfirmed,
                _ => fault.kind(),
            };
            assert_eq!((error.stage, error.kind), (stage, kind), "{label}");
            assert!(!error.connection_usable && !error.stale, "{label}");
            assert!(error.to_string().contains(fault.words()), "{label}");
        }
    }
}

#[tokio::test]
async fn faults_step_by_step_without_pipelining() {
    for fault in [Fault::Says421, Fault::Closes] {
        for (stage, steps) in [
            (Stage::Mail, 0),
            (Stage::Rcpt, 1),
            (Stage::Data, 2),
            (Stage::Content, 3),
        ] {
            let error = play(
                async |config| {
                    let mut connection = Connection::connect(&config).await.unwrap();
                    connection.send(&envelope(), MESSAGE).await.unwrap_err()
                },
                async |mut peer| {
                    peer.greet(&[]).await;
                    let dialogue = [
                        (MAIL, "250 ok\r\n"),
                        (RCPT, "250 ok\r\n"),
                        ("DATA\r\n", "354 go\r\n"),
                    ];
                    for (hear, say) in &dialogue[..steps] {
                        peer.hear(hear).await;
                        peer.say(say).await;
                    }
                    peer.hear([MAIL, RCPT, "DATA\r\n", ON_THE_WIRE][steps])
                        .await;
                    fault.happen(peer).await;
                },
            )
            .await;
            let unconfirmed = stage == Stage::Content && fault == Fault::Closes;
            let kind = if unconfirmed {
                FailureKind::Unconfirmed
            } else {
                fault.kind()
            };
            assert_eq!((error.stage, error.kind), (stage, kind), "{fault:?}");
            assert!(!error.connection_usable);
        }
    }
}

#[tokio::test]
async fn an_answer_out_of_step_ends_the_connection() {
    let table = [
        // 250 to DATA: the replies are off by one somewhere.
        (
            "250 ok\r\n250 ok\r\n250 ok\r\n",
            "",
            Stage::Data,
            FailureKind::Transport,
        ),
        ("354 go\r\n", "", Stage::Mail, FailureKind::Transport),
        (
            "250 ok\r\n354 go\r\n",
            "",
            Stage::Rcpt,
            FailureKind::Transport,
        ),
        (
            "250 ok\r\n250 ok\r\n354 go\r\n",
            "354 go on\r\n",
            Stage::Content,
            FailureKind::Unconfirmed,
        ),
    ];
    for (replies, last, stage, kind) in table {
        let error = play(
            async |config| {
                let mut connection = Connection::connect(&config).await.unwrap();
                connection.send(&envelope(), MESSAGE).await.unwrap_err()
            },
            async |mut peer| {
                peer.greet(&["PIPELINING"]).await;
                peer.hear(GROUP).await;
                peer.say(replies).await;
                if !last.is_empty() {
                    peer.hear(ON_THE_WIRE).await;
                    peer.say(last).await;
                }
                peer.hear_end().await;
            },
        )
        .await;
        assert_eq!(
            (error.stage, error.kind, error.connection_usable),
            (stage, kind, false),
            "{replies:?}"
        );
    }
}

#[tokio::test]
async fn a_refusal_stays_the_reason_when_the_connection_breaks_after_it() {
    for rest in ["", "421 bye\r\n", "354 go\r\n"] {
        let error = play(
            async |config| {
                let mut connection = Connection::connect(&config).await.unwrap();
                connection.send(&envelope(), MESSAGE).await.unwrap_err()
            },
            async |mut peer| {
                peer.greet(&["PIPELINING"]).await;
                peer.hear(GROUP).await;
                peer.say(&format!("250 ok\r\n550 5.1.1 no\r\n{rest}")).await;
                if rest.starts_with("354") {
                    peer.hear(".\r\n").await;
                }
            },
        )
        .await;
        let got = (error.stage, error.kind, error.connection_usable);
        assert_eq!(
            got,
            (Stage::Rcpt, FailureKind::PermanentRecipient, false),
            "{rest:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_stops_taking_content_cannot_have_the_message() {
    let message = vec![b'x'; 16 * 1024 * 1024];
    for (words, stage_kind) in [
        ("", (Stage::Content, FailureKind::Transport, None)),
        (
            "552 5.3.4 too big\r\n",
            (Stage::Content, FailureKind::TooBig, Some(552)),
        ),
        (
            "421 4.3.2 closing\r\n",
            (Stage::Content, FailureKind::AccountTemporary, Some(421)),
        ),
    ] {
        let (gave_up, given_up) = tokio::sync::oneshot::channel::<()>();
        let error = play(
            async |mut config| {
                config.timeouts.content = SHORT;
                config.timeouts.confirm = SHORT;
                let mut connection = Connection::connect(&config).await.unwrap();
                let error = connection.send(&envelope(), &message).await.unwrap_err();
                gave_up.send(()).unwrap();
                error
            },
            async |mut peer| {
                peer.greet(&["PIPELINING"]).await;
                peer.accept_envelope().await;
                peer.swallow_some(1000).await;
                peer.say(words).await;
                // Stays, but reads no further until the client has given up.
                given_up.await.unwrap();
            },
        )
        .await;
        let code = error.reply.as_ref().map(|reply| reply.code);
        assert_eq!((error.stage, error.kind, code), stage_kind, "{error}");
        assert!(!error.connection_usable);
    }
}

#[tokio::test]
async fn a_connection_dropped_in_the_middle_of_content_is_no_delivery() {
    let message = vec![b'x'; 16 * 1024 * 1024];
    let error = play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            connection.send(&envelope(), &message).await.unwrap_err()
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.accept_envelope().await;
            peer.swallow_some(100_000).await;
        },
    )
    .await;
    assert_eq!(
        (error.stage, error.kind),
        (Stage::Content, FailureKind::Transport),
        "{error}"
    );
}

#[tokio::test]
async fn a_used_connection_that_the_server_ended_is_stale_and_nobodys_fault() {
    for ending in ["", "421 4.4.2 idle too long\r\n"] {
        for late in [false, true] {
            play_twice(
                async |config| {
                    let mut connection = Connection::connect(&config).await.unwrap();
                    connection.send(&envelope(), MESSAGE).await.unwrap();
                    if !late {
                        // The end is there before the next message is begun.
                        while connection.is_alive() {
                            tokio::task::yield_now().await;
                        }
                    }
                    let error = connection.send(&envelope(), MESSAGE).await.unwrap_err();
                    assert!(error.stale && !error.connection_usable, "{error}");
                    assert_eq!(error.stage, Stage::Mail);
                    assert!(!connection.is_open());
                    let mut fresh = Connection::connect(&config).await.unwrap();
                    fresh.send(&envelope(), MESSAGE).await.unwrap();
                },
                async |mut peer| {
                    peer.greet(&["PIPELINING"]).await;
                    peer.accept_message().await;
                    if late {
                        peer.hear(GROUP).await;
                    }
                    peer.say(ending).await;
                },
                async |mut peer| {
                    peer.greet(&["PIPELINING"]).await;
                    peer.accept_message().await;
                    peer.hear_end().await;
                },
                true,
            )
            .await;
        }
    }
}

#[tokio::test]
async fn a_cancelled_send_leaves_the_connection_closed() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            let cancelled =
                tokio::time::timeout(SHORT, connection.send(&envelope(), MESSAGE)).await;
            assert!(cancelled.is_err());
            assert!(!connection.is_open());
            let error = connection.send(&envelope(), MESSAGE).await.unwrap_err();
            assert_eq!(error.kind, FailureKind::Transport);
            // Says nothing on a connection that is out of step.
            connection.quit().await;
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.hear(GROUP).await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_refused_reset_ends_the_connection() {
    play(
        async |config| {
            let mut connection = Connection::connect(&config).await.unwrap();
            connection.send(&envelope(), MESSAGE).await.unwrap_err();
            let error = connection.send(&envelope(), MESSAGE).await.unwrap_err();
            assert_eq!(
                (error.stage, error.connection_usable),
                (Stage::Reset, false)
            );
        },
        async |mut peer| {
            peer.greet(&["PIPELINING"]).await;
            peer.hear(GROUP).await;
            peer.say("250 ok\r\n550 no\r\n554 no\r\n").await;
            peer.hear(&format!("RSET\r\n{GROUP}")).await;
            peer.say("500 what\r\n").await;
            peer.hear_end().await;
        },
    )
    .await;
}

#[tokio::test]
async fn quit_does_not_wait_for_a_server_that_hangs() {
    play(
        async |mut config| {
            config.timeouts.quit = SHORT;
            let connection = Connection::connect(&config).await.unwrap();
            connection.quit().await;
        },
        async |mut peer| {
            peer.greet(&[]).await;
            peer.hear("QUIT\r\n").await;
            peer.swallow().await;
        },
    )
    .await;
}
