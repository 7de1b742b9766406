//! What a server function knows about its call, and the one way in: `serve(|cx| async move { service::verb(&cx, ..).await })`.

use super::errors::internal;
use super::state::AppState;
use crate::error::AppError;
use crate::features::auth::model::{Role, User, safe_next};
use crate::ids::SessionId;
use axum::extract::Multipart;
use axum::http::header::{ACCEPT, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::{expect_context, use_context};
use leptos::server_fn::error::ServerFnUrlError;
use std::net::{IpAddr, Ipv6Addr};
use std::ops::Deref;

/// The signed-in person, put into the request by `session::gate`.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: User,
    pub session: SessionId,
}

/// Where the request came from. The address is that of the connection or, behind a trusted proxy, the one it was told of.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub ip: String,
    pub user_agent: String,
}

impl Client {
    /// What one visitor has to themselves: an address of IPv4, but of IPv6 the 64 bits that the smallest network holds (RFC 6177).
    pub fn network(&self) -> String {
        match self.ip.parse() {
            Ok(IpAddr::V6(ip)) => {
                let first = Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64);
                format!("{first}/64")
            }
            _ => self.ip.clone(),
        }
    }
}

/// The context of one call: the app's state (by `Deref`), who calls, and from where.
#[derive(Clone)]
pub struct Cx {
    pub app: AppState,
    pub caller: Option<Caller>,
    pub client: Client,
}

impl Deref for Cx {
    type Target = AppState;
    fn deref(&self) -> &AppState {
        &self.app
    }
}

impl Cx {
    /// The context of the server function or page that is running.
    pub fn current() -> Cx {
        let app = expect_context::<AppState>();
        let (caller, client) = use_context::<Parts>()
            .map(|parts| {
                let caller = parts.extensions.get::<Caller>().cloned();
                (
                    caller,
                    parts
                        .extensions
                        .get::<Client>()
                        .cloned()
                        .unwrap_or_default(),
                )
            })
            .unwrap_or_default();
        Cx {
            app,
            caller,
            client,
        }
    }

    /// The context of a plain route; as an extractor, handlers take `cx: Cx`.
    pub fn from_parts(app: &AppState, parts: &Parts) -> Cx {
        Cx {
            app: app.clone(),
            caller: parts.extensions.get::<Caller>().cloned(),
            client: parts
                .extensions
                .get::<Client>()
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// For work nobody in particular asked for: background services and the command line.
    pub fn system(app: AppState) -> Cx {
        Cx {
            app,
            caller: None,
            client: Client::default(),
        }
    }

    pub fn caller(&self) -> Result<&Caller, AppError> {
        self.caller.as_ref().ok_or(AppError::Unauthorized)
    }

    /// The signed-in person, if their role allows at least this.
    pub fn require(&self, role: Role) -> Result<&Caller, AppError> {
        let caller = self.caller()?;
        if caller.user.role.allows(role) {
            return Ok(caller);
        }
        Err(AppError::Forbidden(match role {
            Role::Owner => "Only an owner may do this.".into(),
            _ => "Your role lets you look, not change. Ask an owner for the editor role.".into(),
        }))
    }
}

impl axum::extract::FromRequestParts<AppState> for Cx {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &AppState,
    ) -> Result<Self, Self::Rejection> {
        Ok(Cx::from_parts(app, parts))
    }
}

/// What a plain route answers when its use-case refuses: the status and the sentence.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, self.to_string()).into_response()
    }
}

/// What a plain route answers to a form of ours that it refuses: a browser goes back to `page` (path and query), where the
/// error is that of the form called `form`, as after a refused server function. Anyone else gets the status and the sentence.
pub fn refuse_form(headers: &HeaderMap, form: &str, page: &str, error: AppError) -> Response {
    if !wants_html(headers) {
        return error.into_response();
    }
    // Only path and query are used; the base makes it a URL that can be taken apart.
    match ServerFnUrlError::new(form, error).to_url(&format!("http://localhost{page}")) {
        Ok(url) => Redirect::to(&format!(
            "{}?{}",
            url.path(),
            url.query().unwrap_or_default()
        ))
        .into_response(),
        Err(error) => internal(&error).into_response(),
    }
}

/// Reads a form that is refused to its end, keeping nothing, or the browser would not look at the answer. The route's limit holds.
pub async fn pass_over(mut form: Multipart) {
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Ok(Some(_)) = field.chunk().await {}
    }
}

/// Whether a browser asks for a page, rather than a script or a server for data.
pub fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|value| value.contains("text/html"))
}

/// Runs a use-case for a server function and gives its error the right HTTP status. A plain form post (no JavaScript) keeps
/// its redirect: the status would replace it.
pub async fn serve<T, Fut>(use_case: impl FnOnce(Cx) -> Fut) -> Result<T, AppError>
where
    Fut: Future<Output = Result<T, AppError>>,
{
    let result = use_case(Cx::current()).await;
    if let Err(error) = &result
        && !is_plain_post()
        && let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
    result
}

/// The page of ours that a form was posted from (path and query), if the browser says it: [`REFERER`] of RFC 9110, section 10.1.3.
pub fn referring_page() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let address: Uri = parts.headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    Some(safe_next(address.path_and_query()?.as_str()))
}

/// Whether a form was posted without JavaScript: its answer must be a redirect, and only errors reach the next page.
pub fn is_plain_post() -> bool {
    use_context::<Parts>()
        .is_some_and(|parts| parts.method != axum::http::Method::GET && wants_html(&parts.headers))
}

#[cfg(test)]
mod tests {
    use super::Client;

    #[test]
    fn a_network_of_ipv6_counts_as_one_visitor() {
        for (ip, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("", ""),
        ] {
            let client = Client {
                ip: ip.into(),
                user_agent: String::new(),
            };
            assert_eq!(client.network(), network);
        }
    }
}
