//! Use-cases of campaigns: look, pause, resume, cancel, send again, duplicate, delete. Every write names the state it leaves.

use super::measure::measure;
use super::model::{
    BulkAction, BulkForm, CampaignAction, CampaignDetail, CampaignList, CampaignQuery,
    CampaignState,
};
use super::repo::{self, Campaign, Edge, Narrowed};
use crate::delivery::queue::{self, RetryState};
use crate::delivery::timezone::day_start;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::auth::repo::insert_audit;
use crate::features::drafts::repo::{NewDraft, insert as insert_draft};
use crate::features::queue::day;
use crate::features::settings::repo::find_workspace;
use crate::features::templates::model::copy_name;
use crate::ids::{CampaignId, DraftId};
use crate::server::Cx;
use crate::server::db::Stmt;
use crate::server::errors::internal;
use std::time::Duration;

pub use super::launch::{launch, launch_agreed};

const PAGE: i64 = 25;
/// Campaigns that one request changes.
const MOST_AT_ONCE: usize = 100;
/// A request that sends many messages again works no longer than this; what is left is said.
const PATIENCE: Duration = Duration::from_secs(15);

pub async fn list_campaigns(cx: &Cx, query: &CampaignQuery) -> Result<CampaignList, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let edge = edge(&query.before, &query.after);
    let mut narrowed = Narrowed {
        state: query.state.parse().ok(),
        search: query.q.trim(),
        account: query.account.parse().ok(),
        ..Narrowed::default()
    };
    if !query.from.is_empty() || !query.to.is_empty() {
        let zone = find_workspace(&cx.db).await?.time_zone;
        narrowed.from = day_start(&zone, &query.from, 0);
        narrowed.to = day_start(&zone, &query.to, 1);
    }
    let outcomes = cx
        .db
        .batch(vec![
            repo::select_list(&narrowed, edge, PAGE + 1),
            repo::count_states(),
            repo::select_account_names(),
        ])
        .await?;
    let [page, states, accounts] = outcomes.as_slice() else {
        return Ok(CampaignList::default());
    };
    let mut campaigns = repo::summaries(page)?;
    let is_more = campaigns.len() > PAGE as usize;
    campaigns.truncate(PAGE as usize);
    if matches!(edge, Edge::Before(_)) {
        campaigns.reverse();
    }
    let (is_newer, is_older) = match edge {
        Edge::Start => (false, is_more),
        Edge::After(_) => (true, is_more),
        Edge::Before(_) => (is_more, true),
    };
    Ok(CampaignList {
        newer: campaigns.first().map(|c| c.id).filter(|_| is_newer),
        older: campaigns.last().map(|c| c.id).filter(|_| is_older),
        campaigns,
        states: repo::states(states)?,
        accounts: repo::account_names(accounts)?,
        can_edit: caller.user.role.allows(Role::Editor),
    })
}

/// Reads the edge of a page from an address; nonsense starts at the top.
pub fn edge<T: std::str::FromStr>(before: &str, after: &str) -> Edge<T> {
    match (before.parse(), after.parse()) {
        (Ok(id), _) => Edge::Before(id),
        (_, Ok(id)) => Edge::After(id),
        _ => Edge::Start,
    }
}

pub async fn find_campaign(cx: &Cx, id: CampaignId) -> Result<CampaignDetail, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let day = day::today(cx).await?;
    let (campaign, progress) = measure(&cx.db, id, &day, cx.now(), None)
        .await?
        .ok_or_else(|| AppError::not_found("campaign"))?;
    Ok(CampaignDetail {
        id,
        name: campaign.summary.name,
        subject: campaign.summary.subject,
        preheader: campaign.preheader,
        reply_to: campaign.reply_to,
        copies: campaign.copies,
        account: campaign.account,
        recipients: campaign.recipients,
        unique_opens: campaign.summary.unique_opens,
        unique_clicks: campaign.summary.unique_clicks,
        unsubscribes: campaign.unsubscribes,
        created_at: campaign.summary.created_at,
        can_edit: caller.user.role.allows(Role::Editor),
        progress,
    })
}

async fn find(cx: &Cx, id: CampaignId) -> Result<Campaign, AppError> {
    repo::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("campaign"))
}

/// Stops handing out messages; what is being sent right now still ends.
pub async fn pause_campaign(cx: &Cx, id: CampaignId) -> Result<(), AppError> {
    change(cx, id, CampaignAction::Pause, CampaignState::Paused).await
}

pub async fn resume_campaign(cx: &Cx, id: CampaignId) -> Result<(), AppError> {
    change(cx, id, CampaignAction::Resume, CampaignState::Sending).await
}

/// Ends the campaign. Its waiting messages are put away in small steps by delivery's housekeeping.
pub async fn cancel_campaign(cx: &Cx, id: CampaignId) -> Result<(), AppError> {
    change(cx, id, CampaignAction::Cancel, CampaignState::Cancelled).await
}

async fn change(
    cx: &Cx,
    id: CampaignId,
    action: CampaignAction,
    to: CampaignState,
) -> Result<(), AppError> {
    let caller = cx.require(Role::Editor)?;
    let campaign = find(cx, id).await?;
    action.check(campaign.summary.state, &campaign.summary.counts)?;
    let now = cx.now();
    let mut batch = vec![repo::update_state(id, action, to, now)];
    if action == CampaignAction::Cancel {
        batch.push(insert_audit(
            Some(caller.user.id),
            "campaign.cancel",
            &campaign.summary.name,
            now,
        ));
    }
    cx.db.batch(batch).await?;
    cx.wake.delivery();
    Ok(())
}

/// What a step through many messages came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub messages: i64,
    /// There are more: the request was long enough.
    pub is_more: bool,
}

/// Makes failed messages ready again, in chunks; the campaign goes back to sending.
pub async fn retry_failed(cx: &Cx, id: CampaignId) -> Result<Moved, AppError> {
    again(cx, id, CampaignAction::RetryFailed, RetryState::Failed).await
}

/// Makes unconfirmed messages ready again, in chunks: those that did arrive will arrive twice.
pub async fn resend_unconfirmed(cx: &Cx, id: CampaignId) -> Result<Moved, AppError> {
    let state = RetryState::Unconfirmed;
    again(cx, id, CampaignAction::ResendUnconfirmed, state).await
}

async fn again(
    cx: &Cx,
    id: CampaignId,
    action: CampaignAction,
    state: RetryState,
) -> Result<Moved, AppError> {
    cx.require(Role::Editor)?;
    let campaign = find(cx, id).await?;
    action.check(campaign.summary.state, &campaign.summary.counts)?;
    // Each chunk reopens the campaign: it may have ended again since the last one.
    let chunk = || {
        let now = cx.now();
        vec![
            repo::update_reopened(id, action, now),
            queue::retry_chunk(id, state, now),
        ]
    };
    let moved = in_chunks(cx, chunk).await;
    cx.wake.delivery();
    moved
}

/// Takes unconfirmed messages as sent, on the caller's word.
pub async fn confirm_unconfirmed(cx: &Cx, id: CampaignId) -> Result<Moved, AppError> {
    cx.require(Role::Editor)?;
    let campaign = find(cx, id).await?;
    CampaignAction::ConfirmUnconfirmed.check(campaign.summary.state, &campaign.summary.counts)?;
    in_chunks(cx, || vec![queue::confirm_chunk(id)]).await
}

/// Runs a batch again and again, until its last statement moves less than a chunk.
async fn in_chunks(cx: &Cx, batch: impl Fn() -> Vec<Stmt>) -> Result<Moved, AppError> {
    let started = tokio::time::Instant::now();
    let mut moved = Moved {
        messages: 0,
        is_more: false,
    };
    loop {
        let outcomes = cx.db.batch(batch()).await?;
        let affected = outcomes.last().map_or(0, |outcome| outcome.affected);
        moved.messages += i64::try_from(affected).unwrap_or(queue::CHUNK);
        if affected < queue::CHUNK.unsigned_abs() {
            return Ok(moved);
        }
        if started.elapsed() > PATIENCE {
            moved.is_more = true;
            return Ok(moved);
        }
    }
}

/// A new draft with the same content and the same audience.
pub async fn duplicate_campaign(cx: &Cx, id: CampaignId) -> Result<DraftId, AppError> {
    cx.require(Role::Editor)?;
    let campaign = find(cx, id).await?;
    let name = copy_name(&campaign.summary.name, |_| false);
    let draft = NewDraft {
        name: &name,
        template_id: None,
        mode: campaign.mode.parse().map_err(|e: String| internal(&e))?,
        source: &campaign.source,
        subject: &campaign.summary.subject,
        preheader: &campaign.preheader,
        account_id: campaign.account_id,
        reply_to: &campaign.reply_to,
        cc: &campaign.copies.cc.join(", "),
        bcc: &campaign.copies.bcc.join(", "),
        recipient_set_id: Some(campaign.recipient_set_id),
    };
    let row = cx.db.query_one(insert_draft(&draft, cx.now())).await?;
    Ok(row
        .ok_or_else(|| internal(&"the copy has no id"))?
        .get("id")?)
}

/// What a change of several campaigns came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    action: BulkAction,
    pub done: i64,
    /// Left as they are: their state does not allow it.
    pub refused: i64,
}

impl Changed {
    /// Where to go, with a sentence about what happened.
    pub fn destination(self) -> &'static str {
        match (self.action, self.refused) {
            (BulkAction::Duplicate, _) => "/drafts?notice=campaigns-duplicated",
            (_, 0) => "/campaigns?notice=campaigns-changed",
            _ if self.done == 0 => "/campaigns?notice=campaigns-unchanged",
            _ => "/campaigns?notice=campaigns-changed-part",
        }
    }
}

/// Does the same with several campaigns, one after the other; those whose state does not allow it are left as they are.
pub async fn change_campaigns(cx: &Cx, form: &BulkForm) -> Result<Changed, AppError> {
    cx.require(Role::Editor)?;
    let action = BulkAction::ALL
        .into_iter()
        .find(|action| action.as_str() == form.action)
        .ok_or_else(|| AppError::refused("Choose what to do with the selected campaigns."))?;
    let ids: Vec<CampaignId> = form
        .ids
        .iter()
        .take(MOST_AT_ONCE)
        .filter_map(|id| id.parse().ok())
        .collect();
    if ids.is_empty() {
        return Err(AppError::refused("Select the campaigns first."));
    }
    let mut changed = Changed {
        action,
        done: 0,
        refused: 0,
    };
    for id in ids {
        let result = match action {
            BulkAction::Pause => pause_campaign(cx, id).await,
            BulkAction::Resume => resume_campaign(cx, id).await,
            BulkAction::Cancel => cancel_campaign(cx, id).await,
            BulkAction::Duplicate => duplicate_campaign(cx, id).await.map(|_| ()),
            BulkAction::Delete => delete_campaign(cx, id).await,
        };
        match result {
            Ok(()) => changed.done += 1,
            Err(AppError::Conflict(_) | AppError::NotFound(_)) => changed.refused += 1,
            Err(other) => return Err(other),
        }
    }
    Ok(changed)
}

/// Takes an ended campaign away for good. It is gone from all pages at once; its rows follow in small steps.
pub async fn delete_campaign(cx: &Cx, id: CampaignId) -> Result<(), AppError> {
    let caller = cx.require(Role::Editor)?;
    let campaign = find(cx, id).await?;
    CampaignAction::Delete.check(campaign.summary.state, &campaign.summary.counts)?;
    let now = cx.now();
    let name = &campaign.summary.name;
    cx.db
        .batch(vec![
            repo::update_deleted(id, now),
            insert_audit(Some(caller.user.id), "campaign.delete", name, now),
        ])
        .await?;
    Ok(())
}
