//! Plain routes of the outbox: the mail as a document of its own, its source, its attachments.
//! What a mail holds is a stranger's: it runs nothing, loads nothing but images over https, and is never our own page.

use super::service;
use crate::error::AppError;
use crate::ids::OutboxId;
use crate::mail::compile::force_light;
use crate::mail::links::remove_pixel;
use crate::server::AppState;
use crate::server::request::Cx;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Links may open in a page of their own; nothing else leaves the box.
const DOCUMENT_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
     style-src 'unsafe-inline'; img-src https: data:";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/outbox/{id}/rendered", get(rendered))
        .route("/outbox/{id}/message.eml", get(source))
        .route("/outbox/{id}/attachments/{index}", get(attachment))
}

async fn rendered(cx: Cx, Path(id): Path<i64>) -> Result<Response, AppError> {
    let document = service::find_document(&cx, OutboxId(id)).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, DOCUMENT_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, force_light(&remove_pixel(&document))).into_response())
}

async fn source(cx: Cx, Path(id): Path<i64>) -> Result<Response, AppError> {
    let raw = service::find_raw(&cx, OutboxId(id)).await?;
    Ok(download(&format!("mail-{id}.eml"), "message/rfc822", raw))
}

async fn attachment(cx: Cx, Path((id, index)): Path<(i64, u32)>) -> Result<Response, AppError> {
    let (name, bytes) = service::find_attachment(&cx, OutboxId(id), index).await?;
    Ok(download(&name, "application/octet-stream", bytes))
}

/// Always to be saved, never to be shown: the type a mail claims is not believed.
fn download(name: &str, content_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    if let Ok(value) = HeaderValue::from_str(&disposition(name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// `Content-Disposition` with a name in any script (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition("a\"\r\nX: ü.pdf"),
            "attachment; filename=\"a___X_ _.pdf\"; filename*=UTF-8''a%22%0D%0AX%3A%20%C3%BC.pdf"
        );
    }
}
