//! Where errors of the database become errors for people: logged once with a reference, shown without detail.

use super::db::DbError;
use crate::error::AppError;

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::Timeout | DbError::Lost(_) | DbError::Unavailable(_) => {
                tracing::warn!(%error, "database unavailable");
                AppError::Unavailable(
                    "The database cannot be reached right now. Try again in a moment.".into(),
                )
            }
            DbError::Full => AppError::Unavailable(
                "The disk of the database is full, so nothing was changed. Free some space and try again.".into(),
            ),
            // A guarded write moved nothing: somebody else was faster.
            DbError::RowsAffected { .. } => AppError::Conflict(
                "This was changed in the meantime. Reload the page to see how it stands now."
                    .into(),
            ),
            other => internal(&other),
        }
    }
}

/// Logs the detail under a short reference and returns only that.
pub fn internal(error: &dyn std::fmt::Display) -> AppError {
    let reference = super::secrets::random_token()[..8].to_owned();
    tracing::error!(%reference, %error, "internal error");
    AppError::Internal(reference)
}
