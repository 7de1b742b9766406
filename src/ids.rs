//! Newtypes over row ids, so that a draft's id is never taken for a campaign's.

/// Declares an id type over `i64` with serde, `Display`, `FromStr` and, on the server, conversion to and from a database value.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }

        #[cfg(feature = "ssr")]
        impl From<$name> for crate::server::db::Value {
            fn from(id: $name) -> Self {
                crate::server::db::Value::Integer(id.0)
            }
        }

        #[cfg(feature = "ssr")]
        impl crate::server::db::FromValue for $name {
            fn from_value(value: &crate::server::db::Value) -> Result<Self, String> {
                <i64 as crate::server::db::FromValue>::from_value(value).map($name)
            }
        }
    )+};
}

id! {
    /// A sender account.
    AccountId,
    CampaignId,
    /// A signing key of a sending domain.
    DkimKeyId,
    DraftId,
    /// A link that lets somebody join.
    InvitationId,
    /// One row of the ledger, `email_queue`.
    MessageId,
    /// A mail the sandbox account delivered.
    OutboxId,
    RecipientSetId,
    SessionId,
    SnapshotId,
    SuppressionId,
    TemplateId,
    /// What a template was before.
    TemplateVersionId,
    UserId,
}
