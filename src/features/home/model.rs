//! The workspace at a glance, and what it warns of. Pure.

use crate::features::analytics::model::{CampaignLine, DomainLine, Engagement};
use crate::features::campaigns::model::{CampaignState, Counts};
use crate::ids::{AccountId, CampaignId, DraftId};
use crate::ui::chart::Bucket;
use crate::ui::chart::lines::RatePoint;
use serde::{Deserialize, Serialize};

/// Days that the chart covers, and the numbers beside it.
pub const DAYS: i64 = 30;
/// Weeks that the rates cover.
pub const WEEKS: i64 = 12;
/// Campaigns and drafts that are shown.
pub const SHOWN: i64 = 5;
/// A campaign to fewer people says little about what people like.
const ENOUGH: i64 = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Messages handed to mail servers, by day of the workspace's zone.
    pub days: Vec<Bucket>,
    /// Over the campaigns that started in these days.
    pub sent: i64,
    pub engagement: Engagement,
    /// Newest first.
    pub campaigns: Vec<RecentCampaign>,
    pub drafts: Vec<RecentDraft>,
    /// Open and click-through rate by week, of the campaigns that started in it.
    pub weeks: Vec<RatePoint>,
    /// Of these weeks, by click-through rate.
    pub best: Vec<CampaignLine>,
    pub deliverability: Deliverability,
    pub warnings: Vec<Warning>,
    pub steps: Steps,
}

/// What mail servers made of the mail of the last days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliverability {
    /// Over the campaigns that started in these days.
    pub delivery: Counts,
    pub unsubscribes: i64,
    /// The domains with most recipients.
    pub domains: Vec<DomainLine>,
}

/// The campaigns that were clicked most, of those that went to enough people to tell.
pub fn best(campaigns: &[CampaignLine]) -> Vec<CampaignLine> {
    let mut best: Vec<CampaignLine> = campaigns
        .iter()
        .filter(|campaign| {
            campaign.delivery.sent >= ENOUGH && campaign.engagement.unique_clicks > 0
        })
        .cloned()
        .collect();
    best.sort_by_key(|campaign| std::cmp::Reverse((campaign.click_rate(), campaign.id.0)));
    best.truncate(SHOWN as usize);
    best
}

/// Open and click-through rate of the campaigns that started between two moments, in thousandths.
pub fn rates(campaigns: &[CampaignLine], from: i64, to: i64) -> Vec<Option<i64>> {
    let (mut sent, mut opened, mut clicked) = (0, 0, 0);
    for campaign in campaigns {
        if campaign
            .started_at
            .is_some_and(|at| (from..to).contains(&at))
        {
            sent += campaign.delivery.sent;
            opened += campaign.engagement.unique_opens;
            clicked += campaign.engagement.unique_clicks;
        }
    }
    let rate = |part: i64| (sent > 0).then(|| part * 1_000 / sent);
    vec![rate(opened), rate(clicked)]
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentCampaign {
    pub id: CampaignId,
    pub name: String,
    pub state: CampaignState,
    pub delivery: Counts,
    pub engagement: Engagement,
    /// Unix ms.
    pub created_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentDraft {
    pub id: DraftId,
    pub name: String,
    pub subject: String,
    /// Unix ms.
    pub updated_at: i64,
}

/// Something that keeps mail from leaving, or from arriving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// There is no account that mail could leave through.
    NoAccount,
    /// Mail stays in the outbox here.
    OnlySandbox,
    /// The breaker is open until then.
    Resting {
        account: AccountId,
        name: String,
        reason: String,
        until: i64,
    },
    /// Today's cap is used up; it starts anew then.
    CapReached {
        account: AccountId,
        name: String,
        cap: i64,
        resets_at: i64,
    },
    /// Messages that may or may not have left: somebody has to look.
    Unconfirmed {
        campaign: CampaignId,
        name: String,
        count: i64,
    },
}

/// What a new workspace still has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// An account that reaches the world.
    pub has_account: bool,
    pub has_template: bool,
    pub has_draft: bool,
    pub has_campaign: bool,
}

impl Steps {
    /// The list helps until the first campaign is on its way.
    pub fn is_shown(&self) -> bool {
        !self.has_campaign
    }
}

/// An account as the warnings see it.
#[derive(Clone, Debug)]
pub struct AccountState {
    pub id: AccountId,
    pub name: String,
    pub is_sandbox: bool,
    pub enabled: bool,
    /// Until when it rests; `None` while it works.
    pub resting: Option<(i64, String)>,
    /// 0: none.
    pub daily_cap: i64,
    pub used_today: i64,
}

/// What is worth a warning now, the gravest first.
pub fn warnings(
    accounts: &[AccountState],
    campaigns: &[RecentCampaign],
    now: i64,
    day_ends_at: i64,
) -> Vec<Warning> {
    let enabled: Vec<&AccountState> = accounts.iter().filter(|a| a.enabled).collect();
    let mut found = Vec::new();
    if enabled.is_empty() {
        found.push(Warning::NoAccount);
    }
    for account in &enabled {
        if let Some((until, reason)) = &account.resting
            && *until > now
        {
            found.push(Warning::Resting {
                account: account.id,
                name: account.name.clone(),
                reason: reason.clone(),
                until: *until,
            });
        }
    }
    for campaign in campaigns {
        if campaign.delivery.unconfirmed > 0 {
            found.push(Warning::Unconfirmed {
                campaign: campaign.id,
                name: campaign.name.clone(),
                count: campaign.delivery.unconfirmed,
            });
        }
    }
    for account in &enabled {
        if account.daily_cap > 0 && account.used_today >= account.daily_cap {
            found.push(Warning::CapReached {
                account: account.id,
                name: account.name.clone(),
                cap: account.daily_cap,
                resets_at: day_ends_at,
            });
        }
    }
    if !enabled.is_empty() && enabled.iter().all(|account| account.is_sandbox) {
        found.push(Warning::OnlySandbox);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: i64) -> AccountState {
        AccountState {
            id: AccountId(id),
            name: format!("Account {id}"),
            is_sandbox: false,
            enabled: true,
            resting: None,
            daily_cap: 500,
            used_today: 10,
        }
    }

    fn campaign(id: i64, started_at: i64, sent: i64, clicked: i64) -> CampaignLine {
        CampaignLine {
            id: CampaignId(id),
            name: String::new(),
            started_at: Some(started_at),
            delivery: Counts {
                sent,
                ..Counts::default()
            },
            engagement: Engagement {
                unique_opens: clicked * 2,
                unique_clicks: clicked,
                ..Engagement::default()
            },
        }
    }

    #[test]
    fn the_best_campaigns_went_to_enough_people() {
        let campaigns = [
            campaign(1, 0, 100, 10),
            campaign(2, 0, 2, 2),
            campaign(3, 0, 1_000, 300),
            campaign(4, 0, 100, 0),
        ];
        let ids: Vec<i64> = best(&campaigns)
            .iter()
            .map(|campaign| campaign.id.0)
            .collect();
        assert_eq!(ids, [3, 1]);
    }

    #[test]
    fn a_weeks_rates_are_those_of_its_mail_together() {
        let campaigns = [
            campaign(1, 5, 100, 10),
            campaign(2, 9, 300, 10),
            campaign(3, 10, 1, 1),
        ];
        assert_eq!(rates(&campaigns, 0, 10), [Some(100), Some(50)]);
        assert_eq!(rates(&campaigns, 20, 30), [None, None]);
    }

    #[test]
    fn a_workspace_that_can_send_is_not_warned() {
        assert_eq!(warnings(&[account(1)], &[], 100, 200), []);
    }

    #[test]
    fn what_keeps_mail_from_leaving_is_said() {
        let off = AccountState {
            enabled: false,
            ..account(1)
        };
        assert_eq!(warnings(&[], &[], 0, 0), [Warning::NoAccount]);
        assert_eq!(warnings(&[off], &[], 0, 0), [Warning::NoAccount]);
        let sandbox = AccountState {
            is_sandbox: true,
            daily_cap: 0,
            ..account(1)
        };
        assert_eq!(warnings(&[sandbox], &[], 0, 0), [Warning::OnlySandbox]);
        let resting = AccountState {
            resting: Some((150, "refused".into())),
            ..account(1)
        };
        assert!(matches!(
            warnings(std::slice::from_ref(&resting), &[], 100, 200)[..],
            [Warning::Resting { until: 150, .. }]
        ));
        assert_eq!(warnings(&[resting], &[], 151, 200), []);
        let full = AccountState {
            used_today: 500,
            ..account(2)
        };
        assert!(matches!(
            warnings(&[full], &[], 100, 200)[..],
            [Warning::CapReached {
                resets_at: 200,
                cap: 500,
                ..
            }]
        ));
    }
}
