//! Who is signed in, for every page: the foot of the navigation, and what pages may ask.

use super::api::SignOut;
use super::model::{Role, User};
use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The signed-in person, loaded once by the frame around all pages.
#[derive(Clone, Copy)]
pub struct SignedInUser(pub Resource<Result<Option<User>, AppError>>);

/// Shows something only to people whose role allows at least this. A courtesy: services check roles themselves.
#[component]
pub fn ForRole(role: Role, children: ChildrenFn) -> impl IntoView {
    let children = StoredValue::new(children);
    use_context::<SignedInUser>().map(|SignedInUser(user)| {
        view! {
            <Suspense>
                {move || Suspend::new(async move {
                    let user = user.await.ok().flatten();
                    user.filter(|user| user.role.allows(role)).map(|_| children.with_value(|children| children()))
                })}
            </Suspense>
        }
    })
}

/// The foot of the navigation: who one is, and the way out.
#[component]
pub fn PersonFoot() -> impl IntoView {
    use_context::<SignedInUser>().map(|SignedInUser(user)| {
        view! {
            <Suspense>
                {move || Suspend::new(async move {
                    let user = user.await.ok().flatten();
                    user.map(|user| {
                        let label = format!("Your profile: {}", user.name);
                        view! {
                            <div class="person">
                                <a href="/settings/profile" class="person-link" aria-label=label>
                                    <span class="block truncate font-medium">{user.name}</span>
                                    <span class="block truncate text-xs text-muted">{user.email}</span>
                                </a>
                                <form method="post" action=SignOut::url()>
                                    <button class="btn btn-ghost btn-xs whitespace-nowrap" type="submit">"Sign out"</button>
                                </form>
                            </div>
                        }
                    })
                })}
            </Suspense>
        }
    })
}
