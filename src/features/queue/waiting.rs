//! Why messages wait: reasons from the figures of a lane and of the accounts. Pure.

use crate::ids::AccountId;
use serde::{Deserialize, Serialize};

/// Why messages wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitKind {
    /// Their turn has come.
    DueNow,
    BeingSent,
    /// The audience is still being turned into messages.
    Preparing,
    /// A server refused for now; another try follows.
    RetryLater,
    Paused,
    DailyCap,
    CampaignCap,
    Rate,
    BreakerOpen,
    AccountOff,
    NoAccount,
    DiskFull,
}

impl WaitKind {
    pub const ALL: [WaitKind; 12] = [
        WaitKind::DueNow,
        WaitKind::BeingSent,
        WaitKind::Preparing,
        WaitKind::RetryLater,
        WaitKind::Paused,
        WaitKind::DailyCap,
        WaitKind::CampaignCap,
        WaitKind::Rate,
        WaitKind::BreakerOpen,
        WaitKind::AccountOff,
        WaitKind::NoAccount,
        WaitKind::DiskFull,
    ];

    /// As monitoring calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            WaitKind::DueNow => "due_now",
            WaitKind::BeingSent => "being_sent",
            WaitKind::Preparing => "preparing",
            WaitKind::RetryLater => "retry_later",
            WaitKind::Paused => "paused",
            WaitKind::DailyCap => "daily_cap",
            WaitKind::CampaignCap => "campaign_cap",
            WaitKind::Rate => "rate",
            WaitKind::BreakerOpen => "breaker_open",
            WaitKind::AccountOff => "account_off",
            WaitKind::NoAccount => "no_account",
            WaitKind::DiskFull => "disk_full",
        }
    }
}

/// One reason, with what a person wants to know about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitReason {
    pub kind: WaitKind,
    /// How many wait for it; 0 where the reason is an account's and holds back whatever comes.
    pub messages: i64,
    /// There are more than `messages`: counting stopped there.
    pub is_more: bool,
    pub account: String,
    /// When it ends by itself.
    pub until: Option<i64>,
    /// Further words: why a breaker opened, why a campaign paused.
    pub detail: String,
}

impl WaitReason {
    fn of(kind: WaitKind, messages: i64) -> Self {
        WaitReason {
            kind,
            messages,
            is_more: false,
            account: String::new(),
            until: None,
            detail: String::new(),
        }
    }

    /// What it says beside its number; the time of `until` follows it.
    pub fn words(&self) -> String {
        let account = &self.account;
        match self.kind {
            WaitKind::DueNow => "waiting to leave".into(),
            WaitKind::BeingSent => "being sent".into(),
            WaitKind::Preparing => "being prepared".into(),
            WaitKind::RetryLater => "waiting for another try, the next one at".into(),
            WaitKind::Paused if self.detail.is_empty() => "The campaign is paused.".into(),
            WaitKind::Paused => format!("The campaign is paused: {}", self.detail),
            WaitKind::DailyCap => format!("{account} has reached its daily cap. It goes on at"),
            WaitKind::CampaignCap => {
                format!("{account} has reached its cap for one campaign. It goes on at")
            }
            WaitKind::Rate => format!("{account} is at its rate."),
            WaitKind::BreakerOpen if self.detail.is_empty() => {
                format!("{account} is paused after failures. It is tried again at")
            }
            WaitKind::BreakerOpen => format!(
                "{account} is paused after failures ({}). It is tried again at",
                self.detail.trim_end_matches('.')
            ),
            WaitKind::AccountOff => format!("{account} is switched off."),
            WaitKind::NoAccount => "No sender account is switched on.".into(),
            WaitKind::DiskFull => {
                "The disk of the database is full. Sending goes on by itself once there is space."
                    .into()
            }
        }
    }
}

/// Whether nobody can say when the mail will have left: no server that could take it answers.
pub fn is_out_of_reach(reasons: &[WaitReason]) -> bool {
    reasons
        .iter()
        .any(|reason| reason.kind == WaitKind::BreakerOpen)
}

/// An account as far as waiting depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountUse {
    pub id: i64,
    pub name: String,
    pub enabled: bool,
    /// Takes only campaigns that insist on it: the sandbox, while another account is on.
    pub is_only_pinned: bool,
    /// 0: none. Of a day of the workspace's zone.
    pub daily_cap: i64,
    pub used_today: i64,
    /// 0: none. Of one campaign, a day.
    pub campaign_cap: i64,
    pub rate_per_second: i64,
    pub rate_per_minute: i64,
    /// Most that may be open at once.
    pub connections: i64,
    /// Where there is a rate: when the next message may leave that nobody has claimed yet.
    pub next_slot_at: i64,
    /// Until when its breaker keeps it back; `None` when it is closed.
    pub breaker_until: Option<i64>,
    pub breaker_reason: String,
}

impl AccountUse {
    /// What keeps this account from sending for a campaign that has used it `used` times today; `None` when nothing does.
    pub fn obstacle(&self, used: i64, resets_at: i64, now: i64) -> Option<WaitReason> {
        let (kind, until, detail) = if !self.enabled {
            (WaitKind::AccountOff, None, String::new())
        } else if let Some(until) = self.breaker_until.filter(|until| *until > now) {
            (
                WaitKind::BreakerOpen,
                Some(until),
                self.breaker_reason.clone(),
            )
        } else if self.daily_cap > 0 && self.used_today >= self.daily_cap {
            (WaitKind::DailyCap, Some(resets_at), String::new())
        } else if self.campaign_cap > 0 && used >= self.campaign_cap {
            (WaitKind::CampaignCap, Some(resets_at), String::new())
        } else if self.rate_per_minute.max(self.rate_per_second) > 0 && self.next_slot_at > now {
            (WaitKind::Rate, None, String::new())
        } else {
            return None;
        };
        Some(WaitReason {
            account: self.name.clone(),
            until,
            detail,
            ..WaitReason::of(kind, 0)
        })
    }
}

/// What is known of one lane (a campaign, or the test mails) without counting its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneFacts {
    pub waiting: i64,
    /// Nothing can be written down, so nothing is sent.
    pub is_disk_full: bool,
    /// Not yet turned into messages; part of `waiting`.
    pub unprepared: i64,
    pub being_sent: i64,
    /// Due later; part of `waiting`. `is_more`: counting stopped there.
    pub later: i64,
    pub is_more: bool,
    pub next_try_at: Option<i64>,
    pub paused: Option<String>,
    pub pinned: Option<AccountId>,
    /// Account id to what this campaign used of it today.
    pub used: Vec<(i64, i64)>,
}

/// Why the messages of a lane wait, in the order in which a person wants to know.
pub fn wait_reasons(
    lane: &LaneFacts,
    accounts: &[AccountUse],
    resets_at: i64,
    now: i64,
) -> Vec<WaitReason> {
    let mut reasons = Vec::new();
    if lane.waiting <= 0 {
        return reasons;
    }
    if lane.is_disk_full {
        reasons.push(WaitReason::of(WaitKind::DiskFull, 0));
    }
    if let Some(detail) = &lane.paused {
        reasons.push(WaitReason {
            detail: detail.clone(),
            ..WaitReason::of(WaitKind::Paused, 0)
        });
    }
    let due = lane.waiting - lane.unprepared - lane.being_sent - lane.later;
    if lane.being_sent > 0 {
        reasons.push(WaitReason::of(WaitKind::BeingSent, lane.being_sent));
    }
    if due > 0 && !lane.is_more {
        reasons.push(WaitReason::of(WaitKind::DueNow, due));
    }
    if lane.later > 0 {
        reasons.push(WaitReason {
            is_more: lane.is_more,
            until: lane.next_try_at,
            ..WaitReason::of(WaitKind::RetryLater, lane.later)
        });
    }
    if lane.unprepared > 0 {
        reasons.push(WaitReason::of(WaitKind::Preparing, lane.unprepared));
    }
    let usable: Vec<_> = accounts
        .iter()
        .filter(|account| {
            lane.pinned
                .map_or(account.enabled && !account.is_only_pinned, |pinned| {
                    pinned.0 == account.id
                })
        })
        .collect();
    let used = |id| {
        lane.used
            .iter()
            .find(|(account, _)| *account == id)
            .map_or(0, |(_, n)| *n)
    };
    let obstacles: Vec<_> = usable
        .iter()
        .filter_map(|account| account.obstacle(used(account.id), resets_at, now))
        .collect();
    if usable.is_empty() {
        reasons.push(WaitReason::of(WaitKind::NoAccount, 0));
    } else if obstacles.len() == usable.len() && lane.being_sent == 0 {
        reasons.extend(obstacles);
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: i64) -> AccountUse {
        AccountUse {
            id,
            name: format!("Account {id}"),
            enabled: true,
            ..AccountUse::default()
        }
    }

    fn kinds(lane: &LaneFacts, accounts: &[AccountUse]) -> Vec<WaitKind> {
        wait_reasons(lane, accounts, 9_000, 1_000)
            .iter()
            .map(|reason| reason.kind)
            .collect()
    }

    #[test]
    fn one_usable_account_is_enough_to_be_ready() {
        let lane = LaneFacts {
            waiting: 10,
            ..LaneFacts::default()
        };
        let capped = AccountUse {
            daily_cap: 5,
            used_today: 5,
            ..account(1)
        };
        assert_eq!(
            kinds(&lane, &[capped.clone(), account(2)]),
            [WaitKind::DueNow]
        );
        assert_eq!(
            kinds(&lane, std::slice::from_ref(&capped)),
            [WaitKind::DueNow, WaitKind::DailyCap]
        );
        let pinned = LaneFacts {
            pinned: Some(AccountId(1)),
            ..lane.clone()
        };
        assert_eq!(
            kinds(&pinned, &[capped, account(2)]),
            [WaitKind::DueNow, WaitKind::DailyCap]
        );
        assert_eq!(kinds(&lane, &[]), [WaitKind::DueNow, WaitKind::NoAccount]);
    }

    #[test]
    fn the_numbers_of_a_lane_add_up() {
        let lane = LaneFacts {
            waiting: 100,
            unprepared: 40,
            being_sent: 10,
            later: 20,
            next_try_at: Some(5_000),
            paused: Some(String::new()),
            ..LaneFacts::default()
        };
        let reasons = wait_reasons(&lane, &[account(1)], 9_000, 1_000);
        assert_eq!(reasons.iter().map(|r| r.messages).sum::<i64>(), 100);
        assert_eq!(reasons[0].kind, WaitKind::Paused);
        assert!(wait_reasons(&LaneFacts::default(), &[], 0, 0).is_empty());
    }

    #[test]
    fn an_obstacle_says_until_when() {
        let broken = AccountUse {
            breaker_until: Some(4_000),
            breaker_reason: "Login refused.".into(),
            ..account(1)
        };
        let reason = broken.obstacle(0, 9_000, 1_000).unwrap();
        assert_eq!(
            (reason.kind, reason.until),
            (WaitKind::BreakerOpen, Some(4_000))
        );
        assert_eq!(
            reason.words(),
            "Account 1 is paused after failures (Login refused). It is tried again at"
        );
        assert!(broken.obstacle(0, 9_000, 4_000).is_none());
        let capped = AccountUse {
            campaign_cap: 100,
            ..account(2)
        };
        assert!(capped.obstacle(99, 9_000, 0).is_none());
        assert_eq!(
            capped.obstacle(100, 9_000, 0).map(|r| r.until),
            Some(Some(9_000))
        );
    }
}
