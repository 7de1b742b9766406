//! Judges opens and clicks with what else happened to the same mail, before and in the same write. Pure.

use super::buffer::{Event, EventKind};
use super::machine::{BURST, SCAN, Seen, judge};
use super::model::Rule;
use super::reader::{Reader, reader};
use crate::ids::MessageId;
use std::collections::HashMap;

/// What the ledger and the recorded events say of a message.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Unix ms.
    pub left: Left,
    /// Clicks of the last [`SCAN`] that are recorded already.
    pub clicks: Vec<Click>,
}

/// When a message left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Left {
    At(i64),
    /// It is on the wire at this moment.
    Now,
    #[default]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// `None`: the trap.
    pub link: Option<i64>,
    pub at: i64,
}

#[derive(Clone, Debug)]
pub struct Judged<'a> {
    pub event: &'a Event,
    /// `None`: a person's.
    pub rule: Option<Rule>,
    pub reader: Reader,
}

/// Events recorded as people's that turn out to be a machine's: those of a message between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub message: MessageId,
    pub from: i64,
    pub to: i64,
    /// [`Rule::NearTrap`] takes opens too, [`Rule::Burst`] clicks only, and the opens concluded from them.
    pub rule: Rule,
}

/// The events with their rules, and what they say about earlier ones.
pub fn judge_all<'a>(
    events: &'a [Event],
    facts: &HashMap<MessageId, Facts>,
) -> (Vec<Judged<'a>>, Vec<Turn>) {
    let nothing = Facts::default();
    let mut clicks: HashMap<MessageId, Vec<Click>> = HashMap::new();
    for event in events {
        let link = match event.kind {
            EventKind::Open => continue,
            EventKind::Click(link) => Some(link),
            EventKind::Trap => None,
        };
        let at = event.at;
        clicks
            .entry(event.message)
            .or_default()
            .push(Click { link, at });
    }
    let mut turns = Vec::new();
    let judged = events
        .iter()
        .map(|event| {
            let known = facts.get(&event.message).unwrap_or(&nothing);
            let now = clicks.get(&event.message).map_or(&[][..], Vec::as_slice);
            let is_close = |at: i64, within: i64| (event.at - at).abs() <= within;
            let is_trap = event.kind == EventKind::Trap;
            let in_burst = |click: &Click| match (event.kind, click.link) {
                (EventKind::Click(link), Some(other)) => link != other && is_close(click.at, BURST),
                _ => false,
            };
            let is_burst_before = known.clicks.iter().any(in_burst);
            let rule = judge(&Seen {
                is_click: event.kind != EventKind::Open,
                is_trap,
                is_head: event.is_head,
                is_ahead: event.is_ahead,
                agent: &event.user_agent,
                since_sent: match known.left {
                    Left::At(at) => Some(event.at - at),
                    Left::Now => Some(0),
                    Left::Unknown => None,
                },
                is_near_trap: known
                    .clicks
                    .iter()
                    .chain(now)
                    .any(|click| click.link.is_none() && is_close(click.at, SCAN)),
                is_in_burst: is_burst_before || now.iter().any(in_burst),
            });
            let mut turn = |within, rule| {
                turns.push(Turn {
                    message: event.message,
                    from: event.at - within,
                    to: event.at + within,
                    rule,
                });
            };
            if is_trap {
                turn(SCAN, Rule::NearTrap);
            } else if is_burst_before {
                turn(BURST, Rule::Burst);
            }
            Judged {
                event,
                rule,
                reader: reader(&event.user_agent),
            }
        })
        .collect();
    (judged, turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

    fn event(message: i64, kind: EventKind, at: i64) -> Event {
        Event {
            message: MessageId(message),
            kind,
            is_head: false,
            is_ahead: false,
            user_agent: CHROME.into(),

            ip: String::new(),
            is_opted_out: false,
            at,
        }
    }

    fn rules(events: &[Event], facts: &HashMap<MessageId, Facts>) -> Vec<Option<Rule>> {
        let (judged, _) = judge_all(events, facts);
        judged.iter().map(|judged| judged.rule).collect()
    }

    #[test]
    fn links_that_are_followed_at_once_are_followed_by_a_machine() {
        let events = [
            event(1, EventKind::Click(0), 10_000),
            event(1, EventKind::Click(1), 10_400),
            // A double click.
            event(2, EventKind::Click(0), 10_000),
            event(2, EventKind::Click(0), 10_100),
            // One after the other, as people do.
            event(3, EventKind::Click(0), 10_000),
            event(3, EventKind::Click(1), 14_000),
        ];
        let burst = Some(Rule::Burst);
        assert_eq!(
            rules(&events, &HashMap::new()),
            [burst, burst, None, None, None, None]
        );
    }

    #[test]
    fn the_trap_gives_away_what_came_with_it_and_before() {
        let events = [
            event(1, EventKind::Open, 100_000),
            event(1, EventKind::Click(0), 101_000),
            event(1, EventKind::Trap, 130_000),
            // Its reader, later.
            event(1, EventKind::Click(0), 900_000),
            event(2, EventKind::Open, 130_000),
        ];
        let near = Some(Rule::NearTrap);
        assert_eq!(
            rules(&events, &HashMap::new()),
            [near, near, Some(Rule::Trap), None, None]
        );
        let (_, turns) = judge_all(&events, &HashMap::new());
        assert_eq!(
            turns,
            [Turn {
                message: MessageId(1),
                from: 70_000,
                to: 190_000,
                rule: Rule::NearTrap
            }]
        );
    }

    #[test]
    fn what_is_recorded_already_counts_too() {
        let known = |link, at| {
            let facts = Facts {
                clicks: vec![Click { link, at }],
                ..Facts::default()
            };
            HashMap::from([(MessageId(1), facts)])
        };
        let events = [event(1, EventKind::Click(1), 10_000)];
        assert_eq!(rules(&events, &known(Some(0), 9_500)), [Some(Rule::Burst)]);
        let (_, turns) = judge_all(&events, &known(Some(0), 9_500));
        assert_eq!((turns[0].from, turns[0].rule), (9_000, Rule::Burst));
        assert_eq!(rules(&events, &known(Some(0), 5_000)), [None]);
        assert_eq!(rules(&events, &known(None, 2_000)), [Some(Rule::NearTrap)]);
    }

    #[test]
    fn time_is_counted_from_when_the_message_left() {
        let left = |left| {
            let facts = Facts {
                left,
                ..Facts::default()
            };
            HashMap::from([(MessageId(1), facts)])
        };
        let events = [event(1, EventKind::Open, 10_000)];
        let instant = [Some(Rule::Instant)];
        assert_eq!(rules(&events, &left(Left::At(9_000))), instant);
        assert_eq!(rules(&events, &left(Left::Now)), instant);
        assert_eq!(rules(&events, &left(Left::At(0))), [None]);
        assert_eq!(rules(&events, &left(Left::Unknown)), [None]);
    }
}
