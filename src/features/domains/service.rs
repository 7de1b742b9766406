//! Use-cases of sending domains: look, make a key, let it sign, retire it, delete it; and the signer that delivery asks for.

use super::model::{Algorithm, DomainsOverview, KeyForm, SendingDomain, is_mailbox_provider};
use super::repo::{self, NewDomainKey};
use crate::delivery::dkim::{Signer, generate};
use crate::delivery::timezone::day;
use crate::error::AppError;
use crate::features::accounts;
use crate::features::accounts::model::Kind;
use crate::features::auth::model::Role;
use crate::features::auth::repo::insert_audit;
use crate::ids::DkimKeyId;
use crate::server::AppState;
use crate::server::db::DbError;
use crate::server::errors::internal;
use crate::server::request::Cx;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What private keys are sealed for.
const PURPOSE: &str = "dkim_key";

/// Keys that one domain may have: enough for any rotation, and an end to clicking.
const MOST_KEYS: usize = 10;

/// The domain of an address as keys know it: lower case, ASCII. `None` when it has none.
pub fn domain_of(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    idna::domain_to_ascii(domain.trim())
        .ok()
        .filter(|domain| !domain.is_empty())
}

/// Domains that accounts send from, by name, and those that still have keys. The sandbox's mail goes nowhere, so its domain is
/// left out.
pub async fn list(cx: &Cx) -> Result<DomainsOverview, AppError> {
    let caller = cx.require(Role::Viewer)?;
    let mut domains: BTreeMap<String, SendingDomain> = BTreeMap::new();
    for account in accounts::repo::list_choices(&cx.db).await? {
        if let Some(domain) = domain_of(&account.from_address)
            && account.kind != Kind::Sandbox
        {
            entry(&mut domains, domain).accounts.push(account.name);
        }
    }
    for key in repo::list(&cx.db).await? {
        entry(&mut domains, key.domain.clone()).keys.push(key);
    }
    Ok(DomainsOverview {
        domains: domains.into_values().collect(),
        can_edit: caller.user.role.allows(Role::Owner),
    })
}

fn entry(domains: &mut BTreeMap<String, SendingDomain>, domain: String) -> &mut SendingDomain {
    let empty = SendingDomain {
        domain: domain.clone(),
        accounts: Vec::new(),
        keys: Vec::new(),
    };
    domains.entry(domain).or_insert(empty)
}

/// Makes a key pair for a domain that an account sends from. It signs nothing before it is activated.
pub async fn create_key(cx: &Cx, form: &KeyForm) -> Result<(), AppError> {
    let user = cx.require(Role::Owner)?.user.id;
    let algorithm = match form.algorithm.as_str() {
        "" => Algorithm::Rsa,
        text => text
            .parse()
            .map_err(|_| AppError::refused("Choose the kind of the key."))?,
    };
    let known = list(cx).await?.domains;
    let Some(domain) = known
        .into_iter()
        .find(|one| one.domain == form.domain && !one.accounts.is_empty())
    else {
        return Err(AppError::refused(
            "No account sends from this domain. Add the account first.",
        ));
    };
    if is_mailbox_provider(&domain.domain) {
        return Err(AppError::refused(format!(
            "{} belongs to a mailbox provider, who signs this mail. Nobody else can publish a key there.",
            domain.domain
        )));
    }
    if domain.keys.len() >= MOST_KEYS {
        return Err(AppError::refused(
            "This domain has ten keys. Delete retired ones first.",
        ));
    }
    let pair = tokio::task::spawn_blocking(move || generate(algorithm))
        .await
        .map_err(|error| internal(&error))?
        .map_err(|error| internal(&error))?;
    let secret = cx
        .keys
        .seal(PURPOSE, &pair.secret)
        .map_err(|error| internal(&error))?;
    let now = cx.now();
    let selector = free_selector(&domain, now);
    let new = NewDomainKey {
        domain: &domain.domain,
        selector: &selector,
        algorithm,
        secret: &secret,
        public_key: &pair.public,
    };
    let subject = format!("{selector}._domainkey.{}", domain.domain);
    let audit = insert_audit(Some(user), "dkim-key.create", &subject, now);
    match cx.db.batch(vec![repo::insert(&new, now), audit]).await {
        Ok(_) => Ok(()),
        Err(DbError::Unique { .. }) => Err(AppError::Conflict(
            "Somebody else made a key at the same moment. Reload the page to see it.".into(),
        )),
        Err(other) => Err(other.into()),
    }
}

/// Named by its day, so that a record in the DNS shows how old it is.
fn free_selector(domain: &SendingDomain, now: i64) -> String {
    let base = format!("mailer-{}", day("UTC", now).replace('-', ""));
    let is_taken = |selector: &str| domain.keys.iter().any(|key| key.selector == selector);
    let further = (2..=MOST_KEYS + 1).map(|n| format!("{base}-{n}"));
    std::iter::once(base.clone())
        .chain(further)
        .find(|selector| !is_taken(selector))
        .unwrap_or(base)
}

/// Signs with this key from the next run of delivery on; the key of the same kind that signed before is retired.
pub async fn activate_key(cx: &Cx, id: DkimKeyId) -> Result<(), AppError> {
    let [retire, activate] = repo::update_active(id, cx.now());
    change(cx, id, "dkim-key.activate", vec![retire, activate]).await
}

/// Signs with this key no more.
pub async fn retire_key(cx: &Cx, id: DkimKeyId) -> Result<(), AppError> {
    let write = repo::update_retired(id, cx.now());
    change(cx, id, "dkim-key.retire", vec![write]).await
}

/// Forgets a key that signs nothing.
pub async fn delete_key(cx: &Cx, id: DkimKeyId) -> Result<(), AppError> {
    change(cx, id, "dkim-key.delete", vec![repo::delete(id)]).await
}

async fn change(
    cx: &Cx,
    id: DkimKeyId,
    event: &str,
    mut writes: Vec<crate::server::db::Stmt>,
) -> Result<(), AppError> {
    let user = cx.require(Role::Owner)?.user.id;
    let key = repo::find(&cx.db, id)
        .await?
        .ok_or_else(|| AppError::not_found("key"))?;
    writes.push(insert_audit(
        Some(user),
        event,
        &key.record_name(),
        cx.now(),
    ));
    cx.db.batch(writes).await?;
    Ok(())
}

/// What signs mail from this address: the active keys of exactly its domain. `None`: nothing does.
///
/// # Errors
/// A key that cannot be opened is an error rather than unsigned mail.
pub async fn signer_for(
    app: &AppState,
    from_address: &str,
) -> Result<Option<Arc<Signer>>, AppError> {
    let Some(domain) = domain_of(from_address) else {
        return Ok(None);
    };
    let keys = repo::list_active(&app.db, &domain).await?;
    if keys.is_empty() {
        return Ok(None);
    }
    let mut signer = Signer::new(domain);
    for key in keys {
        let secret = app
            .keys
            .open(PURPOSE, &key.secret)
            .map_err(|error| internal(&error))?;
        signer
            .add(key.selector, key.algorithm, &secret)
            .map_err(|error| internal(&error))?;
    }
    Ok(Some(Arc::new(signer)))
}
