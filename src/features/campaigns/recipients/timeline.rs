//! Everything that happened to one message, in order. The rule is pure; the list shows it.

use super::model::{Attempt, Event, RecipientDetail};
use crate::features::queue::model::MessageState;
use crate::ui::badge::{Badge, Tone};
use crate::ui::time::Time;
use leptos::prelude::*;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Unix ms.
    pub at: i64,
    pub tone: Tone,
    pub title: String,
    /// In the server's words, or of the link, or of the rule.
    pub words: String,
}

/// From queued to the last click, the oldest first.
pub fn moments(detail: &RecipientDetail) -> Vec<Moment> {
    let row = &detail.row;
    let mut moments = vec![Moment {
        at: row.created_at,
        tone: Tone::Neutral,
        title: "Queued".into(),
        words: String::new(),
    }];
    moments.extend(detail.attempts.iter().map(attempt));
    let is_logged = detail
        .attempts
        .last()
        .is_some_and(|last| last.outcome == row.state);
    if let (Some(at), false) = (row.finished_at, is_logged) {
        let through = row.account.as_ref().filter(|_| row.attempt > 0);
        moments.push(Moment {
            at,
            tone: row.state.tone(),
            title: match (row.state, through) {
                (MessageState::Sent, Some(account)) => format!("Sent through {account}"),
                (state, _) => state.words().to_owned(),
            },
            words: said(row.reply_code, &row.reply),
        });
    }
    moments.extend(detail.events.iter().map(event));
    // What happens in the same instant keeps its order.
    moments.sort_by_key(|moment| moment.at);
    moments
}

fn attempt(attempt: &Attempt) -> Moment {
    let through = attempt
        .account
        .as_ref()
        .map_or(String::new(), |account| format!(" through {account}"));
    Moment {
        at: attempt.at,
        tone: attempt.outcome.tone(),
        title: format!(
            "Attempt {}{through}: {}",
            attempt.number,
            attempt.words().to_lowercase()
        ),
        words: said(attempt.reply_code, &attempt.reply),
    }
}

fn event(event: &Event) -> Moment {
    let (tone, title) = match (event.kind.as_str(), event.rule, &event.link) {
        ("unsubscribe", ..) => (Tone::Warn, "Unsubscribed"),
        ("open", Some(_), _) => (Tone::Neutral, "Opened by a machine"),
        ("click", Some(_), _) => (Tone::Neutral, "Clicked by a machine"),
        // Mail programs that show no pictures hide opens.
        ("open", None, Some(_)) => (Tone::Good, "Opened, as the click shows"),
        ("open", ..) => (Tone::Good, "Opened"),
        _ => (Tone::Good, "Clicked"),
    };
    let link = event.link.clone().filter(|_| event.kind == "click");
    let rule = event.rule.map(|rule| format!("It {}.", rule.words()));
    Moment {
        at: event.at,
        tone,
        title: title.into(),
        words: [link, rule]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
    }
}

fn said(code: Option<i64>, reply: &str) -> String {
    match code {
        Some(code) if !reply.starts_with(&code.to_string()) => format!("{code} {reply}"),
        _ => reply.to_owned(),
    }
}

#[component]
pub fn Timeline(moments: Vec<Moment>) -> impl IntoView {
    let moments = moments.into_iter().map(|moment| {
        let has_words = !moment.words.is_empty();
        view! {
            <li class="relative border-l-2 border-base-300 pb-5 pl-5 last:pb-0">
                <span class="absolute -left-[5px] top-2 size-2 rounded-full bg-base-content" aria-hidden="true"></span>
                <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <Badge tone=moment.tone text=moment.title/>
                    <span class="text-sm text-muted"><Time ms=moment.at/></span>
                </p>
                {has_words.then(|| view! { <p class="mt-1 text-sm [overflow-wrap:anywhere]">{moment.words}</p> })}
            </li>
        }
    });
    view! { <ol class="ml-1">{moments.collect_view()}</ol> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::campaigns::model::CampaignState;
    use crate::features::queue::model::MessageRow;
    use crate::features::tracking::model::Rule;
    use crate::ids::{CampaignId, MessageId};

    fn detail(state: MessageState) -> RecipientDetail {
        RecipientDetail {
            campaign: CampaignId(1),
            campaign_name: "Spring".into(),
            campaign_state: CampaignState::Completed,
            row: MessageRow {
                id: MessageId(1),
                campaign: Some(CampaignId(1)),
                address: "ann@example.com".into(),
                state,
                account: Some("Post".into()),
                reply_code: Some(250),
                reply: "2.0.0 queued".into(),
                attempt: 2,
                due_at: 0,
                created_at: 10,
                finished_at: Some(300),
                opens: 0,
                clicks: 0,
            },
            message_id: None,
            data: Vec::new(),
            attempts: vec![Attempt {
                number: 1,
                at: 100,
                account: Some("Post".into()),
                outcome: MessageState::Ready,
                reply_code: Some(451),
                reply: "4.7.1 later".into(),
            }],
            events: Vec::new(),
            can_edit: false,
        }
    }

    fn titles(detail: &RecipientDetail) -> Vec<String> {
        moments(detail)
            .into_iter()
            .map(|moment| moment.title)
            .collect()
    }

    #[test]
    fn everything_stands_in_its_order() {
        let mut sent = detail(MessageState::Sent);
        let event = |at, kind: &str, rule, link: Option<&str>| Event {
            at,
            kind: kind.into(),
            rule,
            link: link.map(str::to_owned),
        };
        sent.events = vec![
            event(301, "open", Some(Rule::Apple), None),
            event(900, "click", None, Some("https://example.com")),
            event(900, "open", None, Some("https://example.com")),
            event(950, "unsubscribe", None, None),
        ];
        assert_eq!(
            titles(&sent),
            [
                "Queued",
                "Attempt 1 through Post: will be tried again",
                "Sent through Post",
                "Opened by a machine",
                "Clicked",
                "Opened, as the click shows",
                "Unsubscribed",
            ]
        );
        let words: Vec<String> = moments(&sent)
            .into_iter()
            .map(|moment| moment.words)
            .collect();
        assert_eq!(words[1], "451 4.7.1 later");
        assert_eq!(words[2], "250 2.0.0 queued");
        assert!(words[3].starts_with("It loaded the pictures"));
        assert_eq!(words[4], "https://example.com");
    }

    #[test]
    fn an_end_that_an_attempt_tells_is_told_once() {
        let mut failed = detail(MessageState::Failed);
        failed.attempts[0].outcome = MessageState::Failed;
        assert_eq!(
            titles(&failed),
            ["Queued", "Attempt 1 through Post: failed"]
        );
    }
}
