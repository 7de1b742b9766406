//! The mails that show whether an account works: a small real one to an address, and one that never leaves, made to see
//! whether the sender's lines can stand in a mail at all.

use super::connect::{TEST_LIMIT, failed, server_config, too_slow};
use super::form::Details;
use super::model::{Kind, TestReport};
use super::repo::{self, DeliveryAccount};
use crate::delivery::compose::{ComposeError, Composed, OutgoingMessage, Party, compose};
use crate::delivery::smtp::{Connection, Timeouts};
use crate::error::AppError;
use crate::features::auth::model::{Role, check_address};
use crate::features::domains::service::signer_for;
use crate::features::outbox;
use crate::ids::{AccountId, OutboxId};
use crate::server::errors::internal;
use crate::server::request::Cx;
use crate::server::secrets::random_token;

/// Delivers a small real mail through a saved account right away, past its caps and its breaker, which are about campaigns.
pub async fn send_test(cx: &Cx, id: AccountId, to: &str) -> Result<TestReport, AppError> {
    cx.require(Role::Editor)?;
    if let Err(message) = check_address(to) {
        return Err(AppError::invalid("address", message));
    }
    let account = repo::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("account"))?;
    let mut mail = test_mail(cx, &account, to.trim())
        .map_err(|error| AppError::invalid("address", error.to_string()))?;
    if let Some(signer) = signer_for(cx, &account.from_address).await? {
        mail.message = signer
            .signed(&mail.message, cx.now() / 1_000)
            .map_err(|error| internal(&error))?;
    }
    if account.kind == Kind::Sandbox {
        return deliver_to_outbox(cx, &account, to.trim(), mail).await;
    }
    let mut config = server_config(cx, &account)?;
    config.timeouts = Timeouts::interactive();
    let dialogue = async {
        let mut connection = Connection::connect(&config).await?;
        let accepted = connection.send(&mail.envelope, &mail.message).await;
        connection.quit().await;
        accepted
    };
    Ok(match tokio::time::timeout(TEST_LIMIT, dialogue).await {
        Err(_) => too_slow(&config.host),
        Ok(Err(error)) => failed(error.detail, error.reply),
        Ok(Ok(accepted)) => TestReport {
            works: true,
            text: format!("The mail server took the test mail for {}.", to.trim()),
            said: accepted.reply.to_string(),
            link: None,
        },
    })
}

async fn deliver_to_outbox(
    cx: &Cx,
    account: &DeliveryAccount,
    to: &str,
    mail: Composed,
) -> Result<TestReport, AppError> {
    let insert = outbox::repo::insert(&outbox::repo::Delivery {
        account: account.id,
        message: None,
        mail_from: &mail.envelope.from,
        rcpt_to: to,
        subject: TEST_SUBJECT,
        raw: &mail.message,
        at: cx.now(),
    });
    let row = cx.db.query_one(insert).await?;
    let id: OutboxId = match row {
        Some(row) => row.get("id")?,
        None => return Err(internal(&"the outbox took no mail")),
    };
    Ok(TestReport {
        works: true,
        text: format!("The test mail for {to} is in the outbox."),
        said: String::new(),
        link: Some(format!("/outbox/{id}")),
    })
}

const TEST_SUBJECT: &str = "Test mail from Mailer";

fn test_mail(cx: &Cx, account: &DeliveryAccount, to: &str) -> Result<Composed, ComposeError> {
    let words = format!(
        "This is a test mail from the sender account “{}”.",
        account.name
    );
    let next = "If you can read it, the account works. There is nothing to do.";
    let text = format!("{words}\n\n{next}\n");
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{TEST_SUBJECT}</title></head>\
         <body style=\"font-family:sans-serif;line-height:1.5\"><p>{}</p><p>{next}</p></body></html>",
        ammonia::clean_text(&words)
    );
    let domain = account
        .from_address
        .rsplit_once('@')
        .and_then(|(_, domain)| idna::domain_to_ascii(domain).ok())
        .unwrap_or_default();
    compose(&OutgoingMessage {
        from: Party::named(&account.from_name, &account.from_address),
        to: Party::bare(to),
        reply_to: Some(account.reply_to.as_str())
            .filter(|address| !address.is_empty())
            .map(Party::bare),
        cc: &[],
        bcc: &[],
        return_path: None,
        subject: TEST_SUBJECT,
        message_id: &format!("test-{}@{domain}", &random_token()[..20]),
        date_ms: cx.now(),
        text: Some(text.as_str().into()),
        html: Some(html.as_str().into()),
        unsubscribe: None,
        attachments: &[],
        headers: &[],
    })
}

/// Whether mail can be made with these sender lines: the closer look that the form itself cannot take.
///
/// # Errors
/// A sentence beside the field at fault.
pub fn check_sender(details: &Details) -> Result<(), AppError> {
    let party = Party::named(&details.from_name, &details.from_address);
    let reply_to = Some(details.reply_to.as_str()).filter(|address| !address.is_empty());
    let probe = OutgoingMessage {
        from: party,
        to: Party::bare(&details.from_address),
        reply_to: reply_to.map(Party::bare),
        cc: &[],
        bcc: &[],
        return_path: None,
        subject: TEST_SUBJECT,
        message_id: "probe@example.com",
        date_ms: 0,
        text: Some("".into()),
        html: None,
        unsubscribe: None,
        attachments: &[],
        headers: &[],
    };
    match compose(&probe) {
        Ok(_) => Ok(()),
        Err(ComposeError::Address {
            field: "reply-to address",
            ..
        }) => Err(AppError::invalid(
            "reply_to",
            "This is not an email address.",
        )),
        Err(ComposeError::Address { .. }) => Err(AppError::invalid(
            "from_address",
            "This is not an email address.",
        )),
        Err(other) => Err(AppError::invalid("from_address", other.to_string())),
    }
}
