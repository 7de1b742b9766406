//! Use-cases of the review step: the mail as each recipient will get it, what to look at before sending, test mails.

use super::checks::{
    audience_checks, content_checks, rehearsal_check, sender_checks, signature_checks,
};
use super::copies::Copies;
use super::model::{Draft, DraftHead, PreviewMail, ReviewStep, TestForm, reply_to_problem};
use super::recipients::model::Recipient;
use super::recipients::repo as recipients;
use super::repo;
use crate::delivery::content::{self, ContentError, Rendered, Source};
use crate::delivery::queue;
use crate::error::AppError;
use crate::features::accounts::model::{Account, AccountChoice, Kind};
use crate::features::auth::model::Role;
use crate::features::queue::day::day;
use crate::features::queue::forecast::gather;
use crate::features::queue::forecast::simulate::Lane;
use crate::features::settings::model::Workspace;
use crate::features::{accounts, domains, settings, suppressions};
use crate::ids::DraftId;
use crate::mail::address;
use crate::mail::compile::force_light;
use crate::server::Cx;
use serde_json::{Map, Value};

/// Everything the review step shows; `position` asks for the first recipient at or after it.
pub async fn open(cx: &Cx, id: DraftId, position: i64) -> Result<ReviewStep, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let mut reads = vec![repo::select(id), recipients::select_of_draft(id)];
    reads.extend(recipients::select_around(id, position));
    let (outcomes, overview, signed, (workspace, sending)) = futures::try_join!(
        async { cx.db.batch(reads).await.map_err(AppError::from) },
        accounts::service::list(cx),
        domains::service::list(cx),
        async {
            let workspace = settings::repo::find_workspace(&cx.db).await?;
            let day = day(cx.now(), &workspace.time_zone);
            let outcomes = cx.db.batch(gather::select_all(&day.name).to_vec()).await?;
            Ok::<_, AppError>((workspace, outcomes))
        },
    )?;
    let [draft, set, shown, previous, next, before] = outcomes.as_slice() else {
        return Err(AppError::not_found("draft"));
    };
    let draft = repo::found(draft)?.ok_or_else(|| AppError::not_found("draft"))?;
    let set = recipients::found(set)?;
    let shown = recipients::rows(shown)?.into_iter().next();
    let usable: Vec<_> = overview
        .lines
        .iter()
        .filter(|line| {
            line.account.enabled
                && match draft.account_id {
                    Some(id) => id == line.account.id,
                    None => !line.is_idle,
                }
        })
        .collect();
    let lane = Lane {
        waiting: set.as_ref().map_or(0, |set| set.valid),
        pinned: draft.account_id,
        ..Lane::default()
    };
    let forecast = gather::forecast_draft(cx.now(), &workspace.time_zone, &sending, lane)?;
    let preview = preview_of(
        &draft,
        &workspace,
        shown.as_ref(),
        usable.first().map(|line| &line.account),
    );
    let keys: Vec<String> = Copies::of(&draft.cc, &draft.bcc)
        .all()
        .map(|copy| copy.to_lowercase())
        .collect();
    let suppressed = suppressions::repo::list_among(&cx.db, &keys).await?;
    let mut checks = Vec::new();
    sender_checks(
        &draft,
        &overview
            .lines
            .iter()
            .map(|line| &line.account)
            .collect::<Vec<_>>(),
        &suppressed,
        &mut checks,
    );
    let senders: Vec<&Account> = usable.iter().map(|line| &line.account).collect();
    let is_rehearsal = rehearsal_check(&senders, &mut checks);
    signature_checks(&senders, &signed.domains, &mut checks);
    audience_checks(&draft, set.as_ref(), &mut checks);
    let is_owner = caller.user.role.allows(Role::Owner);
    content_checks(&draft, set.as_ref(), &workspace, is_owner, &mut checks);
    checks.sort_by_key(|check| !check.is_blocker);
    Ok(ReviewStep {
        position: shown.as_ref().map_or(0, |row| row.position),
        previous: recipients::position(previous)?,
        next: recipients::position(next)?,
        number: recipients::position(before)?.unwrap_or_default() + i64::from(shown.is_some()),
        head: DraftHead {
            findings: Some(checks.len() as i64),
            ..DraftHead::of(&draft, set.as_ref(), caller.user.role.allows(Role::Editor))
        },
        copies: Copies::of(&draft.cc, &draft.bcc),
        reply_to: draft.reply_to,
        preview,
        checks,
        is_rehearsal,
        forecast,
        test_address: if workspace.test_address.is_empty() {
            caller.user.email.clone()
        } else {
            workspace.test_address
        },
    })
}

pub fn source_of(draft: &Draft) -> Result<Source, ContentError> {
    Source::from_columns(
        draft.mode.as_str(),
        &draft.source,
        &draft.subject,
        &draft.preheader,
    )
}

pub fn in_words(error: &ContentError) -> String {
    match error.line {
        Some(line) => format!("{} (line {line} of the {})", error.message, error.field),
        None => error.message.clone(),
    }
}

fn preview_of(
    draft: &Draft,
    workspace: &Workspace,
    row: Option<&Recipient>,
    account: Option<&Account>,
) -> Result<PreviewMail, String> {
    let nobody = Map::new();
    let data = row.map_or(&nobody, |row| &row.data);
    let mail = source_of(draft)
        .and_then(|source| content::preview(&source, workspace, data))
        .map_err(|error| in_words(&error))?;
    Ok(PreviewMail {
        from: account.map(Account::from_words).unwrap_or_default(),
        to: row.map(|row| row.address.clone()).unwrap_or_default(),
        subject: mail.subject,
        preheader: merged(&draft.preheader, data),
        text: mail.text,
    })
}

/// A line of text with a recipient's values; as it was written where it cannot be merged.
fn merged(line: &str, data: &Map<String, Value>) -> String {
    use crate::mail::merge::{Escape, MergeData, MergeTemplate};
    MergeTemplate::compile(line, Escape::Header)
        .and_then(|template| template.render(&MergeData::from_json(data)))
        .unwrap_or_else(|_| line.to_owned())
}

/// The HTML one recipient will get, for the preview's frame. Position 0 has no recipient's values.
pub async fn find_html(cx: &Cx, id: DraftId, position: i64) -> Result<String, AppError> {
    cx.require(Role::Viewer)?;
    let [shown, ..] = recipients::select_around(id, position);
    let (outcomes, workspace) = futures::try_join!(
        cx.db.batch(vec![repo::select(id), shown]),
        settings::repo::find_workspace(&cx.db),
    )?;
    let [draft, shown] = outcomes.as_slice() else {
        return Err(AppError::not_found("draft"));
    };
    let draft = repo::found(draft)?.ok_or_else(|| AppError::not_found("draft"))?;
    let row = recipients::rows(shown)?.into_iter().next();
    let data = row.map(|row| row.data).unwrap_or_default();
    let mail: Result<Rendered, _> =
        source_of(&draft).and_then(|source| content::preview(&source, &workspace, &data));
    mail.map(|mail| force_light(&mail.html))
        .map_err(|error| AppError::refused(in_words(&error)))
}

/// Where a test mail goes, as far as the accounts say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFate {
    Leaves,
    /// Only the sandbox can take it.
    Outbox,
    /// Every account that could take it is paused after failures.
    Waits,
}

impl TestFate {
    /// Key of the notice that says so.
    pub fn notice(self) -> &'static str {
        match self {
            TestFate::Leaves => "test-queued",
            TestFate::Outbox => "test-outbox",
            TestFate::Waits => "test-waits",
        }
    }
}

/// Sends the mail as one recipient will get it to an address of the sender's choice, through the engine.
pub async fn send_test(cx: &Cx, form: &TestForm) -> Result<(DraftId, TestFate), AppError> {
    cx.require(Role::Editor)?;
    let id: DraftId = form.id.parse().map_err(|_| AppError::not_found("draft"))?;
    let to = address::parse(&form.address)
        .map_err(|sentence| AppError::invalid("address", sentence).with_typed(form))?;
    let [shown, ..] = recipients::select_around(id, form.recipient.parse().unwrap_or_default());
    let (outcomes, workspace, choices) = futures::try_join!(
        cx.db.batch(vec![repo::select(id), shown]),
        settings::repo::find_workspace(&cx.db),
        accounts::repo::list_choices(&cx.db),
    )?;
    let [draft, shown] = outcomes.as_slice() else {
        return Err(AppError::not_found("draft"));
    };
    let draft = repo::found(draft)?.ok_or_else(|| AppError::not_found("draft"))?;
    let refused = |sentence: String| AppError::refused(sentence).with_typed(form);
    let usable = AccountChoice::usable(&choices, draft.account_id);
    if usable.is_empty() {
        return Err(refused("The sender account is switched off, so no test can leave. Choose or switch on another one.".into()));
    }
    if let Some(problem) = reply_to_problem(&draft.reply_to) {
        return Err(refused(format!("The reply address is wrong. {problem}")));
    }
    if draft.subject.trim().is_empty() {
        return Err(refused("Write a subject first.".into()));
    }
    let row = recipients::rows(shown)?.into_iter().next();
    let data = row.map(|row| row.data).unwrap_or_default();
    let prepared = source_of(&draft)
        .and_then(|source| content::prepare(&source, &workspace))
        .map_err(|error| refused(in_words(&error)))?;
    let links: Vec<_> = prepared
        .links
        .into_iter()
        .map(|link| (link.target, link.label))
        .collect();
    let (snapshot, now) = (queue::new_snapshot_id(), cx.now());
    let mut batch = queue::insert_snapshot(&queue::NewSnapshot {
        id: snapshot,
        source: "",
        subject: &prepared.subject,
        html: &prepared.html,
        text: &prepared.text,
        reply_to: &draft.reply_to,
        // A test goes to nobody else.
        copies: &Copies::default(),
        links: &links,
        workspace: &workspace,
        now,
    })
    .to_vec();
    batch.push(queue::insert_test(
        snapshot,
        &to.address,
        &Value::Object(data).to_string(),
        draft.account_id,
        now,
    ));
    cx.db.batch(batch).await?;
    cx.wake.delivery();
    let fate = if usable.iter().all(|account| account.kind == Kind::Sandbox) {
        TestFate::Outbox
    } else if usable.iter().all(|account| account.paused_until > now) {
        TestFate::Waits
    } else {
        TestFate::Leaves
    };
    Ok((id, fate))
}
