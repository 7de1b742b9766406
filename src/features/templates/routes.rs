//! Plain routes of templates: preview documents, download and upload of template files.

use super::api::ImportTemplate;
use super::editor::{Part, preview_document};
use super::entry::{ImportForm, MAX_FILE_BYTES};
use super::{service, versions};
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::features::settings;
use crate::ids::{TemplateId, TemplateVersionId};
use crate::server::request::{pass_over, refuse_form};
use crate::server::{AppState, Cx};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use leptos::server_fn::ServerFn;
use serde::Deserialize;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/templates/{id}/preview", get(preview))
        .route(
            "/templates/{id}/versions/{version}/preview",
            get(preview_version),
        )
        .route("/templates/{id}/export", get(export))
        .route("/templates/starters/{key}/preview", get(preview_starter))
        .route("/templates/import/file", post(import))
        .layer(DefaultBodyLimit::max(MAX_FILE_BYTES + 10_000))
}

#[derive(Deserialize)]
struct PreviewQuery {
    #[serde(default)]
    part: Part,
}

async fn preview(
    cx: Cx,
    Path(id): Path<TemplateId>,
    Query(query): Query<PreviewQuery>,
) -> Result<Response, AppError> {
    let (_, content) = service::find_content(&cx, id).await?;
    let workspace = settings::repo::find_workspace(&cx.db).await?;
    Ok(preview_document(&content, &workspace, query.part))
}

async fn preview_version(
    cx: Cx,
    Path((id, version)): Path<(TemplateId, TemplateVersionId)>,
) -> Result<Response, AppError> {
    let content = versions::service::find_content(&cx, id, version).await?;
    let workspace = settings::repo::find_workspace(&cx.db).await?;
    Ok(preview_document(&content, &workspace, Part::Html))
}

async fn preview_starter(cx: Cx, Path(key): Path<String>) -> Result<Response, AppError> {
    let content = service::starter_content(&cx, &key)?;
    let workspace = settings::repo::find_workspace(&cx.db).await?;
    Ok(preview_document(&content, &workspace, Part::Html))
}

async fn export(cx: Cx, Path(id): Path<TemplateId>) -> Result<Response, AppError> {
    let (name, json) = service::export(&cx, id).await?;
    let disposition = format!("attachment; filename=\"{}.json\"", file_stem(&name));
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, json).into_response())
}

/// A name that every file system takes: letters, digits and hyphens of ASCII.
fn file_stem(name: &str) -> String {
    let kept = name.chars().map(|c| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
        _ => '-',
    });
    let stem: String = kept.take(60).collect();
    let words: Vec<&str> = stem.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "template".into()
    } else {
        words.join("-")
    }
}

/// Takes an uploaded file; a refusal goes back to the import page, which shows it as the pasted form's own.
async fn import(cx: Cx, headers: HeaderMap, form: Multipart) -> Response {
    let result = async {
        // Nobody's file is held in memory to be refused.
        if let Err(error) = cx.require(Role::Editor) {
            pass_over(form).await;
            return Err(error);
        }
        let json = read_file(form).await?;
        service::import(&cx, &ImportForm { json }).await
    };
    match result.await {
        Ok(id) => {
            Redirect::to(&format!("/templates/{id}?notice=template-imported")).into_response()
        }
        Err(error) => refuse_form(&headers, ImportTemplate::PATH, "/templates/import", error),
    }
}

async fn read_file(mut form: Multipart) -> Result<String, AppError> {
    let unreadable = |words: &str| AppError::invalid("json", words);
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|_| unreadable("The upload broke off. Try again."))?
    {
        if field.name() != Some("file") {
            continue;
        }
        let bytes = field.bytes().await.map_err(|_| {
            unreadable(
                "The file is too large, or the upload broke off. A template file has at most 3 MB.",
            )
        })?;
        if bytes.len() > MAX_FILE_BYTES {
            return Err(unreadable("The file is larger than 3 MB."));
        }
        return String::from_utf8(bytes.to_vec())
            .map_err(|_| unreadable("This is not a template file: it is not text."));
    }
    Err(unreadable("Choose a template file."))
}

#[cfg(test)]
mod tests {
    use super::file_stem;

    #[test]
    fn file_names_are_plain() {
        for (name, stem) in [
            ("Spring Sale 2026", "spring-sale-2026"),
            ("  \"../x\" \r\n", "x"),
            ("Übung", "bung"),
            ("🎉", "template"),
        ] {
            assert_eq!(file_stem(name), stem);
        }
    }
}
