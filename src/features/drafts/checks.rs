//! What to look at before a draft is sent: each finding with the place, or the button, that puts it right.

use super::copies;
use super::model::{Check, Draft, Fix, Step, reply_to_problem};
use super::recipients::model::RecipientSet;
use super::review::{in_words, source_of};
use crate::delivery::content;
use crate::features::accounts::model::{Account, Kind};
use crate::features::domains::model::{SendingDomain, is_mailbox_provider};
use crate::features::domains::service::domain_of;
use crate::features::settings::model::Workspace;
use crate::mail::block::Lack;
use crate::mail::compile::Compiled;
use crate::mail::merge::{Escape, MergeTemplate};
use crate::mail::preflight::{Mail, SYSTEM_NAMES, Severity, preflight};
use crate::ui::number::count;
use std::collections::BTreeSet;

fn check(is_blocker: bool, message: impl Into<String>, href: String, words: &str) -> Check {
    Check {
        is_blocker,
        message: message.into(),
        href,
        words: words.into(),
        fix: None,
    }
}

pub fn sender_checks(
    draft: &Draft,
    accounts: &[&Account],
    suppressed: &[String],
    checks: &mut Vec<Check>,
) {
    let content = || Draft::href(draft.id, Step::Content);
    match draft.account_id {
        Some(id)
            if !accounts
                .iter()
                .any(|account| account.id == id && account.enabled) =>
        {
            checks.push(check(
                true,
                "The chosen sender account is switched off.",
                format!("{}#formaccount", content()),
                "Choose another account",
            ))
        }
        None if !accounts.iter().any(|account| account.enabled) => {
            checks.push(check(
                true,
                "No sender account is switched on.",
                "/accounts".into(),
                "Go to sender accounts",
            ));
        }
        _ => {}
    }
    if let Some(problem) = reply_to_problem(&draft.reply_to) {
        checks.push(check(
            true,
            format!("The reply address is wrong. {problem}"),
            format!("{}#formreply_to", content()),
            "Correct the reply address",
        ));
    }
    for (field, line) in [("formcc", &draft.cc), ("formbcc", &draft.bcc)] {
        if let Some(problem) = copies::problem(line) {
            let href = format!("{}#{field}", content());
            checks.push(check(true, problem, href, "Correct the copies"));
        }
    }
    for address in suppressed {
        checks.push(check(
            true,
            format!("{address} is on the suppression list and cannot get copies."),
            format!("{}#formcc", content()),
            "Change the copies",
        ));
    }
}

/// Says so where the mail would go to the sandbox alone: nothing else on the way would.
pub fn rehearsal_check(usable: &[&Account], checks: &mut Vec<Check>) -> bool {
    let is_rehearsal =
        !usable.is_empty() && usable.iter().all(|account| account.kind == Kind::Sandbox);
    if is_rehearsal {
        checks.push(check(
            false,
            "This mail goes to the sandbox: it is kept in the outbox here and reaches nobody.",
            "/accounts/new".into(),
            "Add a sender account",
        ));
    }
    is_rehearsal
}

/// Domains that the mail may leave from and that nothing here signs for. `usable`: the accounts that may send it.
pub fn signature_checks(usable: &[&Account], domains: &[SendingDomain], checks: &mut Vec<Check>) {
    let mut unsigned: Vec<String> = usable
        .iter()
        // The sandbox's mail goes nowhere, and Google signs its own.
        .filter(|account| account.kind == Kind::Smtp)
        .filter_map(|account| domain_of(&account.from_address))
        .filter(|domain| !is_mailbox_provider(domain))
        .filter(|domain| {
            let known = domains.iter().find(|known| known.domain == *domain);
            !known.is_some_and(SendingDomain::is_signed)
        })
        .collect();
    unsigned.sort();
    unsigned.dedup();
    for domain in unsigned {
        let message = format!(
            "Mail from {domain} is not signed here (DKIM). Unless your mail provider signs it, more of it is taken for spam."
        );
        let href = "/settings/domains".to_owned();
        checks.push(check(false, message, href, "Set up signing"));
    }
}

pub fn audience_checks(draft: &Draft, set: Option<&RecipientSet>, checks: &mut Vec<Check>) {
    let page = |show: &str| format!("{}{show}", Draft::href(draft.id, Step::Recipients));
    let Some(set) = set else {
        checks.push(check(
            true,
            "There are no recipients yet.",
            page(""),
            "Add recipients",
        ));
        return;
    };
    if set.valid == 0 {
        checks.push(check(
            true,
            "None of the recipients can be mailed.",
            page("&show=invalid"),
            "Look at the list",
        ));
    }
    if set.invalid > 0 {
        let message = format!(
            "{} left out: the address cannot be mailed.",
            count(set.invalid, "row is", "rows are")
        );
        checks.push(check(
            false,
            message,
            page("&show=invalid"),
            "Show in the list",
        ));
    }
    let slips: i64 = set.typos.iter().map(|typo| typo.count).sum();
    if slips > 0 {
        let message = format!(
            "{} at a domain that looks misspelt.",
            count(slips, "address is", "addresses are")
        );
        checks.push(Check {
            fix: Some(Fix::Typos),
            ..check(false, message, page("#typos"), "Look at them")
        });
    }
}

pub fn content_checks(
    draft: &Draft,
    set: Option<&RecipientSet>,
    workspace: &Workspace,
    is_owner: bool,
    checks: &mut Vec<Check>,
) {
    let content = || Draft::href(draft.id, Step::Content);
    let made = source_of(draft).and_then(|source| Ok((content::compile(&source)?, source.design)));
    let (compiled, design) = match made {
        Ok(made) => made,
        Err(error) => {
            checks.push(check(
                true,
                format!("The mail cannot be made yet. {}", in_words(&error)),
                content(),
                "Correct the content",
            ));
            if draft.subject.trim().is_empty() {
                checks.push(check(
                    true,
                    "The mail has no subject.",
                    format!("{}#content-subject", content()),
                    "Write a subject",
                ));
            }
            return;
        }
    };
    let names = NamesUsed::of(
        &compiled.subject,
        &draft.preheader,
        &compiled.html,
        &compiled.text,
    );
    let parts = Compiled {
        html: compiled.html,
        text: compiled.text,
    };
    // Which columns are missing is said below, with numbers.
    let mail = Mail {
        subject: &draft.subject,
        preheader: &draft.preheader,
        compiled: &parts,
        document: design.document(),
        columns: None,
    };
    for finding in preflight(mail) {
        let (href, words) = match finding.block {
            Some(block) => (
                format!("{}&block={block}#block-{block}", content()),
                "Go to the block",
            ),
            None if finding.code.ends_with("_subject") => {
                (format!("{}#content-subject", content()), "Write a subject")
            }
            None => (content(), "Go to the content"),
        };
        let is_blocker = finding.severity == Severity::Blocker;
        let fix = match (finding.lack, finding.block) {
            (Some(Lack::Description), Some(block)) => Some(Fix::Description(block)),
            (Some(Lack::Link), Some(block)) => Some(Fix::Link(block)),
            (Some(Lack::Scheme(address)), _) => Some(Fix::Scheme(address)),
            _ => (finding.code == "no_unsubscribe").then_some(Fix::Footer),
        };
        checks.push(Check {
            fix,
            ..check(is_blocker, finding.message, href, words)
        });
    }
    if workspace.postal_address.trim().is_empty() {
        checks.push(Check {
            fix: is_owner.then_some(Fix::Address),
            ..check(
                false,
                "The workspace has no postal address. Many countries demand one in the footer of every mail.",
                "/settings".into(),
                "Set the postal address",
            )
        });
    }
    let Some(set) = set.filter(|set| set.valid > 0) else {
        return;
    };
    let list = Draft::href(draft.id, Step::Recipients);
    // With a default there is no gap, but the same words for everybody are seldom what was meant.
    for name in names.with_default {
        if !set.columns.iter().any(|column| column.key == name) {
            let message = format!(
                "The mail uses {{{{ {name} }}}}, but the list has no such column: everybody gets the words that stand in for it."
            );
            checks.push(check(
                false,
                message,
                format!("{list}#columns"),
                "Name the columns",
            ));
        }
    }
    for name in names.without_default {
        match set.columns.iter().find(|column| column.key == name) {
            None => checks.push(Check {
                fix: Some(Fix::Words(name.clone())),
                ..check(
                    false,
                    format!(
                        "No recipient has a value for {{{{ {name} }}}}: the list has no such column."
                    ),
                    content(),
                    "Go to the content",
                )
            }),
            Some(column) if column.empty > 0 => checks.push(Check {
                fix: Some(Fix::Words(name.clone())),
                ..check(
                    false,
                    format!(
                        "{} no value for {{{{ {name} }}}}: it stays empty in their mail.",
                        count(column.empty, "recipient has", "recipients have")
                    ),
                    format!("{list}&missing={name}"),
                    "Show in the list",
                )
            }),
            Some(_) => {}
        }
    }
}

/// Merge names of a mail that recipients must bring, each once.
struct NamesUsed {
    with_default: BTreeSet<String>,
    /// These leave a gap where a recipient has no value.
    without_default: BTreeSet<String>,
}

impl NamesUsed {
    fn of(subject: &str, preheader: &str, html: &str, text: &str) -> Self {
        let parts = [
            (subject, Escape::Header),
            (preheader, Escape::Html),
            (html, Escape::Html),
            (text, Escape::Text),
        ];
        let templates: Vec<MergeTemplate> = parts
            .into_iter()
            .filter_map(|(part, escape)| MergeTemplate::compile(part, escape).ok())
            .collect();
        let is_own =
            |name: &String| !SYSTEM_NAMES.contains(&name.as_str()) && name != "workspace_name";
        let without_default: BTreeSet<String> = templates
            .iter()
            .flat_map(MergeTemplate::variables_without_default)
            .filter(is_own)
            .collect();
        let with_default = templates
            .iter()
            .flat_map(MergeTemplate::variables)
            .filter(|name| is_own(name) && !without_default.contains(name))
            .collect();
        NamesUsed {
            with_default,
            without_default,
        }
    }
}
