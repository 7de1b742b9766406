//! A lane that empties while delivery is played forward: what still waits, what left, and what held it up.

use super::super::waiting::AccountUse;
use super::desk::{NO_LIMIT, left};
use super::simulate::{Lane, Part, Plan};
use super::{End, PaceKind};

/// A lane on its way; times in unix milliseconds.
pub struct Line<'a> {
    pub lane: &'a Lane,
    pub due: i64,
    pub later: i64,
    /// Left today of the campaign caps of the accounts, in their order.
    pub room: Vec<i64>,
    pub parts: Vec<Part>,
    pub pace: Option<(PaceKind, usize)>,
    pub never: Option<End>,
}

impl<'a> Line<'a> {
    pub fn new(lane: &'a Lane, accounts: &[AccountUse]) -> Self {
        let used = |id: i64| {
            let found = lane.used.iter().find(|(account, _)| *account == id);
            found.map_or(0, |(_, used)| *used)
        };
        let may_send = accounts.iter().any(|account| may_take(lane, account));
        let never = (!may_send).then(|| {
            let pinned = lane
                .pinned
                .and_then(|id| accounts.iter().find(|account| account.id == id.0));
            pinned.map_or(End::NoAccount, |account| End::AccountOff {
                account: account.name.clone(),
            })
        });
        let later = lane.later.clamp(0, lane.waiting.max(0));
        Line {
            lane,
            due: lane.waiting.max(0) - later,
            later,
            room: accounts
                .iter()
                .map(|account| campaign_room(lane, account, used(account.id)))
                .collect(),
            parts: Vec::new(),
            pace: None,
            never,
        }
    }

    pub fn is_waiting(&self) -> bool {
        self.never.is_none() && self.due + self.later > 0
    }

    pub fn book(&mut self, part: Part) {
        self.due -= part.messages;
        self.room[part.account] -= part.messages;
        let known = self
            .parts
            .iter_mut()
            .find(|known| (known.account, known.day) == (part.account, part.day));
        match known {
            Some(known) => {
                known.messages += part.messages;
                known.ends_at = part.ends_at;
            }
            None => self.parts.push(part),
        }
    }

    pub fn plan(self) -> Plan {
        let last = self.parts.iter().map(|part| part.ends_at).max();
        let left = self.due + self.later;
        let end = match self.never {
            Some(never) => never,
            None if left > 0 => End::Beyond { left },
            None => End::At(last.unwrap_or_default()),
        };
        Plan {
            parts: self.parts,
            end,
            pace: self.pace,
        }
    }
}

/// Test mail has no campaign cap.
pub fn campaign_room(lane: &Lane, account: &AccountUse, used: i64) -> i64 {
    if lane.id == 0 {
        NO_LIMIT
    } else {
        left(account.campaign_cap, used)
    }
}

/// Whether a lane is ever sent by this account.
pub fn may_take(lane: &Lane, account: &AccountUse) -> bool {
    account.enabled
        && match lane.pinned {
            Some(id) => id.0 == account.id,
            None => !account.is_only_pinned,
        }
}
