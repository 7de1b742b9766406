//! The home page.

use crate::ui::page::PageHead;
use leptos::prelude::*;

#[component]
pub fn HomePage() -> impl IntoView {
    view! { <PageHead title="Home"/> }
}
