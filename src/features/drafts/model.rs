//! Drafts as both targets know them: what is stored, what forms send, what may be in a field. Pure.

use super::copies::Copies;
use super::lacks::Lacks;
use super::recipients::model::RecipientSet;
use crate::error::{AppError, Invalid};
use crate::features::accounts::model::AccountChoice;
use crate::features::auth::model::check_address;
use crate::features::queue::forecast::Forecast;
use crate::features::templates::editor::EditorData;
use crate::ids::{AccountId, DraftId, RecipientSetId, TemplateId};
use crate::mail::design::Mode;
use serde::{Deserialize, Serialize};

/// Longest name of a draft, in characters.
pub const MAX_NAME_CHARS: usize = 120;
/// Longest subject, preheader or reply-to, in characters.
pub const MAX_LINE_CHARS: usize = 500;
/// What a draft is called when nobody named it.
pub const UNTITLED: &str = "Untitled campaign";

/// A campaign being composed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub id: DraftId,
    pub name: String,
    /// The template its design was copied from, while that exists.
    pub template_id: Option<TemplateId>,
    pub mode: Mode,
    /// JSON of the block document, MJML or HTML, as `mode` says.
    pub source: String,
    pub subject: String,
    pub preheader: String,
    /// The account it must leave through; `None`: chosen automatically.
    pub account_id: Option<AccountId>,
    /// As typed; empty: that of the account.
    pub reply_to: String,
    /// As typed: addresses that get a copy of every mail, seen by its recipient, and unseen.
    pub cc: String,
    pub bcc: String,
    pub recipient_set_id: Option<RecipientSetId>,
    /// Counts every change. Whoever saves says which revision they saw; another one is a conflict.
    pub revision: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

/// One line of the list of drafts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftLine {
    pub id: DraftId,
    pub name: String,
    pub subject: String,
    /// Recipients that can be mailed; `None` when no list was added yet.
    pub recipients: Option<i64>,
    pub revision: i64,
    pub updated_at: i64,
}

/// A page of the list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPage {
    pub lines: Vec<DraftLine>,
    pub page: i64,
    pub has_next: bool,
    /// Whether there is any draft at all, found or not.
    pub is_any: bool,
    pub can_edit: bool,
}

/// What every step of the composer shows about its draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftHead {
    pub id: DraftId,
    pub name: String,
    pub revision: i64,
    /// Recipients that can be mailed.
    pub recipients: Option<i64>,
    pub can_edit: bool,
    pub lacks: Lacks,
    /// How many things the review found; `None` where it has not looked.
    pub findings: Option<i64>,
}

impl DraftHead {
    pub fn of(draft: &Draft, set: Option<&RecipientSet>, can_edit: bool) -> DraftHead {
        DraftHead {
            id: draft.id,
            name: draft.name.clone(),
            revision: draft.revision,
            recipients: set.map(|set| set.valid),
            can_edit,
            lacks: Lacks::of(draft, set),
            findings: None,
        }
    }
}

/// What the content step shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentStep {
    pub head: DraftHead,
    pub account_id: Option<AccountId>,
    pub reply_to: String,
    pub cc: String,
    pub bcc: String,
    pub accounts: Vec<AccountChoice>,
    /// The name of the template the design came from.
    pub template: Option<String>,
    pub templates: Vec<(TemplateId, String)>,
    /// The list's columns: merge name, and a word about it.
    pub columns: Vec<(String, String)>,
    pub editor: EditorData,
}

/// The mail one recipient will get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewMail {
    pub from: String,
    pub to: String,
    pub subject: String,
    /// With this recipient's values.
    pub preheader: String,
    pub text: String,
}

/// One line of the list of things to look at before sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Nothing can be sent before this is put right.
    pub is_blocker: bool,
    pub message: String,
    /// Where it is put right, and what the link says.
    pub href: String,
    pub words: String,
    /// What a button beside it puts right at once.
    pub fix: Option<Fix>,
}

/// What can be put right from the review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fix {
    /// Adds a footer with an unsubscribe link.
    Footer,
    /// Words for those who have no value for this merge name.
    Words(String),
    /// Corrects all domains that look misspelt.
    Typos,
    /// Words that say what the image of this block shows.
    Description(u32),
    /// Where the button of this block leads.
    Link(u32),
    /// Completes this address wherever a link or an image has it.
    Scheme(String),
    /// The workspace's postal address; only an owner may set it.
    Address,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FixKind {
    #[default]
    Footer,
    Words,
    Description,
    Link,
    Scheme,
    Address,
}

/// Puts something right in the content, or in the settings that it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    #[serde(default)]
    pub kind: FixKind,
    /// The merge name, or the address that is not complete.
    #[serde(default)]
    pub name: String,
    /// The block's id.
    #[serde(default)]
    pub block: String,
    /// What was typed: what the mail says to those who have no value, what an image shows, where a button leads, the postal address.
    #[serde(default)]
    pub words: String,
}

/// What the review step shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewStep {
    pub head: DraftHead,
    /// Position of the recipient that is shown; 0 while there are none.
    pub position: i64,
    pub previous: Option<i64>,
    pub next: Option<i64>,
    /// The recipient's number among all that can be mailed, from 1.
    pub number: i64,
    pub reply_to: String,
    /// Who gets a copy of every mail.
    pub copies: Copies,
    /// Or why there is none.
    pub preview: Result<PreviewMail, String>,
    pub checks: Vec<Check>,
    /// It would go to the sandbox alone: nobody gets it.
    pub is_rehearsal: bool,
    /// When the mail will have left if it is sent now; `None` where it cannot be sent.
    pub forecast: Option<Forecast>,
    pub test_address: String,
}

impl ReviewStep {
    pub fn can_send(&self) -> bool {
        self.head.can_edit && !self.checks.iter().any(|check| check.is_blocker)
    }
}

/// A test of the mail as one recipient will get it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub address: String,
    /// Position of the recipient whose values are used.
    #[serde(default)]
    pub recipient: String,
}

/// The steps of the composer. They can be taken in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    #[default]
    Content,
    Recipients,
    Review,
}

impl Step {
    pub const ALL: [Step; 3] = [Step::Content, Step::Recipients, Step::Review];

    pub fn as_str(self) -> &'static str {
        match self {
            Step::Content => "content",
            Step::Recipients => "recipients",
            Step::Review => "review",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Step::Content => "Content",
            Step::Recipients => "Recipients",
            Step::Review => "Review and send",
        }
    }

    /// The step an address asks for; the first for anything else.
    pub fn of(text: &str) -> Step {
        Step::ALL
            .into_iter()
            .find(|step| step.as_str() == text)
            .unwrap_or_default()
    }
}

impl Draft {
    /// The address of a step of this draft's composer.
    pub fn href(id: DraftId, step: Step) -> String {
        format!("/drafts/{id}?step={}", step.as_str())
    }
}

/// A new draft. `template` is a template's id, or empty for a blank one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub template: String,
    /// How a blank one is written: `blocks`, `mjml` or `html`.
    #[serde(default)]
    pub mode: String,
}

/// A change to one draft that carries nothing but which draft, as seen when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenameForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// The step to come back to.
    #[serde(default)]
    pub step: String,
}

/// Where the mail leaves and where answers go. A draft may be saved unfinished and even wrong: what is missing or wrong is
/// said beside the field and at the review, and nothing that was typed is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    /// An account's id, or empty: chosen automatically.
    #[serde(default)]
    pub account: String,
    #[serde(default)]
    pub reply_to: String,
    #[serde(default)]
    pub cc: String,
    #[serde(default)]
    pub bcc: String,
}

/// Starts sending a draft as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    /// The sender knows that somebody gets a copy of every mail.
    #[serde(default)]
    pub copies: bool,
}

/// Takes another design into the draft: a template's, or a blank one of a mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignForm {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub revision: String,
    #[serde(default)]
    pub template: String,
    #[serde(default)]
    pub mode: String,
}

/// Reads the id and revision that a form carries.
pub fn identity(id: &str, revision: &str) -> Result<(DraftId, i64), AppError> {
    let broken = || AppError::refused("This form is incomplete. Reload the page and try again.");
    Ok((
        id.parse().map_err(|_| broken())?,
        revision.parse().map_err(|_| broken())?,
    ))
}

/// A draft's name as it is stored.
pub fn checked_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(AppError::invalid(
            "name",
            format!("Keep the name under {MAX_NAME_CHARS} characters."),
        ));
    }
    Ok(if name.is_empty() { UNTITLED } else { name }.to_owned())
}

/// Where the mail leaves, where answers go, who gets copies: as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    pub account_id: Option<AccountId>,
    pub reply_to: String,
    pub cc: String,
    pub bcc: String,
}

impl SenderForm {
    pub fn read(&self) -> Result<Sender, AppError> {
        let mut invalid = Invalid::new();
        let account = self.account.trim();
        let account = (!account.is_empty()).then(|| account.parse::<AccountId>());
        if matches!(account, Some(Err(_))) {
            invalid.add("account", "Choose an account of the list.");
        }
        let mut line = |field: &str, text: &str| {
            let text = one_line(text);
            if text.chars().count() > MAX_LINE_CHARS {
                invalid.add(
                    field,
                    format!("Keep this under {MAX_LINE_CHARS} characters."),
                );
            }
            text
        };
        let (reply_to, cc, bcc) = (
            line("reply_to", &self.reply_to),
            line("cc", &self.cc),
            line("bcc", &self.bcc),
        );
        invalid.into_result()?;
        Ok(Sender {
            account_id: account.and_then(Result::ok),
            reply_to,
            cc,
            bcc,
        })
    }
}

/// What is wrong with a reply address, if anything. Empty is fine: answers go to the account's own address.
pub fn reply_to_problem(reply_to: &str) -> Option<String> {
    if reply_to.is_empty() {
        return None;
    }
    check_address(reply_to).err().map(String::from)
}

/// One line of text: line breaks and other control characters become spaces, the ends are trimmed.
pub fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_step_is_the_first() {
        assert_eq!(Step::of("review"), Step::Review);
        assert_eq!(Step::of("nonsense"), Step::Content);
        assert_eq!(
            Draft::href(DraftId(7), Step::Recipients),
            "/drafts/7?step=recipients"
        );
    }

    #[test]
    fn a_draft_without_a_name_gets_one() {
        assert_eq!(checked_name("  ").unwrap(), UNTITLED);
        assert_eq!(checked_name(" Spring ").unwrap(), "Spring");
        assert!(checked_name(&"x".repeat(121)).is_err());
    }

    #[test]
    fn a_subject_stays_on_one_line() {
        assert_eq!(
            one_line(" a\r\nBcc: b@example.com\0 "),
            "a  Bcc: b@example.com"
        );
    }

    #[test]
    fn a_sender_form_is_read_or_refused_by_field() {
        let form = SenderForm {
            account: "3".into(),
            reply_to: " ann@example.com\n".into(),
            ..SenderForm::default()
        };
        let expected = Sender {
            account_id: Some(AccountId(3)),
            reply_to: "ann@example.com".into(),
            ..Sender::default()
        };
        assert_eq!(form.read().unwrap(), expected);
        assert_eq!(SenderForm::default().read().unwrap(), Sender::default());
        let wrong = SenderForm {
            account: "first".into(),
            reply_to: "x".repeat(501),
            ..SenderForm::default()
        };
        let Err(AppError::Invalid(invalid)) = wrong.read() else {
            panic!("accepted");
        };
        assert_eq!(invalid.fields.len(), 2);
        assert!(reply_to_problem("ann@").is_some() && reply_to_problem("").is_none());
    }
}
