//! A draft becomes a campaign: content and audience are frozen, and the draft is gone, in one atomic batch or not at all.

use super::repo;
use crate::delivery::content::{self, ContentError, Source};
use crate::delivery::queue::{NewSnapshot, insert_snapshot, new_snapshot_id};
use crate::error::{AppError, Invalid};
use crate::features::auth::model::Role;
use crate::features::auth::repo::insert_audit;
use crate::features::drafts::copies::{self, Copies};
use crate::features::drafts::model::Draft;
use crate::features::drafts::recipients::model::{RecipientSet, SetState};
use crate::features::drafts::{recipients, repo as drafts};
use crate::features::queue::repo as queue;
use crate::features::queue::waiting::AccountUse;
use crate::features::settings::repo::find_workspace;
use crate::features::suppressions::repo as suppressions;
use crate::ids::{CampaignId, DraftId};
use crate::server::Cx;
use crate::server::db::DbError;
use crate::server::errors::internal;

/// Starts sending a draft as it stood at `revision`. Errors: `Invalid` with a sentence for each thing that is missing,
/// `Conflict` when the draft is another by now. The queue's rows are made afterwards, from the frozen audience.
pub async fn launch(cx: &Cx, draft: DraftId, revision: i64) -> Result<CampaignId, AppError> {
    launch_agreed(cx, draft, revision, false).await
}

/// The same; `has_agreed`: to copies of every mail, which a campaign for many must be asked about.
pub async fn launch_agreed(
    cx: &Cx,
    draft: DraftId,
    revision: i64,
    has_agreed: bool,
) -> Result<CampaignId, AppError> {
    let caller = cx.require(Role::Editor)?;
    let found = drafts::find(&cx.db, draft)
        .await?
        .ok_or_else(|| AppError::not_found("draft"))?;
    if found.revision != revision {
        return Err(changed());
    }
    let workspace = find_workspace(&cx.db).await?;
    let set = match found.recipient_set_id {
        Some(id) => recipients::repo::find(&cx.db, id).await?,
        None => None,
    };
    let now = cx.now();
    let accounts = cx.db.batch(vec![queue::select_accounts("")]).await?;
    let accounts = accounts.first().map(queue::accounts).transpose()?;
    let prepared = Source::from_columns(
        found.mode.as_str(),
        &found.source,
        &found.subject,
        &found.preheader,
    )
    .and_then(|source| content::prepare(&source, &workspace));
    let copies = Copies::of(&found.cc, &found.bcc);
    let keys: Vec<String> = copies.all().map(|copy| copy.to_lowercase()).collect();
    let suppressed = suppressions::list_among(&cx.db, &keys).await?;
    let mut problems = problems(
        &found,
        set.as_ref(),
        &accounts.unwrap_or_default(),
        prepared.as_ref().err(),
    );
    let recipients = set.as_ref().map_or(0, |set| set.valid);
    copy_problems(
        &found,
        &copies,
        &suppressed,
        has_agreed,
        recipients,
        &mut problems,
    );
    if !problems.is_empty() {
        return Err(AppError::Invalid(in_words(problems)));
    }
    let (Ok(prepared), Some(set)) = (prepared, set) else {
        return Err(changed());
    };
    let links: Vec<_> = prepared
        .links
        .into_iter()
        .map(|link| (link.target, link.label))
        .collect();
    let snapshot = new_snapshot_id();
    let mut batch = insert_snapshot(&NewSnapshot {
        id: snapshot,
        source: &found.source,
        subject: &prepared.subject,
        html: &prepared.html,
        text: &prepared.text,
        reply_to: &found.reply_to,
        copies: &copies,
        links: &links,
        workspace: &workspace,
        now,
    })
    .to_vec();
    let inserted = batch.len();
    batch.extend([
        repo::insert(draft, revision, snapshot, now),
        recipients::repo::update_frozen(set.id, now),
        drafts::delete(draft, revision),
        insert_audit(Some(caller.user.id), "campaign.launch", &found.name, now),
    ]);
    let outcomes = match cx.db.batch(batch).await {
        Ok(outcomes) => outcomes,
        // The draft, its audience or the last account changed between looking and writing.
        Err(DbError::RowsAffected { .. }) => return Err(changed()),
        Err(other) => return Err(other.into()),
    };
    let id = outcomes
        .get(inserted)
        .and_then(|outcome| outcome.rows.first())
        .ok_or_else(|| internal(&"the new campaign has no id"))?
        .get("id")?;
    cx.wake.expander();
    Ok(id)
}

fn changed() -> AppError {
    AppError::Conflict(
        "This draft was changed in the meantime, so nothing was sent. Look at it again, then send it."
            .into(),
    )
}

/// What keeps a draft from being sent: only what makes sending impossible.
fn problems(
    draft: &Draft,
    set: Option<&RecipientSet>,
    accounts: &[AccountUse],
    content: Option<&ContentError>,
) -> Invalid {
    let mut invalid = Invalid::new();
    if draft.subject.trim().is_empty() {
        invalid.add("subject", "The mail has no subject.");
    } else if let Some(error) = content {
        let place = error
            .line
            .map_or(String::new(), |line| format!(" (line {line})"));
        let message = error.message.trim_end_matches('.');
        invalid.add(
            error.field,
            format!("The mail cannot be made yet: {message}{place}."),
        );
    }
    match set.map(|set| (set.state, set.valid)) {
        None => invalid.add("recipients", "There are no recipients yet."),
        Some((SetState::Ready, valid)) if valid > 0 => {}
        Some((SetState::Ready, _)) => invalid.add(
            "recipients",
            "None of the recipients has an address that can be mailed.",
        ),
        Some((SetState::Reading, _)) => invalid.add(
            "recipients",
            "The recipients are still being read. Try again in a moment.",
        ),
        Some((SetState::Choosing, _)) => invalid.add(
            "recipients",
            "Choose the column that holds the addresses first.",
        ),
        Some((SetState::Refused, _)) => {
            invalid.add("recipients", "The list of recipients could not be read.");
        }
    }
    match draft.account_id {
        Some(id) if !accounts.iter().any(|a| a.id == id.0 && a.enabled) => invalid.add(
            "account",
            "The chosen sender account is switched off. Choose another or switch it on.",
        ),
        None if !accounts.iter().any(|account| account.enabled) => invalid.add(
            "account",
            "No sender account is switched on. Add one or switch one on.",
        ),
        _ => {}
    }
    invalid
}

/// What keeps copies of every mail from being sent.
fn copy_problems(
    draft: &Draft,
    copies: &Copies,
    suppressed: &[String],
    has_agreed: bool,
    recipients: i64,
    invalid: &mut Invalid,
) {
    for (field, line) in [("cc", &draft.cc), ("bcc", &draft.bcc)] {
        if let Some(words) = copies::problem(line) {
            invalid.add(field, words);
        }
    }
    for address in suppressed {
        invalid.add(
            "cc",
            format!("{address} is on the suppression list and cannot get copies."),
        );
    }
    if copies.must_be_agreed(recipients) && !has_agreed {
        let words = copies.in_words(recipients);
        invalid.add("copies", format!("{words} Say that this is meant."));
    }
}

/// One sentence for all of it, for a form that shows nothing else.
fn in_words(mut invalid: Invalid) -> Invalid {
    let words: Vec<_> = invalid.fields.iter().map(|e| e.message.as_str()).collect();
    invalid.message = words.join(" ");
    invalid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, RecipientSetId};
    use crate::mail::design::Mode;

    fn draft() -> Draft {
        Draft {
            id: DraftId(1),
            name: "Spring".into(),
            template_id: None,
            mode: Mode::Html,
            source: "<p>Hello</p>".into(),
            subject: "Hello".into(),
            preheader: String::new(),
            account_id: None,
            reply_to: String::new(),
            cc: String::new(),
            bcc: String::new(),
            recipient_set_id: Some(RecipientSetId(1)),
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn set(state: SetState, valid: i64) -> RecipientSet {
        RecipientSet {
            id: RecipientSetId(1),
            state,
            problem: String::new(),
            source: "list.csv".into(),
            columns: Vec::new(),
            email_column: "email".into(),
            typos: Vec::new(),
            valid,
            invalid: 0,
            duplicate: 0,
            suppressed: 0,
            sheet: String::new(),
            edits: 0,
            progress: Default::default(),
            ready_at: Some(0),
            frozen_at: None,
            created_at: 0,
        }
    }

    #[test]
    fn each_thing_that_is_missing_has_its_sentence() {
        let account = AccountUse {
            id: 1,
            enabled: true,
            ..AccountUse::default()
        };
        let accounts = std::slice::from_ref(&account);
        let good = set(SetState::Ready, 3);
        assert!(problems(&draft(), Some(&good), accounts, None).is_empty());
        let pinned = Draft {
            account_id: Some(AccountId(2)),
            ..draft()
        };
        let unnamed = Draft {
            subject: " ".into(),
            ..draft()
        };
        let broken = ContentError {
            field: "source",
            line: Some(3),
            message: "Unclosed tag.".into(),
        };
        let cases = [
            (
                problems(&unnamed, Some(&good), accounts, None),
                "no subject",
            ),
            (problems(&draft(), None, accounts, None), "no recipients"),
            (
                problems(&draft(), Some(&set(SetState::Ready, 0)), accounts, None),
                "None of the recipients",
            ),
            (
                problems(&draft(), Some(&set(SetState::Reading, 5)), accounts, None),
                "still being read",
            ),
            (
                problems(&draft(), Some(&good), &[], None),
                "No sender account",
            ),
            (
                problems(&pinned, Some(&good), accounts, None),
                "chosen sender account",
            ),
            (
                problems(&draft(), Some(&good), accounts, Some(&broken)),
                "Unclosed tag (line 3).",
            ),
        ];
        for (invalid, part) in cases {
            assert_eq!(invalid.fields.len(), 1, "{invalid}");
            assert!(invalid.to_string().contains(part), "{invalid}");
        }
    }
}
